package listing

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"rollcall/pkg/plural"
	"rollcall/pkg/progress"
)

// valueless is the group of those who have no value in a column.
const valueless = "(none)"

// Progress lists how far the people of a roster have come: each of them, as a roster has them, or by group if the progress has
// groups. How many there are of which kind stands above.
func Progress(p *progress.Progress) List {
	if p == nil {
		return List{}
	}
	l := List{None: p.Roster + " names nobody who counts", name: "Progress", Head: headOf(p), sparse: true}
	if p.By != "" {
		l.groups(p)
	} else {
		l.people(p)
	}
	l.Object = objectOf(p)
	return l
}

// headOf returns what stands above the list.
func headOf(p *progress.Progress) []string {
	total := p.Counts.People()
	lines := []string{fmt.Sprintf("%s: %s", p.Roster, plural.Of(total, "person"))}
	for _, state := range progress.States() {
		lines = append(lines, fmt.Sprintf("  %-12s %6d %4s", words(state), p.Counts[state], share(p.Counts[state], total)))
	}
	if len(p.Low) > 0 {
		lines = append(lines, "")
		for _, low := range p.Low {
			lines = append(lines, low.String())
		}
		lines = append(lines, progress.Advice)
	}
	return append(lines, "")
}

// words returns a state as people read it.
func words(state progress.State) string { return strings.ReplaceAll(string(state), "_", " ") }

// share returns a part in percent, rounded down, so that only all of something are 100%.
func share(part, whole int) string {
	percent := 100 * part / max(whole, 1)
	if percent == 0 && part > 0 {
		return "<1%"
	}
	return strconv.Itoa(percent) + "%"
}

// groups lists the groups.
func (l *List) groups(p *progress.Progress) {
	l.Columns = []string{p.By, "people", "accepted", "share"}
	for _, state := range progress.States()[1:] {
		l.Columns = append(l.Columns, string(state))
	}
	for _, group := range p.Groups {
		value := group.Value
		if value == "" {
			value = valueless
		}
		row := []string{value, strconv.Itoa(group.People()), strconv.Itoa(group.Counts[progress.Accepted]), share(group.Counts[progress.Accepted], group.People())}
		for _, state := range progress.States()[1:] {
			row = append(row, strconv.Itoa(group.Counts[state]))
		}
		l.Rows = append(l.Rows, row)
	}
}

// people lists everybody, with the roster's own columns where there is room for them.
func (l *List) people(p *progress.Progress) {
	l.Columns = []string{"email", "role", "teams", "status", "age", invitedAt, expiresAt, "note"}
	l.shown = len(l.Columns)
	l.Columns = append(l.Columns, p.Extra...)
	for _, s := range p.People {
		age := ""
		if old, known := s.Age(p.At); known {
			age = roughly(old)
		}
		row := []string{s.Email, s.Role, s.Teams, string(s.State), age, timeOf(s.SentAt), timeOf(s.ExpiresAt), noteOf(s)}
		row = append(row, s.Extra...)
		l.Rows = append(l.Rows, append(row, make([]string, len(l.Columns)-len(row))...))
	}
}

func timeOf(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}

// roughly returns an age in its largest unit.
func roughly(age time.Duration) string {
	switch hours := int(age.Hours()); {
	case hours >= 48:
		return strconv.Itoa(hours/24) + "d"
	case hours > 0:
		return strconv.Itoa(hours) + "h"
	}
	return strconv.Itoa(int(age.Minutes())) + "m"
}

// endings say how an invitation has ended.
var endings = map[string]string{
	progress.Elsewhere: "accepted, and nobody of that address is a member: perhaps under another one",
	progress.Vanished:  "no longer listed, although it had not expired",
	progress.Left:      "was a member, and is none any more",
}

// noteOf says what else there is to know of somebody.
func noteOf(s progress.Standing) string {
	var notes []string
	if s.How != "" {
		note, known := endings[s.How]
		if !known {
			note = s.How
		}
		notes = append(notes, note)
	}
	if s.As != "" {
		notes = append(notes, "known as "+s.As)
	}
	if s.Doubtful {
		notes = append(notes, "a request of a run is without an answer")
	}
	return strings.Join(notes, "; ")
}

// objectOf returns a progress for programs.
func objectOf(p *progress.Progress) any {
	type counts struct {
		People      int `json:"people"`
		Accepted    int `json:"accepted"`
		Pending     int `json:"pending"`
		ExpiresSoon int `json:"expires_soon"`
		Ended       int `json:"ended"`
		NotInvited  int `json:"not_invited"`
	}
	countsOf := func(c progress.Counts) counts {
		return counts{
			c.People(), c[progress.Accepted], c[progress.Pending], c[progress.ExpiresSoon], c[progress.Ended], c[progress.NotInvited],
		}
	}
	type group struct {
		Value string `json:"value"`
		counts
	}
	type low struct {
		Domain            string `json:"domain"`
		Accepted          int    `json:"accepted"`
		Invited           int    `json:"invited"`
		ElsewhereAccepted int    `json:"elsewhere_accepted"`
		ElsewhereInvited  int    `json:"elsewhere_invited"`
	}
	type person struct {
		Line         int               `json:"line"`
		Email        string            `json:"email"`
		Role         string            `json:"role"`
		Teams        string            `json:"teams"`
		Status       progress.State    `json:"status"`
		InvitedAt    time.Time         `json:"invited_at,omitzero"`
		ExpiresAt    time.Time         `json:"expires_at,omitzero"`
		InvitationID string            `json:"invitation_id,omitempty"`
		How          string            `json:"how,omitempty"`
		KnownAs      string            `json:"known_as,omitempty"`
		Doubtful     bool              `json:"doubtful,omitempty"`
		Extra        map[string]string `json:"extra,omitempty"`
	}
	groups, lows, people := []group{}, []low{}, []person{}
	for _, g := range p.Groups {
		groups = append(groups, group{g.Value, countsOf(g.Counts)})
	}
	for _, l := range p.Low {
		lows = append(lows, low(l))
	}
	for _, s := range p.People {
		extra := map[string]string{}
		for i, cell := range s.Extra {
			extra[p.Extra[i]] = cell
		}
		people = append(people, person{
			s.Line, s.Email, s.Role, s.Teams, s.State, s.SentAt.UTC(), s.ExpiresAt.UTC(), s.InvitationID, s.How, s.As, s.Doubtful, extra,
		})
	}
	return struct {
		OrganizationID string   `json:"organization_id"`
		Roster         string   `json:"roster"`
		Totals         counts   `json:"totals"`
		LowAcceptance  []low    `json:"low_acceptance"`
		By             string   `json:"by,omitempty"`
		Groups         []group  `json:"groups"`
		People         []person `json:"people"`
	}{p.OrganizationID, p.Roster, countsOf(p.Counts), lows, p.By, groups, people}
}
