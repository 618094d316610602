package ledger_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
	"rollcall/pkg/secret"
)

// model is a ledger in memory, as simple as it can be said.
type model struct {
	run     ledger.Run
	records []record.Record
	claims  map[int]claimed // by row
}

// claimed is what a claim says; the zero value is none.
type claimed struct {
	attempt  int
	replaces string
}

// TestLedgerIsItsModel does random things to a ledger and to a model of it, closing and reopening in between.
func TestLedgerIsItsModel(t *testing.T) {
	outcomes := rapid.SampledFrom(record.Outcomes())
	instants := rapid.Custom(func(t *rapid.T) time.Time {
		return time.UnixMicro(rapid.Int64Range(1, 1<<55).Draw(t, "µs")).UTC()
	})
	dir, ctx, checks := t.TempDir(), t.Context(), 0
	rapid.Check(t, func(t *rapid.T) {
		checks++
		path := filepath.Join(dir, strconv.Itoa(checks)+".db")
		l, err := ledger.Open(path, ledger.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := l.Close(); err != nil {
				t.Error(err)
			}
		}()
		var models []*model
		pick := func(t *rapid.T) (m *model, row int) {
			if len(models) == 0 {
				t.Skip("no run yet")
			}
			m = rapid.SampledFrom(models).Draw(t, "run")
			return m, rapid.IntRange(1, len(m.records)+1).Draw(t, "row")
		}
		expect := func(t *rapid.T, err, want error) {
			t.Helper()
			if !errors.Is(err, want) {
				t.Fatalf("error %v, want %v", err, want)
			}
		}

		t.Repeat(map[string]func(*rapid.T){
			"begin": func(t *rapid.T) {
				if len(models) == 3 {
					t.Skip("enough runs")
				}
				m := &model{claims: map[int]claimed{}}
				m.run.OrganizationID, m.run.Digest = organization, [32]byte{byte(rapid.IntRange(0, 1).Draw(t, "digest"))}
				for row := range rapid.IntRange(1, 5).Draw(t, "rows") {
					r := record.Record{
						Row: row + 1, Email: rapid.String().Draw(t, "email"),
						Extra: rapid.SliceOfN(rapid.String(), 0, 2).Draw(t, "extra"),
					}
					if rapid.Bool().Draw(t, "settled") {
						r.Outcome = record.Invalid
					}
					m.records = append(m.records, r)
				}
				if m.run, err = l.Begin(ctx, m.run, list(nil, m.records...)); err != nil {
					t.Fatal(err)
				}
				models = append(models, m)
			},
			"claim": func(t *rapid.T) {
				m, row := pick(t)
				claim := claimed{rapid.IntRange(1, 9).Draw(t, "attempt"), rapid.String().Draw(t, "replaces")}
				var want error
				switch {
				case row > len(m.records):
					want = ledger.ErrNoRow
				case m.records[row-1].Outcome != record.Unset:
					want = ledger.ErrSettled
				case m.claims[row].attempt != 0:
					want = ledger.ErrClaimed
				default:
					m.claims[row] = claim
				}
				expect(t, l.Claim(ctx, m.run.ID, row, claim.attempt, claim.replaces), want)
			},
			"release": func(t *rapid.T) {
				m, row := pick(t)
				expect(t, l.Release(ctx, m.run.ID, row), nil)
				// A release is not waited for; an erasure that finds nothing is.
				if _, err := l.EraseExpiredTokens(ctx, time.Time{}); err != nil {
					t.Fatal(err)
				}
				delete(m.claims, row)
			},
			"settle": func(t *rapid.T) {
				m, row := pick(t)
				give := record.Record{
					Row: row, Outcome: outcomes.Draw(t, "outcome"), Token: secret.New(rapid.String().Draw(t, "token")),
					InvitationID: rapid.String().Draw(t, "id"), Error: rapid.String().Draw(t, "error"),
					ExpiresAt: instants.Draw(t, "expires"), UpdatedAt: instants.Draw(t, "updated"),
					Attempts: rapid.IntRange(0, 9).Draw(t, "attempts"), HTTPStatus: rapid.IntRange(0, 599).Draw(t, "status"),
				}
				var want error
				if row > len(m.records) {
					want = ledger.ErrNoRow
				} else if was := &m.records[row-1]; was.Outcome != record.Unset && was.Outcome != record.Unknown {
					want = ledger.ErrSettled
				} else {
					stored := give
					stored.Email, stored.Extra = was.Email, was.Extra
					*was = stored
					if give.Outcome != record.Unknown {
						delete(m.claims, row)
					}
				}
				expect(t, l.Settle(ctx, m.run.ID, give), want)
			},
			"end": func(t *rapid.T) {
				m, _ := pick(t)
				m.run.ExitCode = rapid.IntRange(0, 8).Draw(t, "code")
				m.run.EndedAt = time.Unix(1, 0)
				expect(t, l.End(ctx, m.run.ID, m.run.ExitCode), nil)
			},
			"resume": func(t *rapid.T) {
				m, _ := pick(t)
				if m.run, err = l.Resume(ctx, m.run); err != nil {
					t.Fatal(err)
				}
				for i := range m.records {
					if r := &m.records[i]; slices.Contains([]record.Outcome{record.Rejected, record.Failed, record.Unknown, record.NotSent}, r.Outcome) {
						r.Outcome, r.HTTPStatus, r.Error, r.Hint, r.UpdatedAt = record.Unset, 0, "", "", time.Time{}
					}
				}
			},
			"reopen": func(t *rapid.T) {
				if err := l.Close(); err != nil {
					t.Fatal(err)
				}
				if l, err = ledger.Open(path, ledger.Options{}); err != nil {
					t.Fatal(err)
				}
			},
			"compare": func(t *rapid.T) { compare(ctx, t, l, models) },
		})
		compare(ctx, t, l, models)
	})
}

