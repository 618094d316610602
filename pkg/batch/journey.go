package batch

import (
	"context"
	"errors"
	"net/http"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/pace"
	"rollcall/pkg/record"
	"rollcall/pkg/retry"
)

// Inviter sends and cancels one invitation, each in exactly one request.
type Inviter interface {
	CancelInvitation(ctx context.Context, organizationID, invitationID string) (cybedefend.Invitation, error)
	Invite(ctx context.Context, organizationID string, invite cybedefend.Invite) (cybedefend.Invitation, error)
}

// Memory is where claims and outcomes are kept.
type Memory interface {
	// Claim is durable when it returns. It remembers the invitation that the attempt replaces, empty meaning none.
	Claim(ctx context.Context, run string, row, attempt int, replaces string) error
	// Release takes back the claim of an attempt that certainly changed nothing. It may become durable later.
	Release(ctx context.Context, run string, row int) error
	// Settle records outcomes and ends their claims. It is durable when it returns.
	Settle(ctx context.Context, run string, records ...record.Record) error
	// SettleThen is Settle for a caller that goes on: then is told when the outcome is durable, or why it is not. It is
	// written no later than whatever is asked for next.
	SettleThen(ctx context.Context, run string, r record.Record, then func(error)) error
}

// entry is one entry on its way.
type entry struct {
	record.Record
	invite     cybedefend.Invite
	permission pace.Permission // to be sent
	// replaces is the pending invitation to cancel before, empty if there is none; gone is set once it is cancelled.
	replaces string
	gone     bool
	// tries counts the attempts of this process but those that the service refused for being too many, throttled those;
	// Attempts counts those of all.
	tries, throttled int
	// lost is set while, or if, a reply to an attempt was lost: if the person turns out to be invited, it was by us.
	lost bool
}

// step says where an attempt has brought an entry. The zero value is unset.
type step uint8

const (
	// settled: the outcome is known, and on disk once the answer is delivered.
	settled step = iota + 1
	// again: the attempt changed nothing and will be repeated after a wait.
	again
	// withheld: nothing was sent, since a hold came up, or the service refuses the credentials.
	withheld
	// doubtful: only the directory can tell what became of it.
	doubtful
	// broken: the ledger failed.
	broken
)

// answer is what came of one attempt.
type answer struct {
	entry entry
	step  step
	// err is the service's answer, or for broken the ledger's.
	err error
	// ended is when the attempt ended.
	ended time.Time
	// wait is how long until the next attempt.
	wait time.Duration
}

// journey is what one attempt needs.
type journey struct {
	service        Inviter
	memory         Memory
	pace           *pace.Pace
	organizationID string
	run            string
	retry          retry.Policy
	now            func() time.Time
	random         func() float64
}

// attempt claims the entry, sends it, classifies the answer and records what is certain. It comes after the wait for
// the pace, so that a claim stands only for a call that is about to leave. It delivers exactly one answer, perhaps after
// it has returned: the disk need not be waited for before the next claim, which is written after this outcome or
// together with it. So a crash leaves no more entries in doubt than there are workers, beside those set aside already.
func (j *journey) attempt(ctx context.Context, e entry, deliver func(answer)) {
	if err := j.memory.Claim(ctx, j.run, e.Row, e.Attempts+1, e.replaces); err != nil {
		deliver(answer{entry: e, step: broken, err: err})
		return
	}
	a := answer{entry: e, step: withheld}
	if j.pace.Pass(ctx) == nil && !j.pace.Held() {
		a = j.carryOut(ctx, e)
	}
	// What the service has answered is recorded even if the run is being torn down.
	ctx = context.WithoutCancel(ctx)
	switch a.step {
	case settled:
		a.entry.UpdatedAt = j.now()
		err := j.memory.SettleThen(ctx, j.run, a.entry.Record, func(err error) { deliver(a.orBroken(err)) })
		if err != nil {
			deliver(a.orBroken(err))
		}
	case again, withheld:
		deliver(a.orBroken(j.memory.Release(ctx, j.run, a.entry.Row)))
	case doubtful:
		// A claim says that a request may have taken effect, which a refusal by itself does not.
		if !a.entry.lost {
			a = a.orBroken(j.memory.Release(ctx, j.run, a.entry.Row))
		}
		deliver(a)
	case broken:
		deliver(a)
	}
}

