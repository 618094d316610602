package journey

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/email"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
	"rollcall/pkg/remedy"
)

// Heard is what an answer says about the service, whatever becomes of the entry. The zero value is no answer.
type Heard uint8

// What can be heard.
const (
	// Accepted: the service did what it was asked for.
	Accepted Heard = iota + 1
	// Refused: it said no for good.
	Refused
	// Busy: it has too much to do, or a quota is used up.
	Busy
	// Trouble: it failed, or its answer is missing.
	Trouble
	// Foreign: something else answered in its place.
	Foreign
	// TokenExpired: the access token has run out, which is nobody's failure.
	TokenExpired
	// CredentialsRefused: no call will succeed any more.
	CredentialsRefused
)

var heardNames = [...]string{"nothing", "accepted", "refused", "busy", "trouble", "foreign", "token_expired", "credentials_refused"}

// String returns the word for what was heard.
func (h Heard) String() string { return heardNames[min(int(h), len(heardNames)-1)] }

// classOf returns what is known about the effect of a call. One that failed in the token exchange ahead of it never left.
func classOf(err error) cybedefend.Class {
	if e, ok := errors.AsType[*cybedefend.Error](err); ok && e.Ahead() {
		return cybedefend.NotProcessed
	}
	return cybedefend.ClassOf(err)
}

// harmless reports whether the call has certainly mailed nobody: it cancelled an invitation, or the service says that it
// has not done it.
func (a Answer) harmless() bool {
	class := classOf(a.Err)
	return a.Cancels || class == cybedefend.NotProcessed || class == cybedefend.FinalNo
}

func heard(a Answer) Heard {
	failure, _ := errors.AsType[*cybedefend.Error](a.Err)
	switch class := cybedefend.ClassOf(a.Err); {
	case class == cybedefend.Done, class == cybedefend.Confirmed:
		return Accepted
	case class == cybedefend.Foreign:
		return Foreign
	case errors.Is(a.Err, cybedefend.ErrCredentials):
		return CredentialsRefused
	case failure != nil && failure.Status == http.StatusUnauthorized:
		return TokenExpired
	case failure != nil && failure.Overload():
		return Busy
	case class == cybedefend.FinalNo:
		return Refused
	}
	return Trouble
}

// mayMeanPresent reports whether a refusal may only say that the person is invited or a member already, or that the
// invitation to cancel has ended before. The service does not document how it says so.
func mayMeanPresent(status int) bool {
	switch status {
	case http.StatusBadRequest, http.StatusForbidden, http.StatusConflict, http.StatusUnprocessableEntity:
		return true
	}
	return false
}

// longestWork is beyond what a healthy service takes for an invite.
const longestWork = 10 * time.Second

// silence returns how long a request may still be at work inside the service after it has ended for us.
func (p Policy) silence(err error) time.Duration {
	if err == nil {
		return 0
	}
	switch status := cybedefend.StatusOf(err); {
	case classOf(err) == cybedefend.FinalNo:
		return 0 // it said no, so it is done with it
	case errors.Is(err, context.DeadlineExceeded), status == http.StatusRequestTimeout, status == http.StatusGatewayTimeout:
		// Somebody got tired of waiting, and what they waited for goes on.
		return max(p.Grace, p.Timeout, p.UserTimeout)
	case status == 0:
		return p.InFlightGrace()
	}
	return p.Grace
}

// InFlightGrace returns how long a request may be at work whose connection, or whose process, is gone: as long as the
// kernel goes on delivering it and anybody would have waited for it, but no longer than any healthy service takes.
func (p Policy) InFlightGrace() time.Duration {
	return max(p.Grace, p.UserTimeout, min(p.Timeout, longestWork))
}

const (
	// quotaHolds is how many refusals that speak of a quota have everybody wait for the sake of one entry.
	quotaHolds = 3
	// quotaTries is for how many allowances of tries such refusals may meet one entry before its own row is meant.
	quotaTries = 5
)

