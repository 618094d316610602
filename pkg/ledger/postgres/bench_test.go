package postgres_test

import (
	"fmt"
	"iter"
	"strconv"
	"sync"
	"testing"
	"time"

	"rollcall/pkg/audit"
	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/postgres"
	"rollcall/pkg/ledger/postgres/postgrestest"
	"rollcall/pkg/record"
	"rollcall/pkg/secret"
)

// people yields n entries like those of a real roster.
func people(n int) iter.Seq2[record.Record, error] {
	return func(yield func(record.Record, error) bool) {
		for row := 1; row <= n; row++ {
			if !yield(record.Record{
				Row: row, Line: row + 1, Email: fmt.Sprintf("person-%d@example.com", row), Role: "member",
				Teams: "Platform:developer; Security:read_only", Extra: []string{"Engineering", "E" + strconv.Itoa(row)},
			}, nil) {
				return
			}
		}
	}
}

// invited is the outcome of an entry like those of a real service.
func invited(row int) record.Record {
	return record.Record{
		Row: row, Email: fmt.Sprintf("person-%d@example.com", row), Outcome: record.Invited, InvitationID: "3f2a9c1e-0000-4000-8000-0123456789ab",
		Token: secret.New("tok_0123456789012345678901234567890123456789"), Status: "pending",
		OrganizationID: "9d3e5a1b-0000-4000-8000-0123456789ab", OrganizationName: "Example Corp",
		OrganizationRole: "member", ExpiresAt: time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC), Attempts: 1,
		HTTPStatus: 201, UpdatedAt: time.Date(2026, 11, 23, 1, 30, 0, 0, time.UTC),
	}
}

// told is the line of the audit trail that belongs to it.
func told(run string, r record.Record) *audit.Event {
	return &audit.Event{
		Kind: audit.Invite, Run: run, Email: r.Email, Role: "member", Outcome: "invited", Status: 201, After: r.InvitationID,
	}
}

var scope = record.Scope{Service: "https://api.example.com", OrganizationID: "9d3e5a1b-0000-4000-8000-0123456789ab"}

// begin begins a run.
func begin(tb testing.TB, l ledger.Ledger, entries iter.Seq2[record.Record, error]) ledger.Run {
	tb.Helper()
	run, err := l.Begin(tb.Context(), ledger.Run{Service: scope.Service, OrganizationID: scope.OrganizationID}, entries)
	if err != nil {
		tb.Fatal(err)
	}
	return run
}

// invite is the claim of an invitation.
func invite(run ledger.Run, row int) record.Claim {
	return record.Claim{Run: run.ID, Row: row, Email: fmt.Sprintf("person-%d@example.com", row), Change: record.ChangeInvite, Attempt: 1}
}

// BenchmarkClaimConclude takes rows in groups through both of their waits for the disk, with their lines in the audit trail, as
// the benchmark of that name of package sqlite does: each group is claimed while the one before is concluded, one by one. The
// server takes care that what it has written is on its disk.
func BenchmarkClaimConclude(b *testing.B) {
	address := postgrestest.Start(b).Address(b)
	for _, group := range []int{1, 16, 64} {
		b.Run(fmt.Sprintf("group=%d", group), func(b *testing.B) {
			l := open(b, address, postgres.Options{})
			l.Sign(audit.Author{Who: "ada@laptop", Credential: "pat sha256 0123456789abcdef"})
			run := begin(b, l, people(b.N))
			claims, conclusions := make([]record.Claim, b.N), make([]record.Conclusion, b.N)
			for i := range b.N {
				claims[i], conclusions[i] = invite(run, i+1), record.Conclusion{Record: invited(i + 1)}
				conclusions[i].Event = told(run.ID, conclusions[i].Record)
			}
			b.ResetTimer()
			var wg sync.WaitGroup
			for from := 0; from < b.N; from += group {
				to := min(from+group, b.N)
				if err := l.Claim(b.Context(), nil, claims[from:to]...); err != nil {
					b.Fatal(err)
				}
				wg.Wait()
				wg.Add(to - from)
				for i := from; i < to; i++ {
					if err := l.Conclude(b.Context(), run.ID, func(err error) {
						if err != nil {
							b.Error(err)
						}
						wg.Done()
					}, conclusions[i]); err != nil {
						b.Fatal(err)
					}
				}
			}
			wg.Wait()
			perRow(b, b.N)
			shut(b, l)
		})
	}
}

// BenchmarkBegin writes a run.
func BenchmarkBegin(b *testing.B) {
	const many = 20_000
	l := open(b, postgrestest.Address(b), postgres.Options{})
	for b.Loop() {
		begin(b, l, people(many))
	}
	perRow(b, b.N*many)
}

// perRow reports the time of a row, of so many in all.
func perRow(b *testing.B, rows int) {
	b.Helper()
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(rows), "µs/row")
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}
