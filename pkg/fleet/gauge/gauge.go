// Package gauge shows a worker to whoever watches machines: metrics for Prometheus, and whether the worker is fit to work.
//
//	g := gauge.New(gauge.Options{Database: f, Version: version})
//	w, err := f.NewWorker(fleet.Options{Observe: g.Observe, …})
//	g.Watch(w.State)
//	go g.Serve(ctx, listener) // until w.Run has returned: what drains says so
//
// There are three addresses. /metrics has what this process has counted since it began, and what the database says of the whole fleet, which
// is the same from every worker: take the largest of it, not the sum. /healthz is for whoever wants to know whether the worker is
// fit to work (readiness): 200, or 503 and one line that says why. /livez answers 200 for as long as the process can (liveness):
// nothing gets better by starting a worker again whose database is away.
//
// What it shows is for any eyes: numbers, and names of limits. It names no person, no organization and no address of a database. The
// database is asked at most once a second, however many watch, and has two seconds to answer.
//
// It has no example: it needs a worker.
package gauge

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"rollcall/pkg/exposition"
	"rollcall/pkg/fence"
	"rollcall/pkg/fleet"
	"rollcall/pkg/fleet/store"
	"rollcall/pkg/status"
)

// Database is what is asked of a [fleet.Fleet].
type Database interface {
	// Check returns nil if the database answers and its tables are as this program needs them.
	Check(ctx context.Context) error
	// Count says how the fleet is doing, if workers are gone that were not seen for a while.
	Count(ctx context.Context, unseen time.Duration) (store.Counts, error)
}

// Options say what is shown. Database is required.
type Options struct {
	Database Database
	// Version is that of the program.
	Version string
}

// Gauge counts what happens to a worker. It is safe for concurrent use.
type Gauge struct {
	o      Options
	state  atomic.Pointer[func() fleet.State]
	health *recent[error]
	counts *recent[counted]

	takenOver, fenced, begun, ended, troubles atomic.Uint64
	lateness, commitSeconds, commitChanges    *exposition.Histogram
	heldBefore, heldAt                        uint64 // before this one began to count

	mu    sync.Mutex
	exits map[status.Status]uint64
	waits map[string]*exposition.Histogram
}

// counted is what the database has said of the fleet, or why it has not.
type counted struct {
	counts store.Counts
	err    error
}

// The upper bounds of what is measured. Those of short times are the usual ones of Prometheus.
var (
	commitBounds   = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}
	waitBounds     = []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300}
	latenessBounds = []float64{1, 2.5, 5, 10, 30, 60, 300, 600, 1800, 3600, 6 * 3600, 24 * 3600}
	groupBounds    = []float64{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000}
)

// unseen is after how long a worker is taken to be gone.
const unseen = time.Minute

// New returns what counts from now on.
func New(o Options) *Gauge {
	g := &Gauge{
		o: o, exits: map[status.Status]uint64{}, waits: map[string]*exposition.Histogram{},
		lateness: exposition.NewHistogram(latenessBounds...), commitSeconds: exposition.NewHistogram(commitBounds...),
		commitChanges: exposition.NewHistogram(groupBounds...),
	}
	g.health = newRecent(o.Database.Check)
	g.counts = newRecent(func(ctx context.Context) (c counted) {
		c.counts, c.err = o.Database.Count(ctx, unseen)
		return c
	})
	g.heldBefore, g.heldAt = fence.HeldBack()
	return g
}

// Watch says how the worker is doing, as [fleet.Worker.State] does. Before that there is none.
func (g *Gauge) Watch(state func() fleet.State) { g.state.Store(&state) }

// worker returns how the worker is doing, the zero value if there is none yet.
func (g *Gauge) worker() fleet.State {
	if state := g.state.Load(); state != nil {
		return (*state)()
	}
	return fleet.State{}
}

// Observe counts what has happened to the worker: it is for [fleet.Options].
func (g *Gauge) Observe(e fleet.Event) {
	switch e.Kind {
	case fleet.SliceBegan:
		g.begun.Add(1)
	case fleet.SliceEnded:
		g.ended.Add(1)
	case fleet.JobEnded:
		g.ended.Add(1)
		g.mu.Lock()
		g.exits[status.Status(e.Job.Exit)]++
		g.mu.Unlock()
	case fleet.Fenced:
		g.fenced.Add(1)
	case fleet.TakenOver:
		g.takenOver.Add(1)
	case fleet.Fired:
		g.lateness.Observe(max(0, e.Late.Seconds()))
	case fleet.Trouble:
		g.troubles.Add(1)
	case fleet.Lapsed: // the database tells of it
	}
}

// Committed counts a group of claims and conclusions that was written: it is for the options of a ledger in a database.
func (g *Gauge) Committed(changes int, took time.Duration) {
	g.commitChanges.Observe(float64(changes))
	g.commitSeconds.Observe(took.Seconds())
}

// Limits are told apart up to so many: a file of jobs may name any number. The others are counted together, under a name that no
// limit has.
const (
	mostLimits  = 30
	otherLimits = "(others)"
)

// Waited counts a wait for a limit that is shared; one that did not take any time counts, too.
func (g *Gauge) Waited(limit string, waited time.Duration) {
	g.mu.Lock()
	h := g.waits[limit]
	if h == nil && len(g.waits) >= mostLimits {
		limit = otherLimits
		h = g.waits[limit]
	}
	if h == nil {
		h = exposition.NewHistogram(waitBounds...)
		g.waits[limit] = h
	}
	g.mu.Unlock()
	h.Observe(waited.Seconds())
}
