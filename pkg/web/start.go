package web

import "net/http"

// start is the first page: a roster is put on the desk.
func (s *Server) start(r *http.Request) (answer, error) {
	l, standing := s.languageOf(r), s.desk.Standing()
	title := l.Say("start.title")
	if standing.Name != "" {
		title = l.Say("start.title.at", standing.Name)
	}
	return s.render(r, "start.html", page{Title: title, Mark: "start", Step: 1})
}
