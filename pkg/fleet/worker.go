package fleet

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"rollcall/pkg/fleet/limit"
	"rollcall/pkg/fleet/store"
	"rollcall/pkg/ledger"
)

// Options say how a worker works. Name, Execute and Decide are required.
type Options struct {
	// Name is the worker's own: no other process has it, nor had one before.
	Name, Version string
	// Slots is on how many jobs it works at most. Zero stands for [DefaultSlots].
	Slots int
	// Slice is how long it works on a job before others have their turn. Zero stands for [DefaultSlice].
	Slice time.Duration
	// Keep is how long jobs that have ended are kept, and what Prune forgets. Zero: for ever.
	Keep time.Duration
	// Prune, if set, forgets what the ledger has of runs that had ended before an instant.
	Prune func(ctx context.Context, before time.Time) error
	// Execute works on a job until it has ended, or ctx ends: then what is in flight is answered, and the slice has ended as
	// [Interrupted]. The job goes on as well after an error that matches [ledger.ErrFenced] or a [*ledger.LockedError], since
	// somebody else works for the organization, [ledger.ErrUnreachable], or [ledger.ErrNewer], which leaves it to a worker of
	// that version. Every other one has ended it.
	Execute func(ctx context.Context, s *Slice) (store.Ended, error)
	// Decide says what is done about a schedule that is due.
	Decide func(due store.Schedule, now time.Time) (store.Firing, error)
	// Observe, if set, is told what happens, by several goroutines.
	Observe func(Event)
	// Waited, if set, is told how long a request waits for a limit that is shared.
	Waited func(limit string, waited time.Duration)
	// Log takes what the engine has to say. Nil: nobody does.
	Log *slog.Logger
	// Pulse is how often the worker looks around and is seen, and the measure of all waits. Zero stands for a second.
	Pulse time.Duration
}

// The defaults.
const (
	DefaultSlots = 8
	DefaultSlice = time.Minute
)

// The waits, in pulses.
const (
	unseen   = 60 // after so long a worker is taken to be gone
	unheld   = 15 // until another try, where somebody else works for the organization
	unpaused = 60 // until another look, where a job must not be worked on; resuming makes it short
	untried  = 5  // until another try, where the database could not be used
)

// Unseen is for how long a worker may be unseen before it is taken to be gone.
const Unseen = unseen * time.Second

// Event is something that has happened to a worker.
type Event struct {
	Kind EventKind
	// Job is the one that it is about, the zero value if it is about none.
	Job store.Job
	// Again is when the job goes on.
	Again time.Time
	// Late is by how much a schedule has fired after it was due.
	Late time.Duration
	Err  error
}

// EventKind says what has happened.
type EventKind string

// The kinds of events.
const (
	// SliceBegan: the worker works on the job.
	SliceBegan EventKind = "slice_began"
	// SliceEnded: the job goes on at Again.
	SliceEnded EventKind = "slice_ended"
	// JobEnded: the job says how.
	JobEnded EventKind = "job_ended"
	// Fenced: somebody else has taken over, since nobody has seen this worker for too long.
	Fenced EventKind = "fenced"
	// TakenOver: the job goes on that a worker had which is not seen any more.
	TakenOver EventKind = "taken_over"
	// Fired: a schedule has begun the job.
	Fired EventKind = "fired"
	// Lapsed: the worker has noticed that the database is another one than it was, see [Recognized].
	Lapsed EventKind = "lapsed"
	// Trouble: with Err, something could not be done that is tried again.
	Trouble EventKind = "trouble"
)

// Worker works on jobs.
type Worker struct {
	*Fleet
	o      Options
	engine *river.Client[pgx.Tx]
	steady int // for how many pulses in a row all has gone well

	mu      sync.Mutex
	running map[*Slice]bool
	leaving bool
	pulse   time.Time // when all was well for the last time
	limits  map[string]*limit.Booker
}

