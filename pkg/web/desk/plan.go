package desk

import (
	"context"
	"crypto/sha256"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"rollcall/pkg/ledger"
	"rollcall/pkg/onboard"
)

// Kind is what is done with a roster.
type Kind int

// The kinds.
const (
	// Invite sends whoever is not in the organization yet.
	Invite Kind = iota
	// Sync has the organization follow the roster.
	Sync
)

// planLasts is how old a plan is shown again: whoever comes back later wants to see how things are now. What is sent is read once
// more in any case.
const planLasts = 10 * time.Minute

// planKept is how long a plan is known to whoever has it before them. It holds all that is known of an organization.
const planKept = time.Hour

// mostWarnings is how many warnings are kept of one piece of work.
const mostWarnings = 20

// work is what is planned and done at the desk.
type work struct {
	mu       sync.Mutex
	planning map[about]*Planning
	sending  *Sending
}

// about is what a plan is about: one as soon as one of these is another.
type about struct {
	sheet   string
	kind    Kind
	content [sha256.Size]byte
	place   Place
	choices Choices
}

// Plan is what is known of what would be done.
type Plan struct {
	// Working says what is being done to find that out, Done that nothing is any more.
	Working string
	Done    bool
	// Preview is what would be done, nil if that could not be found out; Err is what is in the way. Guards let what they have
	// tripped for be seen all the same.
	Preview  *onboard.Preview
	Err      error
	Warnings []onboard.Warning
	MadeAt   time.Time
	// Differs is how things have changed since they were shown, where that has kept them from being done; nil otherwise.
	Differs *Differs
	// Locked is who holds the ledger at the moment, so that nothing can be done; nil if nobody else does.
	Locked *ledger.LockedError
}

// Differs says how things have changed between what a person has seen and what would be done.
type Differs struct {
	// Before is what the person has seen, nil if that is not known any more.
	Before *onboard.Preview
	// Moved are the first of those of whom something else becomes, All counts them.
	Moved []onboard.Moved
	All   int
}

// Planning is a plan that is being made, or was. It is safe for concurrent use.
type Planning struct {
	mu      sync.Mutex
	plan    Plan
	ledger  string // empty before it is known
	changed chan struct{}
}

// Plan begins to find out what would be done with a roster, or returns what does so or did so lately.
func (d *Desk) Plan(s *Sheet, k Kind) *Planning { return d.plan(s, k, false) }

// Planned returns the plan that there is, however old it is, nil if there is none.
func (d *Desk) Planned(s *Sheet, k Kind) *Planning {
	what := d.about(s, k)
	d.work.mu.Lock()
	defer d.work.mu.Unlock()
	return d.work.planning[what]
}

// LookAgain is [Desk.Plan] that begins anew, unless that is under way.
func (d *Desk) LookAgain(s *Sheet, k Kind) *Planning { return d.plan(s, k, true) }

func (d *Desk) plan(s *Sheet, k Kind, anew bool) *Planning {
	what := d.about(s, k)
	d.work.mu.Lock()
	defer d.work.mu.Unlock()
	if p := d.work.planning[what]; p != nil {
		if now := p.State(); !now.Done || !anew && time.Since(now.MadeAt) < planLasts {
			return p
		}
	}
	p := &Planning{changed: make(chan struct{})}
	d.keepPlanning(what, p)
	o := d.options(s, what)
	d.ended.Go(func() { p.make(d.ctx, d, o) })
	return p
}

// about returns what a plan for a roster is about now.
func (d *Desk) about(s *Sheet, k Kind) about {
	what := about{sheet: s.ID, kind: k, content: s.Digest(), place: d.Place()}
	if k == Sync {
		what.choices = d.Chosen(s.ID)
	}
	return what
}

// keepPlanning keeps a plan, and forgets those of other content of the same roster and those that are old. The caller has locked the work.
func (d *Desk) keepPlanning(what about, p *Planning) {
	if d.work.planning == nil {
		d.work.planning = map[about]*Planning{}
	}
	for other, plan := range d.work.planning {
		now := plan.State()
		if other.sheet == what.sheet && other.kind == what.kind || now.Done && time.Since(now.MadeAt) > planKept {
			delete(d.work.planning, other)
		}
	}
	d.work.planning[what] = p
}

