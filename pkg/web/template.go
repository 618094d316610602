package web

import (
	"bytes"
	"net/http"
	"slices"

	"rollcall/pkg/template"
)

// templateKinds are the types of templates, by format.
var templateKinds = map[string]string{
	template.CSV: "text/csv; charset=utf-8", template.YAML: "application/yaml",
	template.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

// template is a roster without people, to be filled in.
func (s *Server) template(r *http.Request) (answer, error) {
	format := r.PathValue("format")
	if !slices.Contains(template.Formats(), format) {
		return nil, errNotFound
	}
	var content bytes.Buffer
	err := template.Write(&content, format, template.Options{Next: s.languageOf(r).Say("template.next")})
	return handout{name: "roster." + format, kind: templateKinds[format], content: content.Bytes()}, err
}

// handout is a small file to be kept.
type handout struct {
	name, kind string
	content    []byte
}

func (f handout) write(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", f.kind)
	w.Header().Set("Content-Disposition", `attachment; filename="`+f.name+`"`)
	_, _ = w.Write(f.content) // whoever does not take it is gone
}
