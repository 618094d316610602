package plan

import (
	"fmt"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
)

// Reinvite says whose invitation is sent again.
type Reinvite string

// The choices. Empty stands for ReinviteExpired.
const (
	// ReinviteExpired renews invitations that have expired.
	ReinviteExpired Reinvite = "expired"
	// ReinviteNever renews none.
	ReinviteNever Reinvite = "never"
	// ReinvitePending renews pending ones, too: they are cancelled first.
	ReinvitePending Reinvite = "pending"
	// ReinviteEnded renews, beside expired ones, what ended otherwise: by being cancelled, declined or accepted under
	// another address, or by vanishing from the list.
	ReinviteEnded Reinvite = "ended"
)

// Policy says when somebody is invited again. The zero value renews every expired invitation.
type Policy struct {
	Reinvite Reinvite
	// After is how old the last invitation must be. A pending one whose age is not known is old enough for 0 only.
	After time.Duration
	// Max is how often one person may be invited in all, 0 meaning as often as need be.
	Max int
}

// keeps returns why an invitation is left as it is, as a reason and what would renew it. The reason is empty if the
// invitation is to be renewed.
func (p Policy) keeps(m directory.Membership, history History, now time.Time) (reason, hint string) {
	pending := m.Pending
	switch {
	case pending != nil && p.Reinvite != ReinvitePending:
		return reasonPending, ""
	case pending == nil && m.Expired != nil && p.Reinvite == ReinviteNever:
		return reasonExpired, "the invitation has expired; --reinvite expired renews it"
	case pending == nil && m.Expired == nil && p.Reinvite != ReinviteEnded:
		return reasonEnded, endedText(m.Ended) + "; --reinvite ended renews it"
	case p.spent(history):
		return reasonSpent, p.spentHint(history)
	case p.After <= 0:
		return "", ""
	case pending != nil && history.Invitation.ID != pending.ID:
		return reasonPending, "the invitation is pending, and nobody knows since when; --reinvite-after 0s renews it"
	}
	state, verb, since := "the invitation is pending", "was sent", history.At
	if pending == nil {
		state = "the invitation has expired"
		last := m.Expired
		if last == nil {
			state, last = endedText(m.Ended), m.Ended
		}
		if history.Invitation.ID != last.ID && !last.ExpiresAt.Before(since) { // it is not ours, and at least that old
			verb, since = "expired", last.ExpiresAt
		}
	}
	switch age := now.Sub(since); {
	case since.IsZero():
		return reasonYoung, state + ", and nobody knows when; --reinvite-after 0s renews it"
	case age < p.After:
		return reasonYoung, fmt.Sprintf("%s; it %s %s ago, and --reinvite-after %s renews no younger one", state, verb, max(age, 0).Round(time.Second), p.After)
	}
	return "", ""
}

// endedText says how an invitation has ended before it could expire.
func endedText(invitation *cybedefend.Invitation) string {
	switch how := directory.EndedHow(invitation.Status); how {
	case "accepted":
		return "the invitation was accepted, but nobody of this address is a member"
	case "ended":
		return "the invitation is no longer in the list, although it had not expired"
	default:
		return "the invitation was " + how
	}
}

// spent reports whether a person has been invited as often as may be.
func (p Policy) spent(history History) bool { return p.Max > 0 && history.Times >= p.Max }

func (p Policy) spentHint(history History) string {
	return fmt.Sprintf("invited %d times already; --reinvite-max %d renews it", history.Times, history.Times+1)
}

// The reasons behind verdicts, in plan files.
const (
	reasonStranger = "not in the organization"
	reasonMember   = "a member already"
	reasonPending  = "an invitation is pending"
	reasonExpired  = "the invitation has expired"
	reasonYoung    = "the last invitation is too young"
	reasonSpent    = "invited as often as allowed"
	reasonEnded    = "the invitation has ended"
	reasonTeams    = "the teams are wrong"
	reasonUnknown  = "nothing is known about the organization"
)
