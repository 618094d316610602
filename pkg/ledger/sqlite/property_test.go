package sqlite_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rollcall/pkg/email"
	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/ledgertest"
	"rollcall/pkg/ledger/sqlite"
	"rollcall/pkg/record"
	"rollcall/pkg/secret"
)

// pair is a ledger in a file and its model in memory.
type pair struct {
	file  *sqlite.Ledger
	model *ledgertest.Memory
	runs  []ledger.Run
	rows  map[string][]string // the addresses of the rows, by run
}

// both does the same to both, and fails unless both say the same.
func (p *pair) both(t *rapid.T, what string, operation func(ledger.Ledger) (any, error)) {
	t.Helper()
	got, err := operation(p.file)
	want, wantErr := operation(p.model)
	if !cmp.Equal(got, want) {
		t.Fatalf("%s (-model +file):\n%s", what, cmp.Diff(want, got))
	}
	for _, sentinel := range []error{ledger.ErrClaimed, ledger.ErrSettled, ledger.ErrNoRow, ledger.ErrNoRun} {
		if errors.Is(err, sentinel) != errors.Is(wantErr, sentinel) {
			t.Fatalf("%s: error %v, the model says %v", what, err, wantErr)
		}
	}
	if (err == nil) != (wantErr == nil) {
		t.Fatalf("%s: error %v, the model says %v", what, err, wantErr)
	}
}

// drain returns all that a sequence yields.
func drain[T any](seq iter.Seq2[T, error]) (all []T, err error) {
	for value, err := range seq {
		if err != nil {
			return all, err
		}
		all = append(all, value)
	}
	return all, nil
}

// known are the scopes of the property.
var known = []record.Scope{scope, {Service: service, OrganizationID: "o"}, {Service: "s", OrganizationID: organization}}

// generators draw what a ledger is given.
var (
	instants = rapid.Custom(func(t *rapid.T) time.Time {
		if rapid.Bool().Draw(t, "zero") {
			return time.Time{}
		}
		return time.Unix(0, rapid.Int64Range(1e9, 1<<62).Draw(t, "ns"))
	})
	// addresses are few, so that the same person is named often, in several spellings.
	addresses = rapid.SampledFrom([]string{"a@x.example", "A@x.example", "b@x.example", "B@X.EXAMPLE ", "", "zoë@x.example", "no address"})
	scopes    = rapid.SampledFrom(known)
	trails    = rapid.Custom(func(t *rapid.T) record.Trail {
		return record.Trail{
			Verdict: rapid.SampledFrom(record.Outcomes()).Draw(t, "verdict"),
			Tries:   rapid.IntRange(0, 9).Draw(t, "tries"), Throttled: rapid.IntRange(0, 9).Draw(t, "throttled"),
			Lost: rapid.Bool().Draw(t, "lost"), Confirmed: rapid.Bool().Draw(t, "confirmed"),
			Cancelled: rapid.String().Draw(t, "cancelled"), EndedAt: instants.Draw(t, "ended"),
			SilentFor: time.Duration(rapid.Int64Range(0, 1e12).Draw(t, "silent")), DueAt: instants.Draw(t, "due"),
		}
	})
	records = rapid.Custom(func(t *rapid.T) record.Record {
		r := record.Record{
			Email: addresses.Draw(t, "email"), Outcome: rapid.SampledFrom(append(record.Outcomes(), record.Unset)).Draw(t, "outcome"),
			UpdatedAt: instants.Draw(t, "updated"),
		}
		if rapid.Bool().Draw(t, "bare") {
			return r
		}
		r.InvitationID, r.Token = rapid.String().Draw(t, "id"), secret.New(rapid.String().Draw(t, "token"))
		r.Error, r.ExpiresAt = rapid.String().Draw(t, "error"), instants.Draw(t, "expires")
		r.Attempts, r.HTTPStatus = rapid.IntRange(0, 3).Draw(t, "attempts"), rapid.IntRange(0, 599).Draw(t, "status")
		r.Trail = trails.Draw(t, "trail")
		return r
	})
)