// carryOut cancels what the entry replaces, if it still has to, and sends it. Whatever holds it up in between, such as a
// hold, only means that it is sent by another attempt.
func (j *journey) carryOut(ctx context.Context, e entry) answer {
	if e.replaces != "" && !e.gone {
		a := j.cancel(ctx, e)
		if !a.entry.gone || j.pace.Held() {
			return a
		}
		permission, err := j.pace.Wait(ctx)
		if err != nil {
			return a
		}
		e = a.entry
		e.permission = permission
	}
	return j.send(ctx, e)
}

// cancel cancels the invitation that an entry replaces. That mails nobody, so a lost reply does no harm: the call is
// simply repeated. The claim stands already, so after a crash the person is not forgotten without any invitation.
func (j *journey) cancel(ctx context.Context, e entry) answer {
	_, err := j.service.CancelInvitation(ctx, j.organizationID, e.replaces)
	a := answer{entry: e, step: withheld, ended: time.Now()}
	status := statusOf(err)
	if err == nil || status == http.StatusNotFound || status == http.StatusGone {
		j.pace.Accepted()
		a.entry.gone = true
		return a
	}
	a.err, a.entry = err, e.counting(status)
	a.entry.Error = err.Error()
	switch {
	case errors.Is(err, cybedefend.ErrCredentials):
		return a
	case cybedefend.ClassOf(err) != cybedefend.FinalNo:
		return j.again(a)
	case mayHaveEnded(status), e.lost:
		a.step = doubtful
		return a
	}
	return a.settled(refused(a.entry.Record, record.Rejected))
}

// send makes the call and says where its answer brings the entry.
func (j *journey) send(ctx context.Context, e entry) answer {
	began := time.Now()
	invitation, err := j.service.Invite(ctx, j.organizationID, e.invite)
	a := answer{entry: e.counting(statusOf(err)), err: err, ended: time.Now()}
	if cybedefend.ClassOf(err) <= cybedefend.FinalNo {
		j.pace.Accepted()
	}
	if err == nil {
		j.pace.Took(a.ended.Sub(began))
		a.entry.HTTPStatus = http.StatusCreated
		return a.settled(invited(a.entry.Record, invitation))
	}
	a.entry.Error = err.Error()
	switch class := cybedefend.ClassOf(err); {
	case class == cybedefend.NotProcessed:
		return j.again(a)
	case errors.Is(err, cybedefend.ErrCredentials):
		a.step = withheld
	case class == cybedefend.FinalNo && !mayBeDuplicate(a.entry.HTTPStatus) && !e.lost:
		return a.settled(refused(a.entry.Record, record.Rejected))
	default:
		// Whatever is not certain is in doubt: the claim stands.
		a.step, a.entry.lost = doubtful, e.lost || class != cybedefend.FinalNo
	}
	return a
}

// again has the attempt repeated after a wait, or ends the entry when its attempts are used up.
func (j *journey) again(a answer) answer {
	asked := askedWait(a.err)
	if overload(a.entry.HTTPStatus) {
		j.pace.Refused(a.entry.permission)
		// A shorter wait is the refused entry's alone: whole seconds of silence cost most of a small quota.
		if asked > time.Second {
			j.pace.Hold(a.ended.Add(asked), "the service asks for a pause")
		}
	}
	if !j.retry.Again(a.entry.tries) {
		if a.entry.lost { // an earlier attempt may have taken effect late
			a.step = doubtful
			return a
		}
		return a.settled(refused(a.entry.Record, record.Failed))
	}
	if a.entry.HTTPStatus != http.StatusUnauthorized { // a renewed token needs no patience
		a.wait = j.retry.Wait(a.entry.tries+a.entry.throttled, asked, j.random())
	}
	a.step = again
	return a
}

// counting returns the entry after one more attempt that was answered with the status. A service that says no because of
// the others (429) has not tried this one; when it does so to everybody, the line stops.
func (e entry) counting(status int) entry {
	e.Attempts++
	if e.HTTPStatus = status; status == http.StatusTooManyRequests {
		e.throttled++
	} else {
		e.tries++
	}
	return e
}

// settled returns the answer with its outcome.
func (a answer) settled(outcome record.Record) answer {
	a.step, a.entry.Record = settled, outcome
	return a
}

// orBroken returns the answer, or that the ledger failed.
func (a answer) orBroken(err error) answer {
	if err != nil {
		return answer{entry: a.entry, step: broken, err: err}
	}
	return a
}
