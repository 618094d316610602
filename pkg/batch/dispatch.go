package batch

import (
	"cmp"
	"context"
	"errors"
	"strconv"
	"time"

	"rollcall/pkg/breaker"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/journey"
	"rollcall/pkg/pace"
	"rollcall/pkg/record"
)

// answer is what came of an attempt that began at an instant, or of an entry that needs none, with a zero instant: a step, or
// the error of a ledger that could not keep it.
type answer struct {
	step  *journey.Step
	err   error
	began time.Time
}

// dispatcher decides who is sent next. Only its own goroutine touches its fields, but for the channels.
type dispatcher struct {
	course
	*ahead
	halt context.CancelCauseFunc

	fresh  <-chan journey.Step // from the feeder; nil once nothing comes any more
	fed    <-chan struct{}     // closed by the feeder once it has handed over everything
	back   chan answer         // from the workers; has room for all that is in flight, so that nobody ever waits
	events chan<- Event        // to the collector
	queue  queue               // waits for its next attempt
	held   []journey.Work      // must not replace an invitation yet
	doubts []journey.Step      // wait for a reading of the directory

	inFlight  int
	failed    error // the ledger's first
	gaveUp    error // of a reading that was tried for as long as may be
	breaker   breaker.State
	replacing breaker.Replacements
	trouble   error // the last answer that says that something is wrong
	shown     bool  // that the line is stopped
	witnesses []journey.Witness
	made      *made
	settling  settling
	left      int          // entries that the budget leaves for another time
	reserved  map[int]bool // rows whose share of the budget is kept for them
	renewal   renewal
}

func newDispatcher(ctx context.Context, o course, halt context.CancelCauseFunc, events chan<- Event, fresh <-chan journey.Step, fed <-chan struct{}) *dispatcher {
	made := newMade(ctx, o.Ledger, o.Run)
	d := &dispatcher{
		course: o,
		ahead: newAhead(ctx, &journey.Attempt{
			Service: o.Service, Store: o.Ledger, Gate: o.Pace, OrganizationID: o.Scope.OrganizationID, Run: o.Run,
			Policy: o.Policy, Now: o.Now, Random: o.Random, Twin: made.note,
		}, o.Workers),
		halt: halt, events: events, fresh: fresh, fed: fed, back: make(chan answer, mostInFlight(o.Workers)),
		witnesses: journey.Witnesses(o.inputs.Histories, o.inputs.At), made: made, reserved: map[int]bool{},
	}
	d.renewal.read(o.inputs.Directory.Began)
	return d
}

// run hands entries to the workers until all are settled, and then returns nil, or until ctx, the context of the
// feeding, ends: then it takes in what is in flight and returns the cause.
func (d *dispatcher) run(ctx context.Context) error {
	defer close(d.claimed)
	for w, ok := d.next(ctx); ok; w, ok = d.next(ctx) {
		if !d.affords(ctx, w) {
			continue
		}
		permission, waited, err := d.permission(ctx)
		if err != nil {
			d.drain()
			return cmp.Or(d.failed, err)
		}
		d.inFlight++
		d.replacing = d.replacing.Left(w)
		d.careful = d.careful || w.Replaces != ""
		d.group = append(d.group, &journey.Allowed{Work: w, Permission: permission})
		if waited { // no other will soon be there to go together with it
			d.claim(d.back)
		}
	}
	d.drain()
	ended := d.idle() && len(d.doubts) == 0
	switch {
	case d.failed != nil:
		return d.failed
	case d.gaveUp != nil:
		return d.gaveUp
	case !ended && ctx.Err() != nil:
		return context.Cause(ctx)
	case len(d.held) > 0 && (d.left == 0 || d.replacing.Err() != nil):
		return d.giveUpHeld(ctx)
	}
	d.left += len(d.held) // behind one that the budget leaves
	return cmp.Or(d.breaker.Err(ended), d.spent())
}

// permission returns once the pace lets a request leave, and whether that had to be waited for.
func (d *dispatcher) permission(ctx context.Context) (permission pace.Permission, waited bool, err error) {
	if permission, ok := d.Pace.AcquireNow(); ok {
		return permission, false, nil
	}
	d.claim(d.back)
	permission, err = d.acquire(ctx)
	return permission, true, err
}

