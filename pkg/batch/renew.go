package batch

import (
	"context"
	"errors"
	"slices"
	"time"

	"rollcall/pkg/breaker"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/journey"
	"rollcall/pkg/record"
)

// How others are noticed who invite the same people meanwhile
//
// Nothing that the service offers keeps two programs with a ledger each from inviting the same person. What can be done is to
// look again: whoever is about to be sent long after the reading that decided so is held against a new one, which serves
// everybody who is sent after it. So what is mailed twice is at most what both send between two readings. Two programs that
// go through the same roster in the same order would meet at the same row all the time, and a reading shows each of them only
// what it has sent itself. So whoever notices another one takes the rows in random order from then on.

const (
	// renewAfter is how old a reading may be before whoever is sent is held against a new one. A minute is what people take to
	// read a plan and say yes.
	renewAfter = time.Minute
	// renewCost is how many times as long as a reading takes must have gone by since the last one, and half of that must be
	// left of the run: so readings take a few percent of it at most. Where others are at work, more of it is worth it.
	renewCost, renewCostBesideOthers = 12, 2
	// renewPatience is how many times as long as a reading should take it may take: the service has slowed down meanwhile, and
	// nobody is sent while it lasts. shortPatience is always allowed.
	renewPatience = 4
	shortPatience = 5 * time.Second
	// endPages is how many pages beside the full ones a reading takes, at the ends of its lists.
	endPages = 2
	// mostAhead bounds how many rows random order is made of.
	mostAhead = 4096
)

// renewal is what was read since the run began.
type renewal struct {
	// reading is the last one, nil if there is none yet. at is when the last one began, the one before the run included,
	// and due when another one is thought of, both by the wall clock, which goes on while a machine sleeps.
	reading *directory.Directory
	at, due time.Time
	// others says that another program invites the same people, ahead are the rows to take at random because of that.
	others bool
	ahead  []journey.Work
}

// read notes when a reading began.
func (r *renewal) read(began time.Time) {
	r.at, r.due = began.Round(0), began.Round(0).Add(renewAfter)
}

// leaves returns when a request would leave about, by the wall clock: it waits for the pace.
func (d *dispatcher) leaves() time.Time { return time.Now().Round(0).Add(min(d.takes(1), renewAfter)) }

// stale reports whether whoever is sent now is perhaps to be held against a new reading first.
func (d *dispatcher) stale() bool { return !d.inputs.Blind && d.leaves().After(d.renewal.due) }

// takes returns how long so many requests take.
func (d *dispatcher) takes(requests int) time.Duration {
	return time.Duration(float64(requests) * float64(time.Second) / float64(d.Pace.Rate()))
}

// cost returns how long must have gone by since the last reading for another one to cost little beside it.
func (d *dispatcher) cost() time.Duration {
	times := renewCost
	if d.renewal.others {
		times = renewCostBesideOthers
	}
	return time.Duration(times) * d.reads()
}

// reads returns how long a reading takes.
func (d *dispatcher) reads() time.Duration {
	people := d.inputs.Directory.Members() + d.inputs.Directory.Pending() + d.made.size()
	return d.takes(people/cybedefend.PageSize + endPages)
}

// ready reports whether an entry may be sent now. Otherwise it waits for another turn, or is found to be there.
func (d *dispatcher) ready(ctx context.Context, w journey.Work) bool {
	if d.breaker.Do(0, false) != breaker.TryOne && d.stale() {
		d.queue.push(w, time.Now())
		d.renew(ctx)
		return false
	}
	return !d.spare(ctx, w)
}

