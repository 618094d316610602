package onboard

import (
	"context"
	"errors"
	"fmt"

	"rollcall/pkg/breaker"
	"rollcall/pkg/remedy"
	"rollcall/pkg/status"
)

// within returns a context that ends with ctx, and as a stop when the deadline comes. Call release when it is not needed any
// more.
func (c Course) within(ctx context.Context) (_ context.Context, release func()) {
	if c.Deadline.IsZero() {
		return ctx, func() {}
	}
	return context.WithDeadlineCause(ctx, c.Deadline, &breaker.StopError{Reason: breaker.Deadline})
}

// before does what comes before anything is sent, within the deadline. What ends it ends the work, whatever has come of the
// call that was cut off by that.
func (s *Session) before(ctx context.Context, work func(context.Context) error) error {
	ctx, release := s.o.within(ctx)
	defer release()
	err := work(ctx)
	_, refused := errors.AsType[*Error](err)
	if err == nil || refused || breaker.ReasonOf(context.Cause(ctx)) != breaker.Deadline {
		return err
	}
	return refusal(status.Stopped, fmt.Errorf("%w; nothing was sent", context.Cause(ctx)), remedy.Words("give it more time with ").
		Use("deadline", "").Words(", and run the same command again"))
}
