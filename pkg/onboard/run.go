package onboard

import (
	"context"
	"sync"

	"rollcall/pkg/breaker"
	"rollcall/pkg/remedy"
	"rollcall/pkg/status"
)

// Run onboards a roster from beginning to end. Agree, if set, is shown the preview before anything is sent; its error keeps
// everything from being sent. Closing stop ends the sending, see [Preview.Apply]; stop may be nil.
//
// The report says how it ended, whatever happened; the error is what has stopped it, nil if nothing has. Rows that ended
// badly are no error: the report counts them and its status tells.
func Run(ctx context.Context, stop <-chan struct{}, o Options, agree func(*Preview) error) (Report, error) {
	waits, release := until(ctx, stop)
	defer release()
	session, err := Open(waits, o)
	if err == nil && session.CarriedOutBy() == "" {
		err = session.carryOut(ctx, waits, stop, agree)
	}
	return session.End(context.WithoutCancel(ctx), err)
}

func (s *Session) carryOut(ctx, waits context.Context, stop <-chan struct{}, agree func(*Preview) error) error {
	if s.o.DryRun {
		_, err := s.DryRun(waits)
		return err
	}
	preview, err := s.Preview(waits)
	if err == nil && agree != nil {
		if err = agree(preview); err != nil {
			err = Refuse(status.Stopped, err)
		}
	}
	if err != nil {
		return err
	}
	return preview.Apply(ctx, stop)
}

// until returns a context that ends with ctx, and as interrupted once stop is closed. Call release when it is not needed
// any more.
func until(ctx context.Context, stop <-chan struct{}) (_ context.Context, release func()) {
	ctx, end := context.WithCancelCause(ctx)
	interrupted := &breaker.StopError{Reason: breaker.Interrupted}
	select {
	case <-stop: // nothing may begin before somebody has noticed
		end(interrupted)
	default:
	}
	var waits sync.WaitGroup
	waits.Go(func() {
		select {
		case <-stop:
			end(interrupted)
		case <-ctx.Done():
		}
	})
	return ctx, func() {
		end(nil)
		waits.Wait()
	}
}

// endRun writes down that the run is over, and tells before how it has ended.
func (s *Session) endRun(ctx context.Context, how status.Status, err error) error {
	r := s.Report()
	if r.Status = how; err != nil {
		r.Error = remedy.Text(err, s.o.Render)
	}
	if err := s.o.Observer.over(r); err != nil {
		return err
	}
	return s.memory.ledger.End(ctx, r.Run, int(how))
}