// renew reads the organization again, if that pays. Answers are taken in meanwhile. If it cannot be read, or not in time, the
// run goes on by what it knows.
func (d *dispatcher) renew(ctx context.Context) {
	leaves, cost := d.leaves(), d.cost()
	if pays := d.renewal.at.Add(cost); pays.After(leaves) {
		d.renewal.due = pays
		return
	}
	d.renewal.due = leaves.Add(renewAfter)
	o, left, err := d.glance(ctx)
	switch {
	case err != nil:
		d.fail(err)
		return
	case ctx.Err() != nil, d.takes(left) < cost/2:
		return
	}
	d.claim(d.back)
	d.wait("looking whether others have invited somebody meanwhile")
	defer d.wait("")
	var reading *directory.Directory
	began, done := time.Now(), make(chan struct{})
	bounded, release := context.WithTimeout(ctx, max(renewPatience*d.reads(), shortPatience))
	defer release()
	go func() {
		defer close(done)
		reading, err = directory.Read(bounded, o)
	}()
	for waits := true; waits; {
		select {
		case <-done:
			waits = false
		case a := <-d.back:
			d.take(a)
		}
	}
	switch {
	case ctx.Err() != nil:
	case errors.Is(err, cybedefend.ErrCredentials):
		d.halt(&breaker.StopError{Reason: breaker.Credentials, Err: err})
	case err == nil:
		d.renewal.read(began)
		d.renewal.reading = reading
		d.renewal.others = d.renewal.others || d.isDoubled(reading)
	}
}

// glance returns what is read for everybody who has no outcome yet, and how many these are.
func (d *dispatcher) glance(ctx context.Context) (o directory.Options, left int, err error) {
	var people, ids []string
	for _, witness := range d.witnesses {
		people, ids = append(people, witness.Email), append(ids, witness.InvitationID)
	}
	for pending, err := range d.Ledger.Pending(ctx, d.Run) {
		if err != nil {
			if ctx.Err() != nil {
				err = nil
			}
			return o, 0, err
		}
		left++
		history := d.inputs.Histories.Of(pending.Email)
		people = append(people, pending.Email)
		ids = append(append(ids, pending.InvitationID, history.Invitation.ID, history.Seen.ID), history.Earlier...)
	}
	retrier := ReadRetrier{Pace: d.Pace, Retry: d.Policy.Retry, MaxWait: d.Limits.MaxWait, Patience: &Patience{}}
	return directory.Options{
		Service: d.Service, OrganizationID: d.Scope.OrganizationID, Caller: d.inputs.Directory.Caller, People: people,
		Invitations: ids, Glance: true, Call: retrier.Call, Parallel: d.Workers, Now: d.Now,
	}, left, nil
}

// isDoubled reports whether somebody whom this run has invited lately has another invitation as well.
func (d *dispatcher) isDoubled(reading *directory.Directory) bool {
	return slices.ContainsFunc(d.witnesses, func(w journey.Witness) bool { return reading.Doubled(w.Email) })
}

// spare settles an entry whose person was invited or has joined since it was decided to send it, and reports whether it does.
// The outcome comes back as an answer would.
func (d *dispatcher) spare(ctx context.Context, w journey.Work) bool {
	if d.renewal.reading == nil {
		return false
	}
	in := d.inputs
	in.At, in.Made = d.Now(), d.made.isFor
	step := journey.Later(w, journey.See(d.renewal.reading, w, in, d.Policy.Lag), in)
	if step.Move != journey.Settled {
		return false
	}
	step.Work.UpdatedAt = in.At
	d.renewal.others = true
	d.inFlight++
	back := func(err error) { d.back <- answer{step: &step, err: err} }
	conclusion := record.Conclusion{Record: step.Work.Record}
	if err := d.Ledger.Conclude(context.WithoutCancel(ctx), d.Run, back, conclusion); err != nil {
		back(err)
	}
	return true
}

// gather takes in the rows that random order is made of.
func (d *dispatcher) gather(ctx context.Context) {
	d.claim(d.back)
	for d.fresh != nil && len(d.renewal.ahead) < mostAhead && ctx.Err() == nil {
		select {
		case step := <-d.fresh:
			if w, send := d.feed(step); send {
				d.renewal.ahead = append(d.renewal.ahead, w)
			}
		case <-d.fed:
			d.fedAll()
		case a := <-d.back:
			d.take(a)
		case <-ctx.Done():
		}
	}
}

// draw returns one of the rows that were gathered.
func (d *dispatcher) draw() (w journey.Work, ok bool) {
	ahead := d.renewal.ahead
	if len(ahead) == 0 {
		return journey.Work{}, false
	}
	i, last := int(d.Random()*float64(len(ahead))), len(ahead)-1
	w, ahead[i] = ahead[i], ahead[last]
	ahead[last] = journey.Work{}
	d.renewal.ahead = ahead[:last]
	return w, true
}
