package breaker

import (
	"errors"
	"fmt"
)

// Reason is why a run stopped before its end. The zero value is unset.
type Reason uint8

// The reasons to stop.
const (
	// Interrupted: somebody asked for it.
	Interrupted Reason = iota + 1
	// Deadline: the time given to the run is over.
	Deadline
	// Overlong: the service asks for a longer wait, or is down for longer, than allowed.
	Overlong
	// Streak: too many refusals of the same kind in a row.
	Streak
	// Failures: more rows ended badly than the run may have.
	Failures
	// Unsettled: what earlier requests came to could not be found out, since the lists never stood still.
	Unsettled
	// Contradicted: the lists contradict themselves, so somebody may be there already who would be mailed.
	Contradicted
	// Foreign: something else answers in the place of the service.
	Foreign
	// Unconnected: no connection to the service can be made until a person has looked into it.
	Unconnected
	// Credentials: the service refuses the credentials.
	Credentials
	// Forbidden: the service refuses the caller's right to invite.
	Forbidden
	// Budget: as many were invited as may be, for now.
	Budget
)

var reasonTexts = [...]string{
	Interrupted:  "interrupted",
	Deadline:     "the deadline has come",
	Overlong:     "the service would have to be waited for too long",
	Streak:       "too many failures of the same kind in a row",
	Failures:     "too many rows failed",
	Unsettled:    "the organization kept changing while it was read, so earlier requests could not be settled",
	Credentials:  "the service refuses the credentials",
	Forbidden:    "the service refuses the right to invite",
	Contradicted: "the lists of the organization contradict themselves, so nobody is invited on their word",
	Unconnected:  "no connection to the service can be made",
	Foreign:      "something else answers in the place of the service",
	Budget:       "stopped before the end",
}

// String says the reason in words.
func (r Reason) String() string {
	if int(r) < len(reasonTexts) && reasonTexts[r] != "" {
		return reasonTexts[r]
	}
	return fmt.Sprintf("reason(%d)", uint8(r))
}

// StopError says that a run stopped on purpose before its end. What was in flight has been answered and recorded, and
// the same run can be resumed.
type StopError struct {
	Reason Reason
	// Err is the answer of the service behind it, if any.
	Err error
}

// Error implements error.
func (e *StopError) Error() string {
	if e.Err == nil {
		return e.Reason.String()
	}
	return fmt.Sprintf("%s: %v", e.Reason, e.Err)
}

// Unwrap returns the answer behind the stop.
func (e *StopError) Unwrap() error { return e.Err }

// ReasonOf returns the reason of the [*StopError] in err, and the zero Reason if there is none.
func ReasonOf(err error) Reason {
	if stop, ok := errors.AsType[*StopError](err); ok {
		return stop.Reason
	}
	return 0
}
