package batch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/pace"
	"rollcall/pkg/record"
)

const (
	// lineStop is how many failures in a row stop the line: from then on single probes ask whether the service is
	// back, so that an outage does not use up the attempts of one row after the other.
	lineStop = 10
	// inFlightPerWorker lets a worker send one entry while the outcome of another is on its way to the disk.
	inFlightPerWorker = 2
	// forbiddenStop is how many people in a row the service may forbid to invite before it is taken to mean everybody.
	forbiddenStop = 5
	// maxDoubtful bounds how many entries wait for a reading of the directory.
	maxDoubtful = 10_000
	// probeBase and probeCap bound the waits between two probes of a service that is down.
	probeBase = time.Second
	probeCap  = 30 * time.Second
	// probeShare is how much of the time since it went down such a wait is: what a probe comes too late is little
	// beside the outage itself.
	probeShare = 0.5
)

// dispatcher decides who is sent next. Only its own goroutine touches its fields, but for the channels.
type dispatcher struct {
	Options
	journey *journey
	halt    context.CancelCauseFunc

	fresh  <-chan entry // from the feeder; nil once it is closed
	work   chan entry   // to the workers
	back   chan answer  // from the workers; has room for all that is in flight, so that nobody ever waits
	events chan<- Event // to the collector
	queue  queue        // waits for its next attempt
	doubts []answer     // wait for a reading of the directory

	inFlight int
	failed   error // the ledger's first
	failures int   // answers in a row that say nothing but that something is wrong
	down     time.Time
	told     bool // that the line is stopped
	trial    bool // the line is stopped, and one entry may try whether it works again
	streak   streak
	accepted bool // whether the service has accepted anybody
	bad      int  // rows that were sent and ended badly
	// refused counts the refusals for good, forbidden those that say that the caller may not invite.
	refused, forbidden int
}

// streak counts refusals of the same status in a row.
type streak struct{ status, length int }

func (s *streak) add(status int) int {
	if s.status != status {
		*s = streak{status: status}
	}
	s.length++
	return s.length
}

func newDispatcher(o Options, halt context.CancelCauseFunc, events chan<- Event, fresh <-chan entry) *dispatcher {
	return &dispatcher{
		Options: o,
		journey: &journey{
			service: o.Service, memory: o.Ledger, pace: o.Pace, organizationID: o.OrganizationID, run: o.Run,
			retry: o.Retry, now: o.Now, random: o.Random,
		},
		halt: halt, events: events, fresh: fresh,
		work: make(chan entry), back: make(chan answer, inFlightPerWorker*o.Workers),
	}
}

// run hands entries to the workers until all are settled, and then returns nil, or until ctx, the context of the
// feeding, ends: then it takes in what is in flight and returns the cause.
func (d *dispatcher) run(ctx context.Context) error {
	defer close(d.work)
	for e, ok := d.next(ctx); ok; e, ok = d.next(ctx) {
		var err error
		if e.permission, err = d.permission(ctx); err != nil {
			d.drain()
			return cmp.Or(d.failed, err)
		}
		d.inFlight++
		d.work <- e
	}
	d.drain()
	switch {
	case d.failed != nil:
		return d.failed
	case !d.idle() || len(d.doubts) > 0:
		return context.Cause(ctx)
	case !d.accepted && d.forbidden > 0 && d.forbidden == d.refused:
		return &StopError{Reason: Forbidden}
	}
	return nil
}

