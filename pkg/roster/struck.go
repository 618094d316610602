package roster

import (
	"slices"

	"rollcall/pkg/email"
	"rollcall/pkg/remedy"
)

// struck says that a row, or a field of it, is struck through, as people mark whoever has left. It looks at the cells
// that were taken over; the out row says where they stand.
func (s *sheet) struck(out *row) (doubts []problem) {
	add := func(at cell, field string, what said, suggestion string) {
		what.text += " is struck through, and read like the others"
		doubts = append(doubts, problem{at.place, field, what, remedy.Words(suggestion)})
	}
	struck := func(text string) said { return say("struck-through", quote(email.Trim(text)), email.Trim(text)) }
	const notMeant = "delete the row if the person is not meant"
	others, marked := 0, 0
	for i, one := range s.cells {
		if i != s.layout.email && !one.Merged && filled(one.Text) {
			if others++; one.Struck {
				marked++
			}
		}
	}
	switch address := s.cells[s.layout.email]; {
	case address.Struck && filled(address.Text):
		add(out.email, FieldEmail, struck(address.Text), notMeant)
		return doubts
	case marked == 0:
		return nil
	case marked == others:
		add(out.email, FieldEmail, say("struck-through-rest", "all but the address"), notMeant)
		return doubts
	}
	for field, at := range map[string]cell{FieldRole: out.role, FieldTeams: out.teams} {
		column := s.layout.role
		if field == FieldTeams {
			column = s.layout.teams
		}
		if column != absent && s.cells[column].Struck && filled(s.cells[column].Text) {
			add(at, field, struck(s.cells[column].Text), "delete it if it is not meant")
		}
	}
	slices.SortFunc(doubts, func(a, b problem) int { return a.column - b.column })
	return doubts
}
