package roster

import (
	"slices"

	"rollcall/pkg/email"
	"rollcall/pkg/remedy"
)

// struck says that a row, or a field of it, is struck through, as people mark whoever has left. It looks at the cells
// that were taken over; the out row says where they stand.
func (s *sheet) struck(out *row) (doubts []problem) {
	say := func(at cell, field, what, suggestion string) {
		doubts = append(doubts, problem{at.place, field, what + " is struck through, and read like the others", remedy.Words(suggestion)})
	}
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
		say(out.email, FieldEmail, quote(email.Trim(address.Text)), notMeant)
		return doubts
	case marked == 0:
		return nil
	case marked == others:
		say(out.email, FieldEmail, "all but the address", notMeant)
		return doubts
	}
	for field, at := range map[string]cell{FieldRole: out.role, FieldTeams: out.teams} {
		column := s.layout.role
		if field == FieldTeams {
			column = s.layout.teams
		}
		if column != absent && s.cells[column].Struck && filled(s.cells[column].Text) {
			say(at, field, quote(email.Trim(s.cells[column].Text)), "delete it if it is not meant")
		}
	}
	slices.SortFunc(doubts, func(a, b problem) int { return a.column - b.column })
	return doubts
}
