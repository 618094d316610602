package record

import (
	"fmt"
	"time"

	"rollcall/pkg/audit"
)

// Trail is what earlier attempts for a row have left behind, as far as it decides what may be done next. It is kept with
// every step, so that any process can go on where another one stopped. The zero value is a row that was never tried.
type Trail struct {
	// Verdict is WouldInvite or WouldReinvite once the row was found to be sent. Of a row that is left out whatever the
	// organization has, it is Skipped if a filter says so, and NotSent if the roster itself says that the person is not active.
	Verdict Outcome
	// Tries counts the attempts that are held against the row's allowance: those of this run since it was last resumed,
	// without those that the service refused for being too many. Throttled counts these.
	Tries, Throttled int
	// Lost says that the reply to an attempt is missing, so that it may have taken effect.
	Lost bool
	// Confirmed says that the service has answered an attempt with a 2xx: the row is never sent again.
	Confirmed bool
	// Cancelled is the pending invitation that was cancelled to be replaced, empty if none was.
	Cancelled string
	// EndedAt is when the last attempt ended, by this machine's clock.
	EndedAt time.Time
	// SilentFor is how long after that its request may still be at work inside the service.
	SilentFor time.Duration
	// DueAt is when the row may be tried again, zero meaning at once.
	DueAt time.Time
}

// LeftOut reports whether a filter or the roster itself leaves the row out: nobody was looked up for it.
func (t Trail) LeftOut() bool { return t.Verdict == Skipped || t.Gone() }

// Gone reports whether the roster itself says that the person is not active, so that it does not name them.
func (t Trail) Gone() bool { return t.Verdict == NotSent }

// Change is a kind of change to a person's place in an organization. The zero value is unset.
type Change uint8

// The kinds of change. Their numbers are stored in ledgers: append, never reorder.
const (
	ChangeInvite Change = iota + 1
	ChangeCancel
	ChangeRole
	ChangeTeam
	ChangeRemove
)

var changeNames = [...]string{
	ChangeInvite: "invite", ChangeCancel: "cancel", ChangeRole: "role", ChangeTeam: "team", ChangeRemove: "remove",
}

// String returns the word for the kind of change.
func (c Change) String() string {
	if int(c) < len(changeNames) && changeNames[c] != "" {
		return changeNames[c]
	}
	return fmt.Sprintf("change(%d)", uint8(c))
}

// Scope is one organization of one service. Whatever is remembered belongs to a scope.
type Scope struct {
	// Service is the base URL of the service.
	Service        string
	OrganizationID string
}

// Claim says that a request for a person was about to leave. As long as it stands, nobody knows whether the request took
// effect, and nothing else is changed about that person.
type Claim struct {
	Run string
	Row int
	// Email is the address as the roster has it. Whoever has the same folded address in the same scope is the same person.
	Email  string
	Change Change
	// Attempt is the number of the row's attempt, from 1.
	Attempt int
	// At is when the claim was made: of an invitation by the service's clock, by which its mailings count.
	At time.Time
	// Replaces is the pending invitation that the request was to replace, empty if there was none. It is cancelled after
	// the claim, so as long as it is pending, nothing was sent.
	Replaces string
	// Before is the latest invitation of the person that was known of when the claim was made, empty if there was none.
	Before string
}

// Conclusion is what a step has come to: what is known of the row by now, and whether its claim stands.
type Conclusion struct {
	Record
	// InDoubt keeps the claim.
	InDoubt bool
	// Harmless says that the request behind the claim has certainly mailed nobody: it never left, was refused, or only
	// cancelled an invitation. Any other counts as one that may have mailed somebody, whatever is found out later.
	Harmless bool
	// Event is the line of the audit trail that is kept with it, nil where no request was made and none was looked up.
	Event *audit.Event
}

// Doubt is a claim that stands, with what is known of its row.
type Doubt struct {
	Claim
	Record Record
}

// Ended reports whether the attempt behind the claim is known to have ended. Otherwise the process that made the claim
// has stopped between the claim and the answer.
func (d Doubt) Ended() bool {
	return d.Record.Attempts >= d.Attempt && !d.Record.Trail.EndedAt.IsZero()
}
