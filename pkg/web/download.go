package web

import (
	"errors"
	"iter"
	"mime"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"rollcall/pkg/ledger"
	"rollcall/pkg/onboard"
	"rollcall/pkg/record"
	"rollcall/pkg/web/desk"
)

// resultTypes are those of the files that can be had of a run.
var resultTypes = map[string]string{
	"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	"jsonl": "application/jsonl; charset=utf-8", "report": "text/html; charset=utf-8",
}

// download answers with the results of a run. They are written to a file first: what cannot be written whole is an error, and
// never half a file that looks whole.
func (s *Server) download(r *http.Request) (answer, error) {
	format, run := r.PathValue("format"), r.PathValue("run")
	kind, known := resultTypes[format]
	if !known {
		return nil, errNotFound
	}
	name := ""
	err := s.desk.Records(r.Context(), run, func(run ledger.Summary, _ iter.Seq2[record.Record, error]) error {
		base := filepath.Base(run.Roster)
		name = strings.TrimSuffix(base, filepath.Ext(base))
		return nil
	})
	if errors.Is(err, desk.ErrNoRun) {
		return nil, errNotFound
	}
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "rollcall-")
	if err != nil {
		return nil, err
	}
	f := resultFile{folder: folder, kind: kind, name: name + ".results." + format, path: filepath.Join(folder, "results."+format)}
	o := onboard.Output{Results: f.path}
	if format == "report" {
		f.name, f.path = name+".report.html", filepath.Join(folder, "report.html")
		o = onboard.Output{Reporting: onboard.Reporting{Report: f.path}}
	}
	if err := s.desk.WriteResults(r.Context(), run, o); err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	return f, nil
}

// resultFile is a file in a folder of its own, which is removed once it is sent.
type resultFile struct{ folder, path, name, kind string }

func (f resultFile) write(w http.ResponseWriter, r *http.Request) {
	defer func() { _ = os.RemoveAll(f.folder) }() // what is left there, only its owner can read
	content, err := os.Open(f.path)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	defer func() { _ = content.Close() }() // it was only read
	header := w.Header()
	header.Set("Content-Type", f.kind)
	header.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.name}))
	header.Set("Cache-Control", "no-store")
	info, err := content.Stat()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	http.ServeContent(w, r, "", info.ModTime(), content)
}
