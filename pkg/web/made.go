package web

import (
	"errors"
	"net/http"
	"slices"

	"rollcall/pkg/audit"
	"rollcall/pkg/ledger"
	"rollcall/pkg/web/desk"
	"rollcall/pkg/web/words"
)

// madeView is the page of what a run has changed beside inviting.
type madeView struct {
	ledger.Summary
	Changes []madeRow
	Slice   slice
	// Failed counts those that were not made for certain.
	Failed int
}

// madeRow is a change that was made, or was to be.
type madeRow struct {
	Email, What, Came string
	Well              bool
}

// showMade shows what a run has changed.
func (s *Server) showMade(r *http.Request) (answer, error) {
	summary, made, err := s.desk.Changes(r.Context(), r.PathValue("run"))
	switch {
	case errors.Is(err, desk.ErrNoRun):
		return nil, errNotFound
	case errors.Is(err, desk.ErrBusy):
		return seeOther("/runs/" + r.PathValue("run")), nil
	case err != nil:
		return nil, err
	}
	l, v := s.languageOf(r), madeView{Summary: summary}
	rows := make([]madeRow, len(made))
	for i, line := range made {
		if rows[i] = madeRowOf(l, line); !rows[i].Well {
			v.Failed++
		}
	}
	v.Slice = sliceOf(pageOf(r.URL.Query()), len(rows))
	v.Changes = partOf(rows, v.Slice)
	title := l.Say("made.title", len(made)-v.Failed)
	if v.Failed > 0 {
		title = l.Say("made.title.failed", v.Failed)
	}
	return s.render(r, "made.html", page{Title: title, Mark: "made", Step: 4, Data: v})
}

// madeRowOf returns a change as a person reads it.
func madeRowOf(l *words.Language, line audit.Line) madeRow {
	row := madeRow{Email: line.Email, Well: slices.Contains([]string{audit.Changed, audit.Cancelled, "invited"}, line.Outcome)}
	before, after := named(l, "role.", line.Before), named(l, "role.", line.After)
	switch {
	case line.Kind == audit.Team && line.Email == "":
		row.What = l.Say("made.newteam", line.Team)
	case line.Team != "":
		before, after = named(l, "teamrole.", line.Before), named(l, "teamrole.", line.After)
		switch {
		case line.Before == "":
			row.What = l.Say("made.join", line.Team, after)
		case line.After == "":
			row.What = l.Say("made.leave", line.Team)
		default:
			row.What = l.Say("made.teamrole", line.Team, before, after)
		}
	case line.Kind == audit.Role:
		row.What = l.Say("made.role", before, after)
	case line.Kind == audit.Remove:
		row.What = l.Say("made.remove")
	case line.Kind == audit.Cancel:
		row.What = l.Say("made.cancel")
	}
	row.Came = named(l, "made.came.", line.Outcome)
	return row
}
