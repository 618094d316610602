package fleet

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"rollcall/pkg/fleet/store"
)

// TakeOver does what a worker does that has not seen the one of the job for long.
func (f *Fleet) TakeOver(ctx context.Context, job store.Job) error {
	return f.In(ctx, func(tx pgx.Tx, s *store.Store) error { return f.engage(ctx, tx, s, job, time.Time{}) })
}
