package amend

import (
	"cmp"
	"context"
	"slices"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/drift"
	"rollcall/pkg/ledger"
)

// keep remembers that the run has made a change: once it is cut short, the organization does not show it any more.
func (m Maker) keep(ctx context.Context, c Change, done Action) error {
	return m.Ledger.KeepChange(ctx, m.Run, ledger.Change{
		Kind: string(c.Kind), Action: string(done), Email: c.Email, TeamID: c.Team.ID, Team: c.Team.Name, Has: c.Has, Wanted: c.Wanted,
		UserID: c.UserID, InvitationID: c.InvitationID, ExpiresAt: c.ExpiresAt, At: m.Now(),
	})
}

// Recall adds to changes what the run that is resumed has changed before it was cut short, but for kinds that no
// organization differs by. Where the organization still shows it as it was, the list is late, and it is changed once more.
func Recall(ctx context.Context, l ledger.Ledger, run string, changes []Change) ([]Change, error) {
	found := map[string]int{} // which change it is, from 1
	for i, c := range changes {
		found[c.key()] = i + 1
	}
	for kept, err := range l.Changes(ctx, run) {
		if err != nil {
			return nil, err
		}
		made := Change{Action: Action(kept.Action), Difference: drift.Difference{
			Kind: drift.Kind(kept.Kind), Email: kept.Email, Team: cybedefend.Team{ID: kept.TeamID, Name: kept.Team}, Has: kept.Has, Wanted: kept.Wanted,
			UserID: kept.UserID, InvitationID: kept.InvitationID, ExpiresAt: kept.ExpiresAt,
		}}
		switch at := found[made.key()]; {
		case rank(made) < 0, made.Action == Due:
		case at == 0:
			changes = append(changes, made)
			found[made.key()] = len(changes)
		case made.Action == Demoted && changes[at-1].Action == Reported: // who stays listed, as what it was made
			changes[at-1] = made
		}
	}
	Sort(changes)
	return changes, nil
}

// Sort puts changes in the order in which they are listed and made: by kind, by address and by team.
func Sort(changes []Change) {
	slices.SortStableFunc(changes, func(a, b Change) int {
		return cmp.Or(rank(a)-rank(b), cmp.Compare(a.Email, b.Email), cmp.Compare(a.Team.Name, b.Team.Name))
	})
}

func rank(c Change) int { return slices.Index(drift.Kinds(), c.Kind) }

// key returns what makes two changes the same.
func (c Change) key() string {
	return string(c.Kind) + "\x00" + c.Email + "\x00" + c.Team.ID + "\x00" + c.InvitationID + "\x00" + c.Wanted
}
