package web

import (
	"bytes"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"rollcall/pkg/onboard"
	"rollcall/pkg/paint"
	"rollcall/pkg/remedy"
	"rollcall/pkg/web/desk"
	"rollcall/pkg/web/words"
)

// answer is what a request is answered with.
type answer interface {
	write(w http.ResponseWriter, r *http.Request)
}

// handler answers a request. Its error is shown as a page.
type handler func(r *http.Request) (answer, error)

// errNotFound says that there is nothing at the address, or not any more.
var errNotFound = errors.New("there is nothing at this address")

// handle has a handler answer whatever matches the pattern.
func (s *Server) handle(pattern string, h handler) {
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		a, err := h(r)
		if err != nil {
			a = s.problem(r, err)
		}
		a.write(w, r)
	})
}

// seeOther is the address of the page that shows what a POST has done.
type seeOther string

func (to seeOther) write(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Location", string(to))
	w.WriteHeader(http.StatusSeeOther)
}

// back returns an address of this page that a form names, the first page if it is of somewhere else.
func back(address string) string {
	ignored := func(r rune) bool { return r < ' ' || r == '\\' } // browsers drop tabs, and take a backslash for a slash
	if !strings.HasPrefix(address, "/") || strings.HasPrefix(address, "//") || strings.ContainsFunc(address, ignored) {
		return "/"
	}
	return address
}

// page is a page as the frame shows it.
type page struct {
	// Title is the first heading, too: it states the result.
	Title string
	// TabTitle is what the browser's tab says instead, if it is not empty.
	TabTitle string
	// Mark is which page it is, and in which state, for whoever waits for it.
	Mark string
	// Step is where in the journey it is, from 1; 0 if it is no step of that.
	Step int
	// Focus tells that the focus belongs on the page as a whole: it shows what a POST has done.
	Focus bool
	// Data is what the page itself shows.
	Data any

	// What follows is for the frame, and filled in by it.
	Language *words.Language
	Standing desk.Standing
	Place    desk.Place
	Sending  string // the address of the run that is under way, empty if none is
	Address  string
	Other    string // the code of the other language
	Version  string
}

// show is a page, ready to be sent.
type show struct {
	status  int
	content []byte
}

func (p show) write(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(p.content)))
	w.WriteHeader(p.status)
	_, _ = w.Write(p.content) // whoever does not take it is gone
}

// render makes a page of a template, whole before anything of it is sent.
func (s *Server) render(r *http.Request, name string, p page) (answer, error) {
	return s.renderAs(r, http.StatusOK, name, p)
}

func (s *Server) renderAs(r *http.Request, status int, name string, p page) (answer, error) {
	p.Language = s.languageOf(r)
	p.Standing, p.Place, p.Version, p.Sending = s.desk.Standing(), s.desk.Place(), s.o.Version, s.sendingAddress()
	if p.Address = "/"; r.Method == http.MethodGet {
		p.Address = r.URL.RequestURI()
	}
	for _, code := range words.Codes() {
		if code != p.Language.Code() {
			p.Other = code
		}
	}
	var content bytes.Buffer
	err := s.pages[p.Language.Code()].of(name).ExecuteTemplate(&content, "frame", p)
	return show{status: status, content: content.Bytes()}, err
}

// trouble is what a page shows about an error.
type trouble struct {
	// Text and Details are what the use of the program says, in English.
	Text, Hint string
	Details    []string
}

// troubleOf returns an error in words.
func troubleOf(l *words.Language, err error) *trouble {
	if err == nil {
		return nil
	}
	render := asOption(l)
	t := &trouble{Text: inLine(remedy.Text(err, render)), Hint: inLine(onboard.RemedyOf(err).Render(render))}
	if refused, ok := errors.AsType[*onboard.Error](err); ok {
		for _, detail := range refused.Details {
			t.Details = append(t.Details, inLine(detail))
		}
	}
	return t
}

// inLine makes what a program says fit to show: it may repeat what a roster or a service has said, and joined errors have a line
// each.
func inLine(text string) string { return paint.Visible(strings.ReplaceAll(text, "\n", "; ")) }

// problem is the page about an error.
func (s *Server) problem(r *http.Request, err error) answer {
	l := s.languageOf(r)
	p, status := page{Title: l.Say("problem.title"), Mark: "problem", Data: troubleOf(l, err)}, http.StatusInternalServerError
	if errors.Is(err, errNotFound) {
		p, status = page{Title: l.Say("missing.title"), Mark: "missing"}, http.StatusNotFound
	}
	if desk.IsBusy(err) {
		p, status = page{Title: l.Say("busy.title"), Mark: "busy"}, http.StatusConflict
	}
	shown, failed := s.renderAs(r, status, "problem.html", p)
	if failed != nil { // a template is wrong, which tests find
		return show{status: http.StatusInternalServerError, content: []byte(failed.Error())}
	}
	return shown
}
