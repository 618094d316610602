package web

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"time"

	"rollcall/pkg/guard"
	"rollcall/pkg/onboard"
	"rollcall/pkg/paint"
	"rollcall/pkg/record"
	"rollcall/pkg/roster"
	"rollcall/pkg/status"
	"rollcall/pkg/web/desk"
	"rollcall/pkg/web/words"
)

// routePlan answers what is about a plan, and has it carried out.
func (s *Server) routePlan() {
	s.handle("GET /rosters/{id}/plan", s.showPlan)
	s.handle("POST /rosters/{id}/plan", s.lookAgain)
	s.mux.HandleFunc("GET /rosters/{id}/plan/events", s.planEvents)
	s.handle("POST /rosters/{id}/runs", s.send)
}

// kindOf returns what a request is about.
func kindOf(r *http.Request) desk.Kind {
	if r.FormValue("kind") == "sync" {
		return desk.Sync
	}
	return desk.Invite
}

// planAddress is where a plan is shown.
func planAddress(id string, k desk.Kind) seeOther {
	if k == desk.Sync {
		return seeOther("/rosters/" + id + "/sync")
	}
	return seeOther("/rosters/" + id + "/plan")
}

// planView is what the page of a plan shows.
type planView struct {
	ID, Name string
	// Organization is the one that the plan was made for, whatever is known of the place, empty if that is not known.
	Organization string
	// Working is what is being done to find out, in words, empty once nothing is.
	Working phrase
	// Plan is all that was found out.
	desk.Plan
	// Refused is why nothing can be sent, nil if it can; Advice is what to do about it, in the language of the person.
	Refused *trouble
	Advice  string
	// ToSettings says that the settings are where it is put right.
	ToSettings bool
	// Sums are what becomes of the rows, which add up to Rows.
	Sums []sum
	Rows int
	// Sends is how many get an e-mail, ToGo how many rows a run that goes on is not done with.
	Sends, ToGo int
	// MayFinish says that nobody is to be sent, and a run goes on all the same: to its end.
	MayFinish bool
	Again     int
	Guards    []guardView
	Untick    bool
	// Before is how many would have got an e-mail by what was shown, where that is known.
	Before, More int
	// Elsewhere is the organization that was seen, where that is another one.
	Elsewhere string
	// New are the domains of which nobody is there yet.
	New map[string]bool
}

// sum is how many rows have something in common.
type sum struct {
	Key string
	N   int
}

// guardView is a guard that has tripped.
type guardView struct {
	Option, Key, Reason string
	People              []string
}

// phrase is something said in the person's language, or in English where it has no words there.
type phrase struct {
	Text    string `json:"text"`
	English bool   `json:"english"`
}

func (s *Server) showPlan(r *http.Request) (answer, error) {
	sheet, err := s.sheetOf(r)
	if err != nil {
		return nil, err
	}
	l, plan := s.languageOf(r), s.desk.Plan(sheet, desk.Invite).State()
	v := planView{ID: sheet.ID, Name: sheet.Name, Plan: plan, Untick: r.URL.Query().Has("untick")}
	if !plan.Done {
		v.Working = doing(l, plan.Working)
		return s.render(r, "plan.html", page{Title: l.Say("plan.working"), Mark: "plan-working", Step: 3, Data: v})
	}
	v.refuse(l)
	if v.Refused != nil {
		return s.render(r, "plan.html", page{Title: refusedTitle(l, plan.Err, "plan.refused"), Mark: "plan-refused", Step: 3, Data: v})
	}
	v.fill()
	return s.render(r, "plan.html", page{Title: v.title(l, s.desk.Place().Sandbox), Mark: v.mark("plan"), Step: 3, Data: v})
}

// refuse finds out whether something other than guards is in the way.
func (v *planView) refuse(l *words.Language) {
	kind := onboard.StatusOf(v.Err)
	if v.Err == nil || kind == status.Guarded && v.Preview != nil || kind == status.Locked && v.Preview != nil {
		return
	}
	cause := causeOf(v.Err)
	if v.Refused = troubleOf(l, v.Err); kind == status.Interrupted || cause == "missing" || errors.Is(v.Err, desk.ErrBusy) { // which the title says
		v.Refused = &trouble{}
	}
	if v.Advice = adviceAbout(l, v.Err); v.Advice != "" && kind != status.Refused && kind != status.Settings { // whose hints say which
		v.Refused.Hint = ""
	}
	v.ToSettings = slices.Contains([]string{"missing", "credentials", "settings", "foreign"}, cause)
}

// refusedTitle says what is in the way, by the key otherwise where that has no words of its own.
func refusedTitle(l *words.Language, err error, otherwise string) string {
	switch kind := onboard.StatusOf(err); {
	case errors.Is(err, desk.ErrBusy):
		return l.Say("plan.busy")
	case kind == status.Interrupted:
		return l.Say("plan.interrupted")
	case kind == status.Locked:
		return l.Say("plan.locked")
	}
	if key := "plan.refused." + causeOf(err); words.Has(key) {
		return l.Say(key)
	}
	return l.Say(otherwise)
}

// adviceAbout says what to do about an error, empty where its own hint has to do.
func adviceAbout(l *words.Language, err error) string {
	if key := "advice." + causeOf(err); words.Has(key) {
		return l.Say(key)
	}
	return ""
}

// mark says in which state a page is that shows a plan.
func (v *planView) mark(page string) string {
	switch {
	case v.Differs != nil:
		return page + "-differs"
	case v.Locked != nil:
		return page + "-locked"
	}
	return page
}

