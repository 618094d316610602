package desk

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"rollcall/pkg/amend"
	"rollcall/pkg/audit"
	"rollcall/pkg/batch"
	"rollcall/pkg/guard"
	"rollcall/pkg/ledger"
	"rollcall/pkg/live"
	"rollcall/pkg/onboard"
	"rollcall/pkg/record"
	"rollcall/pkg/status"
)

// Phase is how far a piece of work has come.
type Phase int

// The phases.
const (
	// Opening: the organization is read once more, and nothing was sent.
	Opening Phase = iota
	// Going: people are invited.
	Going
	// Stopping: what is in flight is answered, and nothing else begins.
	Stopping
	// Over: all is written down.
	Over
)

// mostLatest is how many outcomes are shown as they come.
const mostLatest = 6

// State is how a piece of work goes.
type State struct {
	Phase Phase
	// Run is its name, empty before it has one; Roster is that of the roster, Sheet its id.
	Run, Roster, Sheet string
	Kind               Kind
	// Working says what is being done beside sending, in words.
	Working string
	// Rows counts those of the run, Done those that have an outcome, by which Outcomes counts them. Changes counts the changes
	// that were made and are no invitations.
	Rows, Done, Changes int
	Outcomes            map[record.Outcome]int
	// Latest are the last outcomes, the newest first.
	Latest []Latest
	// Rate is in rows a second, Left the time that the rest takes at it; 0 is not known.
	Rate float64
	Left time.Duration
	// Until is when the run will stop although Unsent rows will not have had their turn; it counts where there are any.
	Until  time.Time
	Unsent int
	// Wait is how long nothing is sent, Reason what is waited for, Slow why the rate is low where nobody waits.
	Wait         time.Duration
	Reason, Slow string
	Warnings     []onboard.Warning
	Began        time.Time

	// Refused says, once it is over, that nothing was begun, Differs that this was since things had changed.
	Refused bool
	Differs *Differs
	// Report and Err say how it ended.
	Report onboard.Report
	Err    error
}

// Latest is the outcome of a row.
type Latest struct {
	Email   string
	Outcome record.Outcome
}

// Sending is a piece of work that is carried out, or was. It is safe for concurrent use.
type Sending struct {
	desk  *Desk
	sheet *Sheet
	what  about
	// seen is the digest that a person has seen, before all of what they have seen, nil if that is not known any more.
	seen     string
	before   *onboard.Preview
	approved bool

	stop   chan struct{}
	halt   sync.Once
	cancel context.CancelFunc // of what comes before sending
	done   chan struct{}

	mu       sync.Mutex
	state    State
	rows     []record.Outcome // by row, as far as they are known
	follower *live.Follower   // nil before it sends
	changed  chan struct{}
}

// Send begins to do with a roster what a plan of that digest has shown, in the background, approved of although guards have
// something against it. It does nothing if something else would be done now: then the plan says how that differs. One piece of
// work is done at a time: [ErrBusy].
func (d *Desk) Send(s *Sheet, k Kind, digest string, approved bool) (*Sending, error) {
	what := d.about(s, k)
	d.work.mu.Lock()
	defer d.work.mu.Unlock()
	if last := d.work.sending; last != nil && last.State().Phase != Over {
		return nil, ErrBusy
	}
	if d.ctx.Err() != nil {
		return nil, d.ctx.Err()
	}
	n := &Sending{
		desk: d, sheet: s, what: what, seen: digest, approved: approved,
		stop: make(chan struct{}), done: make(chan struct{}), changed: make(chan struct{}),
	}
	n.state = State{Roster: s.Name, Sheet: s.ID, Kind: k, Began: time.Now(), Outcomes: map[record.Outcome]int{}}
	if p := d.work.planning[what]; p != nil {
		if shown := p.State().Preview; shown != nil && shown.Digest() == digest {
			n.before = shown
		}
	}
	// Requests in flight are answered, whoever goes: what ends the desk stops the work, and waits for it.
	ctx := context.WithoutCancel(d.ctx)
	waits, cancel := context.WithCancel(ctx)
	n.cancel = cancel
	undo := context.AfterFunc(d.ctx, n.Stop)
	d.work.sending = n
	o := d.options(s, what)
	d.ended.Go(func() {
		defer cancel()
		defer undo()
		n.carryOut(ctx, waits, o)
	})
	return n, nil
}

