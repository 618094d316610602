// Package batch carries the entries of a run to the service and brings back an outcome for each.
//
// What an answer and a reading mean for one entry is for package journey to say, and how the run goes on after a row of
// them for package breaker. A batch is their driver: one feeder reads the ledger, one dispatcher decides who is next and
// waits for the pace, N workers make attempts, one collector reports. Entries whose reply was lost are set aside, and one
// reading of the directory settles all of them once nothing is in flight.
//
// Nobody can be sent before the past is known: a run needs what only [Recovery.Recover] returns.
//
//	recovered, err := batch.Recovery{Ledger: memory, Scope: scope, Read: readOrganization}.Recover(ctx)
//	err = recovered.Run(ctx, stop, batch.Options{Run: run.ID, Service: client, Pace: paced})
//
// A failed row is data, never an error: [Recovered.Run] returns an error only where everybody has to stop. The package
// does not print, does not log and reads no roster.
package batch

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"time"

	"golang.org/x/sync/errgroup"

	"rollcall/pkg/breaker"
	"rollcall/pkg/budget"
	"rollcall/pkg/directory"
	"rollcall/pkg/journey"
	"rollcall/pkg/ledger"
	"rollcall/pkg/pace"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
)

// DefaultWorkers hold 1,000 invites a second against a service that takes 60 ms to answer. As many as the pace needs are
// at work; the others cost nothing.
const DefaultWorkers = 64

// handedOver is how many entries and events may be on their way between the goroutines of a run: who hands over and who takes
// then need not wait for each other each time.
const handedOver = 64

// Service is the part of the service that a batch needs.
type Service interface {
	journey.Inviter
	directory.Service
}

// Ledger is the durable memory that a batch needs.
type Ledger interface {
	journey.Store
	// Pending yields the entries without an outcome in row order, each with the claim that stands for it, if any.
	Pending(ctx context.Context, run string) iter.Seq2[ledger.Entry, error]
	// Records yields the entries of the run that come after a row, in row order.
	Records(ctx context.Context, run string, after int) iter.Seq2[record.Record, error]
}

// Options configure [Recovered.Run]. Run, Service and Pace are required.
type Options struct {
	// Run is the run's id in the ledger.
	Run     string
	Service Service
	Pace    *pace.Pace
	// Workers is how many requests may be in flight at most: the pace may need fewer. Zero stands for [DefaultWorkers].
	Workers int
	// Limits say when the run stops.
	Limits breaker.Options
	// Budget is what may be sent at all, by all that was known when the past was recovered. The run asks it before each
	// claim, and uses it up. Nil: anything.
	Budget *budget.Budget
	// Deadline, if set, is when the run stops feeding.
	Deadline time.Time

	// Observe, if set, is told what happens, by one goroutine. It holds up the run while it works.
	Observe func(Event)
	// Random returns a number in [0,1). Nil: a good one.
	Random func() float64
}

// course is all that a run needs to know.
type course struct {
	Recovery
	Options
	inputs plan.Inputs
	doubts []record.Doubt
}

// course returns what the run needs to know, with defaults filled in.
func (r *Recovered) course(o Options) (course, error) {
	if o.Workers == 0 {
		o.Workers = DefaultWorkers
	}
	if o.Limits.MaxWait == 0 {
		o.Limits.MaxWait = breaker.DefaultMaxWait
	}
	if o.Observe == nil {
		o.Observe = func(Event) {}
	}
	if o.Budget == nil {
		o.Budget = budget.New(budget.Limits{}, budget.Used{})
	}
	if o.Random == nil {
		o.Random = rand.Float64
	}
	c := course{Recovery: r.recovery, Options: o, inputs: r.inputs, doubts: r.doubts}
	switch {
	case r.inputs.Directory == nil || o.Service == nil || o.Pace == nil || o.Run == "":
		return c, errors.New("batch: recovery, run, service and pace are required")
	case o.Workers < 0 || o.Limits.MaxWait < 0 || o.Limits.MaxStreak < 0 || o.Limits.MaxFailures < 0:
		return c, fmt.Errorf("batch: workers %d, wait %s, streak %d and failures %d must be positive",
			o.Workers, o.Limits.MaxWait, o.Limits.MaxStreak, o.Limits.MaxFailures)
	}
	return c, nil
}

// Event is something that happened to a run. Exactly one of the fields is set.
type Event struct {
	// Settled is a row whose outcome is on disk.
	Settled *record.Record
	// Retry is an attempt that will be repeated.
	Retry *Retry
	// Waiting says what the run is waiting for; empty when it goes on.
	Waiting *string
}

// Retry is an attempt that failed and will be repeated.
type Retry struct {
	Row, Line int
	Email     string
	Attempt   int
	Err       error
	// Cause is a short word for what failed, the same for all failures of a kind.
	Cause string
	// Wait is how long until the next attempt.
	Wait time.Duration
}

// Run carries every pending entry of the run to its outcome. Closing stop ends the feeding: what is in flight is
// answered and recorded, then Run returns a [*breaker.StopError]. Ending ctx cuts the requests in flight, too; their
// claims stand in the ledger, and the next run settles them.
//
// It returns nil once every entry has an outcome, a [*breaker.StopError] if the run stopped before, and any other error
// if the ledger could not keep what has to be kept.
func (r *Recovered) Run(ctx context.Context, stop <-chan struct{}, options Options) error {
	o, err := r.course(options)
	switch {
	case err != nil:
		return err
	case r.used.Swap(true):
		return errors.New("batch: what was recovered is good for one run: recover again")
	}
	feed, halt := context.WithCancelCause(ctx)
	defer halt(nil)
	if !o.Deadline.IsZero() {
		var cancel context.CancelFunc
		feed, cancel = context.WithDeadlineCause(feed, o.Deadline, &breaker.StopError{Reason: breaker.Deadline})
		defer cancel()
	}

	events := make(chan Event, handedOver)
	fresh, fed := make(chan journey.Step, handedOver), make(chan struct{})
	d := newDispatcher(ctx, o, halt, events, fresh, fed)

	var collector, senders errgroup.Group
	collector.Go(func() error {
		for event := range events {
			o.Observe(event)
		}
		return nil
	})
	senders.Go(func() error {
		select {
		case <-stop:
			halt(&breaker.StopError{Reason: breaker.Interrupted})
		case <-feed.Done():
		}
		return nil
	})
	senders.Go(func() error {
		f := newFeeder(o, fresh, events)
		if err := f.feed(feed); err != nil {
			halt(err)
			return nil
		}
		close(fed)
		return nil
	})
	for range o.Workers {
		senders.Go(func() error {
			d.work(d.back)
			return nil
		})
	}

	err = d.run(feed)
	halt(nil) // releases the goroutine that waits for stop
	// None of them returns an error: what goes wrong reaches the dispatcher as an answer or as the cause of feed.
	_ = senders.Wait()
	close(events)
	_ = collector.Wait()
	return err
}