// NewWorker returns a worker, which does nothing before it runs.
func (f *Fleet) NewWorker(o Options) (*Worker, error) {
	if o.Name == "" || o.Execute == nil || o.Decide == nil {
		return nil, errors.New("fleet: a name, and what to do, are required")
	}
	if o.Slots == 0 {
		o.Slots = DefaultSlots
	}
	if o.Slice == 0 {
		o.Slice = DefaultSlice
	}
	if o.Observe == nil {
		o.Observe = func(Event) {}
	}
	if o.Prune == nil {
		o.Prune = func(context.Context, time.Time) error { return nil }
	}
	if o.Waited == nil {
		o.Waited = func(string, time.Duration) {}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Pulse == 0 {
		o.Pulse = time.Second
	}
	w := &Worker{Fleet: f, o: o, running: map[*Slice]bool{}, limits: map[string]*limit.Booker{}}
	workers := river.NewWorkers()
	err := river.AddWorkerSafely(workers, &hand{worker: w})
	if err != nil {
		return nil, err
	}
	w.engine, err = river.NewClient(riverpgxv5.New(f.pool), &river.Config{
		ID: o.Name, Schema: f.schema, Workers: workers, Logger: o.Log,
		Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: o.Slots}},
		// A pooler in front of the database need not keep sessions.
		PollOnly: true, FetchPollInterval: o.Pulse, FetchCooldown: o.Pulse / 10,
		// Workers that are gone are noticed by their silence, so this only clears away what they have left behind.
		JobTimeout: longest, RescueStuckJobsAfter: longest,
	})
	return w, err
}

// longest is longer than any slice.
const longest = 24 * time.Hour

// Run works on jobs until ctx ends. Then it takes no new ones, has what is in flight answered, and returns; other workers go
// on at once.
func (w *Worker) Run(ctx context.Context) error {
	err := w.Check(ctx)
	if err == nil {
		err = w.say(ctx)
	}
	if ctx.Err() != nil { // it ends before it has begun
		return nil
	}
	if err != nil {
		return err
	}
	w.well()
	lasting := context.WithoutCancel(ctx)
	if err := w.engine.Start(lasting); err != nil {
		return err
	}
	var beside sync.WaitGroup
	defer beside.Wait()
	beside.Go(func() { w.keepTidy(ctx) })
	w.watch(ctx)
	w.leave()
	if err := w.say(lasting); err != nil {
		w.trouble(store.Job{}, err)
	}
	stopped := make(chan error)
	go func() { stopped <- w.engine.Stop(lasting) }()
	pulse := time.NewTicker(w.o.Pulse)
	defer pulse.Stop()
	for {
		select {
		case err := <-stopped:
			w.closeLimits()
			return errors.Join(err, w.Gone(lasting, w.o.Name))
		case <-pulse.C: // who is not seen loses what is still being answered
			if err := errors.Join(w.say(lasting), w.halt(lasting)); err != nil {
				w.trouble(store.Job{}, err)
				continue
			}
			w.well()
		}
	}
}

// watch does what has to be done every now and then, until ctx ends.
func (w *Worker) watch(ctx context.Context) {
	pulse := time.NewTicker(w.o.Pulse)
	defer pulse.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-pulse.C:
		}
		err := errors.Join(w.say(ctx), w.halt(ctx), w.fire(ctx), w.takeOver(ctx))
		if err == nil && w.steady == 0 { // it may be another database that has come back
			err = w.recognize(ctx)
		}
		w.steady++
		if err != nil {
			w.steady = 0
			w.trouble(store.Job{}, err)
			continue
		}
		w.well()
	}
}

// recognize finds out whether the database is another one than it was.
func (w *Worker) recognize(ctx context.Context) error {
	found, err := w.Recognize(ctx)
	if found.Lapsed {
		w.o.Observe(Event{Kind: Lapsed})
	}
	if errors.Is(err, ledger.ErrNewer) { // that is for workers of that version
		return nil
	}
	return err
}

// State is how a worker is doing.
type State struct {
	// Slots is on how many jobs it works at most, Running on how many it does.
	Slots, Running int
	// Draining says that it takes no new ones.
	Draining bool
	// Pulse is when it did for the last time what it does every second, without an error; zero if it has not begun.
	Pulse time.Time
}

// State says how the worker is doing. It asks nobody.
func (w *Worker) State() State {
	w.mu.Lock()
	defer w.mu.Unlock()
	return State{Slots: w.o.Slots, Running: len(w.running), Draining: w.leaving, Pulse: w.pulse}
}

