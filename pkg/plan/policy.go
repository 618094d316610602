package plan

import (
	"fmt"
	"strconv"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/remedy"
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
	// ReinviteDiffering renews, beside expired ones, pending ones with another role or other teams than the roster wants, see
	// [Inputs.Differs]: they are cancelled first.
	ReinviteDiffering Reinvite = "differing"
	// ReinviteEnded renews, beside expired ones, what ended otherwise: by being cancelled, declined or accepted under
	// another address, or by vanishing from the list.
	ReinviteEnded Reinvite = "ended"
)

// Reinvites returns all choices, the usual one first.
func Reinvites() []Reinvite {
	return []Reinvite{ReinviteExpired, ReinviteEnded, ReinviteDiffering, ReinvitePending, ReinviteNever}
}

// Policy says when somebody is invited again. The zero value renews every expired invitation.
type Policy struct {
	Reinvite Reinvite
	// After is how old the last invitation must be. A pending one whose age is not known is old enough for 0 only.
	After time.Duration
	// Max is how often one person may be invited in all, 0 meaning as often as need be.
	Max int
}

// keeps returns why an invitation is left as it is, as a reason and what would renew it. The reason is empty if the
// invitation is to be renewed. Differs is how a pending one is not what the roster wants, nil if it is.
func (p Policy) keeps(m directory.Membership, history History, now time.Time, differs *Difference) (reason string, hint remedy.Hint) {
	pending := m.Pending
	switch {
	case pending != nil && !p.replaces(differs):
		return reasonPending, nil
	case pending != nil && pending.ID == "":
		return reasonPending, remedy.Words("the list does not name the id of the pending invitation, so it cannot be cancelled: renew it in the dashboard")
	case pending == nil && m.Expired != nil && p.Reinvite == ReinviteNever:
		return reasonExpired, remedy.Words("the invitation has expired; ").Use(OptionReinvite, string(ReinviteExpired)).Words(" renews it")
	case pending == nil && m.Expired == nil && p.Reinvite != ReinviteEnded:
		return reasonEnded, remedy.Words(endedText(m.Ended)+"; ").Use(OptionReinvite, string(ReinviteEnded)).Words(" renews it")
	case p.spent(history):
		return reasonSpent, p.spentHint(history)
	case p.After <= 0:
		return "", nil
	case pending != nil && history.Invitation.ID != pending.ID:
		return reasonPending, remedy.Words("the invitation is pending, and nobody knows since when; ").Use(OptionReinviteAfter, "0s").Words(" renews it")
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
		return reasonYoung, remedy.Words(state+", and nobody knows when; ").Use(OptionReinviteAfter, "0s").Words(" renews it")
	case age < p.After:
		words := fmt.Sprintf("%s; it %s %s ago, and ", state, verb, max(age, 0).Round(time.Second))
		return reasonYoung, remedy.Words(words).Use(OptionReinviteAfter, p.After.String()).Words(" renews no younger one")
	}
	return "", nil
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

func (p Policy) spentHint(history History) remedy.Hint {
	return remedy.Words(fmt.Sprintf("invited %d times already; ", history.Times)).
		Use(OptionReinviteMax, strconv.Itoa(history.Times+1)).Words(" renews it")
}

// The options of a policy, as remedies name them.
const (
	OptionReinvite      = "reinvite"
	OptionReinviteAfter = "reinvite-after"
	OptionReinviteMax   = "reinvite-max"
	// OptionTrustLists believes the lists, see [Inputs.TrustLists].
	OptionTrustLists = "trust-lists"
)

// The reasons behind verdicts, in plan files.
const (
	reasonStranger = "not in the organization"
	reasonMember   = "a member already"
	reasonPending  = "an invitation is pending"
	reasonDiffers  = "the pending invitation has another role or other teams"
	reasonExpired  = "the invitation has expired"
	reasonYoung    = "the last invitation is too young"
	reasonSpent    = "invited as often as allowed"
	reasonEnded    = "the invitation has ended"
	reasonPerhaps  = "perhaps there under another address"
	reasonWithheld = "to be confirmed first"
	reasonTeams    = "the teams are wrong"
	reasonUnknown  = "nothing is known about the organization"
)
