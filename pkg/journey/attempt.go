package journey

import (
	"context"
	"net/http"
	"strconv"
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

// Attempt makes attempts. Its fields are required, but for Listen and Stamp.
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
	// Twin returns the line of whoever else the service has answered with the id of an invitation, 0 if nobody.
	Twin func(invited record.Record) (line int)
	// Listen, if set, is told what an answer says as soon as it has come, before it is kept.
	Listen func(Heard)
	// Stamp marks a context with the moment from which a claim is good. Nil: [fence.Stamp].
	Stamp func(context.Context) context.Context
}

// Allowed is an entry that is to be sent and has its permission.
type Allowed struct {
	Work       Work
	Permission pace.Permission
}

// Claimed is an entry whose claim is on disk. The claim is good for a few seconds.
type Claimed struct {
	*Allowed
	ctx context.Context //nolint:containedctx // of the one request that follows, with the moment from which its claim is good
}

// Claim has the claims of entries written, all of them together, and then tells which of them stand, or the error of a store
// that could not keep them. The wait for the pace comes before, so that a claim stands only for a call that is about to leave.
// Then is called once, perhaps before Claim has returned, and must not wait. The entries are not to be changed any more.
func (t *Attempt) Claim(ctx context.Context, entries []*Allowed, then func([]Claimed, error)) {
	stamp := t.Stamp
	if stamp == nil {
		stamp = fence.Stamp
	}
	ctx = stamp(ctx) // the claims are good for a few seconds from here on
	claims, claimed, now := make([]record.Claim, len(entries)), make([]Claimed, len(entries)), t.Now()
	for i, e := range entries {
		claimed[i] = Claimed{e, ctx}
		claims[i] = record.Claim{
			Run: t.Run, Row: e.Work.Row, Email: e.Work.Email, Change: record.ChangeInvite, Attempt: e.Work.Attempts + 1, At: now,
			Replaces: e.Work.Replaces, Before: e.Work.Before,
		}
	}
	err := t.Store.Claim(ctx, func(err error) { then(claimed, err) }, claims...)
	if err != nil {
		then(claimed, err)
	}
}

// Send makes one call for an entry, judges and concludes.
//
// It delivers exactly one step, perhaps after it has returned: the disk need not be waited for before the next call. An
// error says that the store failed.
func (t *Attempt) Send(c Claimed, deliver func(*Step, error)) {
	if t.Gate.Leave(c.ctx) == nil && fence.Fresh(c.ctx) == nil {
		step, told := t.call(c.ctx, &c.Work, c.Permission)
		if t.Listen != nil {
			t.Listen(step.Heard)
		}
		t.conclude(c.ctx, step, told, deliver)
		return
	}
	t.Withhold(c, deliver)
}

// Withhold ends the claim of an entry whose call has not left, and delivers the step as [Attempt.Send] does.
func (t *Attempt) Withhold(c Claimed, deliver func(*Step, error)) {
	t.conclude(c.ctx, &Step{Move: Withheld, Work: c.Work, Harmless: true}, nil, deliver)
}

// call makes the call that comes next for the entry: an invitation that is to be replaced is cancelled by one attempt, and
// the next one invites.
func (t *Attempt) call(ctx context.Context, w *Work, permission pace.Permission) (*Step, *audit.Event) {
	a := Answer{Cancels: w.Replaces != "" && w.Trail.Cancelled != w.Replaces, Jitter: t.Random()}
	began := time.Now()
	if a.Cancels {
		a.Invitation, a.Err = t.Service.CancelInvitation(ctx, t.OrganizationID, w.Replaces)
	} else {
		a.Invitation, a.Err = t.Service.Invite(ctx, t.OrganizationID, w.Invite)
	}
	a.Ended = time.Now()
	step := new(Judge(*w, a, t.Policy))
	step.Harmless = a.harmless()
	if step.Work.Outcome == record.Invited {
		if line := t.Twin(step.Work.Record); line > 0 {
			step.Work.Hint = "the service has given the same invitation id to line " + strconv.Itoa(line) + ": look in the dashboard"
		}
	}
	t.report(step, a, permission, a.Ended.Sub(began))
	return step, told(t.Run, w, a, step)
}

// report tells the gate what the answer says about the pace.
func (t *Attempt) report(step *Step, a Answer, permission pace.Permission, took time.Duration) {
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

// conclude keeps what the step came to, together with its line of the audit trail, and delivers it: also if the run is being
// torn down.
func (t *Attempt) conclude(ctx context.Context, step *Step, told *audit.Event, deliver func(*Step, error)) {
	if step.Move == Settled {
		step.Work.UpdatedAt = t.Now()
	}
	conclusion := record.Conclusion{Record: step.Work.Record, InDoubt: step.Work.InDoubt}
	conclusion.Harmless, conclusion.Event = step.Harmless, told
	err := t.Store.Conclude(context.WithoutCancel(ctx), t.Run, func(err error) { deliver(step, err) }, conclusion)
	if err != nil {
		deliver(step, err)
	}
}
