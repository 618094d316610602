package web

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"path"
	"strings"

	"rollcall/pkg/web/desk"
)

const (
	// mostUpload is how large a roster may be: a million rows of the usual width.
	mostUpload = 64 << 20
	// mostRefused is how much of a larger one is read on, so that the browser, which answers only once it has sent all, shows the
	// answer.
	mostRefused = 4 << 30
)

// uploadAddress is where a roster is brought.
const uploadAddress = "/rosters"

// routeRosters says who answers what is about a roster on the desk.
func (s *Server) routeRosters() {
	s.handle("POST "+uploadAddress, s.upload)
	s.handle("POST /rosters/sample", s.takeSample)
	s.handle("GET /rosters/{id}", s.check)
	s.handle("POST /rosters/{id}/reading", s.readAs)
	s.handle("POST /rosters/{id}/words", s.meanWords)
	s.handle("POST /rosters/{id}/cells", s.correctCells)
	s.handle("POST /rosters/{id}/undo", s.undo)
	s.handle("POST /rosters/{id}/remove", s.remove)
	s.handle("GET /rosters/{id}/download", s.downloadRoster)
}

// sheetOf returns the roster that an address names.
func (s *Server) sheetOf(r *http.Request) (*desk.Sheet, error) {
	sheet := s.desk.Sheet(r.PathValue("id"))
	if sheet == nil {
		return nil, errNotFound
	}
	return sheet, nil
}

// notice is a page that says why something was not done, and nothing else.
func (s *Server) notice(r *http.Request, status int, key string, args ...any) (answer, error) {
	l := s.languageOf(r)
	return s.renderAs(r, status, "notice.html", page{Title: l.Say(key + ".title"), Mark: "notice", Data: l.Say(key+".lead", args...)})
}

// upload puts a roster on the desk. It goes straight to its place on the disk: nothing of it is in a temporary file that others
// can read.
func (s *Server) upload(r *http.Request) (answer, error) {
	body := r.Body
	r.Body = http.MaxBytesReader(nil, body, mostUpload)
	sheet, err := s.takeUpload(r)
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		if _, err := io.CopyN(io.Discard, body, mostRefused); err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		return s.notice(r, http.StatusRequestEntityTooLarge, "upload.large", mostUpload>>20)
	case errors.Is(err, errUnread):
		return s.notice(r, http.StatusBadRequest, "form.unread")
	case errors.Is(err, errNoFile):
		return s.notice(r, http.StatusBadRequest, "upload.none")
	case err != nil:
		return nil, err
	}
	return sheetPage(sheet), nil
}

var (
	errNoFile = errors.New("no file was chosen")
	errUnread = errors.New("what was sent cannot be read")
)

func (s *Server) takeUpload(r *http.Request) (*desk.Sheet, error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, errors.Join(errNoFile, err)
	}
	for {
		part, err := parts.NextPart()
		switch {
		case errors.Is(err, io.EOF):
			return nil, errNoFile
		case err != nil:
			return nil, errors.Join(errUnread, err)
		case part.FormName() == "roster" && part.FileName() != "":
			return s.desk.Take(r.Context(), fileName(part.Header.Get("Content-Disposition")), part)
		}
	}
}

// fileName returns the name of an upload as the browser says it.
func fileName(disposition string) string {
	_, parameters, err := mime.ParseMediaType(disposition)
	if err != nil {
		return ""
	}
	return parameters["filename"]
}

// sheetPage is the address of a roster's page.
func sheetPage(sheet *desk.Sheet) seeOther { return seeOther("/rosters/" + sheet.ID) }

// takeSample puts a roster on the desk in which much is wrong and nobody is meant.
func (s *Server) takeSample(r *http.Request) (answer, error) {
	sheet, err := s.desk.TakeSample(r.Context(), s.languageOf(r).Say("sample.name"))
	if err != nil {
		return nil, err
	}
	return sheetPage(sheet), nil
}

// remove takes a roster off the desk.
func (s *Server) remove(r *http.Request) (answer, error) {
	sheet, err := s.sheetOf(r)
	if err != nil {
		return nil, err
	}
	if sheet.IsKept() {
		return s.notice(r, http.StatusConflict, "remove.kept")
	}
	if err := s.desk.Remove(sheet); err != nil {
		return nil, err
	}
	return seeOther("/"), nil
}

// downloadRoster hands over the roster with its corrections, in the format that it came in.
func (s *Server) downloadRoster(r *http.Request) (answer, error) {
	sheet, err := s.sheetOf(r)
	if err != nil {
		return nil, err
	}
	content, err := sheet.Document().Source.Open()
	if err != nil {
		return nil, err
	}
	return handed{name: correctedName(s.languageOf(r).Say("download.corrected"), sheet), content: content}, nil
}

// correctedName is what a corrected roster is called: not like the upload, which it must not replace.
func correctedName(corrected string, sheet *desk.Sheet) string {
	if sheet.Corrections().IsZero() {
		return sheet.Name
	}
	extension := path.Ext(sheet.Name)
	return strings.TrimSuffix(sheet.Name, extension) + " " + corrected + extension
}
