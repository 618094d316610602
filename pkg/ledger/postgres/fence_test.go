package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"rollcall/pkg/audit"
	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/postgres"
	"rollcall/pkg/ledger/postgres/postgrestest"
	"rollcall/pkg/record"
)

// execute runs a statement in the database, in which @ stands for the schema.
func execute(tb testing.TB, address, statement string) {
	tb.Helper()
	d, err := postgres.Connect(tb.Context(), address)
	if err != nil {
		tb.Fatal(err)
	}
	defer d.Close()
	if _, err := d.Pool().Exec(tb.Context(), strings.ReplaceAll(statement, "@", d.Schema()+".")); err != nil {
		tb.Fatal(err)
	}
}

// enter enters the scope of the tests.
func enter(tb testing.TB, l *postgres.Ledger, want bool) {
	tb.Helper()
	if clean, err := l.Enter(tb.Context(), scope); err != nil || clean != want {
		tb.Fatalf("clean = %v, %v, want %v", clean, err, want)
	}
}

// expire has the holder of everything say nothing for too long.
func expire(tb testing.TB, address string) {
	tb.Helper()
	if err := postgrestest.Silence(tb.Context(), address); err != nil {
		tb.Fatal(err)
	}
}

func TestOneWorksInAScope(t *testing.T) {
	address := postgrestest.Address(t)
	first, second := open(t, address, postgres.Options{}), open(t, address, postgres.Options{})
	enter(t, first, true)
	run := begin(t, first, people(3))
	for what, err := range map[string]error{
		"Enter":    func() error { _, err := second.Enter(t.Context(), scope); return err }(),
		"Claim":    second.Claim(t.Context(), nil, invite(run, 1)),
		"Conclude": second.Conclude(t.Context(), run.ID, nil, record.Conclusion{Record: invited(1)}),
		"End":      second.End(t.Context(), run.ID, 0),
	} {
		locked, ok := errors.AsType[*ledger.LockedError](err)
		if !ok {
			t.Fatalf("%s = %v, want that it is held", what, err)
		}
		host, _ := os.Hostname()
		if locked.PID != os.Getpid() || locked.Host != host || time.Since(locked.Since).Abs() > time.Hour {
			t.Errorf("%s: held by %+v", what, locked)
		}
		for _, word := range []string{host, strconv.Itoa(os.Getpid()), "since 20"} {
			if !strings.Contains(err.Error(), word) {
				t.Errorf("%q does not say %q", err, word)
			}
		}
	}
	if held := postgres.HeldBy(t.Context(), address, scope); held == nil || held.PID != os.Getpid() {
		t.Errorf("held by %+v", held)
	}
	// Another organization is another matter, and so is what belongs to none.
	if _, err := second.Enter(t.Context(), record.Scope{Service: scope.Service, OrganizationID: "another"}); err != nil {
		t.Error(err)
	}
	if err := second.Note(t.Context(), audit.Pass(run.ID, "fresh", "true", "")); err != nil {
		t.Error(err)
	}
	if _, err := second.EraseExpiredTokens(t.Context(), time.Now()); err != nil {
		t.Error(err)
	}
	if err := first.Leave(t.Context(), scope); err != nil {
		t.Fatal(err)
	}
	if held := postgres.HeldBy(t.Context(), address, scope); held != nil {
		t.Errorf("held by %+v, who has left", held)
	}
	enter(t, second, true)
}

func TestCloseLetsOthersIn(t *testing.T) {
	address := postgrestest.Address(t)
	first, second := open(t, address, postgres.Options{}), open(t, address, postgres.Options{})
	enter(t, first, true)
	shut(t, first)
	enter(t, second, false) // the end was no clean one
}

