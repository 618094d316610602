package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
)

// KeepRoster keeps what is in a roster, once, and returns its digest.
func (s *Store) KeepRoster(ctx context.Context, content []byte) ([]byte, error) {
	digest := sha256.Sum256(content)
	_, err := s.q.Exec(ctx, `INSERT INTO @roster AS r (digest, size, content) VALUES ($1, $2, $3)
	ON CONFLICT (digest) DO UPDATE SET content = coalesce(r.content, excluded.content), stored_at = now()`, digest[:], len(content), content)
	return digest[:], err
}

// Roster returns what is in a roster. It is [ErrNone] if that is not known, or was erased.
func (s *Store) Roster(ctx context.Context, digest []byte) (content []byte, err error) {
	err = s.q.QueryRow(ctx, "SELECT content FROM @roster WHERE digest = $1", digest).Scan(&content)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && content == nil {
		err = ErrNone
	}
	return content, err
}

// EraseRosters erases what is in rosters of which no job is open, or has ended since, and returns how many those were. Their
// digests stay with the jobs.
func (s *Store) EraseRosters(ctx context.Context, since time.Time) (erased int, err error) {
	tag, err := s.q.Exec(ctx, `UPDATE @roster r SET content = NULL WHERE content IS NOT NULL AND stored_at < $1
	AND NOT EXISTS (SELECT FROM @job WHERE roster = r.digest AND (ended_at IS NULL OR ended_at >= $1))`, since)
	return int(tag.RowsAffected()), err
}