// title states what would be done.
func (v *planView) title(l *words.Language, sandbox bool) string {
	switch {
	case v.MayFinish:
		return l.Say("plan.finish")
	case v.Sends == 0:
		return l.Say("plan.nobody")
	case sandbox:
		return l.Say("plan.title.sandbox", v.Sends)
	}
	return l.Say("plan.title", v.Sends)
}

// fill takes in the preview.
func (v *planView) fill() {
	p := v.Preview
	v.Organization = paint.Visible(p.OrganizationName)
	v.Rows, v.Sends, v.New = p.Rows, p.Sends(), map[string]bool{}
	v.Again = p.Outcomes[record.WouldReinvite] - p.Replaced
	outcomes := maps.Clone(p.Outcomes)
	v.Sums = append(v.Sums, sum{"plan.sum.send", v.Sends})
	delete(outcomes, record.WouldInvite)
	delete(outcomes, record.WouldReinvite)
	for _, outcome := range record.Outcomes() {
		if n := outcomes[outcome]; n > 0 {
			v.Sums = append(v.Sums, sum{"plan.sum." + outcome.String(), n})
		}
	}
	for _, domain := range p.Invitees.NewDomains {
		v.New[domain.Value] = true
	}
	if p.Resumed != nil {
		v.ToGo = p.Resumed.Rows - p.DoneBefore
		v.MayFinish = v.Sends == 0
	}
	for _, trip := range p.Trips {
		v.Guards = append(v.Guards, guardView{Option: trip.Option, Key: guardKey(trip), Reason: trip.Reason, People: trip.Examples})
	}
	if p.Resumed != nil && onboard.StatusOf(v.Err) != status.Guarded { // what was approved of goes on
		v.Guards = nil
	}
	if d := v.Differs; d != nil {
		v.More = d.All - len(d.Moved)
		if d.Before != nil {
			v.Before = d.Before.Sends()
			if d.Before.OrganizationID != p.OrganizationID {
				v.Elsewhere = paint.Visible(d.Before.OrganizationName)
			}
		}
	}
}

// guardKey is what is said about a guard, empty where its own reason has to do.
func guardKey(trip guard.Trip) string {
	if key := "guard." + trip.Option; words.Has(key) {
		return key
	}
	return ""
}

// lookAgain has the organization be read once more.
func (s *Server) lookAgain(r *http.Request) (answer, error) {
	sheet, err := s.sheetOf(r)
	if err != nil {
		return nil, err
	}
	s.desk.LookAgain(sheet, kindOf(r))
	return planAddress(sheet.ID, kindOf(r)), nil
}

// soon is how long a POST waits for what most often comes at once, so that the next page shows that.
const soon = 1500 * time.Millisecond

// send carries out the plan that was seen.
func (s *Server) send(r *http.Request) (answer, error) {
	sheet, err := s.sheetOf(r)
	if err != nil {
		return nil, err
	}
	kind, digest := kindOf(r), r.PostFormValue("digest")
	var plan desk.Plan
	if p := s.desk.Planned(sheet, kind); p != nil {
		plan = p.State()
	}
	ticked, needed := r.PostForm["tick"], 0
	if p := plan.Preview; p != nil && onboard.StatusOf(plan.Err) == status.Guarded {
		for _, trip := range p.Trips {
			if needed++; !slices.Contains(ticked, trip.Option) && p.Digest() == digest {
				return planAddress(sheet.ID, kind) + "?untick=1", nil
			}
		}
	}
	sending, err := s.desk.Send(sheet, kind, digest, needed > 0) //nolint:contextcheck // a run outlasts the request that has begun it
	if errors.Is(err, desk.ErrBusy) {
		return seeOther("/runs/now"), nil
	}
	if err != nil {
		return nil, err
	}
	for wait := time.After(soon); sending.State().Phase == desk.Opening; {
		select {
		case <-sending.Changed():
			continue
		case <-wait:
		case <-r.Context().Done():
		}
		break
	}
	return s.whereNow(sending), nil
}

// whereNow is where the work that is under way, or has just ended, is shown.
func (s *Server) whereNow(n *desk.Sending) seeOther {
	switch state := n.State(); {
	case state.Phase == desk.Over && (state.Refused || state.Run == ""):
		return planAddress(state.Sheet, state.Kind)
	case state.Phase == desk.Opening || state.Run == "":
		return "/runs/now"
	default:
		return seeOther("/runs/" + state.Run)
	}
}

// planEvents tells what is being done to find out what would be done.
func (s *Server) planEvents(w http.ResponseWriter, r *http.Request) {
	sheet := s.desk.Sheet(r.PathValue("id"))
	if sheet == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	l, planning := s.languageOf(r), s.desk.Plan(sheet, kindOf(r))
	stream(w, r, func() (<-chan struct{}, event) {
		changed, plan := planning.Changed(), planning.State()
		working := doing(l, plan.Working)
		return changed, event{
			Over: plan.Done, Title: l.Say("plan.working"), Say: working.Text,
			Texts: map[string]phrase{"working": working},
		}
	})
}

// mostCounted is how many values a plan counts of what may be long.
const mostCounted = 8

// few returns the first values of a list.
func few(list []onboard.Count) []onboard.Count { return list[:min(len(list), mostCounted)] }

// teamsOf returns the teams of a row.
func teamsOf(text string) []roster.Team {
	teams, _ := roster.ParseTeams(text) // what is wrong with them is said elsewhere
	return teams
}
