// Package directory knows what an organization looks like now: its members, its invitations and its teams.
//
// [Read] makes one reading; the [Directory] it returns never changes and answers by person, whatever the letter case
// of the address. It decides nothing and sends nothing but reads.
package directory

import (
	"iter"
	"maps"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/email"
)

// Directory is one reading of an organization. It is safe for concurrent use, since nothing changes it.
type Directory struct {
	// Began is when the reading began, by this machine's clock: it settles nothing about attempts that had not
	// ended by then.
	Began time.Time
	// Stable reports whether the lists stood still enough while they were read, so that nobody can have slipped from
	// one page to the next unseen.
	Stable bool
	// Caller is who reads, as far as [Options.Caller] told.
	Caller Caller

	people  map[string]Standing
	members int
	teams   []cybedefend.Team
}

// Standing is what the directory holds about one person. The zero value is a stranger.
type Standing struct {
	// Member is the person as a member, nil if there is none.
	Member *cybedefend.User
	// Pending is the invitation that the person can still accept, nil if there is none.
	Pending *cybedefend.Invitation
	// Lapsed is the latest invitation that has expired unanswered, nil if there is none.
	Lapsed *cybedefend.Invitation
}

// Person returns what is known about an address.
func (d *Directory) Person(address string) Standing { return d.people[email.Fold(address)] }

// People yields everybody that the directory holds, by key and in no order. Where only some people mattered, others may
// be missing among the members, see [Options].
func (d *Directory) People() iter.Seq2[string, Standing] { return maps.All(d.people) }

// Members counts the people of the organization, also those who were not looked for.
func (d *Directory) Members() int { return d.members }

// Pending counts the people with an open invitation.
func (d *Directory) Pending() int {
	n := 0
	for _, standing := range d.people {
		if standing.Pending != nil {
			n++
		}
	}
	return n
}

// join notes a member.
func (d *Directory) join(key string, user cybedefend.User) {
	standing := d.people[key]
	standing.Member = &user
	d.people[key] = standing
}

// add notes a person's invitation, as it stands at the service's time now.
func (d *Directory) add(key string, invitation cybedefend.Invitation, now time.Time) {
	standing := d.people[key]
	switch StateOf(invitation, now) {
	case Pending:
		if standing.Pending == nil || invitation.ExpiresAt.After(standing.Pending.ExpiresAt) {
			standing.Pending = &invitation
		}
	case Expired:
		if standing.Lapsed == nil || invitation.ExpiresAt.After(standing.Lapsed.ExpiresAt) {
			standing.Lapsed = &invitation
		}
	case Ended:
		return
	}
	d.people[key] = standing
}
