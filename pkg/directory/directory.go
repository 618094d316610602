// Package directory knows what an organization looks like now: its members, its invitations and its teams.
//
// [Read] makes one reading; the [Directory] it returns never changes. It answers by person, whatever the letter case of
// the address, and by invitation id, and says itself whether anybody may have been missed. It decides nothing and sends
// nothing but reads.
package directory

import (
	"iter"
	"slices"
	"strings"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/email"
)

// Directory is one reading of an organization. It is safe for concurrent use, since nothing changes it.
type Directory struct {
	// Began and Ended are when the reading began and ended, by this machine's clock: it settles nothing about attempts
	// that had not ended when it began.
	Began, Ended time.Time
	// Stable reports whether the lists stood still enough while they were read, so that nobody can have slipped from
	// one page to the next unseen.
	Stable bool
	// Complete reports whether nothing contradicts that the service showed everybody: neither its own totals, nor its
	// search, nor what an earlier memory knows.
	Complete bool
	// Gaps say in words why somebody may have been missed, one text for each reason. There are none if the reading is
	// stable and complete.
	Gaps []string
	// Warnings say in words what was odd, but hides nobody for certain: items that could not be read, the caller's
	// absence, and the like.
	Warnings []string
	// Veiled counts the pending invitations whose address cannot be read or is masked, without those in
	// [Options.Invitations]: any of them may be anybody's.
	Veiled int
	// Caller is who reads, as far as [Options.Caller] told.
	Caller Caller
	// Staff is who is in the teams that were asked for, nil where none was.
	Staff *Staff

	// at is the service's time at the end of the reading, which tells the states of invitations.
	at time.Time
	// invited are the invitations that were kept, latest which of them tell most of a person, and joined the members.
	invited invited
	latest  latest
	joined  joined
	// mailboxes are the pending invitations whose mailbox is not their key, by mailbox, as what tells them apart, and
	// otherwise the keys of such members.
	mailboxes, otherwise map[string][]string
	// doubled are the people with more than one pending invitation, by key.
	doubled          map[string]bool
	members, pending int
	teams            []cybedefend.Team
	named            *meanings // nil where they are not remembered
	domains          domains
}

// Membership is what the lists hold about one person. The zero value is a stranger.
type Membership struct {
	// Member is the person as a member, nil if there is none.
	Member *cybedefend.User
	// Pending is the invitation that the person can still accept, nil if there is none.
	Pending *cybedefend.Invitation
	// Expired is the latest invitation that ran out of time, nil if there is none.
	Expired *cybedefend.Invitation
	// Ended is the latest invitation that was answered or withdrawn, nil if there is none. [EndedHow] says how.
	Ended *cybedefend.Invitation
	// Perhaps is a member of another address who may be the person, nil if there is none or the person is a member. See
	// [Directory.SimilarMembers].
	Perhaps *cybedefend.User
}

// Certain reports whether whoever the directory does not know is not there.
func (d *Directory) Certain() bool { return d.Stable && d.Complete }

// Person returns what is known about an address.
func (d *Directory) Person(address string) Membership {
	key := email.Fold(address)
	m := d.membership(key)
	if m.Member == nil {
		if similar := d.similarMembers(key); len(similar) > 0 {
			m.Perhaps = &similar[0]
		}
	}
	return m
}

// membership returns what the lists hold about the person with a key.
func (d *Directory) membership(key string) Membership {
	ids := d.latest.find(key)
	return Membership{Member: d.joined.find(key), Pending: d.listed(ids[0]), Expired: d.listed(ids[1]), Ended: d.listed(ids[2])}
}

// listed returns the invitation that something tells apart, nil if there is none.
func (d *Directory) listed(id string) *cybedefend.Invitation {
	if id == "" {
		return nil
	}
	i, found := d.invited.find(id)
	if !found {
		return nil
	}
	return &i
}

// Invitation returns the invitation with an id, whatever its letter case, and the state in which it was shown. Where
// only some people mattered, others' may be missing, see [Options].
func (d *Directory) Invitation(id string) (i cybedefend.Invitation, state State, found bool) {
	i, found = d.invited.find(foldID(id))
	if !found || i.ID == "" {
		return cybedefend.Invitation{}, "", false
	}
	return i, StateOf(i, d.at), true
}

// Similar returns the pending invitations of other addresses that reach the same mailbox, or that a service which
// normalises addresses may have made of this one. See [email.Mailbox].
func (d *Directory) Similar(address string) (similar []cybedefend.Invitation) {
	key := email.Fold(address)
	mailbox := email.MailboxOf(key)
	if mailbox != key {
		if pending := d.membership(mailbox).Pending; pending != nil {
			similar = append(similar, *pending)
		}
	}
	for _, id := range d.mailboxes[mailbox] {
		if i := d.listed(id); email.Fold(i.Email) != key {
			similar = append(similar, *i)
		}
	}
	return similar
}

// SimilarMembers returns the members of other addresses that reach the same mailbox, or that a service which normalises
// addresses may have made of this one. See [email.Mailbox]. Where people were looked up singly, see [Options.People], these are
// members of the normal form alone.
func (d *Directory) SimilarMembers(address string) []cybedefend.User {
	return d.similarMembers(email.Fold(address))
}

// similarMembers is [Directory.SimilarMembers] by key.
func (d *Directory) similarMembers(key string) (similar []cybedefend.User) {
	mailbox := email.MailboxOf(key)
	if mailbox != key {
		if member := d.joined.find(mailbox); member != nil {
			similar = append(similar, *member)
		}
	}
	for _, other := range d.otherwise[mailbox] {
		if other != key {
			similar = append(similar, *d.joined.find(other))
		}
	}
	return similar
}

// PendingOf returns all pending invitations of an address, by id, where the reading has kept several. It looks at every
// invitation.
func (d *Directory) PendingOf(address string) (pending []cybedefend.Invitation) {
	key := email.Fold(address)
	for _, i := range d.invited.all() {
		if i.ID != "" && StateOf(i, d.at) == Pending && email.Fold(i.Email) == key {
			pending = append(pending, i)
		}
	}
	slices.SortFunc(pending, func(a, b cybedefend.Invitation) int { return strings.Compare(foldID(a.ID), foldID(b.ID)) })
	return pending
}

// Doubled reports whether the person has more than one invitation that can still be accepted: somebody was mailed twice.
func (d *Directory) Doubled(address string) bool { return d.doubled[email.Fold(address)] }

// People yields everybody that the directory holds, by key and in no order. Where only some people mattered, others may
// be missing, see [Options].
func (d *Directory) People() iter.Seq2[string, Membership] {
	return func(yield func(string, Membership) bool) {
		for key := range d.latest.texts.All() {
			if !yield(key, d.membership(key)) {
				return
			}
		}
		for key, user := range d.joined.all() {
			if !d.latest.has(key) && !yield(key, Membership{Member: &user}) {
				return
			}
		}
	}
}

// Joined yields the members whom the directory holds, by key and in no order.
func (d *Directory) Joined() iter.Seq2[string, cybedefend.User] { return d.joined.all() }

// Members counts the people of the organization, also those who did not matter.
func (d *Directory) Members() int { return d.members }

// Pending counts the people with an open invitation, also those who did not matter. Each invitation without a readable
// address counts as a person.
func (d *Directory) Pending() int { return d.pending }

func foldID(id string) string { return strings.ToLower(strings.TrimSpace(id)) }
