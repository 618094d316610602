// Package limit has all who send in one process keep to a limit that they share with other machines.
//
//	b := limit.New(rows, "production")
//	b.Join()
//	wait, err := b.Reserve(ctx) // the request may leave after so long
//
// Every request has a slot of its own, which the database has given away: by its clock alone, at most so many a second of all
// machines together. A [Booker] books several at a time where many are asked for, so that one change of the database does for
// them, and hands them out in order. A slot that nobody takes in its time is lost; none is saved up.
//
// A hold is of all: once the service has asked one of them to pause, nobody gets a slot before that is over.
//
// Where the database cannot be reached, nobody gets any: nothing is sent that is not booked.
//
// It has no example: it needs a database.
package limit

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"rollcall/pkg/fleet/store"
)

const (
	// ahead is for how long slots are booked at a time, for all machines together: what is booked is not held back any more.
	ahead = 100 * time.Millisecond
	// calm is for how many bookings no more are booked at a time after some were lost.
	calm = 16
	// shortest and longest bound how late a slot may be taken. In between it is until the next one.
	shortest, longest = 10 * time.Millisecond, 100 * time.Millisecond
	// turns is how often everybody who shares the limit may have their turn before a slot that is waited for, where that takes
	// longer than Far.
	turns = 2
	// patience is for how long a database that fails is tried again, pause how long to wait in between, and answer how long one
	// try may take.
	patience = 30 * time.Second
	pause    = 500 * time.Millisecond
	answer   = 5 * time.Second
)

// Far is how far off a slot may be to be waited for.
const Far = 10 * time.Second

// Rows keep the limits. A [*store.Store] does.
type Rows interface {
	Book(ctx context.Context, limit string, n int, within time.Duration) (store.Booking, error)
	Hold(ctx context.Context, limit string, during time.Duration, why string) error
}

// FarError says that there is no slot for some time, so that nobody should wait for it who could do something else. None was
// booked.
type FarError struct {
	// Wait is how long there is none.
	Wait time.Duration
}

func (e *FarError) Error() string {
	return fmt.Sprintf("the shared limit has no room for %s", e.Wait.Round(time.Second))
}

// Booker books slots of a limit. It is safe for concurrent use.
type Booker struct {
	rows    Rows
	name    string
	flights sync.WaitGroup
	closed  chan struct{}
	close   func()

	mu      sync.Mutex
	sharers int         // who has joined
	waiting int         // for a booking
	slots   []time.Time // that were booked and nobody has, in order
	flight  *flight     // the booking that is on its way, nil if none is
	held    held

	// As of the last booking.
	every   time.Duration
	sharing int
	// How much is asked for: how many to book next, how many were taken since the last booking and how many were lost, and for
	// how many bookings it is not to grow.
	want, taken, lost, calm int
}

// flight is a booking that is on its way.
type flight struct {
	done chan struct{} // closed when it has ended
	err  error
}

// held is a hold that the service has asked for.
type held struct {
	until   time.Time
	why     string
	unknown bool // to the others
}

// New returns what books slots of the limit of that name. Close it.
func New(rows Rows, name string) *Booker {
	closed := make(chan struct{})
	return &Booker{rows: rows, name: name, closed: closed, close: sync.OnceFunc(func() { close(closed) })}
}

// Close waits for what is on its way. Nobody may reserve any more.
func (b *Booker) Close() {
	b.close()
	b.flights.Wait()
}

// Join counts one more who sends by the limit, and Leave one less.
func (b *Booker) Join() { b.join(1) }

// Leave see [Booker.Join].
func (b *Booker) Leave() { b.join(-1) }

func (b *Booker) join(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sharers += n
}

// Reserve books a slot for one request, and returns how long to wait for it. It fails with a [*FarError] if that would be for
// long, with [store.ErrNone] if there is no such limit, with the cause of ctx when that ends first, and otherwise with what is
// wrong with the database, once that has been so for half a minute.
func (b *Booker) Reserve(ctx context.Context) (wait time.Duration, err error) {
	began := time.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting++
	defer func() { b.waiting-- }()
	for {
		if wait, ok := b.take(ctx); ok {
			return wait, nil
		}
		f := b.fly(ctx)
		b.mu.Unlock()
		select {
		case <-f.done:
		case <-ctx.Done():
		}
		b.mu.Lock()
		if ctx.Err() != nil {
			return 0, context.Cause(ctx)
		}
		if f.err != nil && (!failed(f.err) || time.Since(began) >= patience) {
			return 0, f.err
		}
	}
}

