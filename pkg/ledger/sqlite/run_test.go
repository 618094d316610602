package ledger_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"regexp"
	"testing"
	"time"

	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
	"rollcall/pkg/secret"
)

// list yields records, then err if there is one.
func list(err error, records ...record.Record) func(func(record.Record, error) bool) {
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

func TestRecordsComeBackAsTheyWere(t *testing.T) {
	path := place(t)
	l := open(t, path)
	now := time.Date(2026, 11, 23, 1, 30, 0, 123456000, time.UTC)
	give := []record.Record{
		{
			Row: 2, Line: 9, Email: "zoë@example.com", Role: "member", Teams: "Platform:developer",
			Extra: []string{"", "a \"b\"\x00\n<&", "é"},
		},
		{Row: 3, Line: 10, Email: "nonsense", Outcome: record.Invalid, Error: "no @", Hint: "add one", UpdatedAt: now},
		{
			Row: 70_000, Line: 1 << 30, Outcome: record.AlreadyInvited, InvitationID: "id", Token: secret.New("token"),
			Status: "pending", OrganizationID: "o", OrganizationName: "Org", OrganizationRole: "member",
			ExpiresAt: time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), Attempts: 3, HTTPStatus: 409, UpdatedAt: now,
		},
	}
	run := begin(t, l, list(nil, give...))
	shut(t, l)
	l = open(t, path)
	same(t, "records", collect(t, l.Records(t.Context(), run.ID)), give)

	sent := record.Record{
		Row: 2, Line: 1, Email: "not stored", Outcome: record.Rejected, InvitationID: "i", Token: secret.New("t"), Status: "s",
		OrganizationID: "o", OrganizationName: "n", OrganizationRole: "r", ExpiresAt: now, Attempts: 2, HTTPStatus: 400,
		Error: "e", Hint: "h", UpdatedAt: now,
	}
	settle(t, l, run, sent)
	want := sent
	want.Line, want.Email, want.Role, want.Teams, want.Extra = 9, give[0].Email, give[0].Role, give[0].Teams, give[0].Extra
	same(t, "settled record", collect(t, l.Records(t.Context(), run.ID))[0], want)
}

