// Package progress says how far the people of a roster have come: who has accepted an invitation, whose is open, whose has
// ended, and who has none.
//
// It is a pure decision about people, one reading of the organization, and what is remembered of earlier runs. Somebody whom
// the service knows under another spelling of the address is taken for the person, see [email.Mailbox], unless the roster
// names that address, too. It sends nothing, reads nothing and changes nothing.
package progress

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"rollcall/pkg/directory"
	"rollcall/pkg/email"
	"rollcall/pkg/plan"
)

// State says where a person is.
type State string

// The states.
const (
	// Accepted: the person is a member.
	Accepted State = "accepted"
	// Pending: an invitation is open, and will be for a while.
	Pending State = "pending"
	// ExpiresSoon: an invitation is open, and has less than a day left, or less than a tenth of the time that it lasts.
	ExpiresSoon State = "expires_soon"
	// Ended: there was an invitation that nobody can accept any more.
	Ended State = "ended"
	// NotInvited: nothing is known of an invitation.
	NotInvited State = "not_invited"
)

// States returns all states, the best first.
func States() []State { return []State{Accepted, Pending, ExpiresSoon, Ended, NotInvited} }

// How an invitation has ended that the person cannot accept any more.
const (
	Expired   = "expired"
	Cancelled = "cancelled"
	Declined  = "declined"
	// Elsewhere: it was accepted, and nobody of that address is a member.
	Elsewhere = "accepted"
	// Vanished: the service does not list it any more, although it had not expired.
	Vanished = "vanished"
	// Left: the person was a member, and is none any more.
	Left = "left"
)

// soonest is the most that an invitation may have left to expire soon, and tenth the part of its life time.
const (
	soonest = 24 * time.Hour
	tenth   = 10
)

// Person is somebody whom a roster names.
type Person struct {
	Line               int
	Email, Role, Teams string
	// Extra are the cells of the roster's own columns.
	Extra []string
	// Groups are those that the person counts in.
	Groups []string
}

// Standing is a person and where the person is.
type Standing struct {
	Person
	State State
	// As is the address under which the service knows the person, empty if it is that of the roster.
	As string
	// InvitationID, SentAt and ExpiresAt are of the last invitation, as far as they are known.
	InvitationID      string
	SentAt, ExpiresAt time.Time
	// How says how the invitation has ended, empty unless the state is [Ended].
	How string
	// Doubtful says that a request of a run for the person is without an answer.
	Doubtful bool
}

// Age returns how long ago the invitation was sent, and whether that is known.
func (s Standing) Age(now time.Time) (time.Duration, bool) {
	return max(now.Sub(s.SentAt), 0), !s.SentAt.IsZero()
}

// Counts counts people by state.
type Counts map[State]int

// People returns how many were counted.
func (c Counts) People() (n int) {
	for _, of := range c {
		n += of
	}
	return n
}

// Group are the people who have a value in common.
type Group struct {
	Value string
	Counts
}

// Progress is how far the people of a roster have come.
type Progress struct {
	// Roster and OrganizationID say whose progress it is where, Extra what the roster's own columns are called, and By what the
	// groups are made by, empty for nothing. They are for others to fill in.
	Roster, OrganizationID, By string
	Extra                      []string
	// At is the service's time of it.
	At time.Time
	// People are in the order of the roster, each once.
	People []Standing
	Counts Counts
	// Groups are by value, whoever has none last.
	Groups []Group
	// Low are the domains of which unusually few people have accepted.
	Low []Low
}

// Inputs are what a progress is found out from.
type Inputs struct {
	Directory *directory.Directory
	// Histories are what is remembered.
	Histories plan.Histories
	// Doubtful are the keys of those about whom a request of a run is without an answer.
	Doubtful map[string]bool
	// At is the service's time of the reading, and Recent how long an invitation counts that no list shows yet.
	At     time.Time
	Recent time.Duration
}

// Of returns how far people have come. Who is there twice, by [email.Fold], counts once.
func Of(people []Person, in Inputs) *Progress {
	p := &Progress{At: in.At, Counts: Counts{}}
	l := newLook(people, in)
	groups, seen := map[string]Counts{}, map[string]bool{}
	for _, person := range people {
		key := email.Fold(person.Email)
		if seen[key] {
			continue
		}
		seen[key] = true
		s := l.at(person)
		p.People = append(p.People, s)
		p.Counts[s.State]++
		for _, value := range person.Groups {
			if groups[value] == nil {
				groups[value] = Counts{}
			}
			groups[value][s.State]++
		}
	}
	for value, counts := range groups {
		p.Groups = append(p.Groups, Group{value, counts})
	}
	slices.SortFunc(p.Groups, func(x, y Group) int {
		if (x.Value == "") != (y.Value == "") {
			return cmp.Compare(y.Value, x.Value)
		}
		return cmp.Or(cmp.Compare(strings.ToLower(x.Value), strings.ToLower(y.Value)), cmp.Compare(x.Value, y.Value))
	})
	p.Low = low(p.People, in.At)
	return p
}