// acquire waits until the pace lets a request leave. Meanwhile answers are taken in: one of them may stop the run, and a hold may
// be long.
func (d *dispatcher) acquire(ctx context.Context) (permission pace.Permission, err error) {
	granted := make(chan struct{})
	go func() {
		defer close(granted)
		permission, err = d.Pace.Acquire(ctx)
	}()
	for {
		select {
		case <-granted:
			return permission, err
		case a := <-d.back:
			d.take(a)
		}
	}
}

// next returns the entry to send next once there is one and a worker is free. It returns false when nothing is left to
// send or ctx has ended.
func (d *dispatcher) next(ctx context.Context) (w journey.Work, ok bool) {
	for ctx.Err() == nil {
		d.catchUp()
		switch d.breaker.Do(len(d.doubts), d.idle()) {
		case breaker.Stop:
			d.halt(d.breaker.Err(false))
			return journey.Work{}, false
		case breaker.Probe:
			d.drain()
			d.probe(ctx)
			continue
		case breaker.Settle:
			d.drain()
			d.settle(ctx)
			continue
		case breaker.Done:
			return journey.Work{}, false
		default:
		}
		fresh, fed := d.fresh, d.fed
		if d.full() {
			fresh, fed = nil, nil
		} else if w, ok := d.waiting(ctx); ok {
			if d.ready(ctx, w) {
				return w, true
			}
			continue
		} else if d.idle() { // what was due is held back now
			continue
		}
		select {
		case step := <-fresh:
			if w, send := d.feed(step); send && d.ready(ctx, w) {
				return w, true
			}
			continue
		default: // as many are together as there can be at present
		}
		if d.isLow() {
			d.claim(d.back)
		}
		select {
		case step := <-fresh:
			if w, send := d.feed(step); send && d.ready(ctx, w) {
				return w, true
			}
		case <-fed:
			d.fedAll()
		case a := <-d.back:
			d.take(a)
		case <-d.low:
		case <-d.untilDue():
		case <-ctx.Done():
		}
	}
	return journey.Work{}, false
}

// due returns the entry that has waited for longest and is due, if there is one. Where others invite the same people, it may
// be any of those who have not had their turn.
func (d *dispatcher) due(ctx context.Context) (journey.Work, bool) {
	if w, ok := d.queue.pop(time.Now()); ok || !d.renewal.others {
		return w, ok
	}
	d.gather(ctx)
	return d.draw()
}

// feed takes in a step of the feeder, and returns the entry if it is to be sent now.
func (d *dispatcher) feed(step journey.Step) (w journey.Work, send bool) {
	switch {
	case step.Move != journey.Send:
		d.doubts = append(d.doubts, step)
		d.replacing = d.replacing.Left(step.Work)
	case !d.Budget.Admit(d.counts(step.Work)):
		d.left++
	case step.At.After(time.Now()):
		d.queue.push(step.Work, step.At)
	default:
		return d.admit(step.Work)
	}
	return journey.Work{}, false
}

// fedAll reports whether the feeder has nothing more, as far as it is known by now.
func (d *dispatcher) fedAll() bool {
	select {
	case <-d.fed:
		if len(d.fresh) == 0 {
			d.fresh, d.fed = nil, nil
		}
	default:
	}
	return d.fresh == nil
}

// idle reports whether nothing is left but doubts, and what must not be sent.
func (d *dispatcher) idle() bool {
	return d.fedAll() && d.queue.empty() && len(d.renewal.ahead) == 0 && d.inFlight == 0 && !d.mayReplace()
}

// full reports whether as much is in flight as the pace needs, or as may be: one entry, while the line is stopped.
func (d *dispatcher) full() bool {
	return d.inFlight >= min(cap(d.back), d.Pace.Room()) || d.ahead.full() || d.inFlight > 0 && d.breaker.Do(0, false) == breaker.TryOne
}

// untilDue fires when the first entry of the queue is due, and never if there is none or no worker is free for it.
func (d *dispatcher) untilDue() <-chan time.Time {
	if d.queue.empty() || d.full() {
		return nil
	}
	return time.After(time.Until(d.queue.due()))
}

// drain takes in everything that is in flight. What is claimed and has not left yet does not leave.
func (d *dispatcher) drain() {
	d.recalled.Store(true)
	defer d.recalled.Store(false)
	group := d.group
	d.group = nil
	for _, e := range group {
		d.take(answer{step: &journey.Step{Move: journey.Withheld, Work: e.Work, Harmless: true}, began: time.Now()})
	}
	for d.inFlight > 0 {
		d.take(<-d.back)
	}
}

