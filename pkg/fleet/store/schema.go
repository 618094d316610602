package store

import (
	"context"
	_ "embed"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// steps lead from nothing to the newest schema. A step that was released never changes; a new one is added behind it.
var steps = []string{first}

//go:embed first.sql
var first string

// advisory is the lock of everybody who changes the schema: a number of our own.
const advisory = 0x726f_6c6c // "roll"

// Alone waits until nobody else changes the schema, and keeps others from it until the transaction of the store ends.
func (s *Store) Alone(ctx context.Context) error {
	_, err := s.q.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", advisory)
	return err
}

// NewerError says that the database was made by a newer version of this program.
type NewerError struct{ Has, Known int }

// Error implements error.
func (e *NewerError) Error() string {
	return fmt.Sprintf("the tables of jobs have version %d, and this program knows them up to %d", e.Has, e.Known)
}

// OlderError says that the tables have to be brought up to date first: those of the engine, if Engine is set.
type OlderError struct {
	Has, Known int
	Engine     bool
}

// Error implements error.
func (e *OlderError) Error() string {
	switch {
	case e.Engine:
		return "the tables of the engine are older than this program needs"
	case e.Has == 0:
		return "the database has no tables for jobs yet"
	}
	return fmt.Sprintf("the tables of jobs have version %d, and this program needs %d", e.Has, e.Known)
}

// Migrate makes the tables, or brings them up to date, and returns how many steps that took. Several programs may ask for it
// at once.
func (s *Store) Migrate(ctx context.Context) (taken int, err error) {
	err = s.In(ctx, func(_ pgx.Tx, s *Store) error {
		if err := s.Alone(ctx); err != nil {
			return err
		}
		if _, err := s.q.Exec(ctx, "CREATE TABLE IF NOT EXISTS @fleet_version (number integer NOT NULL)"); err != nil {
			return err
		}
		has, err := s.version(ctx)
		if err != nil {
			return err
		}
		for _, step := range steps[min(has, len(steps)):] {
			if _, err := s.q.Exec(ctx, step); err != nil {
				return err
			}
			taken++
		}
		if taken == 0 {
			return s.judge(has)
		}
		if _, err := s.q.Exec(ctx, "DELETE FROM @fleet_version"); err != nil {
			return err
		}
		_, err = s.q.Exec(ctx, "INSERT INTO @fleet_version VALUES ($1)", len(steps))
		return err
	})
	return taken, err
}

// Check returns nil if the tables are as this program needs them, else a [*NewerError] or an [*OlderError].
func (s *Store) Check(ctx context.Context) error {
	var there bool
	if err := s.q.QueryRow(ctx, "SELECT to_regclass('@fleet_version') IS NOT NULL").Scan(&there); err != nil {
		return err
	}
	if !there {
		return s.judge(0)
	}
	has, err := s.version(ctx)
	if err != nil {
		return err
	}
	return s.judge(has)
}

// version returns the number of steps that were taken.
func (s *Store) version(ctx context.Context) (has int, err error) {
	err = s.q.QueryRow(ctx, "SELECT coalesce(max(number), 0) FROM @fleet_version").Scan(&has)
	return has, err
}

func (s *Store) judge(has int) error {
	switch {
	case has > len(steps):
		return &NewerError{has, len(steps)}
	case has < len(steps):
		return &OlderError{Has: has, Known: len(steps)}
	}
	return nil
}