// well notes that all is well.
func (w *Worker) well() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pulse = time.Now()
}

// trouble tells of an error that does not matter if it does not last.
func (w *Worker) trouble(job store.Job, err error) {
	w.o.Observe(Event{Kind: Trouble, Job: job, Err: err})
}

// in is so many pulses from now.
func (w *Worker) in(pulses int) time.Time { return time.Now().Add(time.Duration(pulses) * w.o.Pulse) }

// say notes that the worker is there.
func (w *Worker) say(ctx context.Context) error {
	is := w.State()
	return w.See(ctx, store.Worker{Name: w.o.Name, Version: w.o.Version, Slots: is.Slots, Running: is.Running, Draining: is.Draining})
}

// halt ends the slices of jobs that must not be worked on any more.
func (w *Worker) halt(ctx context.Context) error {
	slices := w.slices()
	if len(slices) == 0 {
		return nil
	}
	halted, err := w.Halted(ctx, idsOf(slices)...)
	for _, s := range slices {
		s.halt(halted[s.id])
	}
	return err
}

func idsOf(slices []*Slice) []int64 {
	ids := make([]int64, len(slices))
	for i, s := range slices {
		ids[i] = s.id
	}
	return ids
}

// fire begins the jobs of schedules that are due, for a pulse at most: what is left then has its turn in the next one.
func (w *Worker) fire(ctx context.Context) error {
	for until := w.in(1); time.Now().Before(until); {
		var begun store.Job
		var late time.Duration
		fired, err := w.Fire(ctx, func(due store.Schedule, now time.Time) (store.Firing, error) {
			late = now.Sub(due.DueAt)
			return w.o.Decide(due, now)
		}, func(tx pgx.Tx, s *store.Store, job store.Job) error {
			begun = job
			return w.engage(ctx, tx, s, job, time.Time{})
		})
		var alone *store.ScheduleError
		switch {
		case errors.As(err, &alone): // the next one may do better
			w.trouble(store.Job{}, err)
		case err != nil:
			return err
		case !fired:
			return nil
		case begun.ID != 0:
			w.o.Observe(Event{Kind: Fired, Job: begun, Late: late})
		}
	}
	return nil
}

// takeOver has the jobs go on whose workers were not seen for long, or which this one has lost sight of. Who was without the
// database itself for a moment cannot tell whether others are gone, or had no database either.
func (w *Worker) takeOver(ctx context.Context) error {
	if w.steady < unseen {
		return nil
	}
	knows := idsOf(w.slices())
	orphans, err := w.Orphans(ctx, unseen*w.o.Pulse, w.o.Name, knows...)
	unbegun, unbegunErr := w.unbegun(ctx, unseen*w.o.Pulse, w.o.Name, knows)
	err = errors.Join(err, unbegunErr)
	for _, job := range append(orphans, unbegun...) {
		taken := w.In(ctx, func(tx pgx.Tx, s *store.Store) error { return w.engage(ctx, tx, s, job, time.Time{}) })
		switch {
		case errors.Is(taken, store.ErrStale): // by somebody else
		case taken != nil:
			err = errors.Join(err, taken)
		default:
			w.o.Observe(Event{Kind: TakenOver, Job: job})
		}
	}
	return err
}

// leave has all slices end, and lets no other begin.
func (w *Worker) leave() {
	w.mu.Lock()
	w.leaving = true
	w.mu.Unlock()
	for _, s := range w.slices() {
		s.stop(leaving, "", time.Time{})
	}
}

// slices returns those that are at work.
func (w *Worker) slices() []*Slice {
	w.mu.Lock()
	defer w.mu.Unlock()
	slices := make([]*Slice, 0, len(w.running))
	for s := range w.running {
		slices = append(slices, s)
	}
	return slices
}

// enlist notes that a slice is at work, unless the worker is leaving.
func (w *Worker) enlist(s *Slice) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.leaving {
		w.running[s] = true
	}
	return !w.leaving
}

func (w *Worker) dismiss(s *Slice) {
	s.limit.leave()
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.running, s)
}
