package cli

import (
	"context"
	"fmt"
	"iter"
	"path/filepath"
	"strings"

	"rollcall/pkg/record"
	"rollcall/pkg/results"
	"rollcall/pkg/roster"
	"rollcall/pkg/status"
)

// toCorrect are the outcomes of rows that a person has to look at.
var toCorrect = map[record.Outcome]bool{record.Rejected: true, record.Invalid: true, record.Failed: true, record.Unknown: true}

// writeCorrections writes the rows that a person has to correct to a file of their own, beside the results, once every
// row has had its turn. Without it nothing is lost: the results have them, too.
func (r *onboarding) writeCorrections(ctx context.Context) {
	left := 0
	for outcome := range toCorrect {
		left += r.summary.Outcomes[outcome]
	}
	if left == 0 || r.summary.Outcomes[record.NotSent] > 0 || r.flags.results == "-" {
		return
	}
	list, err := r.listCorrections(ctx)
	if err == nil {
		r.summary.Corrections, err = list.Write(results.CorrectionsPath(localName(r.path), r.flags.results))
	}
	if err != nil {
		r.log.Warn().Err(err).Msg("there is no file of the rows to correct; the results have them")
	}
}

// listCorrections finds the rows in the roster, which has them as they were written.
func (r *onboarding) listCorrections(ctx context.Context) (*results.Corrections, error) {
	list := results.NewCorrections(filepath.Base(r.roster.Name), r.roster.Columns)
	next, stop := iter.Pull2(r.roster.RawRows(ctx))
	defer stop()
	var row roster.RawRow
	for rec, err := range results.Records(ctx, r.ledger, r.run, r.now()) {
		if err != nil {
			return nil, err
		}
		if !toCorrect[rec.Outcome] {
			continue
		}
		for more := true; more && row.Row < rec.Row; {
			if row, err, more = next(); err != nil {
				return nil, err
			}
		}
		wrong := rec.Error
		if strings.Join(row.All, "") == "" { // which would not say whose row it is
			wrong = fmt.Sprintf("line %d of %s: %s", rec.Line, filepath.Base(r.roster.Name), wrong)
		}
		list.Add(row.All, wrong, rec.Hint)
	}
	return list, nil
}

// refuseCorrections returns an error if sync was given rows to correct, or the results of such: everybody whom they do not
// name would have left.
func (r *onboarding) refuseCorrections() error {
	if r.sync == nil || !results.HasCorrections(r.roster.Extra) {
		return nil
	}
	return &codedError{
		code: status.Roster,
		err:  fmt.Errorf("%s has only rows to correct, and sync takes a roster for everybody; nothing was sent", r.roster.Name),
		hint: "rollcall invite " + quoted(r.path) + " is the command for it; if it has everybody again, delete its column " + results.ColumnCorrections,
	}
}
