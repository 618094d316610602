package onboard

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"strings"

	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
	"rollcall/pkg/remedy"
	"rollcall/pkg/results"
	"rollcall/pkg/roster"
	"rollcall/pkg/status"
)

// toCorrect are the outcomes of rows that a person has to look at.
var toCorrect = map[record.Outcome]bool{record.Rejected: true, record.Invalid: true, record.Failed: true, record.Unknown: true}

// writeCorrections writes the rows of records that a person has to correct to a file of their own, beside the results,
// once every row has had its turn, in the place of those that earlier runs have written for the same roster and nobody has
// touched. Without it nothing is lost: the results have them, too.
func (s *Session) writeCorrections(ctx context.Context, records iter.Seq2[record.Record, error]) {
	if s.report.Outcomes[record.NotSent] > 0 || s.o.Results == "-" || s.o.Results == "" {
		return
	}
	earlier, err := s.earlierLists(ctx)
	if err == nil {
		s.report.Corrections, err = s.replaceCorrections(ctx, records, earlier)
	}
	if err != nil {
		s.o.Observer.warnOf(err, "the file of the rows to correct is not as it should be; the results have them", nil)
	}
}

// replaceCorrections writes the list, unless there is nothing to correct, and removes the earlier ones.
func (s *Session) replaceCorrections(ctx context.Context, records iter.Seq2[record.Record, error], earlier results.Lists) (path string, err error) {
	left := 0
	for outcome := range toCorrect {
		left += s.report.Outcomes[outcome]
	}
	if left > 0 {
		list := results.NewCorrections(s.o.todoPath(), filepath.Base(s.roster.Name), s.roster.Columns, s.rosterDialect())
		if err := listCorrections(ctx, list, s.roster, records); err != nil {
			return "", err
		}
		if path, err = list.Replace(earlier); err != nil {
			return "", err
		}
		if err := s.keepList(ctx, path, list.Digest()); err != nil {
			return path, err
		}
	}
	gone, err := earlier.Remove(path)
	for _, path := range gone {
		err = errors.Join(err, s.memory.ledger.KeepFile(ctx, s.memory.scope, ledger.File{Path: path}))
	}
	return path, err
}

// listCorrections lists the rows of records as the roster has them.
func listCorrections(ctx context.Context, list *results.Corrections, r *roster.Roster, records iter.Seq2[record.Record, error]) error {
	next, stop := iter.Pull2(r.RawRows(ctx))
	defer stop()
	var row roster.RawRow
	for rec, err := range records {
		if err != nil {
			return err
		}
		if !toCorrect[rec.Outcome] {
			continue
		}
		for more := true; more && row.Row < rec.Row; {
			if row, err, more = next(); err != nil {
				return err
			}
		}
		wrong := rec.Error
		if strings.Join(row.All, "") == "" { // which would not say whose row it is
			wrong = fmt.Sprintf("line %d of %s: %s", rec.Line, filepath.Base(r.Name), wrong)
		}
		list.Add(row.All, wrong, rec.Hint)
	}
	return nil
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
