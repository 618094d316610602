package web

import (
	"errors"
	"net/http"
	"strings"
)

// mostForm is how large a form may be: far more than a page of cells has.
const mostForm = 4 << 20

// readForm reads a form whole, before anything is done with it: one of which only the beginning is known says something else.
func readForm(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, mostForm)
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		return r.ParseMultipartForm(mostForm) //nolint:gosec // the reader above bounds it
	}
	return r.ParseForm()
}

// unread says that a form could not be read.
func (s *Server) unread(r *http.Request, err error) answer {
	status := http.StatusBadRequest
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		status = http.StatusRequestEntityTooLarge
	}
	page, err := s.notice(r, status, "form.unread")
	if err != nil {
		return s.problem(r, err)
	}
	return page
}