// pick draws a run and one of its rows; some rows are not there, and row 0 is none.
func (p *pair) pick(t *rapid.T) (run ledger.Run, row int) {
	if len(p.runs) == 0 {
		t.Skip("no run yet")
	}
	run = rapid.SampledFrom(p.runs).Draw(t, "run")
	return run, rapid.IntRange(0, len(p.rows[run.ID])+1).Draw(t, "row")
}

// quickDir returns a directory in memory where there is one: what the ledger says does not depend on the disk.
func quickDir(tb testing.TB) string {
	tb.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "ledger") //nolint:usetesting // t.TempDir is on the disk
	if err != nil {
		return tb.TempDir()
	}
	tb.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			tb.Error(err)
		}
	})
	return dir
}

// TestLedgerIsItsModel does random things to a ledger and to one in memory, closing and reopening in between.
func TestLedgerIsItsModel(t *testing.T) {
	if checks := flag.Lookup("rapid.checks"); checks.Value.String() == checks.DefValue {
		if err := checks.Value.Set("40"); err != nil { // a check is some hundred statements
			t.Fatal(err)
		}
	}
	dir, ctx, checks := quickDir(t), t.Context(), 0
	clock := time.Date(2026, 11, 23, 1, 30, 0, 999, time.UTC)
	options := sqlite.Options{Now: func() time.Time { return clock }}
	rapid.Check(t, func(t *rapid.T) {
		checks++
		path := filepath.Join(dir, strconv.Itoa(checks)+".db")
		p := &pair{model: ledgertest.NewMemory(options.Now), rows: map[string][]string{}}
		var err error
		if p.file, err = sqlite.Open(path, options); err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := p.file.Close(); err != nil {
				t.Error(err)
			}
		}()
		t.Repeat(map[string]func(*rapid.T){
			"begin": func(t *rapid.T) {
				if len(p.runs) == 3 {
					t.Skip("enough runs")
				}
				of := scopes.Draw(t, "scope")
				run := ledger.Run{
					ID: strconv.Itoa(len(p.runs)), Service: of.Service, OrganizationID: of.OrganizationID,
					Digest: [32]byte{rapid.Byte().Draw(t, "digest") % 2}, Whole: rapid.Bool().Draw(t, "whole"), StartedAt: instants.Draw(t, "started"),
				}
				entries := rapid.SliceOfN(records, 0, 4).Draw(t, "entries")
				var named []string
				for i := range entries {
					entries[i].Row = i + 1
					named = append(named, entries[i].Email)
				}
				p.both(t, "begin", func(l ledger.Ledger) (any, error) { return l.Begin(ctx, run, ledgertest.List(nil, entries...)) })
				p.runs, p.rows[run.ID] = append(p.runs, run), named
			},
			"claim": func(t *rapid.T) {
				run, row := p.pick(t)
				c := record.Claim{
					Run: run.ID, Row: row, Email: addresses.Draw(t, "email"), Change: record.Change(rapid.IntRange(0, 5).Draw(t, "change")),
					Attempt: rapid.IntRange(1, 3).Draw(t, "attempt"), Replaces: rapid.String().Draw(t, "replaces"), At: instants.Draw(t, "at"),
				}
				if named := p.rows[run.ID]; 0 < row && row <= len(named) && rapid.IntRange(0, 9).Draw(t, "right") > 0 {
					c.Email = named[row-1]
				}
				p.both(t, "claim", func(l ledger.Ledger) (any, error) { return nil, l.Claim(ctx, nil, c) })
			},
			"conclude": func(t *rapid.T) {
				run, _ := p.pick(t)
				var all []record.Conclusion
				for range rapid.IntRange(1, 3).Draw(t, "conclusions") {
					_, row := p.pick(t)
					c := record.Conclusion{Record: records.Draw(t, "record"), InDoubt: rapid.Bool().Draw(t, "in doubt")}
					if c.Row = row; rapid.Bool().Draw(t, "only ends") {
						c.Record = record.Record{Row: row, Email: c.Email}
					}
					all = append(all, c)
				}
				again := rapid.IntRange(1, 2).Draw(t, "times")
				wait := rapid.Bool().Draw(t, "wait")
				for range again {
					p.both(t, "conclude", func(l ledger.Ledger) (any, error) {
						if wait {
							return nil, l.Conclude(ctx, run.ID, nil, all...)
						}
						told := make(chan error, 1)
						if err := l.Conclude(ctx, run.ID, func(err error) { told <- err }, all...); err != nil {
							return nil, err
						}
						return nil, <-told
					})
				}
			},
			"carry on": func(t *rapid.T) {
				run, row := p.pick(t)
				of := scopes.Draw(t, "scope")
				code := rapid.IntRange(0, 8).Draw(t, "code")
				now := instants.Draw(t, "now")
				numbers := map[string]ledger.Number{email.Fold(addresses.Draw(t, "email")): {byte(code)}}
				operations := map[string]func(ledger.Ledger) (any, error){
					"resume":   func(l ledger.Ledger) (any, error) { return l.Resume(ctx, run) },
					"continue": func(l ledger.Ledger) (any, error) { return l.Continue(ctx, run) },
					"reopen":   func(l ledger.Ledger) (any, error) { return nil, l.Reopen(ctx, run.ID, row, 1) },
					"end":      func(l ledger.Ledger) (any, error) { return nil, l.End(ctx, run.ID, code) },
					"enter":    func(l ledger.Ledger) (any, error) { return l.Enter(ctx, of) },
					"leave":    func(l ledger.Ledger) (any, error) { return nil, l.Leave(ctx, of) },
					"erase":    func(l ledger.Ledger) (any, error) { return l.EraseExpiredTokens(ctx, now) },
					"number":   func(l ledger.Ledger) (any, error) { return nil, l.KeepNumbers(ctx, of, numbers) },
				}
				names := []string{"resume", "continue", "reopen", "end", "enter", "leave", "erase", "number"}
				name := rapid.SampledFrom(names).Draw(t, "operation")
				p.both(t, name, operations[name])
			},
			"start again": func(t *rapid.T) {
				if err := p.file.Close(); err != nil {
					t.Fatal(err)
				}
				if p.file, err = sqlite.Open(path, options); err != nil {
					t.Fatal(err)
				}
				p.model = p.model.Restart()
			},
			"compare": func(t *rapid.T) {
				run, _ := p.pick(t)
				p.compareRun(ctx, t, run)
				p.compareScope(ctx, t, run.Scope())
			},
		})
		for _, run := range p.runs {
			p.compareRun(ctx, t, run)
		}
		for _, of := range known {
			p.compareScope(ctx, t, of)
		}
	})
}

