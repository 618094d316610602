package ledgertest

import (
	"errors"
	"fmt"
	"iter"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
	"rollcall/pkg/secret"
)

// Open opens an empty ledger with the clock now. The function again closes the ledger and opens it anew, with all that
// it has kept; it may be called several times. Whatever is open when the test ends is closed by Open.
type Open func(t *testing.T, now func() time.Time) (l ledger.Ledger, again func() ledger.Ledger)

// Run holds an implementation of [ledger.Ledger] to its contract.
func Run(t *testing.T, open Open) {
	t.Helper()
	for _, group := range []struct {
		name  string
		tests []conformance
	}{
		{"claims", claimTests},
		{"conclusions", conclusionTests},
		{"mailings", mailingTests},
		{"scopes", scopeTests},
		{"runs", runTests},
		{"histories", historyTests},
		{"followings", followingTests},
		{"trails", trailTests},
		{"files", fileTests},
		{"timelines", timelineTests},
		{"prunings", pruneTests},
	} {
		t.Run(group.name, func(t *testing.T) {
			for _, test := range group.tests {
				t.Run(test.name, func(t *testing.T) {
					b := &bench{T: t, clock: start}
					b.Ledger, b.again = open(t, func() time.Time { return b.clock })
					test.run(b)
				})
			}
		})
	}
}

// conformance is one promise of the contract.
type conformance struct {
	name string
	run  func(*bench)
}

// start is when the clock of every test begins; it is no whole microsecond, and not in UTC.
var start = time.Date(2026, 11, 23, 1, 30, 0, 123456789, time.FixedZone("", 3600))

// at is [start] as a ledger keeps it.
var at = time.Date(2026, 11, 23, 0, 30, 0, 123456000, time.UTC)

// here is the scope of the tests; elsewhere is another organization, rehearsal another service.
var (
	here      = record.Scope{Service: "https://api.example.com", OrganizationID: "9d3e5a1b-0000-4000-8000-0123456789ab"}
	elsewhere = record.Scope{Service: here.Service, OrganizationID: "another"}
	rehearsal = record.Scope{Service: "http://127.0.0.1:8080", OrganizationID: here.OrganizationID}
)

// bench is a ledger under test.
type bench struct {
	*testing.T
	ledger.Ledger
	clock time.Time
	again func() ledger.Ledger
}

// reopen closes the ledger and goes on with what it has kept.
func (b *bench) reopen() {
	b.Helper()
	b.Ledger = b.again()
}

// begin begins a run for people in a scope, row by row.
func (b *bench) begin(scope record.Scope, addresses ...string) ledger.Run {
	b.Helper()
	return b.beginRun(ledger.Run{Service: scope.Service, OrganizationID: scope.OrganizationID}, people(addresses...)...)
}

func (b *bench) beginRun(run ledger.Run, records ...record.Record) ledger.Run {
	b.Helper()
	run, err := b.Begin(b.Context(), run, List(nil, records...))
	if err != nil {
		b.Fatal(err)
	}
	return run
}

// people are the rows of people, numbered from 1.
func people(addresses ...string) []record.Record {
	var records []record.Record
	for i, address := range addresses {
		records = append(records, record.Record{Row: i + 1, Line: i + 2, Email: address, Role: "member"})
	}
	return records
}

// List yields records, then err if there is one.
func List(err error, records ...record.Record) iter.Seq2[record.Record, error] {
	return func(yield func(record.Record, error) bool) {
		for _, r := range records {
			if !yield(r, nil) {
				return
			}
		}
		if err != nil {
			yield(record.Record{}, err)
		}
	}
}

// invite is the claim of an invitation.
func invite(run ledger.Run, row int, address string) record.Claim {
	return record.Claim{Run: run.ID, Row: row, Email: address, Change: record.ChangeInvite, Attempt: 1, At: at}
}

// claim makes a claim that must be taken.
func (b *bench) claim(c record.Claim) {
	b.Helper()
	if err := b.Claim(b.Context(), nil, c); err != nil {
		b.Fatal(err)
	}
}

// conclude writes conclusions that must be taken.
func (b *bench) conclude(run ledger.Run, conclusions ...record.Conclusion) {
	b.Helper()
	if err := b.Conclude(b.Context(), run.ID, nil, conclusions...); err != nil {
		b.Fatal(err)
	}
}

// settle gives outcomes to rows.
func (b *bench) settle(run ledger.Run, records ...record.Record) {
	b.Helper()
	for _, r := range records {
		b.conclude(run, record.Conclusion{Record: r})
	}
}

// doubts returns the claims that stand in a scope as "row address change" each.
func (b *bench) doubts(scope record.Scope) []string {
	b.Helper()
	found, err := b.Doubts(b.Context(), scope)
	if err != nil {
		b.Fatal(err)
	}
	var words []string
	for _, d := range found {
		words = append(words, fmt.Sprint(d.Row, " ", d.Email, " ", d.Change))
	}
	return words
}

// outcomes returns the outcomes of a run's rows in their order.
func (b *bench) outcomes(run ledger.Run) []record.Outcome {
	b.Helper()
	var outcomes []record.Outcome
	for _, r := range collect(b, b.Records(b.Context(), run.ID, 0)) {
		outcomes = append(outcomes, r.Outcome)
	}
	return outcomes
}

// same fails unless got is want.
func (b *bench) same(what string, got, want any) {
	b.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		b.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// refused fails unless err is want.
func (b *bench) refused(what string, err, want error) {
	b.Helper()
	if !errors.Is(err, want) {
		b.Errorf("%s = %v, want %v", what, err, want)
	}
}

// collect returns all that a sequence yields.
func collect[T any](b *bench, seq iter.Seq2[T, error]) []T {
	b.Helper()
	var all []T
	for value, err := range seq {
		if err != nil {
			b.Fatal(err)
		}
		all = append(all, value)
	}
	return all
}

// whole is a record in which everything that a conclusion keeps is set.
func whole(row int, outcome record.Outcome) record.Record {
	return record.Record{
		Row: row, Outcome: outcome, InvitationID: "id", Token: secret.New("token"), Status: "pending",
		OrganizationID: "o", OrganizationName: "Org \"é\"", OrganizationRole: "member",
		ExpiresAt: time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), Attempts: 3, HTTPStatus: 409, Error: "e", Hint: "h",
		UpdatedAt: at.Add(time.Second), Trail: wholeTrail,
	}
}

// wholeTrail is a trail in which everything is set.
var wholeTrail = record.Trail{
	Verdict: record.WouldReinvite, Tries: 2, Throttled: 1, Lost: true, Confirmed: true, Cancelled: "old", EndedAt: at,
	SilentFor: 90*time.Second + time.Microsecond, DueAt: at.Add(time.Minute),
}
