package drift

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/roster"
)

// Seat is a place in a team that a roster wants for somebody.
type Seat struct {
	Team cybedefend.Team
	Role string
	// AnyRole says that the roster names no role: whoever is in the team already keeps theirs.
	AnyRole bool
}

// Teams are what is compared where a roster names teams.
type Teams struct {
	// People are all of the organization's, by key. Only members are in teams.
	People iter.Seq2[string, directory.Membership]
	Staff  *directory.Staff
	// Seats are those that the roster wants, by key, of whoever it names.
	Seats map[string][]Seat
	// Named are the ids of the teams that the roster names: nothing is said about others.
	Named map[string]bool
}

// FindTeams returns where the teams of an organization differ from its roster, by kind, address and team.
func FindTeams(t Teams) []Difference {
	var found []Difference
	for key, m := range t.People {
		wanted, listed := t.Seats[key]
		if m.Member == nil || !listed {
			continue
		}
		has := t.Staff.Seats(*m.Member)
		for _, seat := range wanted {
			if d, differs := compareSeat(seat, has); differs {
				d.Email, d.UserID = m.Member.Email, m.Member.ID
				found = append(found, d)
			}
		}
		for _, seat := range has {
			in := func(wanted Seat) bool { return strings.EqualFold(wanted.Team.ID, seat.Team.ID) }
			if !t.Named[seat.Team.ID] || slices.ContainsFunc(wanted, in) {
				continue
			}
			d := Difference{Kind: TeamExtra, Email: m.Member.Email, Team: seat.Team, Has: string(seat.Role), UserID: m.Member.ID}
			if len(wanted) == 0 {
				d.Doubt = "the row names no team, so it may say nothing about them"
			}
			found = append(found, d)
		}
	}
	slices.SortFunc(found, func(a, b Difference) int {
		return cmp.Or(cmp.Compare(rank(a.Kind), rank(b.Kind)), cmp.Compare(a.Email, b.Email), cmp.Compare(a.Team.Name, b.Team.Name))
	})
	return found
}

// compareSeat says how the seats that somebody has differ from one that is wanted.
func compareSeat(wanted Seat, has []directory.Seat) (d Difference, differs bool) {
	i := slices.IndexFunc(has, func(s directory.Seat) bool { return strings.EqualFold(s.Team.ID, wanted.Team.ID) })
	if i < 0 {
		return Difference{Kind: TeamMissing, Team: wanted.Team, Wanted: wanted.Role}, true
	}
	d = Difference{Kind: TeamRole, Team: wanted.Team, Has: string(has[i].Role), Wanted: wanted.Role}
	role, err := roster.ParseTeamRole(d.Has)
	if wanted.AnyRole || role == wanted.Role {
		return d, false
	}
	if err != nil {
		d.Doubt = "the service does not say a role that a roster can give"
	}
	return d, true
}