// TestTheOlderOfTwoWritesNothing has a process that was frozen go on after another one has taken over.
func TestTheOlderOfTwoWritesNothing(t *testing.T) {
	address := postgrestest.Address(t)
	older, younger := open(t, address, postgres.Options{}), open(t, address, postgres.Options{})
	enter(t, older, true)
	run := begin(t, older, people(4))
	if err := older.Claim(t.Context(), nil, invite(run, 1), invite(run, 2)); err != nil {
		t.Fatal(err)
	}
	expire(t, address)
	enter(t, younger, false)
	if err := younger.Claim(t.Context(), nil, invite(run, 3)); err != nil {
		t.Fatal(err)
	}
	told := make(chan error, 1)
	if err := older.Claim(t.Context(), func(err error) { told <- err }, invite(run, 4)); err != nil {
		t.Fatal(err)
	}
	_, beginErr := older.Begin(t.Context(), ledger.Run{Service: scope.Service, OrganizationID: scope.OrganizationID}, people(1))
	_, resumeErr := older.Resume(t.Context(), run)
	_, tripErr := older.Trip(t.Context(), scope, ledger.Tripped{Roster: "p.csv", Guards: []string{"g"}})
	for what, err := range map[string]error{
		"Claim":          <-told,
		"Conclude":       older.Conclude(t.Context(), run.ID, nil, record.Conclusion{Record: invited(1), Event: refusedEvent(run)}),
		"a release":      older.Conclude(t.Context(), run.ID, nil, record.Conclusion{Record: record.Record{Row: 3}}),
		"Begin":          beginErr,
		"Resume":         resumeErr,
		"Trip":           tripErr,
		"End":            older.End(t.Context(), run.ID, 0),
		"Reopen":         older.Reopen(t.Context(), run.ID, 1),
		"Leave":          older.Leave(t.Context(), scope),
		"AcceptRoster":   older.AcceptRoster(t.Context(), scope, ledger.Accepted{}),
		"LearnPace":      older.LearnPace(t.Context(), scope, 1),
		"KeepRoleChange": older.KeepRoleChange(t.Context(), scope, ledger.RoleChange{Person: "p", At: time.Now()}),
		"KeepTimeline":   older.KeepTimeline(t.Context(), run.ID, 0, []byte("x")),
	} {
		if !errors.Is(err, ledger.ErrFenced) {
			t.Errorf("%s = %v, want %v", what, err, ledger.ErrFenced)
		}
	}
	doubts, err := younger.Doubts(t.Context(), scope)
	if err != nil || len(doubts) != 3 {
		t.Errorf("doubts %v, %v", doubts, err)
	}
	if outcomes, err := younger.Outcomes(t.Context(), run.ID); err != nil || outcomes[record.Unset] != 4 {
		t.Errorf("outcomes %v, %v", outcomes, err)
	}
	for line, err := range younger.Audit(t.Context(), 0) {
		t.Errorf("the trail has %s, %v", line, err)
	}
	if held := postgres.HeldBy(t.Context(), address, scope); held == nil {
		t.Error("the end of the older one has let others in")
	}
	// It may enter again like anybody else.
	if _, err := older.Enter(t.Context(), scope); !isLocked(err) {
		t.Errorf("Enter = %v, want that it is held", err)
	}
	expire(t, address)
	enter(t, older, false)
	if err := older.Claim(t.Context(), nil, invite(run, 4)); err != nil {
		t.Error(err)
	}
}

// TestAConclusionEndsNoClaimOfALaterEpoch has a claim of a later holder stand where the fence, which excludes that, has failed.
func TestAConclusionEndsNoClaimOfALaterEpoch(t *testing.T) {
	address := postgrestest.Address(t)
	l := open(t, address, postgres.Options{})
	enter(t, l, true)
	run := begin(t, l, people(2))
	if err := l.Claim(t.Context(), nil, invite(run, 1), invite(run, 2)); err != nil {
		t.Fatal(err)
	}
	execute(t, address, "UPDATE @claim SET epoch = epoch + 1 WHERE number = 1")
	if err := l.Conclude(t.Context(), run.ID, nil, record.Conclusion{Record: invited(1)}, record.Conclusion{Record: invited(2)}); err != nil {
		t.Fatal(err)
	}
	if doubts, err := l.Doubts(t.Context(), scope); err != nil || len(doubts) != 1 || doubts[0].Row != 1 {
		t.Errorf("doubts %v, %v", doubts, err)
	}
}

func refusedEvent(run ledger.Run) *audit.Event {
	return &audit.Event{Kind: audit.Invite, Run: run.ID, Email: "person-1@example.com", Outcome: "invited"}
}

func isLocked(err error) bool {
	_, ok := errors.AsType[*ledger.LockedError](err)
	return ok
}

// TestATakeoverWaitsForTheGroupOnItsWay lets many claims of two handles go out while the organization changes hands over and
// over: whatever a handle was told is kept is kept, and one person has one claim.
func TestATakeoverWaitsForTheGroupOnItsWay(t *testing.T) {
	const rows, hands = 200, 6
	address := postgrestest.Address(t)
	l := open(t, address, postgres.Options{})
	enter(t, l, true)
	run := begin(t, l, people(rows))
	var mu sync.Mutex
	kept := map[int]int{}
	var wg sync.WaitGroup
	for range hands {
		wg.Go(func() {
			mine := open(t, address, postgres.Options{})
			expire(t, address)
			if _, err := mine.Enter(t.Context(), scope); isLocked(err) {
				return // somebody else was quicker
			} else if err != nil {
				t.Error(err)
				return
			}
			var claims sync.WaitGroup
			for row := 1; row <= rows; row++ {
				claims.Go(func() {
					if mine.Claim(t.Context(), nil, invite(run, row)) == nil {
						mu.Lock()
						defer mu.Unlock()
						kept[row]++
					}
				})
			}
			claims.Wait()
		})
	}
	wg.Wait()
	last := open(t, address, postgres.Options{})
	doubts, err := last.Doubts(t.Context(), scope)
	if err != nil || len(doubts) != len(kept) || len(kept) == 0 {
		t.Fatalf("%d claims stand, %d were told to be kept, %v", len(doubts), len(kept), err)
	}
	for _, d := range doubts {
		if kept[d.Row] != 1 {
			t.Errorf("row %d was told %d times to be claimed", d.Row, kept[d.Row])
		}
	}
}

