package ledger_test

import (
	"database/sql"
	"strconv"
	"testing"
	"time"

	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
	"rollcall/pkg/secret"
)

func TestInvitedRemembersAllRuns(t *testing.T) {
	l := open(t, place(t))
	at := time.Date(2026, 11, 23, 1, 30, 0, 0, time.UTC)
	sent := func(row int, id string, age time.Duration) record.Record {
		return record.Record{
			Row: row, Outcome: record.Invited, InvitationID: id, Token: secret.New("t-" + id), Status: "pending",
			OrganizationRole: "member", ExpiresAt: at.Add(time.Hour), UpdatedAt: at.Add(-age),
		}
	}
	first := begin(t, l, people(3))
	settle(t, l, first, sent(1, "a", 3*time.Hour), record.Record{Row: 2, Outcome: record.AlreadyInvited, InvitationID: "theirs"}, sent(3, "b", 2*time.Hour))
	second := begin(t, l, people(3))
	settle(t, l, second, sent(1, "c", time.Hour), record.Record{Row: 2, Outcome: record.Rejected})
	other, err := l.Begin(t.Context(), ledger.Run{OrganizationID: "another"}, people(1))
	if err != nil {
		t.Fatal(err)
	}
	settle(t, l, other, sent(1, "d", 0))

	invited := func() (ids []string) {
		for _, r := range collect(t, l.Invited(t.Context(), organization)) {
			ids = append(ids, r.Email+" "+r.InvitationID)
		}
		return ids
	}
	all := collect(t, l.Records(t.Context(), first.ID))
	want := []string{all[0].Email + " a", all[2].Email + " b", all[0].Email + " c"}
	same(t, "invited", invited(), want)
	got := collect(t, l.Invited(t.Context(), organization))[2]
	same(t, "the last one", got, record.Record{
		Email: all[0].Email, Outcome: record.Invited, InvitationID: "c", Token: secret.New("t-c"), Status: "pending",
		OrganizationRole: "member", ExpiresAt: at.Add(time.Hour), UpdatedAt: at.Add(-time.Hour),
	})

	// What was sent was sent, even if the row is opened again; a row that nothing was sent for has nothing to remember.
	if err := l.Reopen(t.Context(), first.ID, 1, 2); err != nil {
		t.Fatal(err)
	}
	same(t, "invited after reopening", invited(), want)
	settle(t, l, first, sent(1, "e", 0))
	same(t, "invited once more", invited(), []string{want[0], want[1], all[0].Email + " e", want[2]})
}

func TestAcceptedRoster(t *testing.T) {
	path := place(t)
	l := open(t, path)
	at := time.Date(2026, 11, 23, 1, 30, 0, 0, time.UTC)
	check := func(organizationID string, want ledger.Accepted, known bool) {
		t.Helper()
		got, found, err := l.AcceptedRoster(t.Context(), organizationID)
		if err != nil || found != known {
			t.Errorf("found %v, %v", found, err)
		}
		same(t, "accepted", got, want)
	}
	check(organization, ledger.Accepted{}, false)
	for i := range 2 {
		want := ledger.Accepted{Rows: 100 + i, Digest: [32]byte{byte(i)}, At: at.AddDate(0, 0, i)}
		if err := l.AcceptRoster(t.Context(), organization, want); err != nil {
			t.Fatal(err)
		}
		check(organization, want, true)
	}
	check("another", ledger.Accepted{}, false)
	shut(t, l)
	l = open(t, path)
	check(organization, ledger.Accepted{Rows: 101, Digest: [32]byte{1}, At: at.AddDate(0, 0, 1)}, true)
}

// TestEarlierVersionsAreBroughtUpToDate makes ledgers of every earlier version and opens them, also for looking only.
func TestEarlierVersionsAreBroughtUpToDate(t *testing.T) {
	for version := 1; version < ledger.NewestVersion; version++ {
		t.Run(strconv.Itoa(version), func(t *testing.T) {
			path := place(t)
			makeEarlier(t, path, version)
			l, err := ledger.View(path)
			if err != nil {
				t.Fatal(err)
			}
			claims, err := l.InDoubt(t.Context(), organization)
			if err != nil || len(claims) != 1 || claims[0].Replaces != "" || claims[0].Attempt != 2 {
				t.Errorf("claims %+v, %v", claims, err)
			}
			same(t, "invited", len(collect(t, l.Invited(t.Context(), organization))), 1)
			shut(t, l)
			same(t, "doubts", doubts(t, open(t, path)), []int{2})
		})
	}
}

// makeEarlier makes a ledger of an earlier version, in which row 1 is invited and row 2 is claimed.
func makeEarlier(t *testing.T, path string, version int) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	statements := append(ledger.Migrations(version), `
INSERT INTO run VALUES (1, 'old', '`+organization+`', '', '', x'', '', 2, 1, 0, 0, 0);
INSERT INTO entry VALUES
	(1, 1, 2, 'a@x.example', '', '', '', 1, 'i', '', '', '', '', '', 0, 1, 201, '', '', 1),
	(1, 2, 3, 'b@x.example', '', '', '', 0, '', '', '', '', '', '', 0, 0, 0, '', '', 0);
INSERT INTO claim (run, row, attempt, at) VALUES (1, 2, 2, 1);`)
	for _, statement := range statements {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestNamedAreThoseOfWholeRosters(t *testing.T) {
	l := open(t, place(t))
	for _, run := range []ledger.Run{
		{OrganizationID: organization, Whole: true}, {OrganizationID: organization}, {OrganizationID: "another", Whole: true},
	} {
		begun, err := l.Begin(t.Context(), run, func(yield func(record.Record, error) bool) {
			name := begunAs(run)
			_ = yield(record.Record{Row: 1, Email: name + "@x.example"}, nil) &&
				yield(record.Record{Row: 2, Email: "invalid" + name, Outcome: record.Invalid}, nil) &&
				yield(record.Record{Row: 3, Email: name + "@x.example", Outcome: record.Duplicate}, nil)
		})
		if err != nil || begun.Whole != run.Whole {
			t.Fatal(begun, err)
		}
	}
	same(t, "named", collect(t, l.Named(t.Context(), organization)), []string{"whole@x.example"})
}

func begunAs(run ledger.Run) string {
	if run.Whole {
		return "whole"
	}
	return "partial"
}
