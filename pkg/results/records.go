package results

import (
	"context"
	"iter"
	"time"

	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
)

// Records yields the records of a run as its results show them, those that come after a row, in row order: each with an outcome, as [Writer.Write]
// asks for. A row for which the ledger has none was not sent before the run ended, or is unknown if its claim stands; its
// hint says what to do, and ended is when that was found. Nothing of this is kept in the ledger.
//
// It is for a run that nobody works on at the moment: a claim that is made while the records are read may not show. The
// sequence ends with its first error, which is the ledger's.
func Records(ctx context.Context, l ledger.Ledger, run ledger.Run, after int, ended time.Time) iter.Seq2[record.Record, error] {
	return func(yield func(record.Record, error) bool) {
		claims, err := l.Doubts(ctx, run.Scope())
		if err != nil {
			yield(record.Record{}, err)
			return
		}
		claimed := map[int]bool{}
		for _, claim := range claims {
			if claim.Run == run.ID {
				claimed[claim.Row] = true
			}
		}
		for r, err := range l.Records(ctx, run.ID, after) {
			if err == nil && r.Outcome == record.Unset {
				r = withoutOutcome(r, claimed[r.Row], ended)
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}

// withoutOutcome returns the record of a row that the run has left without an outcome.
func withoutOutcome(r record.Record, claimed bool, ended time.Time) record.Record {
	r.UpdatedAt = ended
	switch {
	case claimed:
		r.Outcome, r.Hint = record.Unknown, "run the same command again: it looks up what became of this request"
	default:
		r.Outcome, r.Hint = record.NotSent, "run the same command again"
	}
	return r.WithLoss()
}
