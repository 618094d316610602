package main_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"rollcall/pkg/ledger/postgres/postgrestest"
	"rollcall/pkg/sandbox"
)

// TestALargeRunHoldsUpNoSmallOne has one slot for a run that takes many slices, and for some that take one.
func TestALargeRunHoldsUpNoSmallOne(t *testing.T) {
	t.Parallel()
	l := newFleetLab(t, build(t), postgrestest.Address(t), sandbox.Options{Organizations: 5}, nil)
	l.slots, l.slice = 1, 200*time.Millisecond
	for _, small := range l.takeTurns(2000, 3) {
		// While it waits, the large one may have begun its next slice at most.
		if small.turns > small.slices {
			t.Errorf("the large run had %d turns while a small one took %d slices\n%s", small.turns, small.slices, l.told())
		}
	}
}

// small is how a small run fared beside a large one.
type small struct {
	slices int // that it took
	turns  int // that the large one had from when the small one was submitted until it had ended
	wall   time.Duration
}

// takeTurns has one worker invite so many people to the first organization, and meanwhile so few to each of the others, one
// after the other.
func (l *fleetLab) takeTurns(many, few int) (all []small) {
	l.t.Helper()
	database := l.connect()
	l.noteTurns(database)
	organizations := l.service.Organizations()
	large := l.submitJob(l.newcomers(0, many), "--organization-id", organizations[0].ID, "--rate", "100/s")
	worker := l.worker("alone")
	l.await(database, large, "begun")
	for n, organization := range organizations[1:] {
		id := l.submitJob(l.newcomers(n+1, few), "--organization-id", organization.ID, "--rate", "1000/s")
		l.await(database, id, "ended")
		var s small
		if err := database.QueryRow(l.t.Context(), `WITH mine AS (SELECT min(number) AS first, max(number) AS last, max(at) - min(at) AS wall,
			count(*) FILTER (WHERE what = 'begun') AS slices FROM turn WHERE job = $1)
			SELECT slices, (SELECT count(*) FROM turn WHERE job = $2 AND what = 'begun' AND number BETWEEN first AND last), wall FROM mine`,
			id, large).Scan(&s.slices, &s.turns, &s.wall); err != nil {
			l.t.Fatal(err)
		}
		all = append(all, s)
	}
	if job, err := l.fleet.Job(l.t.Context(), large); err != nil || !job.Open() {
		l.t.Fatalf("the large run has ended before the small ones: exit code %d, %s, %v", job.Exit, job.Error, err)
	}
	l.run("jobs", "cancel", strconv.FormatInt(large, 10), "--yes")
	l.await(database, large, "ended")
	l.drain(worker)
	return all
}

// newcomers writes a roster of people whom nobody knows, and returns its path.
func (l *fleetLab) newcomers(n, people int) string {
	l.t.Helper()
	var b strings.Builder
	b.WriteString("email,role\n")
	for i := range people {
		fmt.Fprintf(&b, "newcomer%05d@of%d.example,member\n", i, n)
	}
	path := filepath.Join(l.folder, fmt.Sprintf("newcomers%d.csv", n))
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		l.t.Fatal(err)
	}
	return path
}

// noteTurns has the database note, in their order, when jobs are submitted, when their slices begin and when they end.
func (l *fleetLab) noteTurns(database *pgx.Conn) {
	l.t.Helper()
	var schema string
	if err := database.QueryRow(l.t.Context(), "SELECT current_schema()").Scan(&schema); err != nil {
		l.t.Fatal(err)
	}
	statements := strings.ReplaceAll(`CREATE TABLE @turn (number bigserial PRIMARY KEY, job bigint NOT NULL, what text NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp());
		CREATE FUNCTION @note_turn() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			INSERT INTO @turn (job, what) SELECT NEW.id, CASE WHEN TG_OP = 'INSERT' THEN 'submitted' WHEN NEW.slices > OLD.slices THEN 'begun' ELSE 'ended' END
			WHERE TG_OP = 'INSERT' OR NEW.slices > OLD.slices OR NEW.ended_at IS NOT NULL;
			RETURN NULL;
		END $$;
		CREATE TRIGGER note_turn AFTER INSERT OR UPDATE ON @job FOR EACH ROW EXECUTE FUNCTION @note_turn()`, "@", pgx.Identifier{schema}.Sanitize()+".")
	if _, err := database.Exec(l.t.Context(), statements); err != nil {
		l.t.Fatal(err)
	}
}

// await waits until something has happened to a job.
func (l *fleetLab) await(database *pgx.Conn, job int64, what string) {
	l.t.Helper()
	happened := false
	for deadline := time.Now().Add(5 * time.Minute); !happened; <-time.After(20 * time.Millisecond) {
		if err := database.QueryRow(l.t.Context(), "SELECT EXISTS (SELECT FROM turn WHERE job = $1 AND what = $2)", job, what).Scan(&happened); err != nil {
			l.t.Fatal(err)
		}
		if time.Now().After(deadline) {
			l.t.Fatalf("job %d has not %s\n%s", job, what, l.told())
		}
	}
}
