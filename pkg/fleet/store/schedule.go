package store

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
)

// Schedule begins a job of its own again and again.
type Schedule struct {
	// Set is the file of jobs that it comes from, and Name its name there.
	Set, Name string
	Order
	// Timing says when it is due. What it means is for the caller to know.
	Timing json.RawMessage
	// PauseOnFailure pauses it once a job of it ends otherwise than well.
	PauseOnFailure bool
	// Paused is why no job of it begins, empty if one does.
	Paused string
	// Slot is the next one, and DueAt when its job is begun.
	Slot, DueAt time.Time
}

const scheduleColumns = `set_name, name, organization, command, options, source, credential, coalesce(limit_group, ''), timing,
pause_on_failure, paused, slot, due_at`

func scanSchedule(row pgx.Row) (s Schedule, err error) {
	err = row.Scan(&s.Set, &s.Name, &s.Organization, &s.Command, &s.Options, &s.Source, &s.Credential, &s.Limit, &s.Timing,
		&s.PauseOnFailure, &s.Paused, &s.Slot, &s.DueAt)
	return s, err
}

// Schedules returns the schedules of a set, or all if set is empty, by set and name.
func (s *Store) Schedules(ctx context.Context, set string) ([]Schedule, error) {
	return collect(ctx, s.q, scanSchedule, "SELECT "+scheduleColumns+" FROM @schedule WHERE $1 = '' OR set_name = $1 ORDER BY set_name, name", set)
}

// Applied says what a set of jobs has changed.
type Applied struct {
	// Added, Changed and Gone are the names of schedules, Limits those of limits that are new or changed.
	Added, Changed, Gone, Limits []string
}

// Apply has a set consist of these schedules, which need limits of these rates. What is gone from the set begins no job any
// more. Slot and DueAt of a schedule count where it is new, or its timing has changed; one that was paused stays so. A limit
// that a set has left goes as soon as nothing needs it.
func (s *Store) Apply(ctx context.Context, set string, limits map[string]float64, schedules []Schedule) (a Applied, err error) {
	err = s.In(ctx, func(_ pgx.Tx, s *Store) error {
		for name, rate := range limits {
			changed, err := s.setLimit(ctx, set, name, rate)
			if err != nil {
				return err
			}
			if changed {
				a.Limits = append(a.Limits, name)
			}
		}
		names := make([]string, len(schedules))
		for i, one := range schedules {
			names[i] = one.Name
			if err := s.apply(ctx, set, one, &a); err != nil {
				return err
			}
		}
		rows, err := s.q.Query(ctx, "DELETE FROM @schedule WHERE set_name = $1 AND name <> ALL($2) RETURNING name", set, names)
		if err != nil {
			return err
		}
		if a.Gone, err = pgx.CollectRows(rows, pgx.RowTo[string]); err != nil {
			return err
		}
		_, err = s.q.Exec(ctx, `DELETE FROM @limit_group l WHERE set_by = $1 AND name <> ALL($2)
		AND NOT EXISTS (SELECT FROM @schedule WHERE limit_group = l.name) AND NOT EXISTS (SELECT FROM @job WHERE limit_group = l.name)`,
			set, keysOf(limits))
		return err
	})
	return a, err
}