// State returns what is known by now.
func (p *Planning) State() Plan {
	p.mu.Lock()
	defer p.mu.Unlock()
	plan := p.plan
	plan.Locked = heldBy(p.ledger)
	return plan
}

// heldBy returns which other process holds a ledger, nil if none does.
func heldBy(path string) *ledger.LockedError {
	if path == "" {
		return nil
	}
	if by := onboard.Holder(path); by != nil && by.PID != os.Getpid() {
		return by
	}
	return nil
}

// Changed returns a channel that is closed as soon as [Planning.State] returns something else.
func (p *Planning) Changed() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.changed
}

// over notes which ledger it is about: somebody else may hold that.
func (p *Planning) over(path string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ledger = path
}

// change changes the plan, and tells whoever waits for that.
func (p *Planning) change(how func(*Plan)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	how(&p.plan)
	close(p.changed)
	p.changed = make(chan struct{})
}

// make finds out what would be done. It holds no ledger, and sends nothing.
func (p *Planning) make(ctx context.Context, d *Desk, o onboard.Options) {
	o.DryRun, o.Results, o.Audit, o.LockWait = true, "", "", 0
	o.Observer = onboard.Observer{
		Working: func(what string) { p.change(func(plan *Plan) { plan.Working = what }) },
		Warn:    func(w onboard.Warning) { p.change(func(plan *Plan) { plan.Warnings = warned(plan.Warnings, w) }) },
	}
	var gate gate
	o.LedgerOf = gate.of(o.LedgerOf, func(path string) (func(), error) {
		p.over(path)
		if done := d.gates.look(path); done != nil {
			return done, nil
		}
		return nil, ErrBusy
	})
	defer gate.leave()
	var preview *onboard.Preview
	session, err := onboard.Open(ctx, o)
	if err == nil {
		preview, err = session.Preview(ctx)
	}
	_, err = session.End(context.WithoutCancel(ctx), err)
	d.confirm(preview) //nolint:contextcheck // the look goes on after whoever asked for it
	p.change(func(plan *Plan) {
		plan.Working, plan.Done, plan.Preview, plan.Err, plan.MadeAt = "", true, preview, err, time.Now()
	})
}

// warned adds a warning, unless there are many or it is there already.
func warned(all []onboard.Warning, w onboard.Warning) []onboard.Warning {
	for _, other := range all {
		if other.Text == w.Text {
			return all
		}
	}
	if len(all) == mostWarnings {
		return all
	}
	return append(slices.Clip(all), w)
}

// options returns what doing something with a roster begins with.
func (d *Desk) options(s *Sheet, what about) onboard.Options {
	o := d.o.Order
	if what.kind == Sync {
		o = what.choices.On(d.o.Sync)
	}
	found := false
	if o.Document, found = s.Of(what.content); !found {
		o.Document = s.Document()
	}
	o = d.settle(o, what.place)
	if path := o.Ledger; path != "" {
		o.Ledger, o.LedgerOf = "", func(string) (string, error) { return path, nil }
	}
	o.Results, o.LikeRoster = filepath.Join(s.Folder(), filepath.Base(o.DefaultResults())), true
	o.Report, o.Plan, o.PlanFile, o.Approved = "", "", "", nil
	return o
}

// gate is where a piece of work comes to its ledger.
type gate struct{ done func() }

// of returns a function that names the ledger, and has it entered before anybody opens it.
func (g *gate) of(name func(string) (string, error), enter func(path string) (func(), error)) func(string) (string, error) {
	return func(organizationID string) (string, error) {
		path, err := name(organizationID)
		if err != nil {
			return "", err
		}
		g.leave()
		g.done, err = enter(path)
		return path, err
	}
}

// leave lets others in. It is to be called once the ledger is closed.
func (g *gate) leave() {
	if g.done != nil {
		g.done()
		g.done = nil
	}
}
