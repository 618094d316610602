package sqlite_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
)

// TestClaimsOfVersion14LeaveTheirPages has rows as version 14 kept them, with claims: one that may have mailed its person twice, one
// that has not mailed hers, and one of a change that mails nobody.
func TestClaimsOfVersion14LeaveTheirPages(t *testing.T) {
	path := place(t)
	insert := func(key, first int, claimed bool, rows ...string) string {
		return "INSERT INTO page (key, run, first, last, open, claimed, acted, invited, cancelled, sighted, resumable, mailed_at, expires_at, entries) VALUES (" +
			strconv.Itoa(key) + ", 1, " + strconv.Itoa(first) + ", " + strconv.Itoa(first+len(rows)-1) + ", 1, " + strconv.FormatBool(claimed) +
			", 1, 0, 0, 0, 0, 6, 0, '[" + strings.ReplaceAll(strings.Join(rows, ","), "'", "''") + "]')"
	}
	makeEarlier(t, path, 14,
		"INSERT INTO scope (key, service, organization) VALUES (1, '"+service+"', '"+organization+"')",
		`INSERT INTO run (key, id, scope, roster, digest, extra, entries, started_at, ended_at, exit_code, resumed, outcomes)
			VALUES (1, 'run-1', 1, 'people.csv', zeroblob(32), '', 5, 1, 0, 0, 0, '{"unset":5}')`,
		insert(7, 1, true,
			`{"row":1,"email":"O'Hara@x.example","extra":["\u0001\\\""," é "],"claim":{"change":1,"attempt":2,"at":6,"replaces":"old"},"mailed_at":[5,6]}`,
			`{"row":2,"email":"b@x.example","claim":{"change":1,"attempt":1,"at":7}}`,
			`{"row":3,"email":"c@x.example"}`),
		insert(8, 4, false, `{"row":4,"email":"d@x.example"}`),
		insert(9, 5, true, `{"row":5,"email":"e@x.example","claim":{"change":3,"at":8,"before":"member"}}`))
	claims, mailings := table(t, path, allClaims), table(t, path, allMailings)
	same(t, "claims", len(claims), 3)
	l := open(t, path)
	same(t, "claims", table(t, path, allClaims), claims)
	same(t, "mailings", table(t, path, allMailings), mailings)
	same(t, "pages with claims", table(t, path, "SELECT page FROM page_claims"), []string{"page=7 ", "page=9 "})
	same(t, "what is said of claims in pages", len(table(t, path, "SELECT key FROM page WHERE entries LIKE '%claim%'")), 0)
	rows := collect(t, l.Records(t.Context(), "run-1", 0))
	same(t, "row 1", rows[0], record.Record{Row: 1, Email: "O'Hara@x.example", Extra: []string{"\x01\\\"", " é "}})
	at := func(micros int64) time.Time { return time.UnixMicro(micros).UTC() }
	stand := []record.Claim{
		{Run: "run-1", Row: 1, Email: "O'Hara@x.example", Change: record.ChangeInvite, Attempt: 2, At: at(6), Replaces: "old"},
		{Run: "run-1", Row: 2, Email: "b@x.example", Change: record.ChangeInvite, Attempt: 1, At: at(7)},
		{Run: "run-1", Row: 5, Email: "e@x.example", Change: record.ChangeRole, At: at(8), Before: "member"},
	}
	found, err := l.Doubts(t.Context(), scope)
	if err != nil || len(found) != len(stand) {
		t.Fatalf("doubts %v, %v", found, err)
	}
	for i, d := range found {
		same(t, "doubt", d, record.Doubt{Claim: stand[i], Record: rows[stand[i].Row-1]})
	}
	pending := collect(t, l.Pending(t.Context(), "run-1"))
	same(t, "pending", pending[1], ledger.Entry{Record: rows[1], Claim: &stand[1]})
	same(t, "pending without a claim", pending[3], ledger.Entry{Record: rows[3]})

	// What the claims of before may have mailed is with their rows already.
	for _, c := range []record.Conclusion{
		{Record: record.Record{Row: 1, Outcome: record.Rejected, UpdatedAt: at(9)}, Harmless: true},
		{Record: record.Record{Row: 2, Outcome: record.Invited, UpdatedAt: at(9)}},
	} {
		if err := l.Conclude(t.Context(), "run-1", nil, c); err != nil {
			t.Fatal(err)
		}
	}
	mailed, err := l.Mailings(t.Context(), scope, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "mailings", mailed, []time.Time{at(5)})
	same(t, "doubts", doubts(t, l), []int{5})
}

// TestDamagedClaim has a claim for a row that its page does not have.
func TestDamagedClaim(t *testing.T) {
	path := place(t)
	l := open(t, path)
	run := begin(t, l, people(20))
	claim(t, l, run, 3)
	shut(t, l)
	execute(t, path, `UPDATE page_claims SET claims = replace(claims, '"row":3', '"row":30')`)
	l = open(t, path)
	problem := (*ledger.Error)(nil)
	if _, err := l.Doubts(t.Context(), scope); !isDamaged(err, &problem) {
		t.Errorf("Doubts = %v", err)
	}
	if err := l.Claim(t.Context(), nil, invite(run, 4, 1)); !isDamaged(err, &problem) {
		t.Errorf("Claim = %v", err)
	}
}
