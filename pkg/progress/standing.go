package progress

import (
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/email"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
)

// look finds out where people are.
type look struct {
	Inputs
	// named are the keys of all people of the roster: what is known under one of them belongs to that person.
	named map[string]bool
	// spellings are the keys that something is remembered of and that the roster does not name, by mailbox.
	spellings map[string]string
	// lasts is the longest that an invitation is known to last, zero if none is.
	lasts time.Duration
}

func newLook(people []Person, in Inputs) look {
	l := look{Inputs: in, named: map[string]bool{}, spellings: map[string]string{}}
	for _, person := range people {
		l.named[email.Fold(person.Email)] = true
	}
	for key, history := range in.Histories.All() {
		if box := email.Mailbox(key); !l.named[key] && (l.spellings[box] == "" || key < l.spellings[box]) {
			l.spellings[box] = key
		}
		if i := history.Invitation; history.Times > 0 && !i.ExpiresAt.IsZero() && !history.At.IsZero() {
			l.lasts = max(l.lasts, i.ExpiresAt.Sub(history.At))
		}
	}
	return l
}

// history returns what is remembered of an address, or of another spelling of it.
func (l look) history(address string) plan.History {
	history, known := l.Histories.Find(email.Fold(address))
	if !known {
		history, _ = l.Histories.Find(l.spellings[email.Mailbox(address)])
	}
	return history
}

// at says where a person is.
func (l look) at(p Person) Standing {
	h := l.history(p.Email)
	s := l.find(Standing{Person: p, State: NotInvited}, h)
	if s.SentAt.IsZero() && (s.State == Accepted || s.InvitationID != "" && s.InvitationID == h.Invitation.ID) {
		s.SentAt = h.At
	}
	if s.State == Pending && l.endsSoon(s) {
		s.State = ExpiresSoon
	}
	s.Doubtful = l.Doubtful[email.Fold(p.Email)] && (s.State == Ended || s.State == NotInvited)
	return s
}

// find says where a person is, by what the lists show and by what is remembered.
func (l look) find(s Standing, h plan.History) Standing {
	m := l.Directory.Person(s.Email)
	last, _, _ := h.Last()
	remembered, state, listed := l.Directory.Invitation(last.ID)
	switch {
	case m.Member != nil:
		s.State = Accepted
		return s
	case m.Pending != nil:
		return s.with(Pending, *m.Pending)
	case listed && state == directory.Pending:
		return s.with(Pending, remembered)
	}
	for _, member := range l.Directory.SimilarMembers(s.Email) {
		if !l.named[email.Fold(member.Email)] {
			s.State, s.As = Accepted, member.Email
			return s
		}
	}
	for _, invitation := range l.Directory.Similar(s.Email) {
		if !l.named[email.Fold(invitation.Email)] {
			return s.with(Pending, invitation)
		}
	}
	switch {
	case !listed && !h.At.IsZero() && l.At.Sub(h.At) < l.Recent && !h.FoundGone(h.Invitation.ID): // too early for a list to show it
		s.State, s.InvitationID, s.SentAt, s.ExpiresAt = Pending, h.Invitation.ID, h.At, h.Invitation.ExpiresAt
		return s
	case listed: // under whatever spelling
		return s.ended(remembered, state)
	case m.Ended != nil && (m.Expired == nil || !m.Expired.ExpiresAt.After(m.Ended.ExpiresAt)):
		return s.ended(*m.Ended, directory.Ended)
	case m.Expired != nil:
		return s.ended(*m.Expired, directory.Expired)
	}
	return l.recall(s, h)
}

// recall says what is remembered of somebody of whom the lists show nothing.
func (l look) recall(s Standing, h plan.History) Standing {
	last, _, known := h.Last()
	undone, _ := h.Undoing()
	switch {
	case h.SeenAs == record.AlreadyMember && !h.SeenAt.Before(h.At):
		s.State, s.How = Ended, Left
	case !known && h.Times == 0:
	default:
		s.State, s.InvitationID, s.ExpiresAt, s.How = Ended, last.ID, last.ExpiresAt, Vanished
		switch {
		case undone != "" || !known:
			s.How = Cancelled
		case !last.ExpiresAt.IsZero() && !last.ExpiresAt.After(l.At):
			s.How = Expired
		}
	}
	return s
}

// with returns the standing of somebody with an invitation in a state.
func (s Standing) with(state State, i cybedefend.Invitation) Standing {
	s.State, s.InvitationID, s.ExpiresAt = state, i.ID, i.ExpiresAt
	if email.Fold(i.Email) != email.Fold(s.Email) {
		s.As = i.Email
	}
	return s
}

// ended returns the standing of somebody whose invitation has ended as the list shows it.
func (s Standing) ended(i cybedefend.Invitation, state directory.State) Standing {
	s = s.with(Ended, i)
	if s.How = Expired; state == directory.Ended {
		s.How = directory.EndedHow(i.Status)
	}
	return s
}

// endsSoon reports whether an open invitation ends soon: within a day, or within the last tenth of its life time if that is
// shorter. Where nobody knows when it was sent, it lasts as long as others.
func (l look) endsSoon(s Standing) bool {
	if s.ExpiresAt.IsZero() {
		return false
	}
	lasts := l.lasts
	if !s.SentAt.IsZero() {
		lasts = s.ExpiresAt.Sub(s.SentAt)
	}
	soon := soonest
	if lasts > 0 {
		soon = min(soon, lasts/tenth)
	}
	return s.ExpiresAt.Sub(l.At) <= soon
}
