package web

import (
	"errors"
	"net/http"
	"time"

	"rollcall/pkg/paint"
	"rollcall/pkg/record"
	"rollcall/pkg/web/desk"
	"rollcall/pkg/web/words"
)

// now is the name in addresses of the run that is under way, which has no other one yet.
const now = "now"

// routeRuns answers what is about a run, while it goes on and afterwards.
func (s *Server) routeRuns() {
	s.handle("GET /runs/{run}", s.showRun)
	s.mux.HandleFunc("GET /runs/{run}/events", s.runEvents)
	s.handle("POST /runs/{run}/stop", s.stopRun)
	s.handle("POST /runs/{run}/rest", s.correctRest)
	s.handle("GET /runs/{run}/results/{format}", s.download)
}

// sending returns the work that is under way and is meant by the address, nil if that is another run.
func (s *Server) sending(r *http.Request) *desk.Sending {
	n := s.desk.Sending()
	if n == nil || r.PathValue("run") != now && r.PathValue("run") != n.Run() {
		return nil
	}
	return n
}

// sendingAddress is where the run is shown that is under way, empty if none is.
func (s *Server) sendingAddress() string {
	n := s.desk.Sending()
	if n == nil || n.State().Phase == desk.Over {
		return ""
	}
	return string(s.whereNow(n))
}

// showRun shows a run: how it goes, and afterwards what has come of it.
func (s *Server) showRun(r *http.Request) (answer, error) {
	n := s.sending(r)
	if r.PathValue("run") == now {
		if n == nil {
			return nil, errNotFound
		}
		if to := s.whereNow(n); to != "/runs/now" {
			return to, nil
		}
	}
	if n == nil || n.State().Phase == desk.Over {
		return s.showResults(r)
	}
	l := s.languageOf(r)
	v := liveOf(l, n.State())
	v.Address = "/runs/" + r.PathValue("run")
	return s.render(r, "live.html", page{Title: v.Heading, TabTitle: v.Title, Mark: "live", Step: 4, Data: v})
}

// liveView is what the page of a run shows while it goes on.
type liveView struct {
	event
	Heading string
	Address string
	State   desk.State
	Percent int
	// Stopping says that nothing begins any more, Sync that more is changed than who is invited.
	Stopping, Sync bool
}

// liveOf says how a run goes, in a language.
func liveOf(l *words.Language, state desk.State) liveView {
	v := liveView{State: state, Percent: 100 * state.Done / max(state.Rows, 1), Stopping: state.Phase == desk.Stopping, Sync: state.Kind == desk.Sync}
	known := state.Outcomes[record.AlreadyInvited] + state.Outcomes[record.AlreadyMember]
	bad := 0
	for outcome, n := range state.Outcomes {
		if desk.NeedsPerson(outcome) {
			bad += n
		}
	}
	v.Heading = l.Say("live.heading")
	if v.Sync {
		v.Heading = l.Say("live.heading.sync")
	}
	lead, note := phrase{Text: l.Say("live.done", state.Done, state.Rows)}, l.Say("live.note")
	if state.Phase == desk.Opening || state.Rows == 0 {
		v.Heading, lead, note = l.Say("live.opening"), doing(l, state.Working), l.Say("live.opening.note")
	}
	waiting := waitOf(l, state)
	if v.Stopping {
		v.Heading, note = l.Say("live.stopping"), l.Say("live.stopping.note")
	}
	v.event = event{
		Over: state.Phase == desk.Over, Done: state.Done, Rows: state.Rows, Say: l.Say("live.say", state.Done, state.Rows),
		Texts: map[string]phrase{
			"heading": {Text: v.Heading}, "lead": lead, "note": {Text: note}, "waiting": waiting,
			"percent": {Text: l.Say("live.percent", v.Percent)},
			"invited": {Text: l.Number(state.Outcomes[record.Invited])}, "known": {Text: l.Number(known)}, "bad": {Text: l.Number(bad)},
			"rate": {Text: rateOf(l, state.Rate)}, "left": {Text: leftOf(l, state)}, "changes": {Text: l.Number(state.Changes)},
		},
	}
	v.Title = titleOf(l, state, v.Heading, bad, v.Percent)
	if waiting.Text != "" {
		v.Say += " " + waiting.Text
	}
	for _, one := range state.Latest {
		v.Latest = append(v.Latest, latest{Email: paint.Visible(one.Email), Word: l.Say("outcome." + one.Outcome.String()), Kind: kindOfOutcome(one.Outcome)})
	}
	return v
}

// titleOf returns the title in the browser's tab: the worst that is true.
func titleOf(l *words.Language, state desk.State, heading string, bad, percent int) string {
	switch {
	case state.Phase == desk.Stopping, state.Rows == 0:
		return heading
	case bad > 0:
		return l.Say("live.title.bad", bad, percent)
	case state.Wait >= time.Second:
		return l.Say("live.title.waiting", percent)
	}
	return l.Say("live.title", percent)
}

// waitOf says what a run waits for, empty if it does not.
func waitOf(l *words.Language, state desk.State) phrase {
	switch {
	case state.Unsent > 0:
		return phrase{Text: l.Say("live.unsent", state.Unsent, l.When(state.Until))}
	case state.Reason != "":
		return inWords(l, waits, state.Reason, l.Lasting(state.Wait))
	case state.Rows > 0 && state.Working != "":
		return doing(l, state.Working)
	case state.Wait >= time.Second:
		return phrase{Text: l.Say("wait.other", l.Lasting(state.Wait))}
	}
	return phrase{}
}

// rateOf returns how many rows a second there are, with the digits that matter, and a slow rate by the minute.
func rateOf(l *words.Language, rate float64) string {
	switch {
	case rate <= 0:
		return "–"
	case rate < 0.95:
		return l.Say("live.rate.minute", l.Number(int(60*rate+0.5)))
	case rate < 9.95:
		return l.Say("live.rate.second", l.Decimal(rate))
	}
	return l.Say("live.rate.second", l.Number(int(rate+0.5)))
}

// leftOf returns how long it still takes.
func leftOf(l *words.Language, state desk.State) string {
	if state.Left <= 0 {
		return "–"
	}
	return l.Lasting(state.Left)
}

// kindOfOutcome is which colour and sign an outcome has.
func kindOfOutcome(o record.Outcome) string {
	switch {
	case desk.NeedsPerson(o):
		return "bad"
	case o == record.NotSent, o == record.Unset:
		return "warn"
	case o == record.Invited:
		return "good"
	}
	return ""
}

// runEvents tells how a run goes.
func (s *Server) runEvents(w http.ResponseWriter, r *http.Request) {
	n := s.sending(r)
	if n == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	l, named := s.languageOf(r), r.PathValue("run") != now
	stream(w, r, func() (<-chan struct{}, event) {
		changed, state := n.Changed(), n.State()
		e := liveOf(l, state).event
		e.Over = e.Over || !named && state.Rows > 0 // which has an address of its own by now
		return changed, e
	})
}

// stopRun ends a run: what is in flight is still answered.
func (s *Server) stopRun(r *http.Request) (answer, error) {
	n := s.sending(r)
	if n == nil {
		return seeOther("/runs/" + r.PathValue("run")), nil
	}
	n.Stop()
	return s.whereNow(n), nil
}

// correctRest puts the rows that need a person on the desk.
func (s *Server) correctRest(r *http.Request) (answer, error) {
	sheet, err := s.desk.Rest(r.Context(), r.PathValue("run"))
	switch {
	case errors.Is(err, desk.ErrNoRun):
		return nil, errNotFound
	case err != nil:
		return nil, err
	}
	return sheetPage(sheet), nil
}
