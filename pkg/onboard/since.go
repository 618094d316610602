package onboard

import (
	"context"

	"rollcall/pkg/record"
)

// Moved is somebody of whom something else becomes than was foreseen.
type Moved struct {
	Line  int
	Email string
	// Outcome is the verdict now: one that sends of somebody who would not have been sent before, another one of somebody who
	// would have been.
	Outcome record.Outcome
}

// Since compares the preview with an earlier one of the same roster, which need have no session any more: who would be sent now
// and would not have been, or the other way round. It returns the first [Shown] of them, and how many there are. It is not to be
// asked for once the session has ended.
func (p *Preview) Since(ctx context.Context, before *Preview) (first []Moved, all int, err error) {
	for rec, err := range p.Verdicts(ctx) {
		if err != nil {
			return first, all, err
		}
		if p.sends.contains(rec.Row) == before.sends.contains(rec.Row) {
			continue
		}
		if all++; len(first) < Shown {
			first = append(first, Moved{Line: rec.Line, Email: rec.Email, Outcome: rec.Outcome})
		}
	}
	return first, all, nil
}
