package web

import (
	"net/http"
	"slices"
	"time"

	"rollcall/pkg/web/desk"
)

// routeStart says what answers on the first page and beside it.
func (s *Server) routeStart() {
	s.handle("GET /{$}", s.start)
	s.handle("GET /standing", s.standing)
	s.handle("GET /template/{format}", s.template)
	s.handle("GET /runs", s.history)
	s.handle("POST /look", s.look)
	s.handle("POST /sandbox", s.sandbox)
}

// recent is how many runs the first page shows.
const recent = 6

// startView is what the first page shows.
type startView struct {
	// Looking says that the service has not answered yet, Kind why nothing can be sent, if anything keeps that from being done.
	Looking bool
	Kind    desk.Trouble
	Trouble *trouble
	Sandbox bool
	Most    int // bytes
	// Runs are the newest of all, More counts the others. Busy says that older ones are not known now.
	Runs        []desk.Run
	More        int
	Busy        bool
	RunsTrouble *trouble
	// Sheets are the rosters that lie on the desk.
	Sheets []*desk.Sheet
}

// start is the first page: a roster is put on the desk.
func (s *Server) start(r *http.Request) (answer, error) {
	l, standing := s.languageOf(r), s.desk.Standing()
	title := l.Say("start.title")
	if standing.Name != "" {
		title = l.Say("start.title.at", standing.Name)
	}
	view := startView{
		Looking: standing.Looking, Kind: standing.Trouble(), Trouble: troubleOf(l, standing.Err), Sandbox: s.desk.Place().Sandbox, Most: mostUpload,
		Sheets: s.desk.Sheets(),
	}
	runs, err := s.desk.Runs(r.Context())
	view.Busy, view.RunsTrouble = desk.IsBusy(err), runsTrouble(l, err)
	view.Runs = runs[:min(recent, len(runs))]
	if len(runs) > recent {
		view.More = len(runs)
	}
	return s.render(r, "start.html", page{Title: title, Mark: "start", Step: 1, Data: view})
}

// patience is how long a page waits at once for what it shows.
const patience = 25 * time.Second

// standing answers once it is known whether the place can be reached.
func (s *Server) standing(r *http.Request) (answer, error) {
	if looked := s.desk.Looked(); looked != nil {
		wait(r, looked)
	}
	return nothing{}, nil
}

// wait waits until something has happened, but no longer than a page does.
func wait(r *http.Request, happened <-chan struct{}) {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-happened:
	case <-timer.C:
	case <-r.Context().Done():
	}
}

// nothing is an answer without a page.
type nothing struct{}

func (nothing) write(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }

// look looks at the place again.
func (s *Server) look(r *http.Request) (answer, error) {
	s.desk.Look()
	return seeOther(back(r.PostFormValue("back"))), nil
}

// sandbox goes on in the sandbox, or leaves it.
func (s *Server) sandbox(r *http.Request) (answer, error) {
	if s.isSending() {
		return seeOther("/settings"), nil
	}
	p := s.desk.Place()
	if on := r.PostFormValue("on") != ""; on != p.Sandbox {
		p.Sandbox = on
		s.desk.Move(p)
	}
	return seeOther(back(r.PostFormValue("back"))), nil
}

// isKnown reports whether a text is a state of runs.
func isKnown(state string) bool { return slices.Contains(desk.RunStates(), desk.RunState(state)) }