// compare reads all of a ledger and holds it against the models.
func compare(ctx context.Context, t *rapid.T, l *ledger.Ledger, models []*model) {
	var wantDoubts, gotDoubts []ledger.Claim
	last := map[[32]byte]*model{}
	for _, m := range models {
		last[m.run.Digest] = m
		var got []record.Record
		for r, err := range l.Records(ctx, m.run.ID) {
			if err != nil {
				t.Fatal(err)
			}
			if len(r.Extra) == 0 {
				r.Extra = m.records[len(got)].Extra // no cells are nil cells
			}
			got = append(got, r)
		}
		counts := map[record.Outcome]int{}
		var wantPending, gotPending []any
		for i, r := range m.records {
			if !cmp.Equal(r, got[i]) {
				t.Fatalf("record (-want +got):\n%s", cmp.Diff(r, got[i]))
			}
			counts[r.Outcome]++
			claim := m.claims[r.Row]
			if r.Outcome == record.Unset {
				wantPending = append(wantPending, r.Row, claim)
			}
			if claim.attempt != 0 {
				wantDoubts = append(wantDoubts, ledger.Claim{
					Run: m.run.ID, Row: r.Row, Email: r.Email, Attempt: claim.attempt, Replaces: claim.replaces,
				})
			}
		}
		for entry, err := range l.Pending(ctx, m.run.ID) {
			if err != nil {
				t.Fatal(err)
			}
			if entry.Claim == nil {
				entry.Claim = &ledger.Claim{}
			}
			gotPending = append(gotPending, entry.Row, claimed{entry.Claim.Attempt, entry.Claim.Replaces})
		}
		gotCounts, err := l.Outcomes(ctx, m.run.ID)
		if err != nil || !cmp.Equal(counts, gotCounts) || !slices.Equal(wantPending, gotPending) {
			t.Fatalf("outcomes %v, pending %v, want %v and %v (%v)", gotCounts, gotPending, counts, wantPending, err)
		}
	}
	gotDoubts, err := l.InDoubt(ctx, organization)
	for i := range gotDoubts {
		gotDoubts[i].At = time.Time{}
	}
	if err != nil || !cmp.Equal(wantDoubts, gotDoubts) {
		t.Fatalf("in doubt (-want +got):\n%s%v", cmp.Diff(wantDoubts, gotDoubts), err)
	}
	for digest, m := range last {
		run, ok, err := l.Unfinished(ctx, organization, digest)
		if err != nil || ok != m.run.EndedAt.IsZero() || ok && run.ID != m.run.ID {
			t.Fatalf("unfinished = %v, %v, %v, want %v", run, ok, err, m.run)
		}
	}
}
