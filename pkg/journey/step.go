package journey

import (
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
)

// Work is one entry on its way.
type Work struct {
	// Record is the row, with the trail of its attempts.
	record.Record
	Desired plan.Desired
	// Invite is the call to make and Replaces the pending invitation to cancel before it, empty if there is none. They are
	// set once the entry is to be sent.
	Invite   cybedefend.Invite
	Replaces string
	// Before is the invitation that was known of when the entry was to be sent, empty if there was none.
	Before string
	// AskedOf is the organization that the person is invited to.
	AskedOf string
	// InDoubt says that a claim stands: a request may have taken effect.
	InDoubt bool
	// Inherited says that the request in doubt is of an earlier process: it had left before this one read anything.
	Inherited bool
	// Refused says that the service has said no in a way that may mean that the person is there already.
	Refused bool
	// Unheard says that the reply to a cancellation was lost: it may have taken effect.
	Unheard bool
	// Elsewhere says in words which other row has a claim in doubt for the same person, empty if none has.
	Elsewhere string
}

// Load returns the work on a row as a ledger has it, with the claim that stands for it, nil if there is none. A claim
// without an ended attempt was left behind by a process that has stopped: its request may have left at the last moment.
//
// Since is when this process took hold of the ledger, so that no earlier one sends any more. What is in doubt counts from
// then: the clock may have been set, forwards or back, since the ledger was written.
func Load(r record.Record, claim *record.Claim, desired plan.Desired, p Policy, since time.Time) Work {
	w := Work{Record: r, Desired: desired, InDoubt: claim != nil || r.Trail.Lost, Inherited: claim != nil || r.Trail.Lost}
	if claim != nil {
		w.Replaces, w.Before = claim.Replaces, claim.Before
		w.Outcome = record.Unset // a run may have ended before this could be found out
		if doubt := (record.Doubt{Claim: *claim, Record: r}); !doubt.Ended() {
			w.Attempts = max(w.Attempts, claim.Attempt)
			w.Trail.Lost, w.Trail.SilentFor = true, p.InFlightGrace()
		}
	}
	if w.InDoubt || w.Trail.EndedAt.After(since) {
		w.Trail.EndedAt = since
	}
	return w
}

// CertainFrom returns when the request behind a doubt can be at work no more, for a process that took hold of the ledger at
// an instant.
func CertainFrom(doubt record.Doubt, p Policy, since time.Time) time.Time {
	trail := Load(doubt.Record, &doubt.Claim, plan.Desired{}, p, since).Trail
	return trail.EndedAt.Add(trail.SilentFor)
}

// Answer is what came of a call.
type Answer struct {
	// Cancels says that the call was to cancel the invitation that is replaced.
	Cancels bool
	// Invitation is what the service said of it, as far as it could be read. Err is the client's error.
	Invitation cybedefend.Invitation
	Err        error
	Ended      time.Time
	// Jitter is a random number in [0,1) that spreads the waits.
	Jitter float64
}

// Move is where a step leads. The zero value is unset.
type Move uint8

// The moves.
const (
	// Settled: the outcome is known.
	Settled Move = iota + 1
	// Again: the attempt changed nothing for the person, and is to be made again when it is due.
	Again
	// Withheld: nothing was sent, and it is not held against the entry.
	Withheld
	// LookUp: only a reading of the directory can tell.
	LookUp
	// Send: the entry is to be sent.
	Send
	// Wait: this reading says nothing yet: a later one will, from At on.
	Wait
	// Contradicted: sending would rest on lists that contradict themselves, so everybody stops.
	Contradicted
	// Kept: the outcome that the entry has already is still true.
	Kept
)

var moveNames = [...]string{"unset", "settled", "again", "withheld", "look_up", "send", "wait", "contradicted", "kept"}

// String returns the word for the move.
func (m Move) String() string { return moveNames[min(int(m), len(moveNames)-1)] }

// Step is where an answer or a reading leads.
type Step struct {
	Move Move
	// Work is the entry after the step: the outcome is set where the move is Settled.
	Work Work
	// At is when the entry is due again, or from when on a reading can tell.
	At time.Time
	// Heard is what an answer says about the service, and Err is the answer. Both are empty after a reading.
	Heard Heard
	Err   error
	// Hold is until when nobody should send, zero if nobody has to wait.
	Hold time.Time
	// Harmless says that the attempt has certainly mailed nobody.
	Harmless bool
	// Gap says why the lists are not believed.
	Gap string
	// Verdict is what the policy says, where a reading came down to that.
	Verdict plan.Verdict
}
