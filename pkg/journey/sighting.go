package journey

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/email"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
)

const (
	// MemoryCounts is how long what the ledger knows counts, whatever a list says: lists lag behind. After that the
	// directory's truth beats the memory.
	MemoryCounts = 10 * time.Minute
	// UnknownLag is how long a list is taken to lag behind where nothing shows how long it does. Lists were seen to lag
	// by fifteen seconds.
	UnknownLag = 30 * time.Second
	// vanished is the status of an invitation that is remembered and no longer listed.
	vanished = "vanished"
)

// Sighting is what one reading of the directory shows of one person.
type Sighting struct {
	// Membership is the person's place, by address, by the ids of the invitations that are remembered, and by memory where
	// the list may not know yet. Where several invitations tell of it, the latest alone counts.
	directory.Membership
	// Began is when the reading began, and Lag how late it may be.
	Began time.Time
	Lag   time.Duration
	// Gaps say in words why somebody may have been missed, and are empty if nobody was. Err is why nothing was read.
	Gaps []string
	Err  error
	// Similar is an address in the list of invitations that may be the same mailbox, empty if there is none, and Joined one
	// in the list of members. Veiled says that the list of invitations has addresses that cannot be read.
	Similar, Joined string
	Veiled          bool
	// Withdrawn are the ids of the invitations that runs have cancelled, with when that was: a late list still shows them.
	Withdrawn map[string]time.Time
	// Bereft is the invitation that was cancelled in order to be replaced, where nothing has come after it. Empty: none.
	Bereft string
	// Recalled says that the memory alone knows of the invitation that is gone.
	Recalled bool
	// Unsure says that the service has lately confirmed a request without describing the invitation.
	Unsure bool
}

// See returns what a reading shows of an entry's person.
func See(d *directory.Directory, w Work, in plan.Inputs, lag time.Duration) Sighting {
	history := in.Histories.Of(w.Email)
	if in.Blind {
		return Sighting{Membership: remembered(history, in.At)}
	}
	s := Sighting{Membership: d.Person(w.Email), Began: d.Began, Lag: lag, Gaps: d.Gaps, Withdrawn: history.Cancelled}
	for _, id := range []string{w.InvitationID, history.Invitation.ID, history.Seen.ID} {
		s.byID(d, id)
	}
	for _, id := range history.Earlier {
		if i, state, found := d.Invitation(id); found && state == directory.Pending && s.Pending == nil {
			s.Pending = &i
		}
	}
	if history.Anew() {
		s.Ended = nil // that was before the person left
	}
	s.Similar, s.Veiled = unaccounted(d, w, in)
	s.Joined = joined(d, w, in)
	if w.Trail.Cancelled != "" {
		s.Perhaps = nil // nobody has accepted it
	}
	replaced := w.Trail.Cancelled
	if w.InDoubt && replaced == "" && s.Pending == nil && !s.answered(w.Replaces) {
		replaced = w.Replaces
	}
	s.Membership = latest(without(s.Membership, replaced))
	s.bereave(w, in.Policy)
	if s.Pending != nil && s.withdrawn(s.Pending.ID) && !w.InDoubt && in.At.Sub(s.Withdrawn[s.Pending.ID]) < MemoryCounts {
		s.Pending = nil
	}
	if undone := s.undo(w, history, in.At); !undone && s.Member == nil && s.Pending == nil && (replaced == "" || replaced != history.Invitation.ID) {
		s.recall(d, history, in.At)
	}
	if s.Bereft == "" && s.Member == nil && s.latest() == "" {
		s.Bereft = history.Bereft()
	}
	return s
}

// bereave takes out an invitation that is listed as cancelled because a run has cancelled it, or has asked for that and heard
// no answer, in order to replace it: whoever has lost theirs so is not done with.
func (s *Sighting) bereave(w Work, p plan.Policy) {
	if s.Ended == nil || s.Pending != nil || directory.EndedHow(s.Ended.Status) != "cancelled" {
		return
	}
	if s.withdrawn(s.Ended.ID) || w.replacing() && p.Reinvite.Replaces() && !w.InDoubt && !w.Refused {
		s.Bereft, s.Ended = s.Ended.ID, nil
	}
}