// Sending returns the work that is under way, or the last one; nil if there was none.
func (d *Desk) Sending() *Sending {
	d.work.mu.Lock()
	defer d.work.mu.Unlock()
	return d.work.sending
}

// Run returns the name of the run, empty before it has one.
func (n *Sending) Run() string { return n.State().Run }

// Sheet returns the roster.
func (n *Sending) Sheet() *Sheet { return n.sheet }

// Done returns a channel that is closed once it is over.
func (n *Sending) Done() <-chan struct{} { return n.done }

// Stop ends it: what is in flight is answered, and all is written down. It goes on when the same is sent again.
func (n *Sending) Stop() {
	n.halt.Do(func() {
		close(n.stop)
		n.cancel()
		n.change(func(s *State) {
			if s.Phase != Over {
				s.Phase = Stopping
			}
		})
	})
}

// State returns how it goes.
func (n *Sending) State() State {
	n.mu.Lock()
	defer n.mu.Unlock()
	s := n.state
	s.Outcomes = map[record.Outcome]int{}
	for outcome, rows := range n.state.Outcomes {
		s.Outcomes[outcome] = rows
		s.Done += rows
	}
	s.Latest = slices.Clone(s.Latest)
	if n.follower != nil && s.Phase != Over {
		p := n.follower.Progress()
		s.Rate, s.Left, s.Until, s.Unsent, s.Wait, s.Reason, s.Slow = p.Rate, max(p.Left, p.Wait), p.Until, p.Unsent, max(p.Wait, 0), p.Reason, p.Slow
	}
	return s
}

// Changed returns a channel that is closed as soon as something has happened.
func (n *Sending) Changed() <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.changed
}

// change changes the state, and tells whoever waits for that.
func (n *Sending) change(how func(*State)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	how(&n.state)
	close(n.changed)
	n.changed = make(chan struct{})
}

// carryOut opens a session, looks whether what would be done is what was seen, and does it.
func (n *Sending) carryOut(ctx, waits context.Context, o onboard.Options) {
	if n.approved && n.before != nil {
		o.ApprovedDigests = append(slices.Clone(o.ApprovedDigests), n.seen)
	}
	var session *onboard.Session
	var foreseen *onboard.Preview
	o.Observer = n.observer(func() *onboard.Session { return session }, &foreseen)
	var gate gate
	o.LedgerOf = gate.of(o.LedgerOf, func(path string) (func(), error) { return n.desk.gates.hold(path), nil })
	var err error
	keptBefore := n.sheet.IsKept() // for a run that was stopped
	session, err = onboard.Open(waits, o)
	if err == nil {
		foreseen, err = n.agree(waits, session)
	}
	if err == nil && n.State().Differs == nil {
		if err = n.sheet.Keep(n.what.content); err == nil { // whatever happens from now on, this can be gone on with
			err = foreseen.Apply(ctx, n.stop)
		}
	}
	report, err := session.End(ctx, err)
	gate.leave()
	if report.Run == "" && !keptBefore || onboard.IsOver(report) {
		err = errors.Join(err, n.sheet.Drop(n.what.content))
	}
	n.change(func(s *State) {
		s.Phase, s.Working, s.Report, s.Err = Over, "", report, err
		s.Refused = n.follower == nil && !report.Idle
	})
	n.plan(foreseen)
	close(n.done)
}

// agree finds out whether what would be done is what was seen.
func (n *Sending) agree(ctx context.Context, session *onboard.Session) (*onboard.Preview, error) {
	p, err := session.Preview(ctx)
	if p == nil || err != nil && onboard.StatusOf(err) != status.Guarded {
		return p, err
	}
	if n.before != nil && p.Digest() == n.seen && p.Sends() == n.before.Sends() && sawGuards(n.before, p) {
		return p, errors.Join(err, n.count(ctx, p))
	}
	n.desk.confirm(p) //nolint:contextcheck // the look goes on after whoever asked for it
	differs := &Differs{Before: n.before}
	if n.before != nil {
		var failed error
		if differs.Moved, differs.All, failed = p.Since(ctx, n.before); failed != nil {
			return p, failed
		}
	}
	n.change(func(s *State) { s.Differs = differs })
	return p, err
}

