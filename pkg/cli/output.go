package cli

import (
	"context"
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
	for r, err := range results.Records(ctx, l, run, ended) {
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
