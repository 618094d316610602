package onboard

import (
	"strings"
	"time"

	"rollcall/pkg/amend"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/drift"
	"rollcall/pkg/email"
	"rollcall/pkg/journey"
)

// What people are to whom invitations are to be taken back, as the file of changes has it.
const (
	// Invited: an invitation is pending.
	Invited drift.Kind = "invited"
	// Accepted: a member by now, whom nobody removes.
	Accepted drift.Kind = "member"
	// NotInvited: no invitation is pending.
	NotInvited drift.Kind = "not_invited"
	// InDoubt: it is not known whether an invitation is pending, or which.
	InDoubt drift.Kind = "in_doubt"
)

// judge says what is to be done about a person: a change for each pending invitation, or one that says why there is none.
func (c *CancelSession) judge(address string) []amend.Change {
	in := &c.session.past.inputs
	m := in.Directory.Person(address)
	switch {
	case c.session.past.inDoubt(address):
		return leave(InDoubt, address, "what became of an earlier request for the person is not known yet")
	case m.Member != nil:
		return []amend.Change{accepted(address, *m.Member)}
	}
	pending := c.pendingOf(address, m)
	if len(pending) == 0 {
		return c.judgeUninvited(address, m)
	}
	changes := make([]amend.Change, 0, len(pending))
	for _, invitation := range pending {
		changes = append(changes, c.judgeInvitation(address, invitation))
	}
	return changes
}

// leave returns that a person is left alone, and why.
func leave(kind drift.Kind, address, why string) []amend.Change {
	return []amend.Change{{Difference: drift.Difference{Kind: kind, Email: address}, Action: amend.Reported, Held: why}}
}

// accepted returns that somebody is a member by now.
func accepted(address string, member cybedefend.User) amend.Change {
	return amend.Change{
		Difference: drift.Difference{Kind: Accepted, Email: address, Has: string(member.Role), UserID: member.ID},
		Action:     amend.Reported, Held: "a member already: members are never removed",
	}
}

// pendingOf returns the pending invitations that the list has for a person: under the address, or under another spelling of
// it if the id is remembered as the person's.
func (c *CancelSession) pendingOf(address string, m directory.Membership) (pending []cybedefend.Invitation) {
	in := &c.session.past.inputs
	if in.Directory.Doubled(address) {
		pending = in.Directory.PendingOf(address)
	} else if m.Pending != nil {
		pending = append(pending, *m.Pending)
	}
	known := map[string]bool{}
	for _, invitation := range pending {
		known[strings.ToLower(invitation.ID)] = true
	}
	for _, id := range []string{c.made.of[email.Fold(address)], in.Histories.Of(address).Invitation.ID} {
		invitation, state, found := in.Directory.Invitation(id)
		if id != "" && found && state == directory.Pending && !known[strings.ToLower(invitation.ID)] && email.Mailbox(invitation.Email) == email.Mailbox(address) {
			known[strings.ToLower(invitation.ID)] = true
			pending = append(pending, invitation)
		}
	}
	return pending
}

// judgeInvitation says what is to be done about a pending invitation.
func (c *CancelSession) judgeInvitation(address string, i cybedefend.Invitation) amend.Change {
	in := &c.session.past.inputs
	change := amend.Change{Step: amend.Cancel, Action: amend.Reported, Difference: drift.Difference{
		Kind: Invited, Email: address, Has: i.OrganizationRole, InvitationID: i.ID, ExpiresAt: i.ExpiresAt,
	}}
	key := email.Fold(address)
	undone, before := in.Histories.Of(address).Undone[strings.ToLower(i.ID)]
	switch {
	case i.ID == "":
		change.Kind, change.Held = InDoubt, "the list does not name the id of the invitation: cancel it in the dashboard"
	case before && in.At.Sub(undone) < journey.MemoryCounts:
		change.Kind, change.Held = NotInvited, cancelledAt(undone)+", which the list may not show yet"
	case c.whom.run.ID == "" || strings.EqualFold(c.made.of[key], i.ID):
		change.Action = amend.Due
	case c.made.unsure[key]:
		change.Kind, change.Held = InDoubt, "the id of the invitation that the run has made is not known: name the person to cancel this one"
	default:
		change.Held = "the run has not made this invitation: name the person to cancel it"
	}
	return change
}

func cancelledAt(at time.Time) string {
	return "cancelled at " + at.UTC().Format(time.DateTime) + " UTC already"
}

// judgeUninvited says why nothing is to be done about somebody who has no pending invitation by the list.
func (c *CancelSession) judgeUninvited(address string, m directory.Membership) []amend.Change {
	in := &c.session.past.inputs
	history := in.Histories.Of(address)
	undone, at := history.Undoing()
	switch {
	case undone != "":
		return leave(NotInvited, address, cancelledAt(at))
	case !in.Directory.Certain() && !in.TrustLists:
		return leave(InDoubt, address, "the lists contradict themselves, and may lack the person: "+strings.Join(in.Directory.Gaps, "; "))
	case history.Times > 0 && in.At.Sub(history.At) < journey.MemoryCounts && !isListed(in.Directory, history.Invitation.ID):
		return leave(InDoubt, address, "invited a moment ago, which the list does not show yet")
	case m.Ended != nil:
		return leave(NotInvited, address, "the invitation has ended: "+directory.EndedHow(m.Ended.Status))
	case m.Expired != nil:
		return leave(NotInvited, address, "the invitation has expired")
	}
	return leave(NotInvited, address, "no invitation is pending")
}

func isListed(d *directory.Directory, id string) bool {
	_, _, found := d.Invitation(id)
	return found
}