// permission returns once the pace lets a request leave. Meanwhile answers are taken in: one of them may stop the run,
// and a hold may be long.
func (d *dispatcher) permission(ctx context.Context) (permission pace.Permission, err error) {
	granted := make(chan struct{})
	go func() {
		defer close(granted)
		permission, err = d.Pace.Wait(ctx)
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
func (d *dispatcher) next(ctx context.Context) (e entry, ok bool) {
	for ctx.Err() == nil {
		d.catchUp()
		switch {
		case d.failures >= lineStop && !d.trial:
			d.drain()
			// What is in doubt may have taken effect all the same, which also says whether the service works.
			if d.probe(ctx); d.trial && len(d.doubts) > 0 {
				d.settleDoubts(ctx)
			}
			continue
		case len(d.doubts) >= maxDoubtful, d.idle() && len(d.doubts) > 0:
			d.drain()
			d.settleDoubts(ctx)
			continue
		case d.idle():
			return entry{}, false
		}
		fresh := d.fresh
		if d.full() {
			fresh = nil
		} else if e, ok := d.queue.pop(time.Now()); ok {
			return e, true
		}
		select {
		case e, ok := <-fresh:
			if ok {
				return e, true
			}
			if ctx.Err() == nil { // else the feeder gave up, and there is more
				d.fresh = nil
			}
		case a := <-d.back:
			d.take(a)
		case <-d.untilDue():
		case <-ctx.Done():
		}
	}
	return entry{}, false
}

// idle reports whether nothing is left but doubts.
func (d *dispatcher) idle() bool { return d.fresh == nil && d.queue.empty() && d.inFlight == 0 }

// full reports whether as much is in flight as the pace needs, or as may be: one entry, while the line is stopped.
func (d *dispatcher) full() bool {
	return d.inFlight >= min(cap(d.back), d.Pace.Room()) || d.trial && d.inFlight > 0
}

// untilDue fires when the first entry of the queue is due, and never if there is none or no worker is free for it.
func (d *dispatcher) untilDue() <-chan time.Time {
	if d.queue.empty() || d.full() {
		return nil
	}
	return time.After(time.Until(d.queue.due()))
}

// drain takes in everything that is in flight.
func (d *dispatcher) drain() {
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
	d.judge(a)
	switch a.step {
	case settled:
		d.tell(a.entry.Record)
	case again:
		d.repeat(a, a.ended)
	case withheld:
		d.queue.push(a.entry, time.Now())
	case doubtful:
		d.doubts = append(d.doubts, a)
	case broken:
		d.fail(a.err)
	}
}

// repeat has an entry sent again after its wait, counted from an instant.
func (d *dispatcher) repeat(a answer, from time.Time) {
	d.queue.push(a.entry, from.Add(a.wait))
	d.events <- Event{Retry: &Retry{
		Row: a.entry.Row, Line: a.entry.Line, Email: a.entry.Email, Attempt: a.entry.Attempts,
		Err: a.err, Cause: cause(a.err), Wait: a.wait,
	}}
}

// fail stops the run since the ledger could not keep something.
func (d *dispatcher) fail(err error) {
	d.failed = cmp.Or(d.failed, err)
	d.halt(err)
}

// judge stops the line or the run when answers say that the trouble is not with single rows.
func (d *dispatcher) judge(a answer) {
	if a.step == broken || a.step == withheld && a.err == nil {
		return
	}
	if a.err == nil {
		d.streak, d.accepted = streak{}, true
		d.works()
		return
	}
	status := statusOf(a.err)
	switch {
	case errors.Is(a.err, cybedefend.ErrCredentials):
		d.halt(&StopError{Reason: Credentials, Err: a.err})
	case cybedefend.ClassOf(a.err) != cybedefend.FinalNo:
		if status == http.StatusUnauthorized {
			return // the token has run out, which is nobody's failure
		}
		if d.failures++; d.failures == 1 {
			d.down = a.ended
		}
		d.trial = false
		if wait := askedWait(a.err); wait > d.MaxWait {
			d.halt(&StopError{Reason: Overlong, Err: fmt.Errorf("it asks for %s, at most %s are allowed: %w", wait, d.MaxWait, a.err)})
		}
	default:
		d.works()
		length := d.streak.add(status)
		if d.refused++; status == http.StatusForbidden {
			d.forbidden++
		}
		switch {
		case status == http.StatusConflict: // people who are there already are no trouble
		case status == http.StatusForbidden && !d.accepted && length >= forbiddenStop:
			d.halt(&StopError{Reason: Forbidden, Err: a.err})
		case length >= d.MaxStreak:
			d.halt(&StopError{Reason: Streak, Err: fmt.Errorf("%d in a row: %w", length, a.err)})
		}
	}
}

// works notes that an invite was answered as it should be, be it with a refusal.
func (d *dispatcher) works() { d.failures, d.trial, d.told = 0, false, false }

// probe asks a service that seems to be down, one call at a time and ever more seldom, until it answers, ctx ends, or
// the run has waited long enough. Reads serve as probes: they mail nobody. One that is answered lets a single entry
// through; the line goes on when that one is.
func (d *dispatcher) probe(ctx context.Context) {
	const why = "the service does not answer as it should"
	if !d.told {
		d.told = true
		d.wait(why + "; the run stops at " + d.down.Add(d.MaxWait).Format(time.TimeOnly) + " unless it does")
	}
	var asked time.Duration
	for !d.trial {
		rest := max(asked, probeRest(time.Since(d.down)))
		if time.Since(d.down)+rest > d.MaxWait {
			d.halt(&StopError{Reason: Overlong, Err: fmt.Errorf("no good answer since %s", d.down.Format(time.TimeOnly))})
			return
		}
		d.Pace.Hold(time.Now().Add(rest), why)
		if _, err := d.Pace.Wait(ctx); err != nil {
			return
		}
		_, err := d.Service.Invitations(ctx, d.OrganizationID, cybedefend.Page{Number: 1})
		if errors.Is(err, cybedefend.ErrCredentials) {
			d.halt(&StopError{Reason: Credentials, Err: err})
			return
		}
		d.trial = err == nil || cybedefend.ClassOf(err) == cybedefend.FinalNo
		asked = askedWait(err)
	}
}

// probeRest returns how long to leave a service alone that has been down for so long.
func probeRest(down time.Duration) time.Duration {
	return min(max(time.Duration(float64(down)*probeShare), probeBase), probeCap)
}

// wait tells what everybody is waiting for.
func (d *dispatcher) wait(what string) { d.events <- Event{Waiting: &what} }

// finish reports entries whose outcome was found without another attempt, once it is on disk.
func (d *dispatcher) finish(ctx context.Context, records []record.Record) error {
	if len(records) == 0 {
		return nil
	}
	if err := d.Ledger.Settle(context.WithoutCancel(ctx), d.Run, records...); err != nil {
		return err
	}
	for _, r := range records {
		d.tell(r)
	}
	return nil
}

// tell reports a row whose outcome is on disk, and stops the run when it is one failure too many.
func (d *dispatcher) tell(r record.Record) {
	d.events <- Event{Settled: &r}
	if r.Outcome.Well() {
		return
	}
	if d.bad++; d.bad == d.MaxFailures {
		d.halt(&StopError{Reason: Failures, Err: fmt.Errorf("%d in this run, the last on line %d: %s", d.bad, r.Line, r.Error)})
	}
}