// apply makes a schedule, or changes it if it is another one by now.
func (s *Store) apply(ctx context.Context, set string, one Schedule, a *Applied) error {
	var added bool
	err := s.q.QueryRow(ctx, `INSERT INTO @schedule AS s (set_name, name, organization, command, options, source, credential, limit_group, timing,
	pause_on_failure, slot, due_at) VALUES ($1, $2, $3, $4, $5, $6, $7, nullif($8, ''), $9, $10, $11, $12)
	ON CONFLICT (set_name, name) DO UPDATE SET organization = excluded.organization, command = excluded.command, options = excluded.options,
	source = excluded.source, credential = excluded.credential, limit_group = excluded.limit_group, timing = excluded.timing,
	pause_on_failure = excluded.pause_on_failure,
	slot = CASE WHEN s.timing = excluded.timing THEN s.slot ELSE excluded.slot END,
	due_at = CASE WHEN s.timing = excluded.timing THEN s.due_at ELSE excluded.due_at END
	WHERE (s.organization, s.command, s.options, s.source, s.credential, s.limit_group, s.timing, s.pause_on_failure)
	IS DISTINCT FROM (excluded.organization, excluded.command, excluded.options, excluded.source, excluded.credential, excluded.limit_group,
	excluded.timing, excluded.pause_on_failure) RETURNING xmax = 0`,
		set, one.Name, one.Organization, one.Command, one.Options, one.Source, one.Credential, one.Limit, one.Timing, one.PauseOnFailure,
		one.Slot, one.DueAt).Scan(&added)
	switch {
	case errors.Is(err, pgx.ErrNoRows): // it is the same
		return nil
	case err != nil:
		return missing(err)
	case added:
		a.Added = append(a.Added, one.Name)
	default:
		a.Changed = append(a.Changed, one.Name)
	}
	return nil
}

func keysOf(m map[string]float64) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	return keys
}

// Firing is what is done about a schedule that is due.
type Firing struct {
	// Begin says that a job begins for Slot, and Missed how many slots it stands for besides.
	Begin  bool
	Slot   time.Time
	Missed int
	// Next is the slot after that, and DueAt when its job is begun.
	Next, DueAt time.Time
}

// busy is how long a schedule waits whose organization has another job, or is paused, before it is looked at again.
const busy = 15 * time.Second

// Fire looks at one schedule that is due, if there is any, and reports whether there was. What is done about it is for decide
// to say, and a job is given to begin in the transaction that keeps it: so no slot is missed and none has two jobs, however many
// machines ask at once. Where a job of the schedule is still open, the slot is merged with that.
func (s *Store) Fire(ctx context.Context, decide func(due Schedule, now time.Time) (Firing, error), begin func(pgx.Tx, *Store, Job) error) (fired bool, err error) {
	err = s.In(ctx, func(tx pgx.Tx, s *Store) error {
		var now time.Time
		var open, own, halted bool
		due, err := scanSchedule(s.q.QueryRow(ctx, "SELECT "+scheduleColumns+` FROM @schedule WHERE paused = '' AND due_at <= now()
		ORDER BY due_at FOR UPDATE SKIP LOCKED LIMIT 1`))
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		fired = true
		if err := s.q.QueryRow(ctx, `SELECT now(), EXISTS (SELECT FROM @job WHERE organization = $1 AND ended_at IS NULL),
		EXISTS (SELECT FROM @job WHERE set_name = $2 AND schedule = $3 AND ended_at IS NULL),
		EXISTS (SELECT FROM @paused_organization WHERE organization = $1) OR EXISTS (SELECT FROM @limit_group WHERE name = $4 AND paused <> '')`,
			due.Organization, due.Set, due.Name, due.Limit).Scan(&now, &open, &own, &halted); err != nil {
			return err
		}
		firing, err := decide(due, now)
		if err != nil {
			return err
		}
		if firing.Begin && !own && (open || halted) {
			return s.move(ctx, due, due.Slot, now.Add(busy))
		}
		if err := s.move(ctx, due, firing.Next, firing.DueAt); err != nil || !firing.Begin || own {
			return err
		}
		job, err := s.add(ctx, Job{Order: due.Order, Set: due.Set, Schedule: due.Name, Slot: firing.Slot, Missed: firing.Missed})
		if errors.Is(err, ErrBusy) { // since a moment ago
			return s.move(ctx, due, due.Slot, now.Add(busy))
		}
		if err != nil {
			return err
		}
		return begin(tx, s, job)
	})
	return fired, err
}

// move notes which slot of a schedule is next, and when its job is begun.
func (s *Store) move(ctx context.Context, due Schedule, slot, at time.Time) error {
	return s.one(ctx, ErrNone, "UPDATE @schedule SET slot = $3, due_at = $4 WHERE set_name = $1 AND name = $2", due.Set, due.Name, slot, at)
}
