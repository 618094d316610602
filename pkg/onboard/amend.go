package onboard

import (
	"context"
	"fmt"

	"rollcall/pkg/amend"
	"rollcall/pkg/breaker"
	"rollcall/pkg/plural"
	"rollcall/pkg/remedy"
	"rollcall/pkg/status"
)

// maker returns what makes changes that are no invitations in the name of a run.
func (s *Session) maker(run string) amend.Maker {
	o := s.o.Observer
	return amend.Maker{
		Service: s.connection, Scope: s.memory.scope, Ledger: s.memory.ledger, Run: run, Call: s.connection.retrier().Call,
		Now: s.connection.Now, Silence: max(s.past.policy.InFlightGrace(), s.past.policy.Timeout),
		Working: o.Working, Changed: o.Changed, Told: s.followTrail,
		Warn: func(err error, text string, about amend.Change) {
			o.warnOf(err, text, map[string]any{"email": about.Email, "kind": string(about.Kind)})
		},
	}
}

// amend makes the changes that are due, until stop or the deadline, and says where they are listed if some could not be made.
func (s *Session) amend(ctx context.Context, stop <-chan struct{}, run string, changes []amend.Change, listed string) error {
	waits, release := until(ctx, stop)
	defer release()
	if !s.o.Deadline.IsZero() {
		var cancel context.CancelFunc
		waits, cancel = context.WithDeadlineCause(waits, s.o.Deadline, &breaker.StopError{Reason: breaker.Deadline})
		defer cancel()
	}
	defer s.o.Observer.working("")
	n, err := s.maker(run).Make(ctx, waits, changes)
	if err != nil || n.Failed == 0 {
		return err
	}
	var hint remedy.Hint
	if listed != "" {
		hint = remedy.Words("see " + listed)
	}
	return refusal(status.Rows, fmt.Errorf("%d of %s failed", n.Failed, plural.Of(n.Failed+n.Made, "change")), hint)
}
