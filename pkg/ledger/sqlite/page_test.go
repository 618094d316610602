package sqlite_test

import (
	"database/sql"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"rollcall/pkg/audit"
	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/ledgertest"
	"rollcall/pkg/ledger/sqlite"
	"rollcall/pkg/record"
)

// table returns what a query yields, a line a row.
func table(t *testing.T, path, query string) (lines []string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatalf("%v: %s", err, query)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		values := make([]any, len(columns))
		for i := range values {
			values[i] = &values[i]
		}
		if err := rows.Scan(values...); err != nil {
			t.Fatal(err)
		}
		var line strings.Builder
		for i, value := range values {
			fmt.Fprintf(&line, "%s=%v ", columns[i], value)
		}
		lines = append(lines, line.String())
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return lines
}

// What the tables of version 13 say, and the views of today, which are for people.
const (
	allEntries = `SELECT run, row, line, email, role, teams, extra, outcome, invitation_id, token, status, organization_id, organization_name,
		organization_role, expires_at, attempts, http_status, error, hint, updated_at, verdict, tries, throttled, lost, confirmed, cancelled,
		ended_at, silent_for, due_at FROM entry ORDER BY run, row`
	allClaims   = `SELECT scope, change, run, row, attempt, at, replaces, before FROM claim ORDER BY scope, run, row, at`
	allMailings = `SELECT scope, at, run, row FROM mailing ORDER BY scope, run, row, at`
)

// version13 makes a ledger as it was before there were pages: a run of 100 rows with gaps in which everything has happened,
// an ended one in which nothing has, and claims and mailings with and without rows.
func version13(t *testing.T, path string) (lines []string) {
	t.Helper()
	const run = `INSERT INTO run (key, id, scope, roster, digest, extra, entries, started_at, ended_at, exit_code, resumed)
		VALUES (%d, 'run-%[1]d', 1, 'people.csv', zeroblob(32), '["No."]', %d, 1, %d, 0, 0)`
	statements := []string{
		fmt.Sprintf("INSERT INTO scope (key, service, organization) VALUES (1, '%s', '%s'), (2, '%s', '%s')",
			scope.Service, scope.OrganizationID, rehearsal.Service, rehearsal.OrganizationID),
		fmt.Sprintf(run, 1, 100, 0), fmt.Sprintf(run, 2, 17, 9), fmt.Sprintf(run, 3, 0, 9),
		`WITH n AS (SELECT value AS n FROM generate_series(1, 100)) INSERT INTO entry SELECT 1, 7 * n, n + 1, 'P' || n || '@x.example', 'member', 'A:b', '["x","\"y\""]',
			CASE WHEN n > 60 THEN 0 ELSE n % 13 END, 'i' || n, CASE n % 3 WHEN 0 THEN 't' || n ELSE '' END, 'pending', 'o', 'n "q" \', 'r', CASE n % 2 WHEN 0 THEN 0 ELSE 1000 + n END,
			n % 4, 201, char(10) || 'e', 'é', n, n % 13, n % 3, n % 5, n % 2, n = 77, CASE n % 10 WHEN 9 THEN 'c' ELSE '' END, n, n, n % 2 FROM n`,
		`WITH n AS (SELECT value AS n FROM generate_series(1, 17)) INSERT INTO entry SELECT 2, n, 0, 'q' || n || '@x.example', '', '', '', 3, '', '', '', '', '', '', 0, 0, 0, '', '', 0, 0, 0, 0, 0, 0, '', 0, 0, 0 FROM n`,
		`INSERT INTO claim (scope, person, change, run, row, attempt, at, replaces, before) SELECT 1, lower(email), 1, 1, row, 1, 50 + row, 'old', '' FROM entry WHERE run = 1 AND row IN (56, 63, 630, 637)`,
		`INSERT INTO claim (scope, person, email, change, run, row, attempt, at, replaces, before, attempts, lost, ended_at, silent_for) VALUES (1, 'z@x.example', 'Z@x.example', 1, 1, 0, 2, 99, '', 'b', 2, 1, 5, 6)`,
		`INSERT INTO mailing SELECT scope, at, run, row, person FROM claim`,
		`INSERT INTO mailing VALUES (1, 3, 1, 56, ''), (1, 2, 1, 7, 'p1@x.example'), (1, 4, 2, 0, 'gone@x.example'), (2, 1, 1, 0, '')`,
		`INSERT INTO reopened (run, email, invitation_id, expires_at, updated_at) VALUES (2, 'gone@x.example', 'i', 0, 60)`,
	}
	for i := range statements { // a table-valued function that the driver lacks
		statements[i] = strings.NewReplacer(
			"SELECT value AS n FROM generate_series(1, 100)", "SELECT 1 AS n UNION ALL SELECT n + 1 FROM n WHERE n < 100",
			"SELECT value AS n FROM generate_series(1, 17)", "SELECT 1 AS n UNION ALL SELECT n + 1 FROM n WHERE n < 17", "WITH n", "WITH RECURSIVE n",
		).Replace(statements[i])
	}
	chain := audit.Begin()
	for range 200 {
		var text string
		text, chain = chain.Next(time.UnixMicro(5), audit.Author{Who: "ada@laptop"}, audit.Event{Kind: audit.Invite, Email: "it's@x.example"})
		lines = append(lines, text)
		statements = append(statements, fmt.Sprintf("INSERT INTO audit VALUES (%d, '%s')", chain.Number, strings.ReplaceAll(text, "'", "''")))
	}
	makeEarlier(t, path, 13, statements...)
	return lines
}

