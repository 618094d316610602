package web

import (
	"errors"
	"net/http"
	"strings"

	"rollcall/pkg/web/desk"
	"rollcall/pkg/web/words"
)

// historyView is the page of all runs.
type historyView struct {
	// Runs are those of the page, Total counts all that there are, Matching those that were looked for in whatever state.
	Runs            []desk.Run
	Total, Matching int
	Chips           []runChip
	// Show is the state that is shown, empty for all, and Query what was looked for.
	Show, Query string
	Slice       slice
	Busy        bool
	Trouble     *trouble
}

// runChip counts the runs in a state.
type runChip struct {
	State, Class string
	Count        int
}

// runClasses are how states are shown, by state.
var runClasses = map[desk.RunState]string{desk.Stopped: "warn", desk.Needy: "bad", desk.Complete: "good"}

// history is the page of all runs.
func (s *Server) history(r *http.Request) (answer, error) {
	l := s.languageOf(r)
	all, err := s.desk.Runs(r.Context())
	view := historyView{Total: len(all), Query: strings.TrimSpace(r.FormValue("q")), Busy: desk.IsBusy(err), Trouble: runsTrouble(l, err)}
	if show := r.FormValue("show"); isKnown(show) {
		view.Show = show
	}
	var found []desk.Run
	counts := map[desk.RunState]int{}
	for _, run := range all {
		if !isMeant(run, view.Query) {
			continue
		}
		counts[run.State]++
		view.Matching++
		if view.Show == "" || view.Show == string(run.State) {
			found = append(found, run)
		}
	}
	for _, state := range desk.RunStates() {
		if counts[state] > 0 || view.Show == string(state) {
			view.Chips = append(view.Chips, runChip{State: string(state), Class: runClasses[state], Count: counts[state]})
		}
	}
	view.Slice = sliceOf(pageOf(r.URL.Query()), len(found))
	view.Slice.Query = queryOf("show", view.Show, "q", view.Query)
	view.Runs = partOf(found, view.Slice)
	title := l.Say("runs.title", len(all))
	if len(all) == 0 {
		title = l.Say("runs.title.none")
	}
	return s.render(r, "history.html", page{Title: title, Mark: "runs", Data: view})
}

// isMeant reports whether a run is one that is looked for, by the names of its roster and of itself.
func isMeant(run desk.Run, query string) bool {
	query = strings.ToLower(query)
	return strings.Contains(strings.ToLower(run.Roster), query) || strings.Contains(strings.ToLower(run.ID), query)
}

// runsTrouble returns why not all runs are shown, nil if that is plain.
func runsTrouble(l *words.Language, err error) *trouble {
	if errors.Is(err, desk.ErrBusy) {
		return nil
	}
	return troubleOf(l, err)
}
