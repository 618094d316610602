package ledger

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// Pace returns the rate, in requests a second, that was learned for the organization, and when. It is 0 if none was.
func (l *Ledger) Pace(ctx context.Context, organizationID string) (rate float64, learned time.Time, err error) {
	var at int64
	err = l.pool.QueryRowContext(ctx, "SELECT rate, learned_at FROM pace WHERE organization = ?", organizationID).Scan(&rate, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, time.Time{}, nil
	}
	return rate, fromMicros(at), l.readError(err)
}

// LearnPace remembers the rate for the organization in place of an earlier one.
func (l *Ledger) LearnPace(ctx context.Context, organizationID string, rate float64) error {
	at := l.now().UnixMicro()
	return l.submit(ctx, func(ctx context.Context, w *writer) error {
		_, err := w.run(ctx, "INSERT OR REPLACE INTO pace (organization, rate, learned_at) VALUES (?, ?, ?)", organizationID, rate, at)
		return err
	})
}
