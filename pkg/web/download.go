package web

import (
	"errors"
	"iter"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"rollcall/pkg/ledger"
	"rollcall/pkg/onboard"
	"rollcall/pkg/record"
	"rollcall/pkg/web/desk"
)

// download answers with the results of a run. They are written to a file first: what cannot be written whole is an error, and
// never half a file that looks whole.
func (s *Server) download(r *http.Request) (answer, error) {
	run, ending := r.PathValue("run"), ""
	switch format := r.PathValue("format"); format {
	case "csv", "xlsx", "jsonl":
		ending = ".results." + format
	case "report":
		ending = ".report.html"
	default:
		return nil, errNotFound
	}
	name := ""
	err := s.desk.Records(r.Context(), run, func(run ledger.Summary, _ iter.Seq2[record.Record, error]) error {
		base := filepath.Base(run.Roster)
		name = strings.TrimSuffix(base, filepath.Ext(base)) + ending
		return nil
	})
	switch {
	case errors.Is(err, desk.ErrNoRun):
		return nil, errNotFound
	case err != nil:
		return nil, err
	}
	folder, err := os.MkdirTemp("", "rollcall-") // which only its owner can read
	if err != nil {
		return nil, err
	}
	path := filepath.Join(folder, "file"+ending)
	o := onboard.Output{Results: path}
	if ending == ".report.html" {
		o = onboard.Output{Reporting: onboard.Reporting{Report: path}}
	}
	if err := s.desk.WriteResults(r.Context(), run, o); err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	content, err := os.Open(path)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	return handed{name: name, content: passing{content, folder}}, nil
}

// passing is a file in a folder of its own, which goes with it.
type passing struct {
	*os.File
	folder string
}

// Close removes the folder.
func (p passing) Close() error { return errors.Join(p.File.Close(), os.RemoveAll(p.folder)) }
