package cli

import (
	"context"
	"errors"
	"strings"

	"rollcall/pkg/console"
	"rollcall/pkg/record"
	"rollcall/pkg/results"
)

// output is a results file in the making, or the results on standard output.
type output struct {
	Write   func(record.Record) error
	commit  func() error
	discard func()
}

func (r *onboarding) createResults(extra []string) (output, error) {
	if r.flags.results == "-" {
		writer, err := results.NewWriter(r.Out, results.CSV, extra)
		if err != nil {
			return output{}, err
		}
		return output{Write: writer.Write, commit: writer.Close, discard: func() {}}, nil
	}
	file, err := results.Create(r.flags.results, results.Options{Extra: extra})
	if err != nil {
		return output{}, err
	}
	return output{Write: file.Write, commit: file.Commit, discard: func() {
		// What is left behind when this fails is named by its own error at the next try.
		_ = file.Discard()
	}}, nil
}

// writeResults writes what the ledger knows about every row of the run, and counts the outcomes. A row without an
// outcome was not sent, or is in doubt if its claim stands.
func (r *onboarding) writeResults(ctx context.Context) error {
	claims, err := r.ledger.InDoubt(ctx, r.run.OrganizationID)
	if err != nil {
		return err
	}
	doubtful := map[int]bool{}
	for _, claim := range claims {
		if claim.Run == r.run.ID {
			doubtful[claim.Row] = true
		}
	}
	out, err := r.createResults(r.run.Extra)
	if err != nil {
		return err
	}
	defer out.discard()
	outcomes := map[record.Outcome]int{}
	for rec, err := range r.ledger.Records(ctx, r.run.ID) {
		if err != nil {
			return err
		}
		if rec.Outcome == record.Unset {
			rec.Outcome, rec.Hint = record.NotSent, "run the same command again"
			if doubtful[rec.Row] {
				rec.Outcome, rec.Hint = record.Unknown, "run the same command again: it looks up what became of this request"
			}
			rec.UpdatedAt = r.now()
		}
		outcomes[rec.Outcome]++
		if err := out.Write(rec); err != nil {
			return err
		}
	}
	if err := out.commit(); err != nil {
		return err
	}
	r.summary.Results, r.summary.Outcomes = r.flags.results, outcomes
	return nil
}

// closer is a function to be called once something is not needed any more.
type closer func() error

// Close calls the function.
func (c closer) Close() error { return c() }

// lines is a writer of whole lines to the terminal.
type lines struct{ console *console.Console }

// Write prints each line of the text.
func (l lines) Write(text []byte) (int, error) {
	if len(text) == 0 {
		return 0, errors.New("nothing to print")
	}
	for line := range strings.Lines(string(text)) {
		l.console.Printf("%s", strings.TrimSuffix(line, "\n"))
	}
	return len(text), nil
}

func sum(outcomes map[record.Outcome]int) int {
	total := 0
	for _, n := range outcomes {
		total += n
	}
	return total
}
