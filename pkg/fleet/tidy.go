package fleet

import (
	"context"
	"errors"
	"time"

	"rollcall/pkg/fleet/store"
)

const (
	// tidied is how often a worker forgets what is not needed any more.
	tidied = time.Hour
	// erased is how long what is in a roster is kept after its last job.
	erased = 7 * 24 * time.Hour
	// lost is how long a worker is known that is not seen any more.
	lost = 7 * 24 * time.Hour
)

// keepTidy forgets what is not needed any more, again and again until ctx ends. Where there is much of it that takes longer than
// a worker may be unseen, so it is done beside everything else.
func (w *Worker) keepTidy(ctx context.Context) {
	again := time.NewTicker(tidied)
	defer again.Stop()
	for {
		if err := w.tidy(ctx); err != nil && ctx.Err() == nil {
			w.trouble(store.Job{}, err)
		}
		select {
		case <-ctx.Done():
			return
		case <-again.C:
		}
	}
}

// tidy forgets what is not needed any more. What hinders one thing hinders nothing else.
func (w *Worker) tidy(ctx context.Context) error {
	now := time.Now()
	_, err := w.EraseRosters(ctx, now.Add(-erased))
	err = errors.Join(err, w.ForgetWorkers(ctx, now.Add(-lost)))
	if w.o.Keep == 0 {
		return err
	}
	before := now.Add(-w.o.Keep)
	_, forgetErr := w.Forget(ctx, before)
	return errors.Join(err, forgetErr, w.o.Prune(ctx, before))
}
