package sqlite_test

import (
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"rollcall/pkg/audit"
	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/ledgertest"
	"rollcall/pkg/ledger/sqlite"
	"rollcall/pkg/ledger/sqlite/schema"
	"rollcall/pkg/record"
)

// rehearsal is the same organization of another service.
var rehearsal = record.Scope{Service: "http://127.0.0.1:8080", OrganizationID: organization}

// makeEarlier makes a ledger of an earlier version, with its script of that time and what the statements put into it.
func makeEarlier(t *testing.T, path string, version int, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range append(schema.Scripts(version), statements...) {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%v: %s", err, statement)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// oldRun is a run as versions 1 to 4 kept it.
func oldRun(key int, of record.Scope) string {
	return fmt.Sprintf(`INSERT INTO run (key, id, organization, service, roster, digest, extra, entries, started_at, ended_at,
		exit_code, resumed) VALUES (%d, 'run-%[1]d', '%s', '%s', 'people.csv', zeroblob(32), '["No."]', 2, %[1]d, 0, 0, 0)`,
		key, of.OrganizationID, of.Service)
}

// oldEntry is a row as versions 1 to 4 kept it.
func oldEntry(run, row int, address string, outcome record.Outcome) string {
	return fmt.Sprintf(`INSERT INTO entry (run, row, line, email, role, teams, extra, outcome, invitation_id, token, status,
		organization_id, organization_name, organization_role, expires_at, attempts, http_status, error, hint, updated_at)
		VALUES (%d, %d, 2, '%s', 'member', '', '["7"]', %d, 'i', 't', 'pending', 'o', 'n', 'r', 9, 1, 201, 'e', 'h', 5)`,
		run, row, address, outcome)
}

// scoped is the version from which everything belongs to a scope.
const scoped = 5

// TestMailingsOfEarlierVersionsCount makes a ledger of the version before they were kept one by one.
func TestMailingsOfEarlierVersionsCount(t *testing.T) {
	path := place(t)
	entry := func(row int, outcome record.Outcome, updated, lost, confirmed int) string {
		return fmt.Sprintf(`INSERT INTO entry (run, row, line, email, role, teams, extra, outcome, invitation_id, token, status,
			organization_id, organization_name, organization_role, expires_at, attempts, http_status, error, hint, updated_at, lost,
			confirmed, ended_at) VALUES (1, %d, 2, 'p%[1]d@x.example', 'member', '', '', %d, '', '', '', '', '', '', 0, 1, 0, '', '', %d, %d, %d, 3)`,
			row, outcome, updated, lost, confirmed)
	}
	claim := func(row, at int) string {
		return fmt.Sprintf(`INSERT INTO claim (scope, person, change, run, row, attempt, at, replaces) VALUES (1, 'p%d@x.example', 1, 1, %[1]d, 1, %d, '')`, row, at)
	}
	makeEarlier(t, path, scoped,
		fmt.Sprintf("INSERT INTO scope (key, service, organization) VALUES (1, '%s', '%s')", scope.Service, scope.OrganizationID),
		`INSERT INTO run (key, id, scope, roster, digest, extra, entries, started_at, ended_at, exit_code, resumed)
			VALUES (1, 'run-1', 1, 'people.csv', zeroblob(32), '', 9, 1, 0, 0, 0)`,
		entry(1, record.Invited, 10, 0, 0), entry(2, record.Unknown, 20, 1, 0), entry(3, record.Rejected, 30, 0, 0),
		entry(4, record.Unset, 0, 1, 0), entry(5, record.Unset, 0, 0, 0), entry(6, record.Unset, 0, 0, 1), entry(7, record.AlreadyMember, 70, 0, 0),
		claim(2, 19), claim(5, 50),
		"INSERT INTO reopened (run, email, invitation_id, expires_at, updated_at) VALUES (1, 'p7@x.example', 'i', 0, 60)")
	l := open(t, path)
	mailings, err := l.Mailings(t.Context(), scope, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	var got []int64
	for _, at := range mailings {
		got = append(got, at.UnixMicro())
	}
	same(t, "mailings", got, []int64{3, 3, 10, 20, 50, 60})
}

// TestEarlierVersionsAreBroughtUpToDate makes ledgers of every earlier version and opens them, also for looking only.
func TestEarlierVersionsAreBroughtUpToDate(t *testing.T) {
	for version := 1; version < scoped; version++ {
		t.Run(strconv.Itoa(version), func(t *testing.T) {
			path := place(t)
			makeEarlier(t, path, version, oldRun(1, scope), oldEntry(1, 1, "A@x.example", record.Invited),
				oldEntry(1, 2, "B@x.example", record.Unset), oldEntry(1, 3, "c@x.example", record.Unknown),
				"INSERT INTO claim (run, row, attempt, at) VALUES (1, 2, 2, 7), (1, 3, 1, 6)")
			l, err := sqlite.View(path)
			if err != nil {
				t.Fatal(err)
			}
			rows := collect(t, l.Records(t.Context(), "run-1", 0))
			same(t, "rows", len(rows), 3)
			doubts, err := l.Doubts(t.Context(), scope)
			if err != nil {
				t.Fatal(err)
			}
			same(t, "doubts", doubts, []record.Doubt{
				{Record: rows[2], Claim: record.Claim{
					Run: "run-1", Row: 3, Email: "c@x.example", Change: record.ChangeInvite, Attempt: 1, At: time.UnixMicro(6).UTC(),
				}},
				{Record: rows[1], Claim: record.Claim{
					Run: "run-1", Row: 2, Email: "B@x.example", Change: record.ChangeInvite, Attempt: 2, At: time.UnixMicro(7).UTC(),
				}},
			})
			invitations := collect(t, l.Invited(t.Context(), scope))
			same(t, "invited", len(invitations), 1)
			same(t, "trail of the invited", invitations[0].Trail, record.Trail{})
			run, ok, err := l.Unfinished(t.Context(), scope, [32]byte{})
			if err != nil || !ok || run.Service != service || run.OrganizationID != organization || run.ID != "run-1" {
				t.Errorf("unfinished = %+v, %v, %v", run, ok, err)
			}
			shut(t, l)

			l = open(t, path)
			if clean, err := l.Enter(t.Context(), scope); clean || err != nil {
				t.Errorf("with claims of an earlier version, clean = %v, %v", clean, err)
			}
			err = l.Claim(t.Context(), nil, record.Claim{Run: "run-1", Email: "b@X.example", Change: record.ChangeCancel, Attempt: 1})
			if refusal := (*ledger.RowError)(nil); !asRowError(err, &refusal) || refusal.Standing == nil || refusal.Standing.Row != 2 {
				t.Errorf("Claim beside one of an earlier version = %v", err)
			}
			settle(t, l, run, record.Record{Row: 2, Outcome: record.Invited, UpdatedAt: time.Now()})
			same(t, "doubts", doubtsOf(t, l, scope), []string{"run-1 3"})
		})
	}
}

func asRowError(err error, target **ledger.RowError) (ok bool) {
	refusal, ok := err.(*ledger.RowError) //nolint:errorlint // as it is returned
	*target = refusal
	return ok
}

// doubtsOf returns the claims that stand in a scope as "run row" each.
func doubtsOf(t *testing.T, l *sqlite.Ledger, of record.Scope) (words []string) {
	t.Helper()
	doubts, err := l.Doubts(t.Context(), of)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range doubts {
		words = append(words, fmt.Sprint(d.Run, " ", d.Row))
	}
	return words
}

// TestSecondOldClaimOfAPersonStaysInDoubt has claims of one person in two runs, as earlier versions allowed.
func TestSecondOldClaimOfAPersonStaysInDoubt(t *testing.T) {
	path := place(t)
	makeEarlier(t, path, 4, oldRun(1, scope), oldRun(2, scope), oldRun(3, rehearsal),
		oldEntry(1, 1, "Ada@x.example", record.Unset), oldEntry(2, 1, "ada@X.example", record.Unset),
		oldEntry(2, 2, "b@x.example", record.Unset), oldEntry(3, 1, "ada@x.example", record.Unset),
		"INSERT INTO claim (run, row, attempt, at, replaces) VALUES (1, 1, 3, 20, 'x'), (2, 1, 1, 10, 'y'), (2, 2, 1, 30, ''), (3, 1, 1, 1, '')")
	l := open(t, path)
	same(t, "doubts", doubtsOf(t, l, scope), []string{"run-2 1", "run-2 2"})
	same(t, "doubts of the rehearsal", doubtsOf(t, l, rehearsal), []string{"run-3 1"})
	other := collect(t, l.Records(t.Context(), "run-1", 0))[0]
	same(t, "the row without a claim", []any{other.Trail, other.Attempts}, []any{record.Trail{Lost: true}, 3})
	same(t, "the row with the claim", collect(t, l.Records(t.Context(), "run-2", 0))[0].Trail, record.Trail{})
}

// TestOldMemoryBelongsToTheServiceOfTheLatestRun has a pace and an accepted roster that versions 2 to 4 kept for an
// organization of whatever service.
func TestOldMemoryBelongsToTheServiceOfTheLatestRun(t *testing.T) {
	path := place(t)
	other := record.Scope{Service: service, OrganizationID: "other"}
	makeEarlier(t, path, 4, oldRun(1, scope), oldRun(2, rehearsal), oldRun(3, scope), oldRun(4, other),
		"INSERT INTO pace VALUES ('"+organization+"', 12.5, 7), ('gone', 1, 1)",
		"INSERT INTO accepted_roster VALUES ('"+organization+"', 40, x'02', 8)")
	l := open(t, path)
	for of, want := range map[record.Scope]float64{scope: 12.5, rehearsal: 0, other: 0} {
		rate, learned, err := l.Pace(t.Context(), of)
		if err != nil || rate != want || learned.IsZero() != (want == 0) {
			t.Errorf("pace of %v = %v of %s, %v", of, rate, learned, err)
		}
		accepted, found, err := l.AcceptedRoster(t.Context(), of)
		if err != nil || found != (want != 0) || found && !accepted.At.Equal(time.UnixMicro(8)) || found && accepted.Rows != 40 {
			t.Errorf("accepted roster of %v = %+v, %v, %v", of, accepted, found, err)
		}
		if clean, err := l.Enter(t.Context(), of); !clean || err != nil {
			t.Errorf("without claims, clean = %v, %v", clean, err)
		}
	}
}

// TestOldWholeRunsHaveNamed has three whole runs and one that was not whole.
func TestOldWholeRunsHaveNamed(t *testing.T) {
	path := place(t)
	statements := []string{
		oldRun(1, scope), oldRun(2, rehearsal), oldRun(3, scope), oldRun(4, scope), oldRun(5, scope),
		"UPDATE run SET whole = 1 WHERE key <> 4",
		oldEntry(1, 1, "Stays@x.example", record.Invited), oldEntry(1, 2, "back@x.example", record.Invited),
		oldEntry(1, 3, "nonsense", record.Invalid), oldEntry(2, 1, "z@x.example", record.Invited),
		oldEntry(3, 1, "stays@X.example", record.AlreadyInvited), oldEntry(4, 1, "partial@x.example", record.Invited),
		oldEntry(5, 1, "stays@x.example", record.Invalid), oldEntry(5, 2, "Back@x.example", record.Invited),
	}
	makeEarlier(t, path, 4, statements...)
	l := open(t, path)
	named := func() (words []string) {
		for _, name := range collect(t, l.Named(t.Context(), scope)) {
			words = append(words, fmt.Sprint(name.Person, " ", name.Since.UnixMicro()))
		}
		return words
	}
	never := strconv.FormatInt(time.Time{}.UnixMicro(), 10)
	same(t, "named", named(), []string{"back@x.example 5", "stays@x.example " + never})

	// The next whole run follows the last old one.
	run := ledger.Run{Service: service, OrganizationID: organization, Whole: true, StartedAt: time.UnixMicro(6)}
	begun, err := l.Begin(t.Context(), run, ledgertest.List(nil, record.Record{Row: 1, Email: "stays@x.example"}))
	if err != nil {
		t.Fatal(err)
	}
	if err := l.AcceptRoster(t.Context(), scope, ledger.Accepted{Run: begun.ID}); err != nil {
		t.Fatal(err)
	}
	run.StartedAt = time.UnixMicro(7)
	if _, err := l.Begin(t.Context(), run, ledgertest.List(nil, record.Record{Row: 1, Email: "back@x.example"})); err != nil {
		t.Fatal(err)
	}
	same(t, "named", named(), []string{"back@x.example 7", "stays@x.example " + never})
}

// TestVersion5IsBroughtUpToDate has a roster that was let through, whom it names, and whom a run has asked for that follows
// none.
func TestVersion5IsBroughtUpToDate(t *testing.T) {
	path := place(t)
	run := func(key, whole int, roster, digest string) string {
		return fmt.Sprintf(`INSERT INTO run (key, id, scope, roster, digest, extra, entries, started_at, ended_at, exit_code, resumed, whole)
			VALUES (%d, 'run-%[1]d', 1, '%[2]s', %[3]s, '', 1, %[1]d, 9, 0, 0, %[4]d)`, key, roster, digest, whole)
	}
	digest := strings.Repeat("02", 32)
	makeEarlier(t, path, 5,
		fmt.Sprintf("INSERT INTO scope (key, service, organization, whole_run, accepted_rows, accepted_digest, accepted_at) VALUES (1, '%s', '%s', 2, 40, x'%s', 8)",
			service, organization, digest),
		fmt.Sprintf("INSERT INTO scope (service, organization) VALUES ('%s', '%s')", rehearsal.Service, rehearsal.OrganizationID),
		run(1, 1, "staff.csv", "x'01'"), run(2, 1, "People-2026.csv", "x'"+digest+"'"), run(3, 0, "team.csv", "x'03'"), run(4, 0, "more.csv", "x'04'"),
		oldEntry(3, 1, "Ann+team@x.example", record.Invited), oldEntry(3, 2, "nonsense", record.Invalid),
		oldEntry(4, 1, "ann@x.example", record.AlreadyInvited), oldEntry(2, 1, "a@x.example", record.Invited),
		"INSERT INTO name VALUES (1, 'a@x.example', 2, 0), (1, 'left@x.example', 1, 0), (1, 'left+1@x.example', 1, 0)")
	l := open(t, path)
	accepted, found, err := l.AcceptedRoster(t.Context(), scope)
	if err != nil || !found {
		t.Fatalf("found %v, %v", found, err)
	}
	at := time.UnixMicro(8).UTC()
	want := ledger.Accepted{Roster: "People-2026.csv", Rows: 40, Whole: true, Run: "run-2", Since: at, At: at}
	copy(want.Digest[:], strings.Repeat("\x02", 32))
	same(t, "accepted", accepted, want)
	if _, found, err := l.AcceptedRoster(t.Context(), rehearsal); found || err != nil {
		t.Errorf("accepted in the rehearsal: %v, %v", found, err)
	}
	same(t, "asked", collect(t, l.Asked(t.Context(), scope)), []ledger.Asked{{Mailbox: "ann@x.example", At: time.UnixMicro(4).UTC()}})
	same(t, "named", collect(t, l.Named(t.Context(), scope)), []ledger.Name{
		{Person: "a@x.example", Last: at},
		{Person: "left+1@x.example", Left: true, Last: time.UnixMicro(1).UTC()},
		{Person: "left@x.example", Left: true, Last: time.UnixMicro(1).UTC()},
	})
	// The same roster, when there is nothing to do: it is still the one of its run, since when it was let through.
	want.Roster, want.Content, want.Shape, want.At = "People-2027.csv", [32]byte{1}, "{}", time.UnixMicro(9).UTC()
	again := want
	again.Run = ""
	if err := l.AcceptRoster(t.Context(), scope, again); err != nil {
		t.Fatal(err)
	}
	same(t, "accepted again", collect(t, l.AcceptedRosters(t.Context(), scope)), []ledger.Accepted{want})

	next := ledger.Run{Service: service, OrganizationID: organization, Sync: true, Whole: true}
	begun, err := l.Begin(t.Context(), next, ledgertest.List(nil, record.Record{Row: 1, Email: "left@x.example"}))
	if err == nil {
		err = l.AcceptRoster(t.Context(), scope, ledger.Accepted{Run: begun.ID})
	}
	if err != nil {
		t.Fatal(err)
	}
	same(t, "another spelling has left", collect(t, l.Named(t.Context(), scope))[1].Left, false)

	for _, run := range collect(t, l.Runs(t.Context())) {
		same(t, "sync "+run.ID, run.Sync, run.Whole)
	}
}

// TestMigrationIsAllOrNothing has a file that the newest migration can't finish: it stays as it was.
func TestMigrationIsAllOrNothing(t *testing.T) {
	path := place(t)
	makeEarlier(t, path, 4, oldRun(1, scope), "CREATE TABLE name (person TEXT)")
	l, err := sqlite.Open(path, sqlite.Options{})
	if err == nil {
		shut(t, l)
		t.Fatal("it opened")
	}
	if !strings.Contains(err.Error(), "name") {
		t.Errorf("Open = %v", err)
	}
	execute(t, path, "SELECT service, organization FROM run; SELECT * FROM pace; DROP TABLE name")
	same(t, "runs", len(collect(t, open(t, path).Runs(t.Context()))), 1)
}

// TestLaterVersionsAreBroughtUpToDate makes ledgers of every version that has scopes and is not the newest one.
func TestLaterVersionsAreBroughtUpToDate(t *testing.T) {
	for version := 5; version < schema.Newest(); version++ {
		t.Run(strconv.Itoa(version), func(t *testing.T) {
			path := place(t)
			makeEarlier(t, path, version, "INSERT INTO scope (service, organization, rate, learned_at) VALUES ('"+service+"', '"+organization+"', 12.5, 7)")
			view, err := sqlite.View(path)
			if err != nil {
				t.Fatal(err)
			}
			same(t, "lines", len(collect(t, view.Audit(t.Context(), 0))), 0)
			shut(t, view)
			l := open(t, path)
			if rate, _, err := l.Pace(t.Context(), scope); err != nil || rate != 12.5 {
				t.Errorf("pace = %v, %v", rate, err)
			}
			if err := l.Note(t.Context(), audit.Approve("run-1", audit.AtPrompt, "")); err != nil {
				t.Error(err)
			}
			if err := l.KeepRoleChange(t.Context(), scope, ledger.RoleChange{Person: "a@x.example", At: time.UnixMicro(9).UTC()}); err != nil {
				t.Error(err)
			}
			if err := l.KeepNumbers(t.Context(), scope, map[string]ledger.Number{"nobody@x.example": {1}}); err != nil {
				t.Error(err)
			}
			same(t, "named", len(collect(t, l.Named(t.Context(), scope))), 0)
			same(t, "lines", len(collect(t, l.Audit(t.Context(), 0))), 1)
			file := ledger.File{Path: "/srv/a.todo.csv", Digest: [32]byte{1}}
			if err := l.KeepFile(t.Context(), scope, file); err != nil {
				t.Error(err)
			}
			same(t, "files", collect(t, l.Files(t.Context(), scope)), []ledger.File{file})
			same(t, "role changes", collect(t, l.RoleChanges(t.Context(), scope)), []ledger.RoleChange{{Person: "a@x.example", At: time.UnixMicro(9).UTC()}})
		})
	}
}
