package desk

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"rollcall/pkg/ledger"
	"rollcall/pkg/onboard"
	"rollcall/pkg/record"
	"rollcall/pkg/results"
)

// ErrNoRun says that no ledger knows a run of that name.
var ErrNoRun = errors.New("there is no such run")

// NeedsPerson reports whether a row with that outcome needs somebody who corrects it or finds out more.
func NeedsPerson(o record.Outcome) bool {
	return o == record.Rejected || o == record.Invalid || o == record.Failed || o == record.Unknown
}

// Records hands an earlier run to a function, with its rows as results show them, which are there until it returns. A run whose
// ledger is held is [ErrBusy], and one that nobody knows [ErrNoRun].
func (d *Desk) Records(ctx context.Context, run string, look func(ledger.Summary, iter.Seq2[record.Record, error]) error) error {
	return d.each(func(h onboard.History) (bool, error) { return h.Look(ctx, run, look) })
}

// WriteResults writes the results of an earlier run, and the page about it, as far as the output asks for them.
func (d *Desk) WriteResults(ctx context.Context, run string, o onboard.Output) error {
	return d.each(func(h onboard.History) (bool, error) {
		found, err := h.Look(ctx, run, func(ledger.Summary, iter.Seq2[record.Record, error]) error { return nil })
		if !found || err != nil {
			return found, err
		}
		return true, h.Results(ctx, run, o)
	})
}

// each calls find with one ledger after the other, those of the place first, until it has found something.
func (d *Desk) each(find func(onboard.History) (bool, error)) (failed error) {
	here := d.Place().Sandbox
	busy := false
	for _, sandbox := range []bool{here, !here} {
		paths, err := d.o.Ledgers(sandbox)
		if err != nil {
			return err
		}
		for _, path := range paths {
			done := d.gates.look(path)
			if done == nil {
				busy = true
				continue
			}
			found, err := find(onboard.History{Ledgers: []string{path}, Render: d.o.Order.Render})
			if done(); found {
				return err
			}
			failed = errors.Join(failed, err)
		}
	}
	switch {
	case busy:
		return ErrBusy
	case failed != nil:
		return failed
	}
	return ErrNoRun
}

// SheetOf returns the roster on the desk that a run was over, nil if it is not there any more.
func (d *Desk) SheetOf(run ledger.Run) *Sheet {
	s, _, _ := d.Find(run.Digest)
	return s
}

// Rest puts the rows of a run that need a person on the desk, as a roster of its own: the list that the run has written, if it is
// there, else what the ledger knows of them.
func (d *Desk) Rest(ctx context.Context, run string) (s *Sheet, err error) {
	err = d.Records(ctx, run, func(summary ledger.Summary, records iter.Seq2[record.Record, error]) error {
		if list := d.listOf(summary); list != "" {
			file, err := os.Open(list)
			if err == nil {
				s, err = d.Take(ctx, filepath.Base(list), file)
				err = errors.Join(err, file.Close())
			}
			return err
		}
		rows, err := needy(summary.Extra, records)
		if err == nil {
			s, err = d.Take(ctx, restName(summary.Roster), rows)
		}
		return err
	})
	return s, err
}

// restName names the rows of a roster that need a person.
func restName(roster string) string {
	base := filepath.Base(roster)
	return strings.TrimSuffix(base, filepath.Ext(base)) + ".todo.csv"
}

// needy returns the rows that need a person as a roster.
func needy(extra []string, records iter.Seq2[record.Record, error]) (io.Reader, error) {
	var content bytes.Buffer
	writer, err := results.NewWriter(&content, results.CSV, extra)
	if err != nil {
		return nil, err
	}
	for rec, err := range records {
		if err == nil && NeedsPerson(rec.Outcome) {
			err = writer.Write(rec)
		}
		if err != nil {
			return nil, err
		}
	}
	return &content, writer.Close()
}

// listOf returns the list of rows to correct that a run has written beside its roster, empty if there is none.
func (d *Desk) listOf(run ledger.Summary) (newest string) {
	s := d.SheetOf(run.Run)
	if s == nil {
		return ""
	}
	entries, err := os.ReadDir(s.Folder())
	if err != nil {
		return ""
	}
	at := run.StartedAt
	for _, f := range d.options(s, d.about(s, Invite)).Files() {
		for _, entry := range entries {
			info, err := entry.Info()
			if f.Names == nil || err != nil || !f.Names(entry.Name()) || !info.Mode().IsRegular() || info.ModTime().Before(at) {
				continue
			}
			newest, at = filepath.Join(s.Folder(), entry.Name()), info.ModTime()
		}
	}
	return newest
}