func TestScopesOfOneDatabaseGoOnSideBySide(t *testing.T) {
	const scopes, rows = 4, 60
	address := postgrestest.Address(t)
	var wg sync.WaitGroup
	for i := range scopes {
		wg.Go(func() {
			l := open(t, address, postgres.Options{})
			in := record.Scope{Service: scope.Service, OrganizationID: fmt.Sprint("o", i)}
			if _, err := l.Enter(t.Context(), in); err != nil {
				t.Error(err)
				return
			}
			run, err := l.Begin(t.Context(), ledger.Run{Service: in.Service, OrganizationID: in.OrganizationID}, people(rows))
			if err != nil {
				t.Error(err)
				return
			}
			for row := 1; row <= rows; row++ {
				c := record.Conclusion{Record: invited(row), Event: told(run.ID, invited(row))}
				if err := errors.Join(l.Claim(t.Context(), nil, invite(run, row)), l.Conclude(t.Context(), run.ID, nil, c)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	l := open(t, address, postgres.Options{})
	for run, err := range l.Runs(t.Context()) {
		if err != nil || run.Outcomes[record.Invited] != rows {
			t.Errorf("%s: %v, %v", run.OrganizationID, run.Outcomes, err)
		}
	}
	if n := verify(t, l); n != scopes*rows {
		t.Errorf("the trail has %d lines, want %d", n, scopes*rows)
	}
}

// verify holds the audit trail to its chain, and returns how many lines it has.
func verify(t *testing.T, l *postgres.Ledger) (lines int) {
	t.Helper()
	var whole strings.Builder
	for line, err := range l.Audit(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		whole.WriteString(line + "\n")
		lines++
	}
	if _, err := audit.Verify(strings.NewReader(whole.String())); err != nil {
		t.Errorf("the trail does not hold: %v", err)
	}
	return lines
}

func TestTextsThatADatabaseRefusesAreCleaned(t *testing.T) {
	l := open(t, postgrestest.Address(t), postgres.Options{})
	run, err := l.Begin(t.Context(), ledger.Run{Service: scope.Service, OrganizationID: scope.OrganizationID, Roster: "a\x00b.csv", Extra: []string{"x\xff"}},
		func(yield func(record.Record, error) bool) {
			_ = yield(record.Record{Row: 1, Email: "a\x00@x.example", Extra: []string{"\x00\xffé"}}, nil) && yield(record.Record{Row: 2, Email: "b@x.example"}, nil)
		})
	if err != nil {
		t.Fatal(err)
	}
	for entry, err := range l.Pending(t.Context(), run.ID) {
		if err != nil {
			t.Fatal(err)
		}
		if text := entry.Email + strings.Join(entry.Extra, ""); !utf8.ValidString(text) || strings.Contains(text, "\x00") {
			t.Errorf("entry %+v", entry)
		}
	}
	errs := make(chan error, 2)
	for row, address := range map[int]string{1: "a\x00@x.example", 2: "b@x.example"} {
		c := record.Claim{Run: run.ID, Row: row, Email: address, Change: record.ChangeInvite, Attempt: 1, Before: "\x00"}
		if err := l.Claim(t.Context(), nil, c); err != nil {
			t.Error(err)
		}
		r := record.Record{Row: row, Outcome: record.Rejected, Error: "it said \x00\xc3(", Hint: "h\x00", UpdatedAt: time.Now()}
		event := &audit.Event{Kind: audit.Invite, Run: run.ID, Email: address, Reason: r.Error}
		if err := l.Conclude(t.Context(), run.ID, func(err error) { errs <- err }, record.Conclusion{Record: r, Event: event}); err != nil {
			t.Error(err)
		}
	}
	for range 2 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	for r, err := range l.Records(t.Context(), run.ID, 0) {
		if err != nil || r.Error != "it said (" || r.Hint != "h" {
			t.Errorf("record %+v, %v", r, err)
		}
	}
	verify(t, l)
}

func TestViewOnlyLooks(t *testing.T) {
	address := postgrestest.Address(t)
	if l, err := postgres.View(t.Context(), address, false); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("View where there is none = %v, %v", l, err)
	}
	l := open(t, address, postgres.Options{})
	enter(t, l, true)
	run := begin(t, l, people(2))
	// A database of sessions that only read, as a replica has.
	view, err := postgres.View(t.Context(), address+"&default_transaction_read_only=on", true)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shut(t, view) })
	if n := len(pending(t, view, run)); n != 2 {
		t.Errorf("%d rows are pending", n)
	}
	_, enterErr := view.Enter(t.Context(), scope)
	_, beginErr := view.Begin(t.Context(), run, people(1))
	_, eraseErr := view.EraseExpiredTokens(t.Context(), time.Now())
	for what, err := range map[string]error{
		"Enter": enterErr, "Begin": beginErr, "EraseExpiredTokens": eraseErr, "Claim": view.Claim(t.Context(), nil, invite(run, 1)),
		"End": view.End(t.Context(), run.ID, 0), "Note": view.Note(t.Context(), audit.Event{Kind: audit.Invite}),
	} {
		if !errors.Is(err, ledger.ErrReadOnly) {
			t.Errorf("%s = %v, want %v", what, err, ledger.ErrReadOnly)
		}
	}
	if l, err := postgres.Open(t.Context(), address+"&default_transaction_read_only=on", postgres.Options{}); !errors.Is(err, ledger.ErrUnreachable) {
		t.Errorf("Open of what only reads = %v, %v", l, err)
	}
}

func pending(t *testing.T, l ledger.Ledger, run ledger.Run) (rows []ledger.Entry) {
	t.Helper()
	rows, err := ledger.All(l.Pending(t.Context(), run.ID))
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestANewerSchemaIsRefused(t *testing.T) {
	address := postgrestest.Address(t)
	shut(t, open(t, address, postgres.Options{}))
	execute(t, address, "INSERT INTO @version (version) VALUES (999)")
	if _, err := postgres.Open(t.Context(), address, postgres.Options{}); !errors.Is(err, ledger.ErrNewer) {
		t.Errorf("Open = %v", err)
	}
	if _, err := postgres.View(t.Context(), address, true); !errors.Is(err, ledger.ErrNewer) {
		t.Errorf("View = %v", err)
	}
}

func TestManyMakeTheSchemaAtOnce(t *testing.T) {
	address := postgrestest.Address(t)
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			l, err := postgres.Open(t.Context(), address, postgres.Options{})
			if err != nil {
				t.Error(err)
				return
			}
			shut(t, l)
		})
	}
	wg.Wait()
}

