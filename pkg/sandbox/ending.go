package sandbox

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"rollcall/pkg/cybedefend"
)

// Ending is how an invitation ended.
type Ending string

// The endings. An invitation that has [Dropped] is in no list any more and can't be found by its id.
const (
	Declined  Ending = "declined"
	Cancelled Ending = "cancelled"
	Dropped   Ending = "dropped"
)

// errNoInvitation is returned where an order names somebody without a pending invitation.
var errNoInvitation = errors.New("has no pending invitation")

// End ends the pending invitation of the address.
func (s *Sandbox) End(address string, ending Ending) error {
	last := slices.Index([]Ending{Declined, Cancelled, Dropped}, ending)
	if last < 0 {
		return fmt.Errorf("unknown ending %q", ending)
	}
	return s.conclude(address, func(i *invitation, now time.Time) error {
		s.organization.end(i, []status{declined, cancelled, dropped}[last], momentOf(now), s.options.PendingOnly)
		return nil
	})
}

// AcceptAs accepts the pending invitation of the address, by somebody who signs in with another one: that one becomes
// a member. An empty other address is the same.
func (s *Sandbox) AcceptAs(address, other string) error {
	other = or(other, address)
	if !validEmail(other) {
		return fmt.Errorf("%q is not an e-mail address", other)
	}
	return s.conclude(address, func(i *invitation, now time.Time) error {
		who := s.organization.person(other)
		if who.member != nil {
			return fmt.Errorf("%s is a member already", other)
		}
		s.organization.acceptAs(i, who, other, momentOf(now), s.options.PendingOnly)
		return nil
	})
}

// conclude does something about the pending invitation of the address.
func (s *Sandbox) conclude(address string, do func(*invitation, time.Time) error) error {
	now := s.options.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.catchUp(now)
	someone := s.organization.byEmail[fold(address)]
	if someone == nil || !someone.latest.live(now) {
		return fmt.Errorf("%s %w", address, errNoInvitation)
	}
	return do(someone.latest, now)
}

// acceptAs ends the invitation and makes whoever accepted it a member.
func (o *organization) acceptAs(i *invitation, who *person, address string, at moment, pendingOnly bool) {
	o.end(i, accepted, at, pendingOnly)
	o.joinTeams(o.join(who, address, cybedefend.Roles()[i.role], at), i.teams, at)
}

// other returns the address under which the person accepts.
func (p Person) other() string { return or(p.As, "private-"+p.Email) }

// inviteEnded adds the people whose invitations have ended before the beginning.
func (o *organization) inviteEnded(options Options, expires time.Time) {
	for _, group := range []struct {
		group
		last status
	}{
		{group{declinedWord, options.Declined}, declined},
		{group{cancelledWord, options.Cancelled}, cancelled},
		{group{droppedWord, options.Dropped}, dropped},
	} {
		for someone := range group.all(group.word) {
			o.end(o.invite(someone.Email, someone.Role, nil, beginning, expires), group.last, beginning, options.PendingOnly)
		}
	}
	for someone := range options.Accepted.all(acceptedWord) {
		i := o.invite(someone.Email, someone.Role, nil, beginning, expires)
		o.acceptAs(i, o.person(someone.other()), someone.other(), beginning, options.PendingOnly)
	}
}
