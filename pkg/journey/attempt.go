package journey

import (
	"context"
	"net/http"
	"time"

	"rollcall/pkg/audit"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/fence"
	"rollcall/pkg/pace"
	"rollcall/pkg/record"
)

// Inviter invites and cancels one invitation, each in exactly one request.
type Inviter interface {
	CancelInvitation(ctx context.Context, organizationID, invitationID string) (cybedefend.Invitation, error)
	Invite(ctx context.Context, organizationID string, invite cybedefend.Invite) (cybedefend.Invitation, error)
}

// Store keeps claims and what steps come to.
type Store interface {
	// Claim keeps all of the claims or none. They are durable when it returns nil; otherwise no request must leave. A claim
	// is refused while another one stands for the same person. With then it does not wait, as Conclude does not.
	Claim(ctx context.Context, then func(error), claims ...record.Claim) error
	// Conclude keeps what steps came to, in one operation, and ends the claims but for those in doubt. With then it does
	// not wait: then is told when all is durable, or why it is not, and whatever is asked for next is written no earlier.
	Conclude(ctx context.Context, run string, then func(error), conclusions ...record.Conclusion) error
	// Doubts returns the claims that stand, oldest first.
	Doubts(ctx context.Context, scope record.Scope) ([]record.Doubt, error)
}

// Gate lets requests leave one by one.
type Gate interface {
	// Acquire returns the permission for one request, or the cause of ctx when that ends first.
	Acquire(ctx context.Context) (pace.Permission, error)
	// Leave returns when a request that has its permission may really leave, or an error if it must not.
	Leave(ctx context.Context) error
	// Report tells what an answer says about the pace.
	Report(signal pace.Signal)
	// Hold stops everybody until the instant.
	Hold(until time.Time, why string)
}

// Attempt makes attempts. Its fields are required, but for Stamp.
type Attempt struct {
	Service        Inviter
	Store          Store
	Gate           Gate
	OrganizationID string
	Run            string
	Policy         Policy
	// Now tells the service's time.
	Now func() time.Time
	// Random returns a number in [0,1).
	Random func() float64
	// Twin returns whom else the service has answered with the id of an invitation, empty if nobody.
	Twin func(invitationID, email string) string
	// Stamp marks a context with the moment from which a claim is good. Nil: [fence.Stamp].
	Stamp func(context.Context) context.Context
}

// Make makes one call for an entry that is to be sent and has its permission: it claims, sends, judges and concludes. The
// wait for the pace comes before, so that a claim stands only for a call that is about to leave.
//
// It delivers exactly one step, perhaps after it has returned: the disk need not be waited for before the next claim,
// which is written after this conclusion or together with it. So a crash leaves no more entries in doubt than there are
// workers, beside those set aside already. An error says that the store failed.
func (t *Attempt) Make(ctx context.Context, w Work, permission pace.Permission, deliver func(Step, error)) {
	stamp := t.Stamp
	if stamp == nil {
		stamp = fence.Stamp
	}
	ctx = stamp(ctx) // a claim is good for a few seconds from here on
	claim := record.Claim{
		Run: t.Run, Row: w.Row, Email: w.Email, Change: record.ChangeInvite, Attempt: w.Attempts + 1, At: t.Now(),
		Replaces: w.Replaces, Before: w.Before,
	}
	if err := t.Store.Claim(ctx, nil, claim); err != nil {
		deliver(Step{Move: Withheld, Work: w}, err)
		return
	}
	step, told := Step{Move: Withheld, Work: w, Harmless: true}, (*audit.Event)(nil)
	if t.Gate.Leave(ctx) == nil && fence.Fresh(ctx) == nil {
		step, told = t.call(ctx, w, permission)
	}
	// What the service has answered is kept even if the run is being torn down.
	t.conclude(context.WithoutCancel(ctx), step, told, deliver)
}

// call makes the call that comes next for the entry: an invitation that is to be replaced is cancelled by one attempt, and
// the next one invites.
func (t *Attempt) call(ctx context.Context, w Work, permission pace.Permission) (Step, *audit.Event) {
	a := Answer{Cancels: w.Replaces != "" && w.Trail.Cancelled != w.Replaces, Jitter: t.Random()}
	began := time.Now()
	if a.Cancels {
		a.Invitation, a.Err = t.Service.CancelInvitation(ctx, t.OrganizationID, w.Replaces)
	} else {
		a.Invitation, a.Err = t.Service.Invite(ctx, t.OrganizationID, w.Invite)
	}
	a.Ended = time.Now()
	step := Judge(w, a, t.Policy)
	step.Harmless = a.harmless()
	if step.Work.Outcome == record.Invited {
		if twin := t.Twin(step.Work.InvitationID, w.Email); twin != "" {
			step.Work.Hint = "the service has given the same invitation id to " + twin + ": look in the dashboard"
		}
	}
	t.report(step, a, permission, a.Ended.Sub(began))
	return step, Told(t.Run, w, a, step)
}

// report tells the gate what the answer says about the pace.
func (t *Attempt) report(step Step, a Answer, permission pace.Permission, took time.Duration) {
	answered := pace.Answered{Permission: permission}
	switch step.Heard {
	case Accepted:
		answered.Kind = pace.Accepted
		if !a.Cancels {
			answered.Took = took
		}
	case Refused:
		answered.Kind = pace.Accepted
	case Busy:
		answered.Kind = pace.Refused
		answered.Plain = cybedefend.StatusOf(a.Err) == http.StatusServiceUnavailable && cybedefend.AskedWait(a.Err) == 0
	default:
	}
	t.Gate.Report(answered)
	if !step.Hold.IsZero() {
		t.Gate.Hold(step.Hold, "the service asks for a pause")
	}
}

// conclude keeps what the step came to, together with its line of the audit trail, and delivers it.
func (t *Attempt) conclude(ctx context.Context, step Step, told *audit.Event, deliver func(Step, error)) {
	if step.Move == Settled {
		step.Work.UpdatedAt = t.Now()
	}
	conclusion := record.Conclusion{Record: step.Work.Record, InDoubt: step.Work.InDoubt}
	conclusion.Harmless, conclusion.Event = step.Harmless, told
	err := t.Store.Conclude(ctx, t.Run, func(err error) { deliver(step, err) }, conclusion)
	if err != nil {
		deliver(step, err)
	}
}
