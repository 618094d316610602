package follow

import (
	"slices"
	"testing"

	"rollcall/pkg/amend"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/drift"
	"rollcall/pkg/plan"
)

// TestSetPending puts what was found now in the place of what was found before, in the order of a list.
func TestSetPending(t *testing.T) {
	change := func(kind drift.Kind, address string) amend.Change {
		return amend.Change{Action: amend.Reported, Difference: drift.Difference{Kind: kind, Email: address}}
	}
	f := &Following{Options: &Options{}, Changes: []amend.Change{
		change(drift.Role, "a"), change(drift.PendingDiffers, "before"), change(drift.LeaverInvited, "b"),
	}}
	replaced := PendingDiffers(cybedefend.Invitation{ID: "i", Email: "d"}, plan.Difference{Has: "member", Wanted: "manager", Teams: "other teams"})
	if replaced.IsDue() || replaced.Note != "other teams" || replaced.InvitationID != "i" || replaced.Has != "member" || replaced.Wanted != "manager" {
		t.Errorf("%+v", replaced)
	}
	replaced.Action = amend.Replaced
	f.SetPending([]amend.Change{replaced, change(drift.PendingDiffers, "c")})
	var got []string
	for _, c := range f.Changes {
		got = append(got, string(c.Kind)+" "+c.Email)
	}
	if want := []string{"role a", "pending_differs c", "pending_differs d", "leaver_invited b"}; !slices.Equal(got, want) {
		t.Error(got)
	}
	if n := f.Count(); n.PendingDiffers != 2 || n.PendingReplaced != 1 || n.Changed != 1 || n.Roles != 1 || n.Held != 0 {
		t.Errorf("%+v", n)
	}
	for line := range Lines(f.Changes[2:3]) {
		if line.Kind != "pending_differs" || line.Action != "replaced" || line.Error != "other teams" || line.HasRole != "member" {
			t.Errorf("%+v", line)
		}
	}
}