// quotaPause returns how long to leave alone a service that speaks of a quota and names no time: short quotas are of ten
// seconds, most of a minute.
func quotaPause(refusals int) time.Duration {
	const first, most = 10 * time.Second, time.Minute
	return min(first<<min(max(refusals-1, 0), 4), most)
}

// invited returns the record of a person who was invited by this run. The hint says where the invitation is not as the
// roster wants it.
func invited(r record.Record, invitation cybedefend.Invitation, w Work) record.Record {
	r = plan.WithInvitation(r, invitation)
	r.Outcome, r.Error = record.Invited, ""
	r.Hint = plan.UnreadExpiry(remedy.Words(differs(invitation, w)), invitation).String()
	return r
}

// differs says how an invitation differs from what was asked for, empty if it does not.
func differs(invitation cybedefend.Invitation, w Work) string {
	var parts []string
	differ := func(what, has, wants string) {
		if has != "" && wants != "" && !strings.EqualFold(strings.TrimSpace(has), strings.TrimSpace(wants)) {
			parts = append(parts, "the "+what+" "+has+", not "+wants)
		}
	}
	if email.Fold(invitation.Email) != email.Fold(w.Email) {
		differ("address", invitation.Email, w.Email)
	}
	differ("role", invitation.OrganizationRole, w.Role)
	differ("organization", invitation.OrganizationID, w.AskedOf)
	if len(parts) == 0 {
		return ""
	}
	return "the service's invitation has " + strings.Join(parts, ", ")
}

// rejected returns the record of a row that the service has refused for good, with what can be done about it.
func rejected(r record.Record) record.Record {
	r.Outcome = record.Rejected
	switch r.HTTPStatus {
	case http.StatusForbidden:
		r.Hint = "your role may not grant this role, or may not add people to one of the teams: ask an administrator"
	case http.StatusNotFound:
		r.Hint = "check the organization and the ids of the teams"
	case http.StatusConflict:
		r.Hint = "the service knows this person already, but lists neither an invitation nor a member: look in the dashboard"
	default:
		r.Hint = "correct the row and run the same command again"
	}
	if r.Trail.Cancelled != "" {
		r.Hint = "the invitation that was to be replaced is cancelled, so this person has none; " + r.Hint
	}
	return r
}

// failed returns the record of a row whose attempts are used up and invited nobody.
func failed(w Work) record.Record {
	r := w.Record
	r.Outcome, r.Hint = record.Failed, "certainly not invited: run the same command again"
	switch {
	case r.Trail.Cancelled != "":
		r.Hint = "the invitation that was to be replaced is cancelled, so this person has none; run the same command again"
	case w.Replaces != "":
		r.Hint = "the invitation that was to be replaced was not cancelled: run the same command again"
	}
	return r
}

// sentOnceMore says what to do about an invitation that was confirmed and is not listed.
var sentOnceMore = remedy.Words("look in the dashboard: it is never sent again by itself; ").
	Use(plan.OptionReinvite, string(plan.ReinviteEnded)).Words(" sends it in another run")

// lookForYourself says what to do about an entry whose fate the lists do not show.
var lookForYourself = remedy.Words("may or may not be invited: look in the dashboard; if nobody is invited there, ").
	Use(plan.OptionTrustLists, "").Words(" has the same command send it")

// leftByLists ends the entry without a certain outcome, since the lists do not show it.
func (step Step) leftByLists(in plan.Inputs, why string) Step {
	step = step.unknown(in, why, true)
	step.Work.Hint = lookForYourself.Render(in.Render)
	return step
}

// unknown ends the entry without a certain outcome.
func (step Step) unknown(in plan.Inputs, why string, inDoubt bool) Step {
	r := step.Work.Record
	if r.Error != "" {
		why = r.Error + "; then " + why
	}
	r.Outcome, r.Error = record.Unknown, why
	r.Hint = "may or may not be invited: run the same command again once the service answers, it looks first and never repeats blindly"
	if r.Trail.Confirmed && !inDoubt {
		r.Hint = sentOnceMore.Render(in.Render)
	}
	step.Move, step.Work.Record, step.Work.InDoubt, step.Work.Refused = Settled, r, inDoubt, false
	return step
}