// sawGuards reports whether whoever has seen one plan has seen all guards that have something against another one: some depend
// on more than on what would be done, such as the seats that others have taken meanwhile.
func sawGuards(before, now *onboard.Preview) bool {
	for _, trip := range now.Trips {
		if !slices.ContainsFunc(before.Trips, func(seen guard.Trip) bool { return seen.Option == trip.Option }) {
			return false
		}
	}
	return true
}

// count takes in the rows that have their outcome before anything is sent.
func (n *Sending) count(ctx context.Context, p *onboard.Preview) error {
	before := maps.Clone(p.Outcomes)
	var known []record.Record
	for rec, err := range p.Verdicts(ctx) {
		if err != nil {
			return err
		}
		before[rec.Outcome]-- // what is left are the rows that an earlier process is done with
		if rec.Outcome == record.Invalid || rec.Outcome == record.Duplicate || rec.Trail.LeftOut() {
			known = append(known, record.Record{Row: rec.Row, Outcome: rec.Outcome})
		}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if p.Resumed != nil {
		for outcome, rows := range before {
			if rows > 0 {
				n.state.Outcomes[outcome] += rows
			}
		}
	}
	n.rows = make([]record.Outcome, p.Rows+1)
	for _, rec := range known {
		n.settle(rec.Row, rec.Outcome)
	}
	p.Agreed(audit.OnPage)
	return nil
}

// settle takes in the outcome of a row. The caller has locked it.
func (n *Sending) settle(row int, outcome record.Outcome) {
	if row < len(n.rows) {
		if earlier := n.rows[row]; earlier != record.Unset {
			n.state.Outcomes[earlier]--
		}
		n.rows[row] = outcome
	}
	n.state.Outcomes[outcome]++
}

// observer takes in what happens.
func (n *Sending) observer(session func() *onboard.Session, foreseen **onboard.Preview) onboard.Observer {
	return onboard.Observer{
		Working: func(what string) { n.change(func(s *State) { s.Working = what }) },
		Warn:    func(w onboard.Warning) { n.change(func(s *State) { s.Warnings = warned(s.Warnings, w) }) },
		Named:   func(run string) { n.change(func(s *State) { s.Run = run }) },
		Begun: func(run ledger.Run, _ bool) {
			n.change(func(s *State) {
				if s.Phase == Opening {
					s.Phase = Going
				}
				s.Rows, s.Working = run.Rows, ""
				n.follower = live.New(live.Options{Rows: run.Rows, Expected: *foreseen, Pace: session().Pace})
			})
		},
		Event: func(e batch.Event) {
			n.change(func(s *State) {
				switch {
				case e.Settled != nil:
					n.follower.Settled(e.Settled)
					n.settle(e.Settled.Row, e.Settled.Outcome)
					s.Latest = append([]Latest{{e.Settled.Email, e.Settled.Outcome}}, s.Latest[:min(len(s.Latest), mostLatest-1)]...)
				case e.Waiting != nil:
					n.follower.Waiting(*e.Waiting)
				}
			})
		},
		Changed: func(amend.Change) { n.change(func(s *State) { s.Changes++ }) },
	}
}

// plan has the plan show what would be done now, where something else is in the way than was seen, and forgets it where it was
// done.
func (n *Sending) plan(foreseen *onboard.Preview) {
	state, d := n.State(), n.desk
	d.work.mu.Lock()
	defer d.work.mu.Unlock()
	if locked, ok := errors.AsType[*ledger.LockedError](state.Err); ok && d.work.planning[n.what] != nil {
		d.work.planning[n.what].over(locked.Path) // what was seen is as good as before, once the other run has ended
		return
	}
	for what, p := range d.work.planning { // what could not be looked at can be now
		if IsBusy(p.State().Err) {
			delete(d.work.planning, what)
		}
	}
	if state.Refused && onboard.StatusOf(state.Err) == status.Interrupted && d.work.planning[n.what] != nil {
		return
	}
	delete(d.work.planning, n.what)
	if !state.Refused {
		return
	}
	p := &Planning{changed: make(chan struct{})}
	p.plan = Plan{
		Done: true, Preview: foreseen, Err: state.Err, Warnings: state.Warnings, MadeAt: time.Now(), Differs: state.Differs,
	}
	d.keepPlanning(n.what, p)
}
