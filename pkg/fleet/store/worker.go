package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// Worker is a process that works on jobs.
type Worker struct {
	Name, Version string
	// Slots is on how many jobs it works at most, Running on how many it does.
	Slots, Running int
	// Draining says that it takes no new ones.
	Draining          bool
	StartedAt, SeenAt time.Time
}

// See notes what a worker says of itself.
func (s *Store) See(ctx context.Context, w Worker) error {
	_, err := s.q.Exec(ctx, `INSERT INTO @worker (name, version, slots, running, draining) VALUES ($1, $2, $3, $4, $5)
	ON CONFLICT (name) DO UPDATE SET version = excluded.version, slots = excluded.slots, running = excluded.running,
	draining = excluded.draining, seen_at = now()`, w.Name, w.Version, w.Slots, w.Running, w.Draining)
	return err
}

// Gone forgets a worker that has ended.
func (s *Store) Gone(ctx context.Context, name string) error {
	_, err := s.q.Exec(ctx, "DELETE FROM @worker WHERE name = $1", name)
	return err
}

// ForgetWorkers forgets the workers that were not seen since an instant: those that have ended without a word.
func (s *Store) ForgetWorkers(ctx context.Context, since time.Time) error {
	_, err := s.q.Exec(ctx, "DELETE FROM @worker WHERE seen_at < $1", since)
	return err
}

// Workers returns the workers that were seen since an instant, by name.
func (s *Store) Workers(ctx context.Context, since time.Time) ([]Worker, error) {
	return collect(ctx, s.q, func(row pgx.Row) (w Worker, err error) {
		err = row.Scan(&w.Name, &w.Version, &w.Slots, &w.Running, &w.Draining, &w.StartedAt, &w.SeenAt)
		return w, err
	}, "SELECT name, version, slots, running, draining, started_at, seen_at FROM @worker WHERE seen_at >= $1 ORDER BY name", since)
}

// Counts say how the fleet is doing.
type Counts struct {
	// Now is when that was so, by the clock of the database, as all times here are.
	Now time.Time
	// Waiting jobs have not begun, Running ones have, and Halted ones are paused. Ended has those of the last day, by exit code.
	Waiting, Running, Halted int
	Ended                    map[int]int
	// Oldest is since when the job is due that has waited for longest without anybody working on it; zero if none has.
	Oldest time.Time
	// Late is since when the schedule is due that should have begun a job longest ago; zero if none should.
	Late time.Time
	// Schedules and Paused count schedules.
	Schedules, Paused int
	// Lapsed is when the database was found for the last time to be another one than it was, which the ledger in it knows; zero
	// if it never was.
	Lapsed time.Time
}

// Count says how the fleet is doing. Workers that were not seen for a while work on nothing.
func (s *Store) Count(ctx context.Context, unseen time.Duration) (c Counts, err error) {
	var oldest, late *time.Time
	err = s.q.QueryRow(ctx, `WITH open AS (
		SELECT j.due_at, j.slices, w.name IS NOT NULL AS worked_on, p.organization IS NOT NULL OR coalesce(l.paused, '') <> '' AS halted
		FROM @job j LEFT JOIN @worker w ON j.working AND w.name = j.worker AND w.seen_at > now() - $1::interval
		LEFT JOIN @paused_organization p ON p.organization = j.organization LEFT JOIN @limit_group l ON l.name = j.limit_group
		WHERE j.ended_at IS NULL)
	SELECT now(), count(*) FILTER (WHERE NOT halted AND slices = 0), count(*) FILTER (WHERE NOT halted AND slices > 0), count(*) FILTER (WHERE halted),
	min(due_at) FILTER (WHERE NOT halted AND NOT worked_on AND due_at <= now()),
	(SELECT min(due_at) FROM @schedule WHERE paused = '' AND due_at <= now()), (SELECT count(*) FROM @schedule),
	(SELECT count(*) FROM @schedule WHERE paused <> '') FROM open`, unseen).
		Scan(&c.Now, &c.Waiting, &c.Running, &c.Halted, &oldest, &late, &c.Schedules, &c.Paused)
	if err != nil {
		return c, err
	}
	if oldest != nil {
		c.Oldest = *oldest
	}
	if late != nil {
		c.Late = *late
	}
	c.Ended = map[int]int{}
	rows, err := s.q.Query(ctx, "SELECT exit_code, count(*) FROM @job WHERE ended_at >= now() - interval '1 day' GROUP BY 1")
	if err != nil {
		return c, err
	}
	var exit, n int
	_, err = pgx.ForEachRow(rows, []any{&exit, &n}, func() error {
		c.Ended[exit] = n
		return nil
	})
	return c, err
}