// catchUp takes in what has come back, so that no entry leaves before the answers that may speak against it are heard.
func (d *dispatcher) catchUp() {
	for {
		select {
		case a := <-d.back:
			d.take(a)
		default:
			return
		}
	}
}

// take takes in what came of an attempt.
func (d *dispatcher) take(a answer) {
	d.inFlight--
	defer d.count(a.step.Heard, -1) // only then may others leave
	if a.err != nil {
		d.fail(a.err)
		return
	}
	step := a.step
	if step.Heard != 0 {
		d.answered(step.Work.Trail.EndedAt.Sub(a.began))
	}
	d.account(step, !a.began.IsZero())
	d.hear(step)
	d.replacing = d.replacing.Next(*step)
	switch step.Move {
	case journey.Settled:
		d.witness(step.Work.Record, a.began)
		d.show(&step.Work.Record)
	case journey.Again:
		d.repeat(step)
	case journey.Withheld:
		d.queue.push(step.Work, time.Now())
	case journey.LookUp:
		d.doubts = append(d.doubts, *step)
	default:
	}
}

// hear tells the breaker, and stops the feeding when it says so.
func (d *dispatcher) hear(step *journey.Step) {
	d.breaker = d.breaker.Next(*step, d.Limits)
	action := d.breaker.Do(len(d.doubts), d.idle())
	if action == breaker.Stop {
		d.recalled.Store(true)
		d.halt(d.breaker.Err(false))
	}
	switch step.Heard {
	case journey.Accepted, journey.Refused:
		d.shown = false
	case journey.Busy, journey.Trouble, journey.Foreign:
		d.trouble = step.Err
	default:
	}
}

// repeat has an entry sent again when it is due.
func (d *dispatcher) repeat(step *journey.Step) {
	w := &step.Work
	d.queue.push(*w, step.At)
	if step.Err == nil {
		return
	}
	d.events <- Event{Retry: &Retry{
		Row: w.Row, Line: w.Line, Email: w.Email, Attempt: w.Attempts,
		Err: step.Err, Cause: cause(step.Err), Wait: step.At.Sub(w.Trail.EndedAt),
	}}
}

// fail stops the run since the ledger could not keep something.
func (d *dispatcher) fail(err error) {
	d.failed = cmp.Or(d.failed, err)
	d.recalled.Store(true)
	d.halt(err)
}

// Down is how [Event.Waiting] begins where the line is stopped, and the reason of the holds then.
const Down = "the service does not answer as it should"

// probe asks a service that seems to be down, one call at a time and ever more seldom, until it answers, ctx ends, or
// the run has waited long enough. Reads serve as probes: they mail nobody.
func (d *dispatcher) probe(ctx context.Context) {
	if !d.shown {
		d.shown = true
		d.wait(Down + "; the run stops at " + d.breaker.Down().Add(d.Limits.MaxWait).Format(time.TimeOnly) + " unless it does")
	}
	var asked time.Duration
	for d.breaker.Do(0, false) == breaker.Probe {
		rest, ok := d.breaker.Rest(time.Now(), asked, d.Limits)
		if !ok {
			d.breaker = d.breaker.GaveUp(d.trouble)
			return
		}
		d.Pace.Hold(time.Now().Add(rest), Down)
		if _, err := d.Pace.Acquire(ctx); err != nil {
			return
		}
		_, err := d.Service.Invitations(ctx, d.Scope.OrganizationID, cybedefend.Page{Number: 1})
		d.trouble = cmp.Or(err, d.trouble)
		d.breaker = d.breaker.Probed(err)
		asked = cybedefend.AskedWait(err)
	}
}

// wait tells what everybody is waiting for.
func (d *dispatcher) wait(what string) { d.events <- Event{Waiting: &what} }

// show reports a row whose outcome is on disk. From then on it is the observer's.
func (d *dispatcher) show(r *record.Record) { d.events <- Event{Settled: r} }

// cause returns the same short word for all failures of a kind.
func cause(err error) string {
	e, ok := errors.AsType[*cybedefend.Error](err)
	switch {
	case ok && e.Class == cybedefend.Foreign:
		return "an answer that is not the service's"
	case ok && e.Status != 0 && e.Status < 300:
		return "unreadable reply"
	case ok && e.Status != 0:
		return strconv.Itoa(e.Status)
	case cybedefend.ClassOf(err) == cybedefend.Lost:
		return "lost reply"
	}
	return "no connection"
}
