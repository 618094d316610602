package store

import (
	"context"
	"errors"
)

// Pause has nobody work for an organization, or under a limit, or has a schedule begin no job: for whichever there is one of that
// name, and schedules of that name in all sets, or in the one that is named as SET/NAME. What is on its way is finished first. It
// is [ErrNone] if nothing of that name is known.
func (s *Store) Pause(ctx context.Context, name, by string) error {
	err := s.one(ctx, ErrNone, "UPDATE @limit_group SET paused = $2 WHERE name = $1", name, by)
	if !errors.Is(err, ErrNone) {
		return err
	}
	err = s.one(ctx, ErrNone, `INSERT INTO @paused_organization (organization, paused_by)
	SELECT $1, $2 WHERE EXISTS (SELECT FROM @job WHERE organization = $1) OR EXISTS (SELECT FROM @schedule WHERE organization = $1)
	ON CONFLICT (organization) DO UPDATE SET paused_by = excluded.paused_by`, name, by)
	if !errors.Is(err, ErrNone) {
		return err
	}
	return s.one(ctx, ErrNone, "UPDATE @schedule SET paused = $2 WHERE $1 IN (name, set_name || '/' || name)", name, by+" wants that")
}

// Resume takes back what [Store.Pause] has done, and lets schedules of that name, or of that organization, go on that were
// paused. It is [ErrNone] if nothing of that name was paused.
func (s *Store) Resume(ctx context.Context, name string) error {
	resumed := false
	for _, sql := range []string{
		"UPDATE @limit_group SET paused = '' WHERE name = $1 AND paused <> ''",
		"DELETE FROM @paused_organization WHERE organization = $1",
		"UPDATE @schedule SET paused = '' WHERE $1 IN (name, set_name || '/' || name, organization) AND paused <> ''",
	} {
		tag, err := s.q.Exec(ctx, sql, name)
		if err != nil {
			return err
		}
		resumed = resumed || tag.RowsAffected() > 0
	}
	if !resumed {
		return ErrNone
	}
	return nil
}

// PauseSchedule has a schedule begin no job any more until it is resumed.
func (s *Store) PauseSchedule(ctx context.Context, set, name, why string) error {
	return s.one(ctx, ErrNone, "UPDATE @schedule SET paused = $3 WHERE set_name = $1 AND name = $2", set, name, why)
}

// PausedOrganizations returns for which organizations nobody works, and who wants that.
func (s *Store) PausedOrganizations(ctx context.Context) (map[string]string, error) {
	rows, err := s.q.Query(ctx, "SELECT organization, paused_by FROM @paused_organization")
	if err != nil {
		return nil, err
	}
	paused := map[string]string{}
	defer rows.Close()
	for rows.Next() {
		var organization, by string
		if err := rows.Scan(&organization, &by); err != nil {
			return nil, err
		}
		paused[organization] = by
	}
	return paused, rows.Err()
}
