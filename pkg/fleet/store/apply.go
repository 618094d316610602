package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"
)

// Applied says what a set of jobs has changed.
type Applied struct {
	// Added, Changed and Gone are the names of schedules, Limits those of limits that are new or changed.
	Added, Changed, Gone, Limits []string
	// Open are the ids of jobs of schedules that are gone: they end by themselves, or are cancelled.
	Open []int64
	// Words, if somebody has put them there, say more about schedules, by their names.
	Words map[string]string
}

// LimitError says that a set wants a limit to be another one than the set that has made it.
type LimitError struct {
	Name string
	// Rate is what it is, by the will of Set, and Wanted what the other set wants.
	Rate   float64
	Set    string
	Wanted float64
}

// Error implements error.
func (e *LimitError) Error() string {
	return fmt.Sprintf("the shared limit %s is %g/s in the set %s, and cannot be %g/s here", e.Name, e.Rate, e.Set, e.Wanted)
}

// TakenError says that a set has a schedule for an organization that is in another set: who is in the roster of one would be
// taken for somebody who has left by the other, and a set that goes by another name now would do everything twice.
type TakenError struct {
	// Name is the schedule, and Organization what it is for. Set has that already, by the schedule Other.
	Name, Organization, Set, Other string
}

// Error implements error.
func (e *TakenError) Error() string {
	return fmt.Sprintf("%s is for the organization %s, which %s of the set %s is for already", e.Name, e.Organization, e.Other, e.Set)
}

// Apply has a set consist of these schedules, which need limits of these rates. What is gone from the set begins no job any
// more; a job that is open ends by itself. Slot and DueAt of a schedule count where it is new, or its timing has changed; one
// that was paused stays so. Without schedules the set ends.
//
// An organization is in one set alone, else it is a [*TakenError]. A limit may be in several sets with one rate, and belongs to
// the first one: another rate is a [*LimitError]. Once that set has left it, it belongs to the next one that is applied, and it
// goes as soon as nothing needs it.
func (s *Store) Apply(ctx context.Context, set string, limits map[string]float64, schedules []Schedule) (a Applied, err error) {
	err = s.In(ctx, func(_ pgx.Tx, s *Store) error {
		a, err = s.applyAll(ctx, set, limits, schedules)
		return err
	})
	if err != nil {
		return Applied{}, err
	}
	return a, nil
}

// Compare returns what [Store.Apply] would change, or its error, and changes nothing.
func (s *Store) Compare(ctx context.Context, set string, limits map[string]float64, schedules []Schedule) (a Applied, err error) {
	undone := errors.New("nothing is changed")
	err = s.In(ctx, func(_ pgx.Tx, s *Store) error {
		if a, err = s.applyAll(ctx, set, limits, schedules); err != nil {
			return err
		}
		return undone
	})
	if errors.Is(err, undone) {
		return a, nil
	}
	return Applied{}, err
}

// applying is the lock of everybody who applies a set: a number of our own.
const applying = advisory + 1

func (s *Store) applyAll(ctx context.Context, set string, limits map[string]float64, schedules []Schedule) (a Applied, err error) {
	if _, err := s.q.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", applying); err != nil {
		return a, err
	}
	for _, name := range slices.Sorted(maps.Keys(limits)) {
		changed, err := s.setLimit(ctx, set, name, limits[name])
		if err != nil {
			return a, err
		}
		if changed {
			a.Limits = append(a.Limits, name)
		}
	}
	names := make([]string, len(schedules))
	for i, one := range schedules {
		names[i] = one.Name
		if err := s.free(ctx, set, one); err != nil {
			return a, err
		}
		if err := s.apply(ctx, set, one, &a); err != nil {
			return a, err
		}
	}
	if a.Gone, err = collect(ctx, s.q, scanOne[string], "DELETE FROM @schedule WHERE set_name = $1 AND name <> ALL($2) RETURNING name", set, names); err != nil {
		return a, err
	}
	slices.Sort(a.Gone)
	if a.Open, err = collect(ctx, s.q, scanOne[int64], "SELECT id FROM @job WHERE set_name = $1 AND schedule = ANY($2) AND ended_at IS NULL ORDER BY id",
		set, a.Gone); err != nil {
		return a, err
	}
	return a, s.leaveLimits(ctx, set, limits)
}

