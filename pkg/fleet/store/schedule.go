package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
	// Slot is the first one that nothing was done about yet, and DueAt when something is.
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

// Firing is what is done about a schedule that is due.
type Firing struct {
	// Begin says that a job begins for Slot, and Missed how many slots it stands for besides.
	Begin  bool
	Slot   time.Time
	Missed int
	// Next is the slot after that, and DueAt when something is done about it: later than now.
	Next, DueAt time.Time
}

// check refuses what would be done again and again.
func (f Firing) check(now time.Time) error {
	switch {
	case f.Next.IsZero() || !f.DueAt.After(now):
		return errors.New("it has no next slot")
	case f.Begin && f.Slot.IsZero():
		return errors.New("it has no slot")
	}
	return nil
}

// ScheduleError says that a schedule was due and nothing could be done about it. It is looked at again in a while.
type ScheduleError struct {
	Set, Name string
	Err       error
}

// Error implements error.
func (e *ScheduleError) Error() string {
	return fmt.Sprintf("schedule %s of %s: %v", e.Name, e.Set, e.Err)
}

// Unwrap returns Err.
func (e *ScheduleError) Unwrap() error { return e.Err }

// busy is how long a schedule waits before it is looked at again: one whose organization has another job or is paused, and one
// that nothing could be done about.
const busy = 15 * time.Second

// Now returns the time by the clock of the database, which is the one that counts for schedules.
func (s *Store) Now(ctx context.Context) (now time.Time, err error) {
	err = s.q.QueryRow(ctx, "SELECT now()").Scan(&now)
	return now, err
}

// Fire looks at one schedule that is due, if there is any, and reports whether there was. What is done about it is for decide
// to say, and a job is given to begin in the transaction that keeps it: so no slot is missed and none has two jobs, however many
// machines ask at once, and whenever they end. While the organization has an open job, one of the schedule or another one, or
// is paused, the schedule waits: decide merges the slots that pass meanwhile.
//
// What fails for the schedule alone is a [*ScheduleError], and keeps nobody from looking at the next one.
func (s *Store) Fire(ctx context.Context, decide func(due Schedule, now time.Time) (Firing, error), begin func(pgx.Tx, *Store, Job) error) (fired bool, err error) {
	var failed *ScheduleError
	err = s.In(ctx, func(_ pgx.Tx, s *Store) error {
		var now time.Time
		due, err := scanSchedule(andNow{s.q.QueryRow(ctx, "SELECT "+scheduleColumns+`, now() FROM @schedule WHERE paused = '' AND due_at <= now()
		ORDER BY due_at FOR UPDATE SKIP LOCKED LIMIT 1`), &now})
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		fired = true
		err = s.In(ctx, func(tx pgx.Tx, s *Store) error { return s.fire(ctx, tx, due, now, decide, begin) })
		if err == nil {
			return nil
		}
		failed = &ScheduleError{due.Set, due.Name, err}
		return s.move(ctx, due, due.Slot, now.Add(busy))
	})
	switch {
	case failed == nil:
		return fired, err
	case err != nil: // and that is why: nothing was done
		return fired, errors.Join(failed.Err, err)
	}
	return fired, failed
}

// andNow scans one column more than a schedule has.
type andNow struct {
	pgx.Row
	now *time.Time
}

// Scan implements [pgx.Row].
func (r andNow) Scan(columns ...any) error { return r.Row.Scan(append(columns, r.now)...) }

// fire does what is to be done about a schedule.
func (s *Store) fire(
	ctx context.Context, tx pgx.Tx, due Schedule, now time.Time, decide func(Schedule, time.Time) (Firing, error), begin func(pgx.Tx, *Store, Job) error,
) error {
	firing, err := decide(due, now)
	if err == nil {
		err = firing.check(now)
	}
	switch {
	case err != nil:
		return err
	case !firing.Begin:
		return s.move(ctx, due, firing.Next, firing.DueAt)
	}
	var begun, waits bool
	if err := s.q.QueryRow(ctx, `SELECT EXISTS (SELECT FROM @job WHERE set_name = $1 AND schedule = $2 AND slot = $3),
	EXISTS (SELECT FROM @job WHERE organization = $4 AND ended_at IS NULL) OR
	EXISTS (SELECT FROM @paused_organization WHERE organization = $4) OR EXISTS (SELECT FROM @limit_group WHERE name = $5 AND paused <> '')`,
		due.Set, due.Name, firing.Slot, due.Organization, due.Limit).Scan(&begun, &waits); err != nil {
		return err
	}
	if begun { // before the schedule was changed, or taken away and brought back
		return s.move(ctx, due, firing.Next, firing.DueAt)
	}
	var job Job
	err = ErrBusy
	if !waits {
		job, err = s.add(ctx, Job{Order: due.Order, Set: due.Set, Schedule: due.Name, Slot: firing.Slot, Missed: firing.Missed})
	}
	if errors.Is(err, ErrBusy) {
		return s.move(ctx, due, due.Slot, now.Add(busy))
	}
	if err == nil {
		err = s.move(ctx, due, firing.Next, firing.DueAt)
	}
	if err == nil {
		err = begin(tx, s, job)
	}
	return err
}

// move notes which slot of a schedule is next, and when something is done about it.
func (s *Store) move(ctx context.Context, due Schedule, slot, at time.Time) error {
	return s.one(ctx, ErrNone, "UPDATE @schedule SET slot = $3, due_at = $4 WHERE set_name = $1 AND name = $2", due.Set, due.Name, slot, at)
}
