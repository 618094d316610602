package web

import (
	"io"
	"mime"
	"net/http"
	"path"
)

// handed is a file for the person to keep.
type handed struct {
	name    string
	content io.ReadCloser
}

// rosterTypes are those of files that are handed over, by the ends of their names. Whatever else: the browser keeps it anyway.
var rosterTypes = map[string]string{
	".csv": "text/csv; charset=utf-8", ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	".yaml": "application/yaml", ".yml": "application/yaml", ".json": "application/json",
}

func (h handed) write(w http.ResponseWriter, _ *http.Request) {
	defer func() { _ = h.content.Close() }()
	kind := rosterTypes[path.Ext(h.name)]
	if kind == "" {
		kind = "application/octet-stream"
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": h.name}))
	if _, err := io.Copy(w, h.content); err != nil {
		panic(http.ErrAbortHandler) // what looks whole and is not would be taken for the whole
	}
}
