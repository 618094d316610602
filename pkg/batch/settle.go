package batch

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
	"rollcall/pkg/retry"
)

// longestWork is beyond what a healthy service takes for an invite.
const longestWork = 10 * time.Second

// settleDoubts reads the directory once and finds out what became of every doubtful attempt. Nothing is in flight
// meanwhile, and the reading begins only when no request can be at work inside the service any more.
func (d *dispatcher) settleDoubts(ctx context.Context) {
	d.wait(fmt.Sprintf("looking up what became of the invitations without a certain answer: %d", len(d.doubts)))
	defer d.wait("")
	d.Pace.Hold(d.certainFrom(), "requests may still be at work inside the service")
	reading, err := d.read(ctx)
	if ctx.Err() != nil {
		return // the claims stand, and the next run looks
	}
	if errors.Is(err, cybedefend.ErrCredentials) {
		d.halt(&StopError{Reason: Credentials, Err: err})
		return
	}
	var found []record.Record
	for _, doubt := range d.doubts {
		outcome, resend := resolve(doubt, reading, err, d.Retry)
		if !resend {
			outcome.UpdatedAt = d.Now()
			found = append(found, outcome)
			if outcome.Outcome == record.Invited {
				d.accepted = true
				d.works()
			}
			continue
		}
		if err := d.Ledger.Release(ctx, d.Run, doubt.entry.Row); err != nil {
			d.fail(err)
			return
		}
		doubt.entry.gone = !doubt.entry.keeps(reading.Person(doubt.entry.Email))
		doubt.wait = d.Retry.Wait(doubt.entry.tries, 0, d.Random())
		d.repeat(doubt, time.Now())
	}
	d.doubts = nil
	if err := d.finish(ctx, found); err != nil {
		d.fail(err)
	}
}

// keeps reports whether somebody still has the invitation that the entry replaces.
func (e entry) keeps(standing directory.Standing) bool {
	return standing.Member == nil && standing.Pending != nil && Effect(standing, e.replaces) == nil
}

// certainFrom returns when no doubtful request can be at work inside the service any more.
func (d *dispatcher) certainFrom() time.Time {
	var from time.Time
	for _, doubt := range d.doubts {
		grace := atWork(doubt.err, d.Grace, d.Timeout)
		if at := doubt.ended.Add(grace); at.After(from) {
			from = at
		}
	}
	return from
}

// atWork returns how long a request may still be at work inside the service after it has ended for us.
func atWork(err error, grace, timeout time.Duration) time.Duration {
	switch status := statusOf(err); {
	case cybedefend.ClassOf(err) == cybedefend.FinalNo:
		return 0 // it said no, so it is done with it
	case errors.Is(err, context.DeadlineExceeded), status == http.StatusRequestTimeout, status == http.StatusGatewayTimeout:
		return max(grace, timeout) // somebody got tired of waiting, and what they waited for goes on
	case status == 0:
		return Silence(grace, timeout)
	}
	return grace
}

// Silence returns how long a request may be at work inside the service whose connection, or whose process, is gone: as
// long as anybody would have waited for it, but no longer than any healthy service takes.
func Silence(grace, timeout time.Duration) time.Duration {
	return max(grace, min(timeout, longestWork))
}

// read reads what the directory says about the doubtful people, for as long as the run may wait for the service.
func (d *dispatcher) read(ctx context.Context) (*directory.Directory, error) {
	doubtful := make([]string, len(d.doubts))
	for i, doubt := range d.doubts {
		doubtful[i] = doubt.entry.Email
	}
	patience := Patience{
		Pace: d.Pace, Retry: retry.Policy{Attempts: math.MaxInt, Cap: probeCap}, MaxWait: d.MaxWait,
		Observe: func(err error, wait time.Duration) {
			d.wait(fmt.Sprintf("the directory cannot be read (%s), next try in %s", cause(err), wait.Round(time.Second)))
		},
	}
	return directory.Read(ctx, directory.Options{
		Service: d.Service, OrganizationID: d.OrganizationID, Caller: d.Directory.Caller, People: doubtful,
		Call: patience.Call, Parallel: d.Workers, Now: d.Now,
	})
}

// resolve decides what became of a doubtful attempt, from a reading that began after it had ended, or from the error
// that prevented one. It returns either the outcome or that the entry is to be sent again.
func resolve(doubt answer, reading *directory.Directory, unread error, policy retry.Policy) (outcome record.Record, resend bool) {
	r := doubt.entry.Record
	saidNo := cybedefend.ClassOf(doubt.err) == cybedefend.FinalNo
	if unread != nil {
		if saidNo && !doubt.entry.lost {
			return refused(r, record.Rejected), false
		}
		r.Error = fmt.Sprintf("%s; then the directory could not be read: %v", r.Error, unread)
		return refused(r, record.Unknown), false
	}
	verdict := plan.Decide(plan.Wish{Email: r.Email, Role: r.Role}, plan.Basis{Directory: reading})
	made := Effect(verdict.Standing, doubt.entry.replaces)
	kept := doubt.entry.keeps(verdict.Standing)
	switch {
	case made != nil && verdict.Standing.Member == nil && doubt.entry.lost:
		return invited(r, *made), false
	case !verdict.Send() && !kept:
		r.Error = ""
		return verdict.Apply(r, r.UpdatedAt), false
	case doubt.entry.replaces != "" && !doubt.entry.gone && !kept && reading.Stable:
		return r, true // somebody else has cancelled what we could not
	case saidNo && (reading.Stable || !doubt.entry.lost):
		return refused(r, record.Rejected), false
	case !reading.Stable:
		r.Error += "; then the lists kept changing while they were read"
		return refused(r, record.Unknown), false
	case policy.Again(doubt.entry.tries):
		return r, true
	}
	return refused(r, record.Failed), false
}
