package onboard

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"rollcall/pkg/directory"
	"rollcall/pkg/email"
	"rollcall/pkg/guard"
	"rollcall/pkg/record"
	"rollcall/pkg/roster"
)

// How many are named of whom a preview shows, beside counts: a person is to see all of it at once.
const (
	ShownInvitees = 8
	ShownAdmins   = 10
)

// Invitees are those who will be sent an invitation, as far as a person is shown them before.
type Invitees struct {
	// First are the first of them in the roster, [ShownInvitees] at most.
	First []Invitee `json:"first,omitempty"`
	// Admins are the first who will have more rights than a member, [ShownAdmins] at most, and AllAdmins counts them.
	Admins    []Invitee `json:"admins,omitempty"`
	AllAdmins int       `json:"all_admins"`
	// Domains, Roles and Teams count the people, the most frequent first. Who is in several teams counts for each.
	Domains []Count `json:"domains,omitempty"`
	Roles   []Count `json:"roles,omitempty"`
	Teams   []Count `json:"teams,omitempty"`
	// NewDomains are those at which the organization has neither a member nor an open invitation. An address of the wrong domain
	// is somebody else's. There are none where nobody knows.
	NewDomains []Count `json:"new_domains,omitempty"`

	domains, roles, teams map[string]int
	strange               map[string]bool // of the domains, those that are new
}

// Invitee is one of them.
type Invitee struct {
	Line  int    `json:"line"`
	Email string `json:"email"`
	Role  string `json:"role"`
	// Teams are those of the row, as a roster writes them.
	Teams string `json:"teams,omitempty"`
}

// Count is how many people have a value.
type Count struct {
	Value string `json:"value"`
	N     int    `json:"n"`
}

// add takes in somebody who will be sent, into these teams.
func (i *Invitees) add(rec *record.Record, teams []roster.Team, d *directory.Directory) {
	if i.domains == nil {
		i.domains, i.roles, i.teams, i.strange = map[string]int{}, map[string]int{}, map[string]int{}, map[string]bool{}
	}
	who := Invitee{Line: rec.Line, Email: rec.Email, Role: rec.Role, Teams: rec.Teams}
	if len(i.First) < ShownInvitees {
		i.First = append(i.First, who)
	}
	if guard.IsAdmin(rec.Role) {
		if i.AllAdmins++; len(i.Admins) < ShownAdmins {
			i.Admins = append(i.Admins, who)
		}
	}
	_, domain, _ := strings.Cut(email.Fold(rec.Email), "@")
	if i.domains[domain] == 0 {
		domain = strings.Clone(domain) // which is a piece of more
		isNew, known := d.IsNewDomain(rec.Email)
		i.strange[domain] = isNew && known
	}
	i.domains[domain]++
	i.roles[rec.Role]++
	for _, team := range teams {
		i.teams[team.Name]++
	}
}

// finish counts.
func (i *Invitees) finish() {
	i.Domains, i.Roles, i.Teams = byValue(i.domains), byValue(i.roles), byValue(i.teams)
	for _, domain := range i.Domains {
		if i.strange[domain.Value] {
			i.NewDomains = append(i.NewDomains, domain)
		}
	}
}

// byValue returns counts by value, the biggest first.
func byValue(of map[string]int) (list []Count) {
	for _, value := range slices.Sorted(maps.Keys(of)) {
		list = append(list, Count{value, of[value]})
	}
	slices.SortStableFunc(list, func(a, b Count) int { return cmp.Compare(b.N, a.N) })
	return list
}