// TestAPasswordIsNeverSaid tries what goes wrong with an address.
func TestAPasswordIsNeverSaid(t *testing.T) {
	const password = "s3cretPassw0rd"
	t.Setenv("PGPASSFILE", t.TempDir()+"/none")
	for _, address := range []string{
		"postgres://ada:" + password + "@127.0.0.1:1/db",
		"postgres://ada:" + password + "@/db?host=/nowhere",
		"postgres://ada:" + password + "@127.0.0.1:x" + password + "/db",
		"postgres://ada:" + password + "/" + password + "@host/db",
		"postgres://ada:" + password + "%zz@host/db",
		"postgres://ada@127.0.0.1:1/db?password=" + password,
		"postgres://ada:" + password + "@127.0.0.1:1/db?sslmode=none",
		"postgresql://ada:" + password + "@127.0.0.1:1/db?service=none",
		"postgres://ada:" + password + "@127.0.0.1:1/db?sslkey=/none&sslcert=/none&sslpassword=" + password,
	} {
		l, err := postgres.Open(t.Context(), address, postgres.Options{})
		if err == nil {
			t.Fatalf("%s was opened: %v", address, l)
		}
		broken, ok := errors.AsType[*ledger.Error](err)
		if !ok || broken.Hint == "" && errors.Is(err, ledger.ErrUnreachable) {
			t.Errorf("%s: %#v", address, err)
		}
		if text := fmt.Sprintf("%v %+v %#v", err, err, broken); strings.Contains(text, password) || ok && strings.Contains(broken.Hint, password) {
			t.Errorf("%s: %s", address, text)
		}
		if public, secret := postgres.Public(address); strings.Contains(public, password) || !secret {
			t.Errorf("public %s, %v", public, secret)
		}
	}
	l := open(t, postgrestest.Address(t)+"&password="+password, postgres.Options{})
	if strings.Contains(l.Path(), password) || !strings.HasPrefix(l.Path(), "postgres:///") {
		t.Errorf("path %s", l.Path())
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if again, err := postgres.View(ctx, l.Path(), true); err != nil {
		t.Errorf("the path is no address: %v", err)
	} else {
		shut(t, again)
	}
}

func TestIs(t *testing.T) {
	for place, want := range map[string]bool{
		"postgres://h/d": true, "postgresql://": true, "POSTGRES://h": true, "ledger.db": false, "postgres": false, "/a/postgres://x": false, "": false,
		"mysql://h": false,
	} {
		if got := postgres.Is(place); got != want {
			t.Errorf("Is(%q) = %v", place, got)
		}
	}
}