// unaccounted returns an invitation of a similar address that nobody else explains, and whether there are any whose address
// cannot be read. Whatever was there before the request, or is known to be another person's, is no trace of it: an earlier
// run or this one has made it, and it is listed under that person's address. Under any other, the service has put several
// addresses into one, and the request may be behind it. The reading at the beginning was before the requests of this
// process alone: it may show what a process before this one has left.
func unaccounted(d *directory.Directory, w Work, in plan.Inputs) (similar string, veiled bool) {
	known := map[string]bool{}
	identity := func(i cybedefend.Invitation) string { return cmp.Or(i.ID, "@"+email.Fold(i.Email)) }
	earlier := 0
	if in.Directory != nil && in.Directory != d && !w.Inherited {
		earlier = in.Directory.Veiled
		for _, invitation := range in.Directory.Similar(w.Email) {
			known[identity(invitation)] = true
		}
	}
	for _, invitation := range d.Similar(w.Email) {
		others := same(in.Histories.Of(invitation.Email).Invitation.ID, invitation.ID) || in.Made != nil && in.Made(invitation.ID, email.Fold(invitation.Email))
		if !known[identity(invitation)] && !others {
			return invitation.Email, d.Veiled > earlier
		}
	}
	return "", d.Veiled > earlier
}

// joined returns a member of a similar address who may have accepted the invitation that the request has made: one who was
// none before. Nothing tells by which invitation somebody has joined.
func joined(d *directory.Directory, w Work, in plan.Inputs) string {
	before := map[string]bool{}
	if in.Directory != nil && in.Directory != d && !w.Inherited {
		for _, member := range in.Directory.SimilarMembers(w.Email) {
			before[email.Fold(member.Email)] = true
		}
	}
	for _, member := range d.SimilarMembers(w.Email) {
		if !before[email.Fold(member.Email)] {
			return member.Email
		}
	}
	return ""
}

// byID adds the invitation with an id, which the list may have under another spelling of the address.
func (s *Sighting) byID(d *directory.Directory, id string) {
	if id == "" || s.Pending != nil && same(s.Pending.ID, id) {
		return
	}
	invitation, state, found := d.Invitation(id)
	if !found {
		return
	}
	switch {
	case state == directory.Pending && s.Pending == nil:
		s.Pending = &invitation
	case state == directory.Expired && s.Expired == nil:
		s.Expired = &invitation
	case state == directory.Ended && s.Ended == nil:
		s.Ended = &invitation
	}
}

// recall adds what is remembered of somebody whom the lists show neither as a member nor as invited. An invitation of ours
// that is young counts unless the list says itself how it ended: a list that lags behind does not.
func (s *Sighting) recall(d *directory.Directory, history plan.History, now time.Time) {
	if history.SeenAs == record.AlreadyMember && history.SeenAt.After(history.At) && now.Sub(history.SeenAt) < MemoryCounts {
		s.Membership = directory.Membership{Member: &cybedefend.User{}}
		return
	}
	if _, _, known := history.Last(); !known {
		return
	}
	last, at, _ := history.Last() // a copy that may be kept: hardly anybody needs one
	only := func(m directory.Membership) {
		m.Perhaps = s.Perhaps
		s.Membership = m
	}
	expired := func(i cybedefend.Invitation) bool { return !i.ExpiresAt.IsZero() && !i.ExpiresAt.After(now) }
	young := func(i cybedefend.Invitation, at time.Time) bool {
		return now.Sub(at) < MemoryCounts && !expired(i) && !ended(d, i.ID)
	}
	own, seen := history.Invitation, history.Seen
	switch sent := young(own, history.At); {
	case sent && history.Unsure:
		s.Unsure = true
	case sent:
		only(directory.Membership{Pending: &own})
	case history.SeenAs == record.AlreadyInvited && seen.ID != own.ID && young(seen, history.SeenAt): // not by memory itself
		only(directory.Membership{Pending: &seen})
	case ended(d, last.ID), later(s.Expired, last, at), later(s.Ended, last, at):
		// The list knows more than the memory.
	case expired(last) && !history.FoundGone(last.ID):
		only(directory.Membership{Expired: &last})
		s.Recalled = true
	default:
		last.Status = vanished
		only(directory.Membership{Ended: &last})
		s.Recalled = true
	}
}

// ended reports whether the list has the invitation with that id as one that has ended, be it the latest of the person or not.
func ended(d *directory.Directory, id string) bool {
	_, state, found := d.Invitation(id)
	return found && state != directory.Pending
}

// later reports whether a listed invitation is later than one that is remembered, which was sent or seen at an instant. Where
// it is not known when that expires, one that has expired before is none.
func later(listed *cybedefend.Invitation, last cybedefend.Invitation, at time.Time) bool {
	expires := last.ExpiresAt
	if expires.IsZero() {
		expires = at
	}
	return listed != nil && listed.ExpiresAt.After(expires)
}

// remembered returns the place that the last invitation in memory gives a person, where the lists are not read.
func remembered(history plan.History, now time.Time) (m directory.Membership) {
	last, _, known := history.Last()
	gone, at := history.Undoing()
	switch {
	case history.SeenAs == record.AlreadyMember && history.SeenAt.After(history.At) && history.SeenAt.After(at):
		m.Member = &cybedefend.User{Email: last.Email}
	case gone != "":
		m.Ended = undone(history, gone)
	case !known:
	case last.ExpiresAt.IsZero() || last.ExpiresAt.After(now):
		m.Pending = &last
	default:
		m.Expired = &last
	}
	return m
}

