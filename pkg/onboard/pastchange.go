package onboard

import (
	"context"
	"slices"

	"rollcall/pkg/audit"
	"rollcall/pkg/ledger"
)

// Changes returns what a run has changed, or tried to, beside inviting: the latest line of the audit trail about each change, in
// the order in which they began. Nothing comes of a run that nobody knows.
func (h History) Changes(ctx context.Context, run string) (made []audit.Line, err error) {
	err = h.each(ctx, func(l ledger.Ledger) error {
		places := map[change]int{}
		for text, err := range l.Audit(ctx, 0) {
			if err != nil {
				return err
			}
			line, err := audit.Parse(text)
			if err != nil {
				return err
			}
			if line.Run != run || !slices.Contains(changeKinds, line.Kind) {
				continue
			}
			what := change{kind: line.Kind, email: line.Email, team: line.Team}
			if line.Kind == audit.Cancel { // somebody may have several invitations
				what.invitation = line.Before
			}
			if at, known := places[what]; known {
				made[at] = line
				continue
			}
			places[what] = len(made)
			made = append(made, line)
		}
		return nil
	})
	return made, err
}

// changeKinds are the lines about a change that is no invitation.
var changeKinds = []audit.Kind{audit.Cancel, audit.Role, audit.Team, audit.Remove}

// change is what makes two lines be about the same one.
type change struct {
	kind                    audit.Kind
	email, team, invitation string
}
