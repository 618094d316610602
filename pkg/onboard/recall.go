package onboard

import (
	"cmp"
	"context"
	"slices"

	"rollcall/pkg/drift"
	"rollcall/pkg/ledger"
)

// keep remembers that the run has made a change: once it is cut short, the organization does not show it any more.
func (c changer) keep(ctx context.Context, d drift.Difference, done Action) error {
	return c.ledger.KeepChange(ctx, c.run, ledger.Change{
		Kind: string(d.Kind), Action: string(done), Email: d.Email, Has: d.Has, Wanted: d.Wanted, UserID: d.UserID,
		InvitationID: d.InvitationID, ExpiresAt: d.ExpiresAt, At: c.connection.Now(),
	})
}

// recall adds what the run that is resumed has changed before it was cut short. Where the organization still shows it as it
// was, the list is late, and it is changed once more. What was undone in its name is no difference.
func (f *following) recall(ctx context.Context, l ledger.Ledger, run string) error {
	found := map[string]bool{}
	for _, c := range f.changes {
		found[keyOf(c)] = true
	}
	for kept, err := range l.Changes(ctx, run) {
		if err != nil {
			return err
		}
		made := Change{Action: Action(kept.Action), Difference: drift.Difference{
			Kind: drift.Kind(kept.Kind), Email: kept.Email, Has: kept.Has, Wanted: kept.Wanted, UserID: kept.UserID,
			InvitationID: kept.InvitationID, ExpiresAt: kept.ExpiresAt,
		}}
		if made.Kind != Invited && !found[keyOf(made)] {
			found[keyOf(made)] = true
			f.changes = append(f.changes, made)
		}
	}
	rank := func(c Change) int { return slices.Index(drift.Kinds(), c.Kind) }
	slices.SortStableFunc(f.changes, func(a, b Change) int { return cmp.Or(rank(a)-rank(b), cmp.Compare(a.Email, b.Email)) })
	return nil
}

// keyOf returns what makes two changes the same.
func keyOf(c Change) string {
	return string(c.Kind) + "\x00" + c.Email + "\x00" + c.InvitationID + "\x00" + c.Wanted
}