// TestRowsOfEarlierVersionsBecomePages holds what a ledger says against what the tables of an earlier version had in them.
func TestRowsOfEarlierVersionsBecomePages(t *testing.T) {
	path := place(t)
	lines := version13(t, path)
	entries, claims, mailings := table(t, path, allEntries), table(t, path, allClaims), table(t, path, allMailings)
	outcomes := table(t, path, "SELECT outcome, count(*) FROM entry WHERE run = 1 GROUP BY outcome")
	l := open(t, path)
	same(t, "entries", table(t, path, allEntries), entries)
	same(t, "claims", table(t, path, allClaims), claims)
	same(t, "mailings", table(t, path, allMailings), mailings)
	same(t, "audit trail", collect(t, l.Audit(t.Context(), 0)), lines)
	same(t, "audit trail after a line", collect(t, l.Audit(t.Context(), 70)), lines[70:])
	if err := l.Note(t.Context(), audit.Approve("run-1", audit.AtPrompt, ""), audit.Approve("run-2", audit.AtPrompt, "")); err != nil {
		t.Fatal(err)
	}
	all := strings.Join(collect(t, l.Audit(t.Context(), 0)), "\n") + "\n"
	if report, err := audit.Verify(strings.NewReader(all)); err != nil || report.Lines != 202 {
		t.Errorf("the trail goes on: %+v, %v", report, err)
	}

	counts, err := l.Outcomes(t.Context(), "run-1")
	if err != nil || len(counts) != len(outcomes) || counts[record.Unset] != 44 || counts[record.Invited] != 5 {
		t.Errorf("outcomes %v, %v, want %v", counts, err, outcomes)
	}
	rows := collect(t, l.Records(t.Context(), "run-1", 0))
	same(t, "rows", len(rows), 100)
	same(t, "rows after one", collect(t, l.Records(t.Context(), "run-1", 7*50)), rows[50:])
	same(t, "rows after none that there is", collect(t, l.Records(t.Context(), "run-1", 7*50+1)), rows[50:])
	same(t, "pending", len(collect(t, l.Pending(t.Context(), "run-1"))), 44)
	same(t, "doubts", doubtsOf(t, l, scope), []string{"run-1 0", "run-1 56", "run-1 63", "run-1 630", "run-1 637"})
	found, err := l.Mailings(t.Context(), scope, time.Time{})
	if err != nil || len(found) != len(mailings)-1 { // one is of another scope
		t.Errorf("mailings %v, %v", found, err)
	}
	same(t, "invited", len(collect(t, l.Invited(t.Context(), scope))), 5+1+1)
	same(t, "cancelled", len(collect(t, l.Cancelled(t.Context(), scope))), 10)
	same(t, "sighted", len(collect(t, l.Sighted(t.Context(), scope))), 17+10)
	erased, err := l.EraseExpiredTokens(t.Context(), time.UnixMicro(1050))
	if err != nil || erased != 8 {
		t.Errorf("erased %d, %v", erased, err)
	}
	err = l.Claim(t.Context(), nil, record.Claim{Run: "run-1", Email: "p90@X.example", Change: record.ChangeCancel, Attempt: 1})
	if refusal := (*ledger.RowError)(nil); !asRowError(err, &refusal) || refusal.Standing == nil || refusal.Standing.Row != 630 {
		t.Errorf("Claim beside one of an earlier version = %v", err)
	}
}

// TestPagesAreShownAsRows looks at a ledger as people do, with the sqlite3 shell.
func TestPagesAreShownAsRows(t *testing.T) {
	path := place(t)
	l := open(t, path)
	run := begin(t, l, people(40))
	claim(t, l, run, 20)
	at := time.UnixMicro(7)
	if err := l.Claim(t.Context(), nil,
		record.Claim{Run: run.ID, Email: "x@x.example", Change: record.ChangeCancel, Attempt: 1, At: at},
		record.Claim{Run: run.ID, Row: 40, Email: "person-40@example.com", Change: record.ChangeInvite, Attempt: 1, At: at}); err != nil {
		t.Fatal(err)
	}
	settle(t, l, run, invited(20))
	same(t, "entries", table(t, path, "SELECT row, email, extra, outcome, organization_name, confirmed FROM entry WHERE row IN (19, 20)"), []string{
		`row=19 email=person-19@example.com extra=["Engineering","E19"] outcome=0 organization_name= confirmed=0 `,
		`row=20 email=person-20@example.com extra=["Engineering","E20"] outcome=1 organization_name=Example Corp confirmed=0 `,
	})
	same(t, "claims", table(t, path, "SELECT row, email, change, at FROM claim ORDER BY row"), []string{
		"row=0 email=x@x.example change=2 at=7 ", "row=40 email=person-40@example.com change=1 at=7 ",
	})
	same(t, "mailings", table(t, path, "SELECT row FROM mailing ORDER BY row"), []string{"row=20 ", "row=40 "})
	same(t, "outcomes", table(t, path, "SELECT entries, outcomes FROM run"), []string{`entries=40 outcomes={"unset":39,"invited":1} `})
}

