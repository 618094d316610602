package sqlite_test

import (
	"fmt"
	"iter"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rollcall/pkg/audit"
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

// BenchmarkClaimConclude takes rows through both of their waits for the disk, with their lines in the audit trail and without.
func BenchmarkClaimConclude(b *testing.B) {
	for _, c := range []struct {
		workers int
		told    bool
	}{{1, false}, {1, true}, {16, false}, {16, true}, {64, false}, {64, true}} {
		workers := c.workers
		b.Run(fmt.Sprintf("workers=%d/told=%v", workers, c.told), func(b *testing.B) {
			l := open(b, filepath.Join(b.TempDir(), "ledger.db"))
			run := begin(b, l, people(b.N))
			claims, conclusions := make([]record.Claim, b.N), make([]record.Conclusion, b.N)
			for i := range b.N {
				claims[i], conclusions[i] = invite(run, i+1, 1), record.Conclusion{Record: invited(i + 1)}
				if c.told {
					conclusions[i].Event = &audit.Event{
						Kind: audit.Invite, Run: run.ID, Email: claims[i].Email, Role: "member", Outcome: "invited", Status: 201,
						After: conclusions[i].InvitationID,
					}
				}
			}
			l.Sign(audit.Author{Who: "ada@laptop", Credential: "pat sha256 0123456789abcdef"})
			b.ResetTimer()
			var next atomic.Int64
			var wg sync.WaitGroup
			for range workers {
				wg.Go(func() {
					for {
						i := int(next.Add(1)) - 1
						if i >= b.N {
							return
						}
						if err := l.Claim(b.Context(), nil, claims[i]); err != nil {
							b.Error(err)
							return
						}
						if err := l.Conclude(b.Context(), run.ID, nil, conclusions[i]); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

// BenchmarkBegin writes a run of 100,000 rows.
func BenchmarkBegin(b *testing.B) {
	l := open(b, filepath.Join(b.TempDir(), "ledger.db"))
	for b.Loop() {
		begin(b, l, people(100_000))
	}
	b.ReportMetric(float64(b.N)*100_000/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkRecords reads a run of 100,000 rows.
func BenchmarkRecords(b *testing.B) {
	l := open(b, filepath.Join(b.TempDir(), "ledger.db"))
	run := begin(b, l, people(100_000))
	for b.Loop() {
		for _, err := range l.Records(b.Context(), run.ID, 0) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.N)*100_000/b.Elapsed().Seconds(), "rows/s")
}
