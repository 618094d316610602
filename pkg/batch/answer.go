package batch

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
)

// invited returns the record of a person who was invited by this run.
func invited(r record.Record, invitation cybedefend.Invitation) record.Record {
	r = plan.WithInvitation(r, invitation)
	r.Outcome, r.Error, r.Hint = record.Invited, "", ""
	return r
}

// refused returns the record with an outcome that rests on a refusal, and a hint what to do about it.
func refused(r record.Record, outcome record.Outcome) record.Record {
	r.Outcome, r.Hint = outcome, hint(outcome, r.HTTPStatus)
	return r
}

// hint says what a person can do about an outcome.
func hint(outcome record.Outcome, status int) string {
	switch {
	case outcome == record.Failed:
		return "certainly not invited: run the same command again"
	case outcome == record.Unknown:
		return "may or may not be invited: run the same command again once the service answers, it looks first and never repeats blindly"
	case status == http.StatusForbidden:
		return "your role may not grant this role, or may not add people to one of the teams: ask an administrator"
	case status == http.StatusNotFound:
		return "check the organization and the ids of the teams"
	case status == http.StatusConflict:
		return "the service knows this person already, but lists neither an invitation nor a member: look in the dashboard"
	case outcome == record.Rejected:
		return "correct the row and run the same command again"
	}
	return ""
}

// mayBeDuplicate reports whether a refusal may only say that the person is invited or a member already. The service
// does not document how it says so.
func mayBeDuplicate(status int) bool {
	return status == http.StatusConflict || status == http.StatusBadRequest
}

// mayHaveEnded reports whether a refusal to cancel an invitation may only say that it was accepted or cancelled before.
func mayHaveEnded(status int) bool {
	return mayBeDuplicate(status) || status == http.StatusUnprocessableEntity
}

// Effect returns the invitation that an attempt of ours has made, as the person's standing shows it, nil if it made none.
// The invitation that the attempt was to replace is cancelled first: as long as it is pending, nothing was sent.
func Effect(standing directory.Standing, replaces string) *cybedefend.Invitation {
	if pending := standing.Pending; pending != nil && (replaces == "" || pending.ID != replaces) {
		return pending
	}
	return nil
}

// overload reports whether a refusal says that the service has too much to do.
func overload(status int) bool {
	return status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable
}

// longestWait is beyond what any run waits for, and far from what a Duration can hold.
const longestWait = 365 * 24 * time.Hour

// askedWait returns how long the service asked to wait, 0 if it did not.
func askedWait(err error) time.Duration {
	if e, ok := errors.AsType[*cybedefend.Error](err); ok && e.HasRetryAfter {
		return min(e.RetryAfter, longestWait)
	}
	return 0
}

// statusOf returns the HTTP status behind an error, 0 if no reply came.
func statusOf(err error) int {
	if e, ok := errors.AsType[*cybedefend.Error](err); ok {
		return e.Status
	}
	return 0
}

// cause returns the same short word for all failures of a kind.
func cause(err error) string {
	status := statusOf(err)
	switch {
	case status != 0 && status < 300:
		return "unreadable reply"
	case status != 0:
		return strconv.Itoa(status)
	case cybedefend.ClassOf(err) == cybedefend.Lost:
		return "lost reply"
	}
	return "no connection"
}
