package web

import (
	"bytes"
	"io"
	"net/http"
	"slices"

	"rollcall/pkg/template"
)

// template is a roster without people, to be filled in.
func (s *Server) template(r *http.Request) (answer, error) {
	format := r.PathValue("format")
	if !slices.Contains(template.Formats(), format) {
		return nil, errNotFound
	}
	var content bytes.Buffer
	err := template.Write(&content, format, template.Options{Next: s.languageOf(r).Say("template.next")})
	return handed{name: "roster." + format, content: io.NopCloser(&content)}, err
}
