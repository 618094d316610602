package sqlite_test

import (
	"fmt"
	"iter"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"rollcall/pkg/audit"
	"rollcall/pkg/ledger/sqlite"
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

// quickOpen opens a ledger in memory, where there is one: the time of a benchmark is then that of the processor.
func quickOpen(b *testing.B) *sqlite.Ledger {
	b.Helper()
	return open(b, filepath.Join(quickDir(b), "ledger.db"))
}

// BenchmarkClaimConclude takes rows in groups through both of their waits for the disk, with their lines in the audit trail:
// each group is claimed while the one before is concluded, one by one, as the replies come in.
func BenchmarkClaimConclude(b *testing.B) {
	for _, group := range []int{1, 12, 48} {
		b.Run(fmt.Sprintf("group=%d", group), func(b *testing.B) {
			l := quickOpen(b)
			l.Sign(audit.Author{Who: "ada@laptop", Credential: "pat sha256 0123456789abcdef"})
			run := begin(b, l, people(b.N))
			claims, conclusions := make([]record.Claim, b.N), make([]record.Conclusion, b.N)
			for i := range b.N {
				claims[i], conclusions[i] = invite(run, i+1, 1), record.Conclusion{Record: invited(i + 1)}
				conclusions[i].Event = told(run.ID, conclusions[i].Record)
			}
			b.ResetTimer()
			before := spent(b)
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
			perRow(b, before, b.N)
		})
	}
}

// perRow reports the time of a row, of so many in all, by the clock and by the processors: of these what is spent since before.
func perRow(b *testing.B, before time.Duration, rows int) {
	b.Helper()
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(rows), "µs/row")
	b.ReportMetric(float64((spent(b)-before).Microseconds())/float64(rows), "cpu-µs/row")
}

// many is how many rows the runs of the benchmarks have that take them whole.
const many = 100_000

// BenchmarkBegin writes a run.
func BenchmarkBegin(b *testing.B) {
	l := quickOpen(b)
	before := spent(b)
	for b.Loop() {
		begin(b, l, people(many))
	}
	perRow(b, before, b.N*many)
}

// BenchmarkRecords reads a run.
func BenchmarkRecords(b *testing.B) {
	l := quickOpen(b)
	run := begin(b, l, people(many))
	before := spent(b)
	for b.Loop() {
		for _, err := range l.Records(b.Context(), run.ID, 0) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	perRow(b, before, b.N*many)
}

// BenchmarkRecordsFrom reads a page of results deep in a run.
func BenchmarkRecordsFrom(b *testing.B) {
	l := quickOpen(b)
	run := begin(b, l, people(many))
	for b.Loop() {
		read := 0
		for _, err := range l.Records(b.Context(), run.ID, many-100) {
			if err != nil {
				b.Fatal(err)
			}
			if read++; read == 50 {
				break
			}
		}
	}
}

// BenchmarkPending reads what is open of a run.
func BenchmarkPending(b *testing.B) {
	l := quickOpen(b)
	run := begin(b, l, people(many))
	before := spent(b)
	for b.Loop() {
		for _, err := range l.Pending(b.Context(), run.ID) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	perRow(b, before, b.N*many)
}

// BenchmarkDoubts reads the claims that stand, a handful of a run of many rows.
func BenchmarkDoubts(b *testing.B) {
	l := quickOpen(b)
	run := begin(b, l, people(many))
	for row := 1; row <= many; row += many / 8 {
		claim(b, l, run, row)
	}
	for b.Loop() {
		if found := len(doubts(b, l)); found != 8 {
			b.Fatal(found)
		}
	}
}
