package desk

import (
	"context"
	"iter"

	"rollcall/pkg/audit"
	"rollcall/pkg/ledger"
	"rollcall/pkg/onboard"
	"rollcall/pkg/record"
)

// Changes returns a run, and what it has changed beside inviting. A run whose ledger is held is [ErrBusy], and one that nobody
// knows [ErrNoRun].
func (d *Desk) Changes(ctx context.Context, run string) (summary ledger.Summary, made []audit.Line, err error) {
	err = d.each(func(h onboard.History) (bool, error) {
		found, err := h.Look(ctx, run, func(s ledger.Summary, _ iter.Seq2[record.Record, error]) error {
			summary = s
			return nil
		})
		if !found || err != nil {
			return found, err
		}
		made, err = h.Changes(ctx, run)
		return true, err
	})
	return summary, made, err
}
