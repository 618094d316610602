// Package batch carries the entries of a run to the service and brings back an outcome for each.
//
// The journey of an entry is: wait for the pace, claim it in the ledger, send, classify the answer, record the outcome
// in the ledger, report it. Nothing leaves before its claim is on disk and no outcome is reported before it is on
// disk. An entry whose reply was lost is never repeated blindly: it is set aside, and one reading of the directory
// settles all of them once nothing is in flight. An entry that replaces a pending invitation has it cancelled between its
// claim and its sending.
//
// One feeder reads the ledger, one dispatcher decides who is next and waits for the pace, N workers send, one collector
// reports. A failed row is data, never an error: [Run] returns an error only where everybody has to stop. The package
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

	"rollcall/pkg/directory"
	"rollcall/pkg/ledger"
	"rollcall/pkg/pace"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
	"rollcall/pkg/retry"
)

// Defaults of [Options].
const (
	// DefaultWorkers hold 1,000 invites a second against a service that takes 60 ms to answer. As many as the pace needs
	// are at work; the others cost nothing.
	DefaultWorkers = 64
	// DefaultMaxWait is longer than a deployment of the service and short enough for a nightly run.
	DefaultMaxWait = 5 * time.Minute
	// DefaultMaxStreak is how many refusals of the same kind in a row say that the trouble is not with the rows.
	DefaultMaxStreak = 50
	// DefaultGrace is how long a request may still be at work inside the service after its reply was lost.
	DefaultGrace = 3 * time.Second
)

// Service is the part of the service that a batch needs.
type Service interface {
	Inviter
	directory.Service
}

// Ledger is the durable memory that a batch needs. [ledger.Ledger] is one.
type Ledger interface {
	Memory
	// Pending yields the entries without an outcome in row order, each with the claim that stands for it, if any.
	Pending(ctx context.Context, run string) iter.Seq2[ledger.Entry, error]
}

// Options configure [Run]. Service, Ledger, Directory and Pace are required.
type Options struct {
	OrganizationID string
	// Run is the run's id in the ledger.
	Run     string
	Service Service
	Ledger  Ledger
	Pace    *pace.Pace
	// Directory is the organization as it was when the run began. It must have been read after every attempt of
	// earlier processes had ended, since it settles the claims that they left behind.
	Directory *directory.Directory
	// Decide returns the verdict on a wish. Nil: what the directory alone says.
	Decide func(plan.Wish) plan.Verdict
	// Now tells the service's time. Nil: this machine's.
	Now func() time.Time

	Retry retry.Policy
	// Workers is how many requests may be in flight at most: the pace may need fewer. Zero stands for [DefaultWorkers].
	Workers int
	// MaxWait is how long to wait for the service, whether it asks for it or is down, before the run stops. Zero
	// stands for [DefaultMaxWait].
	MaxWait time.Duration
	// MaxStreak is how many refusals of the same kind in a row stop the run. Zero stands for [DefaultMaxStreak].
	MaxStreak int
	// MaxFailures, if not 0, is how many rejected, failed and unknown rows stop the run.
	MaxFailures int
	// Grace is how long after a lost reply the directory may be asked about it. Zero stands for [DefaultGrace].
	Grace time.Duration
	// Timeout is the client's own limit for a request: one that ran into it is given as long again to end inside the
	// service.
	Timeout time.Duration
	// Deadline, if set, is when the run stops feeding.
	Deadline time.Time

	// Observe, if set, is told what happens, by one goroutine. It holds up the run while it works.
	Observe func(Event)
	// Random returns a number in [0,1). Nil: a good one.
	Random func() float64
}

func (o Options) withDefaults() (Options, error) {
	policy, err := retry.New(o.Retry)
	if err != nil {
		return o, err
	}
	o.Retry = policy
	if o.Workers == 0 {
		o.Workers = DefaultWorkers
	}
	if o.MaxWait == 0 {
		o.MaxWait = DefaultMaxWait
	}
	if o.MaxStreak == 0 {
		o.MaxStreak = DefaultMaxStreak
	}
	if o.Grace == 0 {
		o.Grace = DefaultGrace
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Decide == nil {
		o.Decide = func(wish plan.Wish) plan.Verdict { return plan.Decide(wish, plan.Basis{Directory: o.Directory}) }
	}
	if o.Observe == nil {
		o.Observe = func(Event) {}
	}
	if o.Random == nil {
		o.Random = rand.Float64
	}
	switch {
	case o.Service == nil || o.Ledger == nil || o.Directory == nil || o.Pace == nil:
		return o, errors.New("batch: service, ledger, directory and pace are required")
	case o.Workers < 0 || o.MaxWait < 0 || o.MaxStreak < 0 || o.MaxFailures < 0 || o.Grace < 0:
		return o, fmt.Errorf("batch: workers %d, wait %s, streak %d, failures %d and grace %s must be positive",
			o.Workers, o.MaxWait, o.MaxStreak, o.MaxFailures, o.Grace)
	}
	return o, nil
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
// answered and recorded, then Run returns a [*StopError]. Ending ctx cuts the requests in flight, too; their claims
// stand in the ledger, and the next run settles them.
//
// It returns nil once every entry has an outcome, a [*StopError] if the run stopped before, and any other error if
// the ledger could not keep what has to be kept.
func Run(ctx context.Context, stop <-chan struct{}, o Options) error {
	o, err := o.withDefaults()
	if err != nil {
		return err
	}
	feed, halt := context.WithCancelCause(ctx)
	defer halt(nil)
	if !o.Deadline.IsZero() {
		var cancel context.CancelFunc
		feed, cancel = context.WithDeadlineCause(feed, o.Deadline, &StopError{Reason: Deadline})
		defer cancel()
	}

	events := make(chan Event)
	fresh := make(chan entry)
	d := newDispatcher(o, halt, events, fresh)

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
			halt(&StopError{Reason: Interrupted})
		case <-feed.Done():
		}
		return nil
	})
	senders.Go(func() error {
		defer close(fresh)
		f := feeder{Options: o, fresh: fresh, events: events}
		if err := f.feed(feed); err != nil {
			halt(err)
		}
		return nil
	})
	for range o.Workers {
		senders.Go(func() error {
			for e := range d.work {
				d.journey.attempt(ctx, e, func(a answer) { d.back <- a })
			}
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