// compareRun reads all of a run in both ledgers.
func (p *pair) compareRun(ctx context.Context, t *rapid.T, run ledger.Run) {
	p.both(t, "records", func(l ledger.Ledger) (any, error) { return drain(l.Records(ctx, run.ID, 0)) })
	p.both(t, "pending", func(l ledger.Ledger) (any, error) { return drain(l.Pending(ctx, run.ID)) })
	p.both(t, "unfinished", func(l ledger.Ledger) (any, error) {
		found, _, err := l.Unfinished(ctx, run.Scope(), run.Digest)
		return found, err
	})
}

// compareScope reads all of a scope in both ledgers, and the runs.
func (p *pair) compareScope(ctx context.Context, t *rapid.T, of record.Scope) {
	p.both(t, "runs", func(l ledger.Ledger) (any, error) { return drain(l.Runs(ctx)) })
	p.both(t, "doubts", func(l ledger.Ledger) (any, error) {
		doubts, err := l.Doubts(ctx, of)
		if !slices.IsSortedFunc(doubts, func(x, y record.Doubt) int { return x.At.Compare(y.At) }) {
			t.Errorf("doubts are not in order: %+v", doubts)
		}
		return inOrder(doubts), err // of the same age any may come first
	})
	p.both(t, "invited", func(l ledger.Ledger) (any, error) {
		all, err := drain(l.Invited(ctx, of))
		return inOrder(all), err
	})
	p.both(t, "sighted", func(l ledger.Ledger) (any, error) { return drain(l.Sighted(ctx, of)) })
	p.both(t, "named", func(l ledger.Ledger) (any, error) { return drain(l.Named(ctx, of)) })
}

// inOrder sorts what has no order by its text.
func inOrder[T any](all []T) []T {
	if len(all) < 2 {
		return all
	}
	slices.SortFunc(all, func(x, y T) int { return strings.Compare(fmt.Sprintf("%+v", x), fmt.Sprintf("%+v", y)) })
	return all
}