// TestDamagedPage has a page that something else has changed.
func TestDamagedPage(t *testing.T) {
	path := place(t)
	l := open(t, path)
	run := begin(t, l, people(20))
	shut(t, l)
	execute(t, path, `UPDATE page SET entries = replace(entries, '"email"', '"mail"') WHERE first = 17`)
	l = open(t, path)
	damaged := func(what string, err error) {
		t.Helper()
		if problem := (&ledger.Error{}); !isDamaged(err, &problem) || problem.Path != path {
			t.Errorf("%s = %v, want ErrDamaged of the ledger", what, err)
		}
	}
	_, err := ledger.All(l.Records(t.Context(), run.ID, 0))
	damaged("Records", err)
	_, err = ledger.All(l.Pending(t.Context(), run.ID))
	damaged("Pending", err)
	damaged("Claim", l.Claim(t.Context(), nil, invite(run, 18, 1)))
	claim(t, l, run, 2) // what is sound goes on
}

func isDamaged(err error, target **ledger.Error) bool {
	problem, ok := err.(*ledger.Error) //nolint:errorlint // as it is returned
	*target = problem
	return ok && strings.Contains(err.Error(), ledger.ErrDamaged.Error())
}

// TestRowsComeInTheirOrder has a roster that does not keep it.
func TestRowsComeInTheirOrder(t *testing.T) {
	l := open(t, place(t))
	_, err := l.Begin(t.Context(), ledger.Run{}, ledgertest.List(nil, record.Record{Row: 2}, record.Record{Row: 1}))
	if err == nil || !strings.Contains(err.Error(), "row 1") {
		t.Errorf("Begin = %v", err)
	}
	same(t, "runs", len(collect(t, l.Runs(t.Context()))), 0)
}

// TestRefusedChangeLeavesNoTraceInMemory has a change fail half-way that has changed rows and claims already.
func TestRefusedChangeLeavesNoTraceInMemory(t *testing.T) {
	l := open(t, place(t))
	run := begin(t, l, people(40))
	claim(t, l, run, 1)
	err := l.Claim(t.Context(), nil, invite(run, 30, 1), invite(run, 31, 1), invite(run, 1, 2))
	if refusal := (*ledger.RowError)(nil); !asRowError(err, &refusal) {
		t.Fatalf("Claim = %v", err)
	}
	conclusion := record.Conclusion{Record: invited(1), Event: &audit.Event{Kind: audit.Invite}}
	if err := l.Conclude(t.Context(), run.ID, nil, conclusion, record.Conclusion{Record: invited(99)}); err == nil {
		t.Fatal("no such row was refused")
	}
	same(t, "doubts", doubts(t, l), []int{1})
	same(t, "lines", len(collect(t, l.Audit(t.Context(), 0))), 0)
	claim(t, l, run, 30)
	settle(t, l, run, invited(1))
	counts, err := l.Outcomes(t.Context(), run.ID)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "outcomes", counts, map[record.Outcome]int{record.Unset: 39, record.Invited: 1})
	same(t, "doubts", doubts(t, l), []int{30})
}

// TestErasedTokensAreGoneAlsoOfLongRows is [TestErasedTokensAreGoneFromTheFile] for pages that are longer than one of the file.
func TestErasedTokensAreGoneAlsoOfLongRows(t *testing.T) {
	path := place(t)
	l := open(t, path)
	run := begin(t, l, people(64))
	for row := 1; row <= 64; row++ {
		r := invited(row)
		r.Hint = strings.Repeat("long ", 200)
		settle(t, l, run, r)
	}
	erased, err := l.EraseExpiredTokens(t.Context(), invited(1).ExpiresAt.Add(time.Hour))
	if err != nil || erased != 64 {
		t.Fatalf("erased %d, %v", erased, err)
	}
	shut(t, l)
	if strings.Contains(readAll(t, path), invited(1).Token.Reveal()) {
		t.Error("a token is still in the file")
	}
	again, err := sqlite.View(path)
	if err != nil {
		t.Fatal(err)
	}
	defer shut(t, again)
	for _, r := range collect(t, again.Records(t.Context(), run.ID, 0)) {
		if !r.Token.Empty() {
			t.Errorf("row %d has its token", r.Row)
		}
	}
}

func readAll(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
