package follow

import (
	"slices"

	"rollcall/pkg/amend"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/drift"
	"rollcall/pkg/plan"
)

// PendingDiffers returns the difference of a pending invitation that is not what the roster wants. Nothing but another
// invitation makes an end of it.
func PendingDiffers(pending cybedefend.Invitation, d plan.Difference) amend.Change {
	return amend.Change{Action: amend.Reported, Difference: drift.Difference{
		Kind: drift.PendingDiffers, Email: pending.Email, Has: d.Has, Wanted: d.Wanted, InvitationID: pending.ID, ExpiresAt: pending.ExpiresAt,
		Note: d.Teams,
	}}
}

// SetPending puts the pending invitations that differ in the place of those that were found before.
func (f *Following) SetPending(found []amend.Change) {
	isOne := func(c amend.Change) bool { return c.Kind == drift.PendingDiffers }
	f.Changes = slices.Concat(slices.DeleteFunc(slices.Clone(f.Changes), isOne), found)
	amend.Sort(f.Changes)
}

// All returns all differences with what becomes of each; none of nil.
func (f *Following) All() []amend.Change {
	if f == nil {
		return nil
	}
	return f.Changes
}
