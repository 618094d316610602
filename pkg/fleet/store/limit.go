package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
)

// Limit is a limit that several organizations share.
type Limit struct {
	Name string
	// Rate is how many requests may leave in a second, of all together.
	Rate float64
	// HoldUntil is when the next one may leave at the earliest, and HoldWhy why.
	HoldUntil time.Time
	HoldWhy   string
	// Learned is the rate that was found out, 0 if none was, and LearnedAt when.
	Learned   float64
	LearnedAt time.Time
	// PausedBy is who has stopped it, empty if nobody has.
	PausedBy string
	// Set is the set of jobs that wants it.
	Set string
	// Sharing is how many jobs are at work under it.
	Sharing int
}

func scanLimit(row pgx.Row) (l Limit, err error) {
	err = row.Scan(&l.Name, &l.Rate, &l.HoldUntil, &l.HoldWhy, &l.Learned, &l.LearnedAt, &l.PausedBy, &l.Set, &l.Sharing)
	if errors.Is(err, pgx.ErrNoRows) {
		err = ErrNone
	}
	return l, err
}

const (
	// sharing counts those at work under a limit.
	sharing      = "(SELECT count(*) FROM @job WHERE working AND limit_group = l.name)"
	limitColumns = "name, rate, greatest(hold_until, 'epoch'), hold_why, learned, greatest(learned_at, 'epoch'), paused, set_by, " + sharing
)

// Limits returns all limits, by name.
func (s *Store) Limits(ctx context.Context) ([]Limit, error) {
	return collect(ctx, s.q, scanLimit, "SELECT "+limitColumns+" FROM @limit_group l ORDER BY name")
}

// Limit returns a limit, or [ErrNone].
func (s *Store) Limit(ctx context.Context, name string) (Limit, error) {
	return scanLimit(s.q.QueryRow(ctx, "SELECT "+limitColumns+" FROM @limit_group l WHERE name = $1", name))
}

// Booking says which slots were booked.
type Booking struct {
	// Slots is how many were, 0 if the first one would have been too far off.
	Slots int
	// Wait is how long it was until the first one when the database answered, perhaps less than nothing, and Every how long
	// from one to the next.
	Wait, Every time.Duration
	// Sharing is how many jobs are at work under the limit.
	Sharing int
}

// Book books slots for n requests, unless the first one would be further off than within. The database's clock alone decides.
// What was not taken while nobody asked is lost: there are never more at once than were booked together.
func (s *Store) Book(ctx context.Context, limit string, n int, within time.Duration) (Booking, error) {
	// Whoever has waited for another one's booking sees that, and the clock after it.
	b, err := scanBooking(s.q.QueryRow(ctx, `UPDATE @limit_group l
	SET booked = greatest(booked, hold_until, clock_timestamp()) + $2 * interval '1s' / rate
	WHERE name = $1 AND greatest(booked, hold_until) <= clock_timestamp() + $3
	RETURNING extract(epoch FROM booked - clock_timestamp())::float8 - $2 / rate, rate, `+sharing, limit, float64(n), within))
	if !errors.Is(err, ErrNone) {
		b.Slots = n
		return b, err
	}
	return scanBooking(s.q.QueryRow(ctx, `SELECT extract(epoch FROM greatest(booked, hold_until, clock_timestamp()) - clock_timestamp())::float8, rate, `+sharing+
		" FROM @limit_group l WHERE name = $1", limit))
}

func scanBooking(row pgx.Row) (b Booking, err error) {
	var wait, rate float64
	if err = row.Scan(&wait, &rate, &b.Sharing); err != nil {
		if errors.Is(err, pgx.ErrNoRows) {
			err = ErrNone
		}
		return Booking{}, err
	}
	b.Wait, b.Every = seconds(wait), seconds(1/rate)
	return b, nil
}

// seconds returns a number of seconds as a duration; far more than anybody waits for is a year.
func seconds(n float64) time.Duration {
	const year = 365 * 24 * time.Hour
	return time.Duration(min(n, year.Seconds()) * float64(time.Second))
}

// Hold keeps everybody who shares the limit from sending for some time from now on.
func (s *Store) Hold(ctx context.Context, limit string, during time.Duration, why string) error {
	return s.one(ctx, ErrNone, `UPDATE @limit_group SET hold_why = CASE WHEN hold_until < clock_timestamp() + $2 THEN $3 ELSE hold_why END,
	hold_until = greatest(hold_until, clock_timestamp() + $2) WHERE name = $1`, limit, during, why)
}

// Learn notes the rate that was found out, 0 if none holds any more.
func (s *Store) Learn(ctx context.Context, limit string, rate float64) error {
	return s.one(ctx, ErrNone, "UPDATE @limit_group SET learned = $2, learned_at = now() WHERE name = $1", limit, rate)
}
