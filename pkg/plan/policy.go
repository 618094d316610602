package plan

import (
	"fmt"
	"time"

	"rollcall/pkg/directory"
)

// Reinvite says whose invitation is sent again.
type Reinvite string

// The choices. Empty stands for ReinviteExpired.
const (
	// ReinviteExpired renews invitations that have expired.
	ReinviteExpired Reinvite = "expired"
	// ReinviteEnded renews those, too, that ended in another way: cancelled, declined, accepted under another address or
	// vanished.
	ReinviteEnded Reinvite = "ended"
	// ReinviteNever renews none.
	ReinviteNever Reinvite = "never"
	// ReinvitePending renews pending ones, too: they are cancelled first.
	ReinvitePending Reinvite = "pending"
)

// Policy says when somebody is invited again. The zero value renews every expired invitation.
type Policy struct {
	Reinvite Reinvite
	// After is how old the last invitation must be. A pending one whose age is not known is old enough for 0 only.
	After time.Duration
	// Max is how often one person may be invited in all, 0 meaning as often as need be.
	Max int
}

// keeps returns why an invitation, pending or expired, is left as it is, as a reason and what would renew it. The reason
// is empty if the invitation is to be renewed.
func (p Policy) keeps(standing directory.Standing, past Past, now time.Time) (reason, hint string) {
	pending, lapsed := standing.Pending, standing.Lapsed
	switch {
	case pending != nil && p.Reinvite != ReinvitePending:
		return reasonPending, ""
	case pending == nil && p.Reinvite == ReinviteNever:
		return reasonExpired, "the invitation has expired; --reinvite expired renews it"
	case p.spent(past):
		return reasonSpent, p.spentHint(past)
	case p.After <= 0:
		return "", ""
	case pending != nil && past.Invitation.ID != pending.ID:
		return reasonPending, "the invitation is pending, and nobody knows since when; --reinvite-after 0s renews it"
	}
	state, verb, since := "the invitation is pending", "was sent", past.At
	if pending == nil {
		state = "the invitation has expired"
		if past.Invitation.ID != lapsed.ID && !lapsed.ExpiresAt.Before(since) { // it is not ours, and at least that old
			verb, since = "expired", lapsed.ExpiresAt
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

// spent reports whether a person has been invited as often as may be.
func (p Policy) spent(past Past) bool { return p.Max > 0 && past.Times >= p.Max }

func (p Policy) spentHint(past Past) string {
	return fmt.Sprintf("invited %d times already; --reinvite-max %d renews it", past.Times, past.Times+1)
}

// The reasons behind verdicts, in plan files.
const (
	reasonStranger = "not in the organization"
	reasonMember   = "a member already"
	reasonPending  = "an invitation is pending"
	reasonExpired  = "the invitation has expired"
	reasonYoung    = "the last invitation is too young"
	reasonSpent    = "invited as often as allowed"
	reasonRole     = "the caller may not grant the role"
	reasonTeams    = "the teams are wrong"
	reasonUnknown  = "nothing is known about the organization"
)
