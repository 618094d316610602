package fleet

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rollcall/pkg/breaker"
	"rollcall/pkg/fleet/limit"
	"rollcall/pkg/fleet/store"
	"rollcall/pkg/ledger"
)

// Limit is the part that a slice has in the limit that its job shares with others. Reserve and Hold may be called by several
// goroutines at once.
type Limit struct {
	slice  *Slice
	booker *limit.Booker
	known  float64 // the rate that was known when the slice began, as its part
}

// learnedLasts is how long a learned rate is believed: services change with their releases and their load.
const learnedLasts = 7 * 24 * time.Hour

// Limit returns the limit that the job shares with others, nil if it shares none. It is the same each time, and is asked for by
// whoever executes the slice.
func (s *Slice) Limit() *Limit {
	if s.limit == nil && s.Job.Limit != "" {
		s.limit = &Limit{slice: s, booker: s.worker.limit(s.Job.Limit)}
		s.limit.booker.Join()
	}
	return s.limit
}

// limit returns what books slots of a limit for all slices of the worker.
func (w *Worker) limit(name string) *limit.Booker {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.limits[name] == nil {
		w.limits[name] = limit.New(w.Store, name)
	}
	return w.limits[name]
}

// closeLimits is for a worker without slices.
func (w *Worker) closeLimits() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, booker := range w.limits {
		booker.Close()
	}
}

// leave gives the part back.
func (l *Limit) leave() {
	if l != nil {
		l.booker.Leave()
	}
}

// Reserve books the slot of one request, and returns how long to wait for it. Where there is none for long, the slice ends, and
// the job goes on then: it fails with a [*breaker.StopError]. It fails with [ledger.ErrUnreachable] if the database has not
// answered for half a minute.
func (l *Limit) Reserve(ctx context.Context) (time.Duration, error) {
	began := time.Now()
	wait, err := l.booker.Reserve(ctx)
	if err == nil || ctx.Err() != nil {
		if err == nil {
			l.slice.worker.o.Waited(l.slice.Job.Limit, time.Since(began)+wait)
		}
		return wait, err
	}
	if far, ok := errors.AsType[*limit.FarError](err); ok {
		l.slice.Rest(time.Now().Add(far.Wait))
		return 0, &breaker.StopError{Reason: breaker.Interrupted, Err: err}
	}
	return 0, l.broken(err)
}

// broken says what is wrong with the limit. The job goes on later where that is the database.
func (l *Limit) broken(err error) error {
	if errors.Is(err, store.ErrNone) {
		return fmt.Errorf("shared limit %q: %w", l.slice.Job.Limit, err)
	}
	return fmt.Errorf("%w: %w", ledger.ErrUnreachable, err)
}

// Hold keeps everybody who shares the limit from sending for some time, as the service has asked. It returns at once. The slice
// ends if that is for long.
func (l *Limit) Hold(during time.Duration, why string) {
	l.booker.Hold(context.Background(), during, why)
	if during > limit.Far {
		l.slice.Rest(time.Now().Add(during))
	}
}

// Rates returns how many requests a second may leave of all together, and how many of them the service was found to take from
// this job, 0 if that is not known. What it takes from all is divided by those who are at work.
func (l *Limit) Rates(ctx context.Context) (most, learned float64, err error) {
	row, err := l.slice.worker.Store.Limit(ctx, l.slice.Job.Limit)
	if err != nil {
		return 0, 0, l.broken(err)
	}
	if row.Learned < row.Rate && time.Since(row.LearnedAt) < learnedLasts {
		l.known = row.Learned / float64(max(1, row.Sharing))
	}
	return row.Rate, l.known, nil
}

// Learn notes how many requests a second the service was found to take from this job, 0 if it is not what was known of it. As
// all have the same share, it takes as much from the others who are at work.
func (l *Limit) Learn(ctx context.Context, rate float64) error {
	if rate == l.known { // nothing new
		return nil
	}
	row, err := l.slice.worker.Store.Limit(ctx, l.slice.Job.Limit)
	if err != nil {
		return err
	}
	if rate *= float64(max(1, row.Sharing)); rate >= row.Rate { // then it is not the service that says how fast
		rate = 0
	}
	return l.slice.worker.Store.Learn(ctx, l.slice.Job.Limit, rate)
}
