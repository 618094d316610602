package onboard

import (
	"context"
	"fmt"
	"iter"
	"path/filepath"
	"strings"

	"rollcall/pkg/record"
	"rollcall/pkg/remedy"
	"rollcall/pkg/results"
	"rollcall/pkg/roster"
	"rollcall/pkg/status"
)

// toCorrect are the outcomes of rows that a person has to look at.
var toCorrect = map[record.Outcome]bool{record.Rejected: true, record.Invalid: true, record.Failed: true, record.Unknown: true}

// writeCorrections writes the rows that a person has to correct to a file of their own, beside the results, once every
// row has had its turn. Without it nothing is lost: the results have them, too.
func (s *Session) writeCorrections(ctx context.Context) (path string) {
	left := 0
	for outcome := range toCorrect {
		left += s.report.Outcomes[outcome]
	}
	if left == 0 || s.report.Outcomes[record.NotSent] > 0 || s.o.Results == "-" || s.o.Results == "" {
		return ""
	}
	list, err := listCorrections(ctx, s.roster, results.Records(ctx, s.memory.ledger, s.run, s.now()))
	if err == nil {
		path, err = list.Write(results.CorrectionsPath(s.o.localName(), s.o.Results))
	}
	if err != nil {
		s.o.Observer.warnOf(err, "there is no file of the rows to correct; the results have them", nil)
	}
	return path
}

// listCorrections finds the rows of records in the roster, which has them as they were written.
func listCorrections(ctx context.Context, r *roster.Roster, records iter.Seq2[record.Record, error]) (*results.Corrections, error) {
	list := results.NewCorrections(filepath.Base(r.Name), r.Columns)
	next, stop := iter.Pull2(r.RawRows(ctx))
	defer stop()
	var row roster.RawRow
	for rec, err := range records {
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
			wrong = fmt.Sprintf("line %d of %s: %s", rec.Line, filepath.Base(r.Name), wrong)
		}
		list.Add(row.All, wrong, rec.Hint)
	}
	return list, nil
}

// refuseCorrections returns an error if a sync was given rows to correct, or the results of such: everybody whom they do not
// name would have left.
func refuseCorrections(o *Options, r *roster.Roster) error {
	if o.Sync == nil || !results.HasCorrections(r.Extra) {
		return nil
	}
	return refusal(status.Roster,
		fmt.Errorf("%s has only rows to correct, and sync takes a roster for everybody; nothing was sent", r.Name),
		remedy.Hint{}.Run("invite", o.PublicName()).
			Words(" is the command for it; if it has everybody again, delete its column "+results.ColumnCorrections))
}
