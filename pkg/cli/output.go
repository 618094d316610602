package cli

import (
	"context"
	"iter"
	"time"

	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
	"rollcall/pkg/results"
)

// output is a results file in the making, or the results on standard output.
type output struct {
	Write   func(record.Record) error
	commit  func() error
	discard func()
}

// createResults starts the results at path, "-" being standard output.
func (a *app) createResults(path string, extra []string) (output, error) {
	if path == "-" {
		writer, err := results.NewWriter(a.Out, results.CSV, extra)
		if err != nil {
			return output{}, err
		}
		return output{Write: writer.Write, commit: writer.Close, discard: func() {}}, nil
	}
	file, err := results.Create(path, results.Options{Extra: extra})
	if err != nil {
		return output{}, err
	}
	return output{Write: file.Write, commit: file.Commit, discard: func() {
		// What is left behind when this fails is named by its own error at the next try.
		_ = file.Discard()
	}}, nil
}

// writeRunResults writes what the ledger knows about every row of a run, and counts the outcomes.
func (a *app) writeRunResults(ctx context.Context, l ledger.Ledger, run ledger.Run, file string, ended time.Time) (map[record.Outcome]int, error) {
	out, err := a.createResults(file, run.Extra)
	if err != nil {
		return nil, err
	}
	defer out.discard()
	outcomes := map[record.Outcome]int{}
	for r, err := range finalRecords(ctx, l, run, ended) {
		if err != nil {
			return nil, err
		}
		outcomes[r.Outcome]++
		if err := out.Write(r); err != nil {
			return nil, err
		}
	}
	return outcomes, out.commit()
}

// finalRecords yields the records of a run as its results show them. A row without an outcome was not sent when the run
// ended, or is in doubt if its claim stands.
func finalRecords(ctx context.Context, l ledger.Ledger, run ledger.Run, ended time.Time) iter.Seq2[record.Record, error] {
	return func(yield func(record.Record, error) bool) {
		claims, err := l.Doubts(ctx, record.Scope{Service: run.Service, OrganizationID: run.OrganizationID})
		if err != nil {
			yield(record.Record{}, err)
			return
		}
		doubtful := map[int]bool{}
		for _, claim := range claims {
			if claim.Run == run.ID {
				doubtful[claim.Row] = true
			}
		}
		for r, err := range l.Records(ctx, run.ID) {
			if err == nil && r.Outcome == record.Unset {
				r.Outcome, r.Hint, r.UpdatedAt = record.NotSent, "run the same command again", ended
				if r.Trail.Cancelled != "" {
					r.Hint = "the invitation that was to be replaced is cancelled, so this person has none; run the same command again"
				}
				if doubtful[r.Row] {
					r.Outcome, r.Hint = record.Unknown, "run the same command again: it looks up what became of this request"
				}
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}