// scanOne reads the only column of a row.
func scanOne[T any](row pgx.Row) (one T, err error) {
	err = row.Scan(&one)
	return one, err
}

// free returns a [*TakenError] if a schedule is for an organization of another set.
func (s *Store) free(ctx context.Context, set string, one Schedule) error {
	taken := &TakenError{Name: one.Name, Organization: one.Organization}
	err := s.q.QueryRow(ctx, "SELECT set_name, name FROM @schedule WHERE set_name <> $1 AND organization = $2 ORDER BY set_name, name LIMIT 1",
		set, one.Organization).Scan(&taken.Set, &taken.Other)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil
	case err != nil:
		return err
	}
	return taken
}

// setLimit makes a limit, or changes its rate, unless it belongs to another set. It is not locked where nothing changes: others
// book requests meanwhile.
func (s *Store) setLimit(ctx context.Context, set, name string, rate float64) (changed bool, err error) {
	tag, err := s.q.Exec(ctx, "INSERT INTO @limit_group (name, rate, set_by) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", name, rate, set)
	if err != nil || tag.RowsAffected() > 0 {
		return err == nil, err
	}
	other := &LimitError{Name: name, Wanted: rate}
	if err := s.q.QueryRow(ctx, "SELECT rate, set_by FROM @limit_group WHERE name = $1", name).Scan(&other.Rate, &other.Set); err != nil {
		return false, err
	}
	same := other.Rate == rate
	if free := other.Set == "" || other.Set == set; !free {
		if same {
			return false, nil
		}
		return false, other
	}
	if same && other.Set == set {
		return false, nil
	}
	_, err = s.q.Exec(ctx, "UPDATE @limit_group SET rate = $2, set_by = $3 WHERE name = $1", name, rate, set)
	return !same, err
}

// leaveLimits lets the limits go that a set does not want any more, as far as nothing needs them.
func (s *Store) leaveLimits(ctx context.Context, set string, limits map[string]float64) error {
	// Who submits a job with one of them has that job in the database before they are looked at, or waits.
	left, err := collect(ctx, s.q, scanOne[string], `SELECT name FROM @limit_group WHERE set_by IN ($1, '') AND name <> ALL($2) ORDER BY name FOR UPDATE`,
		set, slices.AppendSeq([]string{}, maps.Keys(limits)))
	if err != nil || len(left) == 0 {
		return err
	}
	_, err = s.q.Exec(ctx, `DELETE FROM @limit_group l WHERE name = ANY($1) AND NOT EXISTS (SELECT FROM @schedule WHERE limit_group = l.name)
	AND NOT EXISTS (SELECT FROM @job WHERE limit_group = l.name)`, left)
	if err == nil {
		_, err = s.q.Exec(ctx, "UPDATE @limit_group SET set_by = '' WHERE name = ANY($1)", left)
	}
	return err
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

// ErrSet says that there is a set of that name.
var ErrSet = errors.New("there is a set of that name")

// Rename gives a set another name, with its schedules, its limits and the jobs that come from it. It is [ErrNone] if there is
// no such set, and [ErrSet] if there is one of the other name.
func (s *Store) Rename(ctx context.Context, set, to string) error {
	return s.In(ctx, func(_ pgx.Tx, s *Store) error {
		if _, err := s.q.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", applying); err != nil {
			return err
		}
		var there bool
		if err := s.q.QueryRow(ctx, "SELECT EXISTS (SELECT FROM @schedule WHERE set_name = $1)", to).Scan(&there); err != nil {
			return err
		}
		if there {
			return ErrSet
		}
		if err := s.one(ctx, ErrNone, "UPDATE @schedule SET set_name = $2 WHERE set_name = $1", set, to); err != nil {
			return err
		}
		if _, err := s.q.Exec(ctx, "UPDATE @limit_group SET set_by = $2 WHERE set_by = $1", set, to); err != nil {
			return err
		}
		// Jobs of a set that had the other name before stay as they are.
		_, err := s.q.Exec(ctx, `UPDATE @job j SET set_name = $2 WHERE set_name = $1
		AND NOT EXISTS (SELECT FROM @job WHERE set_name = $2 AND schedule = j.schedule AND slot = j.slot)`, set, to)
		return err
	})
}
