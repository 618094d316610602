package journey_test

import (
	"time"

	"rollcall/pkg/breaker"
	"rollcall/pkg/email"
	"rollcall/pkg/journey"
	"rollcall/pkg/pace"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
)

// The explorer's world is a value: two people, what the service knows of them, what the ledger keeps, and what the process
// holds, if one is alive. A world at rest counts all its instants from origin, as if that were the present moment, so that
// worlds that do the same from now on are equal, whenever they were reached.

// origin is the present moment of a world at rest.
var origin = time.Unix(0, 0).UTC()

// world is everything. The people are shared between worlds and never change; see [model.wake].
type world struct {
	people  [2]*person
	ledger  ledgerState
	process process
	// skew is how far the service's clock is ahead of this machine's.
	skew time.Duration
}

// ledgerState is what the ledger keeps of runs.
type ledgerState struct {
	run  int  // the number of the last run
	open bool // it has not ended
}

// process is what batch's dispatcher holds, beside the entries.
type process struct {
	alive       bool
	breaker     breaker.State
	gate        *pace.State // nil if it stands open
	since, from time.Time   // of its settling
	strange     bool        // somebody else has answered in the place of the service, and no probe has shown that this is over
}

// place is where the process has an entry.
type place uint8

const (
	nowhere  place = iota // it has an outcome, or no process is alive
	ready                 // to be sent, when it is due
	inFlight              // at a worker
	inDoubt               // waits for a reading
)

// person is one of the two, in everybody's eyes.
type person struct {
	// Of the service.
	member      bool
	memberSince time.Time
	invitations []invitation // the ordinal is part of the id
	promised    bool         // a 2xx has answered a request that never takes effect
	otherRole   bool         // the member has another role than the roster wants
	late        []late

	// Of the ledger: the row of the last run, the claim that stands for it, and the rows of runs that have ended.
	row   record.Record
	claim *record.Claim
	past  []pastRow
	// The claim of a change that has no row, and what is known of its attempt.
	change  *record.Claim
	changed record.Record

	// Of the process. The work is an entry on its way, the witnesses are the person's invitations that were confirmed.
	place     place
	due       time.Time
	work      journey.Work
	history   plan.History
	first     shown // what the reading at the beginning showed
	previewed bool  // the preview said that the person would be sent
	witnesses []journey.Witness
}

// invitation is one at the service.
type invitation struct {
	how         ending
	ours, byUs  bool // we sent it; we cancelled it
	born, ended time.Time
}

// ending is how an invitation has ended. The zero value is pending.
type ending uint8

const (
	pending ending = iota
	accepted
	declined
	cancelled
	expired
)

// late is a request that takes effect after its sender has given it up.
type late struct {
	lands   time.Time
	cancels int  // the ordinal of the invitation that it cancels, -1 for an invite, changeRole for a role
	change  bool // it is a sync's
}

// pastRow is a row of a run that has ended, with its claim if that still stands.
type pastRow struct {
	run    int
	record record.Record
	claim  *record.Claim
}

// names are those of the two, in addresses and ids. The tag is what a service may drop.
var names = [2]string{"ada", "bob"}

var addresses = [2]string{"ada+work@x.example", "bob+work@x.example"}

// whose returns the index of the person with an address.
func whose(address string) int {
	if email.Fold(address) == addresses[0] {
		return 0
	}
	return 1
}

// moved returns a copy of the person with all instants moved by d. Those of the ledger and the process are by the machine's
// clock, which jumps, those of the service by the true one.
func (p *person) moved(d, jump time.Duration) *person {
	q := *p
	move(&q.memberSince, d)
	q.invitations = append([]invitation(nil), p.invitations...)
	for i := range q.invitations {
		move(&q.invitations[i].born, d)
		move(&q.invitations[i].ended, d)
	}
	q.late = append([]late(nil), p.late...)
	for i := range q.late {
		move(&q.late[i].lands, d)
	}
	d -= jump
	moveRecord(&q.row, d)
	q.claim = movedClaim(p.claim, d)
	moveRecord(&q.changed, d)
	q.change = movedClaim(p.change, d)
	q.past = append([]pastRow(nil), p.past...)
	for i := range q.past {
		moveRecord(&q.past[i].record, d)
		q.past[i].claim = movedClaim(q.past[i].claim, d)
	}
	move(&q.due, d)
	moveRecord(&q.work.Record, d)
	move(&q.history.At, d)
	move(&q.history.SeenAt, d)
	q.witnesses = append([]journey.Witness(nil), p.witnesses...)
	for i := range q.witnesses {
		move(&q.witnesses[i].At, d)
	}
	return &q
}

// move moves an instant, unless it is the zero one, which stands for never.
func move(t *time.Time, d time.Duration) {
	if !t.IsZero() {
		*t = t.Add(d)
	}
}

// moveRecord moves the instants of a record. Invitations last for ever or have expired long ago, so their ends stay.
func moveRecord(r *record.Record, d time.Duration) {
	move(&r.UpdatedAt, d)
	move(&r.Trail.EndedAt, d)
	move(&r.Trail.DueAt, d)
}

func movedClaim(c *record.Claim, d time.Duration) *record.Claim {
	if c == nil {
		return nil
	}
	moved := *c
	move(&moved.At, d)
	return &moved
}

// moved returns the process with all instants moved by d.
func (p process) moved(d time.Duration) process {
	p.breaker = p.breaker.Relative(origin.Add(-d))
	if p.gate != nil {
		gate := p.gate.Relative(origin.Add(-d))
		if p.gate = &gate; gate == (pace.State{}) {
			p.gate = nil
		}
	}
	move(&p.since, d)
	move(&p.from, d)
	return p
}

// doubts counts the entries that wait for a reading.
func (w *world) doubts() (n int) {
	for _, p := range w.people {
		if p.place == inDoubt {
			n++
		}
	}
	return n
}

// idle reports whether nothing is left but doubts.
func (w *world) idle() bool {
	for _, p := range w.people {
		if p.place == ready || p.place == inFlight {
			return false
		}
	}
	return true
}

// action says what the process does next.
func (w *world) action() breaker.Action { return w.process.breaker.Do(w.doubts(), w.idle()) }