func TestRunComesBackAsItWas(t *testing.T) {
	path := place(t)
	now := time.Date(2026, 11, 23, 1, 30, 0, 0, time.UTC)
	l, err := ledger.Open(path, ledger.Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	give := ledger.Run{
		OrganizationID: organization, Service: "https://api.example.com", Roster: "people.csv", Digest: [32]byte{1, 0, 255},
		Whole: true, Extra: []string{"Department", "No."},
	}
	run, err := l.Begin(t.Context(), give, people(3))
	if err != nil {
		t.Fatal(err)
	}
	if want := regexp.MustCompile(`^20261123T013000Z-[0-9a-f]{6}$`); !want.MatchString(run.ID) {
		t.Errorf("ID = %q", run.ID)
	}
	want := give
	want.ID, want.Rows, want.StartedAt = run.ID, 3, now
	same(t, "begun run", run, want)
	shut(t, l)

	l, err = ledger.Open(path, ledger.Options{Now: func() time.Time { return now.Add(time.Hour) }})
	if err != nil {
		t.Fatal(err)
	}
	defer shut(t, l)
	got, ok, err := l.Unfinished(t.Context(), organization, give.Digest)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	same(t, "unfinished run", got, want)
	if err := l.End(t.Context(), run.ID, 3); err != nil {
		t.Fatal(err)
	}
	want.EndedAt, want.ExitCode = now.Add(time.Hour), 3
	all := collect(t, l.Runs(t.Context()))
	same(t, "runs", all, []ledger.Summary{{Run: want, Outcomes: map[record.Outcome]int{record.Unset: 3}}})
}

func TestUnfinishedIsTheLastRunOfTheRoster(t *testing.T) {
	l := open(t, place(t))
	unfinished := func(organizationID string, digest byte) string {
		run, ok, err := l.Unfinished(t.Context(), organizationID, [32]byte{digest})
		if err != nil || ok != (run.ID != "") {
			t.Error(ok, err)
		}
		return run.ID
	}
	same(t, "in a new ledger", unfinished(organization, 1), "")
	old := begin(t, l, people(1))
	last := begin(t, l, people(1))
	same(t, "with two", unfinished(organization, 1), last.ID)
	same(t, "of another roster", unfinished(organization, 2), "")
	same(t, "of another organization", unfinished("another", 1), "")
	if err := l.End(t.Context(), last.ID, 0); err != nil {
		t.Fatal(err)
	}
	same(t, "when the last has ended, though "+old.ID+" has not", unfinished(organization, 1), "")
	same(t, "runs", []string{collect(t, l.Runs(t.Context()))[0].ID, collect(t, l.Runs(t.Context()))[1].ID}, []string{last.ID, old.ID})
}

func TestResumeOpensWhatMayBeTriedAgain(t *testing.T) {
	l := open(t, place(t))
	run := begin(t, l, people(12))
	var want []int
	for row, outcome := range record.Outcomes() {
		row++
		claim(t, l, run, row, 2)
		settle(t, l, run, record.Record{Row: row, Outcome: outcome, Attempts: 2, HTTPStatus: 500, Error: "e", Hint: "h", UpdatedAt: time.Now()})
		switch outcome {
		case record.Rejected, record.Failed, record.NotSent:
			want = append(want, row)
		case record.Unknown:
			want = append(want, -row) // with its claim
		case record.Unset, record.Invited, record.AlreadyInvited, record.AlreadyMember, record.Invalid,
			record.Duplicate, record.WouldInvite, record.WouldReinvite:
		}
	}
	if err := l.End(t.Context(), run.ID, 3); err != nil {
		t.Fatal(err)
	}
	resumed, err := l.Resume(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "run", []any{resumed.ID, resumed.Resumed, resumed.EndedAt, resumed.ExitCode}, []any{run.ID, 1, time.Time{}, 0})
	pending := collect(t, l.Pending(t.Context(), run.ID))
	same(t, "pending", rows(pending), append(want, 12))
	fresh := record.Record{Attempts: 2, Extra: pending[0].Extra, Row: pending[0].Row, Line: pending[0].Line, Email: pending[0].Email, Role: pending[0].Role, Teams: pending[0].Teams}
	same(t, "reopened record", pending[0].Record, fresh)
	if _, err := l.Resume(t.Context(), ledger.Run{ID: "none"}); !errors.Is(err, ledger.ErrNoRun) {
		t.Errorf("Resume = %v, want ErrNoRun", err)
	}
}

func TestBeginThatFailsDoesNothing(t *testing.T) {
	l := open(t, place(t))
	broken := errors.New("the roster is broken")
	row := record.Record{Row: 1}
	if _, err := l.Begin(t.Context(), ledger.Run{}, list(broken, row)); !errors.Is(err, broken) || err.Error() != broken.Error() {
		t.Errorf("Begin = %v, want the error of the entries", err)
	}
	if _, err := l.Begin(t.Context(), ledger.Run{}, list(nil, row, row)); err == nil {
		t.Error("the same row was written twice")
	}
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := l.Begin(ctx, ledger.Run{}, func(yield func(record.Record, error) bool) {
		cancel()
		yield(row, nil)
	}); !errors.Is(err, context.Canceled) {
		t.Errorf("Begin = %v, want context.Canceled", err)
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		_, _ = l.Begin(t.Context(), ledger.Run{}, func(yield func(record.Record, error) bool) {
			yield(row, nil)
			panic("roster")
		})
	}()
	same(t, "runs", len(collect(t, l.Runs(t.Context()))), 0)
	run := begin(t, l, people(1))
	claim(t, l, run, 1, 1)
}

func TestExpiredTokensAreErased(t *testing.T) {
	path := place(t)
	l := open(t, path)
	now := time.Date(2026, 11, 23, 1, 30, 0, 0, time.UTC)
	run := begin(t, l, people(4))
	tokens := []string{"token-expired", "token-valid", "token-unlimited"}
	for i, expires := range []time.Time{now.Add(-time.Second), now, {}} {
		settle(t, l, run, record.Record{Row: i + 1, Outcome: record.Invited, Token: secret.New(tokens[i]), ExpiresAt: expires})
	}
	for _, want := range []int{1, 0} {
		got, err := l.EraseExpiredTokens(t.Context(), now)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "erased", got, want)
	}
	var kept []string
	for _, r := range collect(t, l.Records(t.Context(), run.ID)) {
		kept = append(kept, r.Token.Reveal())
	}
	same(t, "tokens", kept, []string{"", "token-valid", "token-unlimited", ""})
	shut(t, l)
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i, token := range tokens {
		same(t, "file holds "+token, bytes.Contains(file, []byte(token)), i > 0)
	}
}

func TestReopenTakesOutcomesBack(t *testing.T) {
	l := open(t, place(t))
	run := begin(t, l, people(3))
	for row := range 3 {
		claim(t, l, run, row+1, 1)
		settle(t, l, run, record.Record{Row: row + 1, Outcome: record.Invited, InvitationID: "i", Token: secret.New("t"), Attempts: 1, UpdatedAt: time.Now()})
	}
	if err := l.Reopen(t.Context(), run.ID, 1, 3); err != nil {
		t.Fatal(err)
	}
	var rows []int
	for entry, err := range l.Pending(t.Context(), run.ID) {
		if err != nil {
			t.Fatal(err)
		}
		if entry.InvitationID != "" || !entry.Token.Empty() || entry.Attempts != 1 || entry.Claim != nil {
			t.Errorf("row %d: %+v", entry.Row, entry)
		}
		rows = append(rows, entry.Row)
	}
	same(t, "rows", rows, []int{1, 3})
}
