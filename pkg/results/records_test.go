package results_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/ledgertest"
	"rollcall/pkg/record"
	"rollcall/pkg/results"
)

// begin begins a run of n rows, whose addresses start with the name.
func begin(t *testing.T, l ledger.Ledger, name string, n int) ledger.Run {
	t.Helper()
	var rows []record.Record
	for row := 1; row <= n; row++ {
		rows = append(rows, record.Record{Row: row, Line: row + 1, Email: fmt.Sprintf("%s%d@example.com", name, row)})
	}
	run, err := l.Begin(t.Context(), ledger.Run{Service: "https://api.example.com", OrganizationID: "o"}, ledgertest.List(nil, rows...))
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// claim makes a claim for a row of a run that begin has begun.
func claim(t *testing.T, l ledger.Ledger, run ledger.Run, name string, row int) {
	t.Helper()
	c := record.Claim{Run: run.ID, Row: row, Email: fmt.Sprintf("%s%d@example.com", name, row), Change: record.ChangeInvite, Attempt: 1}
	if err := l.Claim(t.Context(), nil, c); err != nil {
		t.Fatal(err)
	}
}

func TestRecords(t *testing.T) {
	settled, ended := time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC), time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
	const (
		again     = "run the same command again"
		looksUp   = "run the same command again: it looks up what became of this request"
		cancelled = "the invitation of a7@example.com was cancelled and no new one was sent: the person has none now; run the same command again"
		inDoubt   = "the invitation of a8@example.com was cancelled, and whether a new one was sent is not known; " + looksUp
	)
	// A row ends as its conclusion says, with its claim standing or not. A row without a conclusion was only claimed, or not
	// even that.
	tests := []struct {
		name       string
		claim      bool
		conclusion *record.Conclusion
		want       record.Record
	}{
		{
			name: "an outcome", claim: true,
			conclusion: &record.Conclusion{Record: record.Record{Outcome: record.Rejected, Hint: "look", Attempts: 1, UpdatedAt: settled}},
			want:       record.Record{Outcome: record.Rejected, Hint: "look", Attempts: 1, UpdatedAt: settled},
		},
		{
			name: "an outcome in doubt", claim: true,
			conclusion: &record.Conclusion{Record: record.Record{Outcome: record.Unknown, Hint: "look", UpdatedAt: settled}, InDoubt: true},
			want:       record.Record{Outcome: record.Unknown, Hint: "look", UpdatedAt: settled},
		},
		{
			name: "never tried",
			want: record.Record{Outcome: record.NotSent, Hint: again, UpdatedAt: ended},
		},
		{
			name: "claimed", claim: true,
			want: record.Record{Outcome: record.Unknown, Hint: looksUp, UpdatedAt: ended},
		},
		{
			name: "refused for now", claim: true,
			conclusion: &record.Conclusion{Record: record.Record{HTTPStatus: 429, Error: "too many", Hint: "wait", Attempts: 1, UpdatedAt: settled}},
			want:       record.Record{Outcome: record.NotSent, HTTPStatus: 429, Error: "too many", Hint: again, Attempts: 1, UpdatedAt: ended},
		},
		{
			name: "no reply", claim: true,
			conclusion: &record.Conclusion{Record: record.Record{Error: "cut", Attempts: 1, Trail: record.Trail{Lost: true}}, InDoubt: true},
			want:       record.Record{Outcome: record.Unknown, Error: "cut", Hint: looksUp, Attempts: 1, UpdatedAt: ended, Trail: record.Trail{Lost: true}},
		},
		{
			name: "replaced by nothing yet", claim: true,
			conclusion: &record.Conclusion{Record: record.Record{Trail: record.Trail{Cancelled: "i-1"}}},
			want:       record.Record{Outcome: record.NotSent, Hint: cancelled, UpdatedAt: ended, Trail: record.Trail{Cancelled: "i-1"}},
		},
		{
			name: "replaced in doubt", claim: true,
			conclusion: &record.Conclusion{Record: record.Record{Trail: record.Trail{Cancelled: "i-1"}}, InDoubt: true},
			want:       record.Record{Outcome: record.Unknown, Hint: inDoubt, UpdatedAt: ended, Trail: record.Trail{Cancelled: "i-1"}},
		},
	}
	l := ledgertest.NewMemory(nil)
	run, other := begin(t, l, "a", len(tests)), begin(t, l, "b", len(tests))
	for i, tt := range tests {
		row := i + 1
		claim(t, l, other, "b", row) // which says nothing about the rows of the run
		if tt.claim {
			claim(t, l, run, "a", row)
		}
		if tt.conclusion != nil {
			tt.conclusion.Row = row
			if err := l.Conclude(t.Context(), run.ID, nil, *tt.conclusion); err != nil {
				t.Fatal(err)
			}
		}
	}
	var got []record.Record
	for r, err := range results.Records(t.Context(), l, run, 0, ended) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, r)
	}
	if len(got) != len(tests) {
		t.Fatalf("%d records of %d rows", len(got), len(tests))
	}
	w, err := results.NewWriter(io.Discard, results.CSV, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, tt := range tests {
		tt.want.Row, tt.want.Line, tt.want.Email = i+1, i+2, fmt.Sprintf("a%d@example.com", i+1)
		if diff := cmp.Diff(tt.want, got[i]); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
		if err := w.Write(got[i]); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	if counts, err := l.Outcomes(t.Context(), run.ID); err != nil || counts[record.Unset] != len(tests)-2 {
		t.Errorf("the ledger was changed: %v, %v", counts, err)
	}
}

func TestRecordsStopEarly(t *testing.T) {
	l := ledgertest.NewMemory(nil)
	run := begin(t, l, "a", 3)
	var rows []int
	for r, err := range results.Records(t.Context(), l, run, 0, time.Time{}) {
		if err != nil {
			t.Fatal(err)
		}
		if rows = append(rows, r.Row); r.Row == 2 {
			break
		}
	}
	if diff := cmp.Diff([]int{1, 2}, rows); diff != "" {
		t.Error(diff)
	}
}

// torn is a ledger that reads one row, and then fails as often as it is asked.
type torn struct{ ledger.Ledger }

var errTorn = errors.New("torn")

func (torn) Records(context.Context, string, int) iter.Seq2[record.Record, error] {
	return func(yield func(record.Record, error) bool) {
		for more := yield(record.Record{Row: 1}, nil); more; {
			more = yield(record.Record{}, errTorn)
		}
	}
}

func TestRecordsEndWithTheFirstError(t *testing.T) {
	open, closed := ledgertest.NewMemory(nil), ledgertest.NewMemory(nil)
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		l    ledger.Ledger
		rows int
		want error
	}{
		{"the claims", closed, 0, ledger.ErrClosed},
		{"the run", open, 0, ledger.ErrNoRun},
		{"a row", torn{open}, 1, errTorn},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rows, errs := 0, []error(nil)
			for _, err := range results.Records(t.Context(), tt.l, ledger.Run{ID: "r"}, 0, time.Time{}) {
				if err == nil {
					rows++
				} else if errs = append(errs, err); len(errs) > 1 {
					break
				}
			}
			if rows != tt.rows || len(errs) != 1 || !errors.Is(errs[0], tt.want) {
				t.Errorf("%d rows, errors %v; want %d rows and %v", rows, errs, tt.rows, tt.want)
			}
		})
	}
}
