package web

import (
	"net/http"
	"slices"

	"rollcall/pkg/amend"
	"rollcall/pkg/drift"
	"rollcall/pkg/web/desk"
	"rollcall/pkg/web/words"
)

// routeSync says what answers whoever wants an organization to follow a roster.
func (s *Server) routeSync() {
	s.handle("GET /rosters/{id}/sync", s.showSync)
	s.handle("POST /rosters/{id}/sync", s.chooseSync)
	s.handle("GET /runs/{run}/changes", s.showMade)
}

// syncView is what the page of a comparison shows: a plan, and where the organization differs.
type syncView struct {
	planView
	Choices []choiceView
	// Due counts the changes that will be made beside inviting, new teams among them.
	Due   int
	Chips []kindChip
	// Show is the kind of differences that is shown, empty for all, of which All are there.
	Show    string
	All     int
	Changes []changeRow
	Slice   slice
	// Something says that there is something to do.
	Something bool
}

// showSync shows where an organization differs from a roster, and what becomes of that.
func (s *Server) showSync(r *http.Request) (answer, error) {
	sheet, err := s.sheetOf(r)
	if err != nil {
		return nil, err
	}
	l, plan := s.languageOf(r), s.desk.Plan(sheet, desk.Sync).State()
	v := syncView{
		planView: planView{ID: sheet.ID, Name: sheet.Name, Plan: plan, Untick: r.URL.Query().Has("untick")},
		Choices:  choiceViews(s.desk.Chosen(sheet.ID), s.desk.Allowed()),
	}
	if !plan.Done {
		v.Working = doing(l, plan.Working)
		return s.render(r, "sync.html", page{Title: l.Say("sync.working"), Mark: "sync-working", Step: 3, Data: v})
	}
	if v.refuse(l); v.Refused != nil {
		return s.render(r, "sync.html", page{Title: refusedTitle(l, plan.Err, "sync.refused"), Mark: "sync-refused", Step: 3, Data: v})
	}
	v.fill()
	v.compare(l, r)
	return s.render(r, "sync.html", page{Title: v.title(l), Mark: v.mark("sync"), Step: 3, Data: v, Focus: r.URL.Query().Has("done")})
}

// compare takes in where the organization differs, as far as the page shows it.
func (v *syncView) compare(l *words.Language, r *http.Request) {
	all := v.Preview.Changes
	v.All, v.Chips, v.Due = len(all), kindChips(all), len(v.Preview.NewTeams)
	for _, change := range all {
		if change.IsDue() {
			v.Due++
		}
	}
	v.Something = v.Due > 0 || v.Sends > 0 || v.MayFinish || len(v.Guards) > 0 || v.Preview.Resumed != nil
	if show := r.FormValue("show"); slices.Contains(drift.Kinds(), drift.Kind(show)) {
		v.Show = show
		all = slices.DeleteFunc(slices.Clone(all), func(c amend.Change) bool { return string(c.Kind) != show })
	}
	v.Slice = sliceOf(pageOf(r.URL.Query()), len(all))
	v.Slice.Query = queryOf("show", v.Show)
	for _, change := range partOf(all, v.Slice) {
		v.Changes = append(v.Changes, changeRowOf(l, change))
	}
}

// title states what would come of it.
func (v *syncView) title(l *words.Language) string {
	switch {
	case v.MayFinish:
		return l.Say("plan.finish")
	case v.Due == 0 && v.Sends == 0:
		return l.Say("sync.title.nothing")
	case v.Due == 0:
		return l.Say("sync.title.mails", v.Sends)
	case v.Sends == 0:
		return l.Say("sync.title.changes", v.Due)
	}
	return l.Say("sync.title", v.Sends, v.Due)
}

// chooseSync says what may be changed, and has it compared anew.
func (s *Server) chooseSync(r *http.Request) (answer, error) {
	sheet, err := s.sheetOf(r)
	if err != nil {
		return nil, err
	}
	if err := s.desk.Choose(sheet.ID, choicesOf(func(name string) bool { return r.PostFormValue(name) != "" })); err != nil {
		return nil, err
	}
	s.desk.LookAgain(sheet, desk.Sync)
	return planAddress(sheet.ID, desk.Sync) + "?done", nil
}