// take takes the next slot, if there is one. Where they are taken as fast as they come, more are booked in time, unless others
// elsewhere share the limit: while these have their turn there is time enough, and who books ahead has more than they do.
func (b *Booker) take(ctx context.Context) (wait time.Duration, ok bool) {
	now := time.Now()
	for len(b.slots) > 0 && now.Sub(b.slots[0]) > min(max(b.every, shortest), longest) {
		b.slots = b.slots[1:]
		b.lost++
	}
	if len(b.slots) == 0 {
		return 0, false
	}
	wait = max(0, b.slots[0].Sub(now))
	b.slots = b.slots[1:]
	b.taken++
	if b.sharing <= b.sharers && b.want > 1 && b.want == b.most() && b.lost == 0 && len(b.slots) <= b.want/2 {
		b.fly(ctx)
	}
	return wait, true
}

// Hold keeps everybody who shares the limit from getting slots for some time. Others know of it once that could be written.
func (b *Booker) Hold(ctx context.Context, during time.Duration, why string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if until := time.Now().Add(during); until.After(b.held.until) {
		b.held = held{until, why, true}
		b.slots = nil
		b.fly(ctx)
	}
}

// fly has a booking on its way.
func (b *Booker) fly(ctx context.Context) *flight {
	if b.flight != nil {
		return b.flight
	}
	f := &flight{done: make(chan struct{})}
	b.flight = f
	ctx = context.WithoutCancel(ctx) // it is for everybody who waits
	b.flights.Go(func() {
		defer close(f.done)
		if f.err = b.book(ctx); failed(f.err) {
			select { // before another try
			case <-time.After(pause):
			case <-b.closed:
			}
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.flight = nil; b.untold() {
			b.fly(ctx)
		}
	})
	return f
}

// failed reports whether a booking has failed for a reason that may pass.
func failed(err error) bool {
	_, off := errors.AsType[*FarError](err)
	return err != nil && !off && !errors.Is(err, store.ErrNone)
}

// untold reports whether there is a hold that others do not know of yet, and should.
func (b *Booker) untold() bool {
	select {
	case <-b.closed:
		return false
	default:
		return b.held.unknown && time.Now().Before(b.held.until)
	}
}

// book tells the others of a hold, if there is one that they don't know of, and then books what is asked for.
func (b *Booker) book(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, answer)
	defer cancel()
	if err := b.tell(ctx); err != nil {
		return err
	}
	n := b.ask()
	for within := b.within(); n > 0; within = b.within() { // again where more share the limit than was known
		booking, err := b.rows.Book(ctx, b.name, n, within)
		if err != nil {
			return err
		}
		b.keep(booking, time.Now())
		if booking.Slots > 0 {
			return nil
		}
		if b.within() <= within {
			return &FarError{booking.Wait}
		}
	}
	return nil
}

// tell tells the others of a hold.
func (b *Booker) tell(ctx context.Context) error {
	b.mu.Lock()
	held, untold := b.held, b.untold()
	b.mu.Unlock()
	if !untold {
		return nil
	}
	err := b.rows.Hold(ctx, b.name, time.Until(held.until), held.why)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.held.until.Equal(held.until) && !failed(err) {
		b.held.unknown = false
	}
	return err
}

// within returns how far off a slot may be to be waited for. As long as it takes until everybody has had a turn it is waited
// for in any case: whoever comes again later has to read the organization first, and needs slots for that, too.
func (b *Booker) within() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return max(Far, time.Duration(turns*b.sharing)*b.every)
}

// ask returns how many slots to book: more and more as long as all are taken.
func (b *Booker) ask() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.waiting == 0 && time.Now().Before(b.held.until) { // it was only to be told
		return 0
	}
	switch {
	case b.lost > 0:
		b.want, b.calm = b.taken, calm
	case b.calm > 0:
		b.calm--
	case b.taken > 0:
		b.want *= 2
	}
	b.want = max(1, min(b.want, b.most()))
	b.taken, b.lost = 0, 0
	return max(b.want, b.waiting)
}

// keep keeps what was booked, as an answer of an instant tells it. None is earlier than it should be by that, since the
// database has looked at its clock before it answered.
func (b *Booker) keep(booking store.Booking, at time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.every, b.sharing = booking.Every, booking.Sharing
	if booking.Slots == 0 {
		return
	}
	for i := range booking.Slots {
		if slot := at.Add(booking.Wait + time.Duration(i)*b.every); !slot.Before(b.held.until) {
			b.slots = append(b.slots, slot)
		}
	}
}

// most returns how many slots to book at a time at most: as many for each job that is at work, wherever that is, so that all
// have the same share.
func (b *Booker) most() int {
	if b.every == 0 { // nothing is known yet
		return 1
	}
	each := (ahead + b.every - 1) / b.every / time.Duration(max(1, b.sharing))
	return max(1, b.sharers) * int(max(1, each))
}
