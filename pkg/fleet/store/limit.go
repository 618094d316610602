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
}

func scanLimit(row pgx.Row) (l Limit, err error) {
	err = row.Scan(&l.Name, &l.Rate, &l.HoldUntil, &l.HoldWhy, &l.Learned, &l.LearnedAt, &l.PausedBy, &l.Set)
	return l, err
}

// Limits returns all limits, by name.
func (s *Store) Limits(ctx context.Context) ([]Limit, error) {
	return collect(ctx, s.q, scanLimit, `SELECT name, rate, greatest(hold_until, 'epoch'), hold_why, learned, greatest(learned_at, 'epoch'), paused, set_by
	FROM @limit_group ORDER BY name`)
}

// Book books slots for n requests, and returns how long to wait for the first of them: by the database's clock alone. What
// was not taken while nobody asked is lost: there are never more at once than were booked together.
func (s *Store) Book(ctx context.Context, limit string, n int) (wait time.Duration, err error) {
	var seconds float64
	err = s.q.QueryRow(ctx, `UPDATE @limit_group SET booked = greatest(booked, hold_until, clock_timestamp()) + $2 * interval '1s' / rate
	WHERE name = $1 RETURNING extract(epoch FROM booked - clock_timestamp())::float8 - $2 / rate`, limit, float64(n)).Scan(&seconds)
	if errors.Is(err, pgx.ErrNoRows) {
		err = ErrNone
	}
	return max(0, time.Duration(seconds*float64(time.Second))), err
}

// Hold keeps everybody who shares the limit from sending for some time from now on.
func (s *Store) Hold(ctx context.Context, limit string, during time.Duration, why string) error {
	return s.one(ctx, ErrNone, `UPDATE @limit_group SET hold_why = CASE WHEN hold_until < now() + $2 THEN $3 ELSE hold_why END,
	hold_until = greatest(hold_until, now() + $2) WHERE name = $1`, limit, during, why)
}

// Learn notes the rate that was found out, 0 if none holds any more.
func (s *Store) Learn(ctx context.Context, limit string, rate float64) error {
	return s.one(ctx, ErrNone, "UPDATE @limit_group SET learned = $2, learned_at = now() WHERE name = $1", limit, rate)
}
