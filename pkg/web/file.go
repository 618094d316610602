package web

import (
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
)

// handed is a file for the person to keep.
type handed struct {
	name    string
	content io.ReadCloser
}

// fileTypes are those of files that are handed over, by the ends of their names. Whatever else: the browser keeps it anyway.
var fileTypes = map[string]string{
	".csv": "text/csv; charset=utf-8", ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	".yaml": "application/yaml", ".yml": "application/yaml", ".json": "application/json", ".jsonl": "application/jsonl; charset=utf-8",
	".html": "text/html; charset=utf-8",
}

func (h handed) write(w http.ResponseWriter, _ *http.Request) {
	defer func() { _ = h.content.Close() }() // it was only read
	kind := fileTypes[path.Ext(h.name)]
	if kind == "" {
		kind = "application/octet-stream"
	}
	header := w.Header()
	header.Set("Content-Type", kind)
	header.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": h.name}))
	if file, ok := h.content.(fs.File); ok {
		if info, err := file.Stat(); err == nil {
			header.Set("Content-Length", strconv.FormatInt(info.Size(), 10))
		}
	}
	if _, err := io.Copy(w, h.content); err != nil {
		panic(http.ErrAbortHandler) // what looks whole and is not would be taken for the whole
	}
}
