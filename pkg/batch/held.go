package batch

import (
	"cmp"
	"context"
	"errors"

	"rollcall/pkg/breaker"
	"rollcall/pkg/journey"
	"rollcall/pkg/record"
)

// waiting returns the entry that is to be sent next of those that the dispatcher has already, if there is one.
func (d *dispatcher) waiting(ctx context.Context) (w journey.Work, ok bool) {
	for {
		if w, ok = d.due(ctx); !ok {
			break
		}
		if w, ok = d.admit(w); ok {
			return w, true
		}
	}
	if !d.mayReplace() {
		return journey.Work{}, false
	}
	w, d.held[0] = d.held[0], journey.Work{}
	d.held = d.held[1:]
	return w, true
}

// admit returns the entry if it may be sent now, and holds it back otherwise: one that replaces an invitation waits until
// another has shown that the service takes the new one.
func (d *dispatcher) admit(w journey.Work) (_ journey.Work, ok bool) {
	if !d.replacing.May(w) {
		d.held = append(d.held, w)
		return journey.Work{}, false
	}
	return w, true
}

// mayReplace reports whether the first entry that was held back may be sent now.
func (d *dispatcher) mayReplace() bool { return len(d.held) > 0 && d.replacing.May(d.held[0]) }

// giveUpHeld notes with the entries that were held back why nothing was done to them, and returns why the run stops.
func (d *dispatcher) giveUpHeld(ctx context.Context) error {
	stop := cmp.Or(d.replacing.Err(), error(&breaker.StopError{Reason: breaker.Replacing}))
	why := "the pending invitation stands, since the service did not take the new one of another person"
	if refusal := errors.Unwrap(stop); refusal != nil {
		why += ": " + refusal.Error()
	}
	conclusions := make([]record.Conclusion, len(d.held))
	for i, w := range d.held {
		if w.Error = why; w.Unheard {
			w.Error = "an earlier run may have cancelled the pending invitation; if not, " + why
		}
		conclusions[i].Record = w.Record
	}
	if err := d.Ledger.Conclude(context.WithoutCancel(ctx), d.Run, nil, conclusions...); err != nil {
		return err
	}
	return stop
}