// without returns the membership without the invitation that was cancelled to be replaced.
func without(m directory.Membership, replaced string) directory.Membership {
	for _, invitation := range []**cybedefend.Invitation{&m.Pending, &m.Expired, &m.Ended} {
		if *invitation != nil && same((*invitation).ID, replaced) {
			*invitation = nil
		}
	}
	return m
}

// latest returns the membership with the invitation alone that tells most about it.
func latest(m directory.Membership) directory.Membership {
	switch {
	case m.Pending != nil:
		m.Expired, m.Ended = nil, nil
	case m.Expired != nil && m.Ended != nil && m.Expired.ExpiresAt.After(m.Ended.ExpiresAt):
		m.Ended = nil
	case m.Expired != nil && m.Ended != nil:
		m.Expired = nil
	}
	return m
}

// Certain reports whether the reading shows everybody.
func (s Sighting) Certain() bool { return s.Err == nil && len(s.Gaps) == 0 }

// found reports whether the person is a member or has an open invitation.
func (s Sighting) found() bool { return s.Err == nil && (s.Member != nil || s.Pending != nil) }

// gap says why the reading does not tell.
func (s Sighting) gap() string {
	if s.Err != nil {
		return fmt.Sprintf("the directory could not be read: %v", s.Err)
	}
	return strings.Join(s.Gaps, "; ")
}

// withdrawn reports whether a run has cancelled the invitation in order to replace it.
func (s Sighting) withdrawn(id string) bool {
	_, withdrawn := s.Withdrawn[id]
	return withdrawn
}

// own returns the invitation that a request of ours has made, nil if the reading shows none. The one that the request was
// to replace is cancelled first: as long as it is pending, nothing was sent. One that had ended before is pending in a late
// list as well as when the request has renewed it.
func (s Sighting) own(w Work) *cybedefend.Invitation {
	for _, invitation := range []*cybedefend.Invitation{s.Pending, s.Expired, s.Ended} {
		switch {
		case invitation == nil, s.withdrawn(invitation.ID):
		case same(invitation.ID, w.InvitationID):
			return invitation
		case invitation == s.Pending && !same(invitation.ID, w.Replaces) && (!s.early(w) || !same(invitation.ID, w.Before)):
			return invitation
		}
	}
	return nil
}

// same reports whether two ids are the same. An empty one is none: a list may name no ids.
func same(a, b string) bool { return a != "" && strings.EqualFold(a, b) }

// answered reports whether the list shows that the invitation was accepted or declined, rather than cancelled.
func (s Sighting) answered(id string) bool {
	return s.Ended != nil && same(s.Ended.ID, id) && directory.EndedHow(s.Ended.Status) != "cancelled"
}

// endedSince reports whether the list has an invitation that has ended and was not known of before the request.
func (s Sighting) endedSince(w Work) bool {
	return s.Pending == nil && (s.Expired != nil || s.Ended != nil) && !same(s.latest(), w.Before)
}

// latest returns the id of the invitation that counts, empty if there is none.
func (s Sighting) latest() string {
	for _, invitation := range []*cybedefend.Invitation{s.Pending, s.Expired, s.Ended} {
		if invitation != nil {
			return invitation.ID
		}
	}
	return ""
}

// perhaps says what in the lists may be the entry's invitation.
func (s Sighting) perhaps() string {
	switch {
	case s.Similar != "":
		return fmt.Sprintf("; %s is invited, which may be the same mailbox", s.Similar)
	case s.Joined != "":
		return fmt.Sprintf("; %s is a member, which may be the same mailbox", s.Joined)
	case s.Veiled:
		return "; some of the addresses that it lists cannot be read"
	}
	return ""
}

// early reports whether the reading began too soon to show that a request had no effect.
func (s Sighting) early(w Work) bool { return s.Err == nil && s.Began.Before(s.tellsFrom(w)) }

// AsIfLate returns the sighting as if its reading had begun late enough to tell and had shown everybody by their address,
// for a look ahead: what it does not show then had no effect. Whoever is looked up on the way may be sent as soon as one
// reading is like that.
func (s Sighting) AsIfLate() Sighting {
	s.Began, s.Gaps = s.Began.AddDate(1, 0, 0), nil
	s.Similar, s.Joined, s.Veiled = "", "", false
	return s
}

// tellsFrom returns from when on a reading shows whether the entry's last request had an effect: the request must be at
// work no more, and the list must have had the time to learn of it.
func (s Sighting) tellsFrom(w Work) time.Time {
	return w.Trail.EndedAt.Add(w.Trail.SilentFor + s.Lag)
}
