package journey

import (
	"errors"
	"net/http"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/fence"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
	"rollcall/pkg/remedy"
)

// Judge says what the answer to an attempt means.
func Judge(w Work, a Answer, p Policy) Step {
	if errors.Is(a.Err, fence.ErrStale) && cybedefend.ClassOf(a.Err) == cybedefend.NotProcessed {
		return Step{Move: Withheld, Work: w} // it was held up until its claim was no longer good
	}
	s := Step{Work: w.after(a, p), Heard: heard(a), Err: a.Err}
	switch class := classOf(a.Err); {
	case s.Heard == CredentialsRefused:
		s.Move = Withheld
	case a.Cancels:
		return s.cancelled(a, p)
	case class == cybedefend.Done:
		return s.settle(invited(s.Work.Record, a.Invitation, w))
	case class == cybedefend.Confirmed:
		s.Work.Trail.Confirmed, s.Work.InDoubt, s.Move = true, true, LookUp
		s.Work.Record = plan.WithInvitation(s.Work.Record, a.Invitation)
	case class == cybedefend.NotProcessed, s.Heard == Busy && class == cybedefend.FinalNo:
		return s.again(a, p)
	case class == cybedefend.FinalNo && mayMeanPresent(s.Work.HTTPStatus):
		s.Work.Refused, s.Move = true, LookUp
	case class == cybedefend.FinalNo:
		return s.settle(rejected(s.Work.Record))
	default:
		s.Work.Trail.Lost, s.Work.InDoubt, s.Move = true, true, LookUp
	}
	return s
}

// cancelled says what the answer to a cancellation means. It mails nobody, so it is repeated without harm. Where its last
// reply was lost, too, or another one before, only the directory tells whether the invitation still stands.
func (step Step) cancelled(a Answer, p Policy) Step {
	status, class := step.Work.HTTPStatus, classOf(a.Err)
	switch {
	case class == cybedefend.Done, class == cybedefend.Confirmed:
		step.Work.Trail.Cancelled, step.Work.Trail.Tries, step.Work.Error = step.Work.Replaces, 0, ""
		step.Work.Unheard = false
		step.Work.Attempts-- // those that invite are counted
		step.Move, step.Heard, step.At = Again, Accepted, a.Ended
		return step
	case class == cybedefend.FinalNo && step.Heard != Busy && (mayMeanPresent(status) || status == http.StatusNotFound || status == http.StatusGone || step.Work.Unheard):
		// It may have been accepted or cancelled before, perhaps by a request of ours: then the claim stands.
		step.Work.Refused, step.Work.InDoubt, step.Move = true, step.Work.Unheard, LookUp
		return step
	case class == cybedefend.FinalNo && step.Heard != Busy:
		return step.settle(rejected(step.Work.Record))
	case class == cybedefend.Lost, class == cybedefend.Foreign:
		step.Work.Unheard = true
	}
	next := step.again(a, p)
	if next.Move == Settled && step.Work.Unheard {
		step.Work.Trail.Lost, step.Work.InDoubt, step.Move = true, true, LookUp
		return step
	}
	return next
}

// again has the attempt made again after a wait, or ends the entry when its tries are used up.
func (step Step) again(a Answer, p Policy) Step {
	asked := cybedefend.AskedWait(a.Err)
	trail := &step.Work.Trail
	quota := step.Heard == Busy && classOf(a.Err) == cybedefend.FinalNo
	if quota && asked == 0 {
		asked = quotaPause(trail.Throttled) // it does not say for how long
	}
	// A shorter wait is the refused entry's alone: whole seconds of silence cost most of a small quota. So is that for a
	// quota that meets one entry time and again: perhaps its words are about nobody else.
	if step.Heard == Busy && asked > time.Second && (!quota || trail.Throttled <= quotaHolds) {
		step.Hold = a.Ended.Add(asked)
	}
	switch {
	case quota && trail.Throttled >= quotaTries*p.Retry.Attempts:
		return step.settle(rejected(step.Work.Record))
	case !p.Retry.Again(trail.Tries):
		return step.settle(failed(step.Work))
	}
	wait := p.Retry.Wait(trail.Tries+trail.Throttled, asked, a.Jitter)
	if step.Heard == TokenExpired { // a renewed token needs no patience beyond what its issuer's clock asks for
		wait = asked
	}
	trail.DueAt = a.Ended.Add(wait)
	step.Move, step.At = Again, trail.DueAt
	return step
}

// settle ends the entry with its outcome.
func (step Step) settle(r record.Record) Step {
	step.Move, step.Work.Record, step.Work.InDoubt, step.Work.Refused = Settled, r, false, false
	return step
}

// after returns the entry after one more attempt. A service that says no because of the others (429, or in words of a
// quota) has not tried this one; when it does so to everybody, the line stops.
func (w Work) after(a Answer, p Policy) Work {
	w.Attempts++
	w.Inherited = false
	w.HTTPStatus, w.Error = cybedefend.StatusOf(a.Err), ""
	if a.Err == nil {
		w.HTTPStatus = http.StatusCreated
		if a.Cancels {
			w.HTTPStatus = http.StatusOK
		}
	} else {
		w.Error = a.Err.Error()
	}
	if h := heard(a); h == Busy && (w.HTTPStatus == http.StatusTooManyRequests || classOf(a.Err) == cybedefend.FinalNo) {
		w.Trail.Throttled++
	} else {
		w.Trail.Tries++
	}
	silent := p.silence(a.Err)
	if w.Unheard { // the earlier one may be at work for longer
		silent = max(silent, w.Trail.EndedAt.Add(w.Trail.SilentFor).Sub(a.Ended))
	}
	w.Trail.EndedAt, w.Trail.SilentFor, w.Trail.DueAt = a.Ended, silent, time.Time{}
	return w
}

// Resolve says what a reading means for an entry: for one that is in doubt or was refused, what became of it, and for any
// other whether it is to be sent.
func Resolve(w Work, s Sighting, in plan.Inputs, p Policy) Step {
	step := Step{Work: w}
	switch {
	case w.Outcome != record.Unset:
		return step.revisit(s, in)
	case w.Elsewhere != "":
		if next := step.verdict(s, in); s.found() && next.Move == Settled {
			return next
		}
		return step.unknown(in, w.Elsewhere, w.InDoubt)
	case w.Trail.Confirmed:
		return step.confirmed(s, in, p)
	case w.Refused:
		return step.refused(s, in, p)
	case w.InDoubt:
		return step.lost(s, in, p)
	}
	return step.verdict(s, in)
}

// traced says what the reading shows of a request that may have taken effect, or that it cannot tell. It is not ok if the
// reading shows for certain that there is no trace of it.
func (step Step) traced(s Sighting, in plan.Inputs, p Policy) (traced Step, ok bool) {
	switch own := s.own(step.Work); {
	case s.Err == nil && s.Member != nil:
		return step.verdict(s, in), true
	case s.Err == nil && step.Work.Unheard && s.Pending != nil && !same(s.Pending.ID, step.Work.Replaces): // somebody else's
		step.Work.Trail.Lost, step.Work.Trail.Tries, step.Work.InDoubt, step.Work.Unheard = false, 0, false, false
		return step.verdict(s, in), true
	case s.Err == nil && own != nil:
		return step.settle(invited(step.Work.Record, *own, step.Work)), true
	case s.early(step.Work):
		return step.wait(s, p), true
	case s.Err != nil:
		return step.unknown(in, s.gap(), true), true
	case !s.Certain() && !in.TrustLists:
		return step.leftByLists(in, s.gap()), true
	}
	return step, false
}

// confirmed looks for the invitation that the service has confirmed without describing it.
func (step Step) confirmed(s Sighting, in plan.Inputs, p Policy) Step {
	if traced, ok := step.traced(s, in, p); ok {
		return traced
	}
	return step.unknown(in, "the service has confirmed it and lists no such invitation"+s.perhaps(), false)
}

// lost finds out what became of a request whose reply is missing.
func (step Step) lost(s Sighting, in plan.Inputs, p Policy) Step {
	if traced, ok := step.traced(s, in, p); ok {
		return traced
	}
	w := step.Work
	switch traces := s.Similar != "" || s.Joined != "" || s.Veiled || s.endedSince(w); {
	case traces && !in.TrustLists, s.Pending != nil && !same(s.Pending.ID, w.Replaces):
		return step.leftByLists(in, "the lists do not show for certain that it had no effect"+s.perhaps())
	}
	if w.Replaces != "" && s.Pending == nil && !s.answered(w.Replaces) {
		step.Work.Trail.Cancelled = w.Replaces // by us, or by somebody else
	}
	step.Work.Trail.Lost, step.Work.InDoubt, step.Work.Unheard = false, false, false
	if !p.Retry.Again(w.Trail.Tries) {
		return step.settle(failed(step.Work))
	}
	return step.send(s, in)
}

// refused finds out whether a refusal only meant that the person is there already.
func (step Step) refused(s Sighting, in plan.Inputs, p Policy) Step {
	w := step.Work
	switch kept := s.Pending != nil && same(s.Pending.ID, w.Replaces); {
	case w.Unheard && !s.found() && !s.Certain() && !in.TrustLists: // an earlier one may have cancelled it
		return step.unknown(in, s.gap(), true)
	case s.Err != nil:
		return step.settle(rejected(w.Record))
	case s.Member != nil, s.Pending != nil && !kept:
		// If it is sent, then to replace what was not known of.
		step.Work.Trail.Tries, step.Work.Refused, step.Work.Unheard, step.Work.InDoubt = 0, false, false, false
		return step.verdict(s, in)
	case w.Replaces != "" && (s.answered(w.Replaces) || s.latest() != "" && !same(s.latest(), w.Replaces)):
		step.Work.InDoubt = false
		return step.verdict(s, in) // what we could not cancel is not cancelled, or is not the last word
	case s.Perhaps != nil && !kept && !in.TrustLists && (w.Replaces != "" || w.HTTPStatus == http.StatusConflict):
		return step.keep(plan.Perhaps(s.Membership, s.Perhaps.Email+" is a member"), in) // what we could not cancel may have been accepted
	case kept && s.early(w):
		return step.wait(s, p) // a late list still shows what an earlier cancellation, or somebody else's, has ended
	case kept:
		return step.settle(rejected(w.Record))
	case w.Replaces != "" && w.Trail.Cancelled == "" && (s.Certain() || in.TrustLists):
		// Somebody else has cancelled what we could not, or we have and did not hear of it.
		step.Work.Trail.Cancelled, step.Work.Trail.Tries = w.Replaces, 0
		step.Work.Refused, step.Work.Unheard, step.Work.InDoubt = false, false, false
		return step.send(s, in)
	case w.HTTPStatus == http.StatusConflict && !s.Certain() && !in.TrustLists: // the service knows the person, and may hide where
		return step.unknown(in, s.gap(), false)
	}
	return step.settle(rejected(w.Record))
}

// verdict decides about an entry of which no request is in doubt.
func (step Step) verdict(s Sighting, in plan.Inputs) Step {
	w := step.Work
	if s.Unsure && s.Member == nil {
		return step.unknown(in, "the service has confirmed an earlier request and does not list its invitation yet", false)
	}
	v := plan.Decide(w.Desired, s.Membership, in)
	switch {
	case !v.Send():
		return step.keep(v, in)
	case s.Recalled && s.Similar != "" && !in.TrustLists:
		return step.keep(plan.Perhaps(s.Membership, s.Similar+" is invited"), in)
	}
	step.Verdict = v
	if !s.Certain() && !in.TrustLists {
		step.Move, step.Gap = Contradicted, s.gap()
		return step
	}
	step.Work.Invite, step.Work.Replaces, step.Work.Before = v.Invite, v.Replaces, s.latest()
	step.Work.Unheard = v.Replaces != "" && w.replacing()
	if s.Bereft != "" && v.Replaces == "" { // it is replaced once more, and is cancelled already
		step.Work.Replaces, step.Work.Trail.Cancelled = s.Bereft, s.Bereft
		v.Hint = remedy.Words(step.Work.LeftWithout())
		step.Verdict.Hint = v.Hint
	}
	step.Work.Trail.Verdict, step.Work.Hint = v.Outcome, v.Hint.Render(in.Render)
	step.Move, step.At = Send, w.Trail.DueAt
	return step
}

// keep ends the entry with a verdict that sends nothing.
func (step Step) keep(v plan.Verdict, in plan.Inputs) Step {
	step.Verdict = v
	r := step.Work.Record
	r.Error = ""
	return step.settle(v.Apply(r, in.At, in.Render).WithLoss())
}

// send has an entry sent that was found to be sent before: as it was, if that is known.
func (step Step) send(s Sighting, in plan.Inputs) Step {
	if step.Work.Invite.Email == "" {
		return step.verdict(s, in)
	}
	step.Move, step.At = Send, step.Work.Trail.DueAt
	return step
}

// revisit says whether an outcome of an earlier part of the run is still true. The directory's truth beats the memory,
// once it has had the time to learn it.
func (step Step) revisit(s Sighting, in plan.Inputs) Step {
	step.Move = Kept
	if !Stands(step.Work.Record, in) && s.Certain() && !s.found() && plan.Decide(step.Work.Desired, s.Membership, in).Send() {
		step.Move = Send
	}
	return step
}

// Stands reports whether an outcome of an earlier part of the run is still true whatever a reading shows: it was the roster's
// to say, or has come of an answer to a request, or is so young that a list need not know of it.
func Stands(r record.Record, in plan.Inputs) bool {
	switch r.Outcome {
	case record.Invited, record.AlreadyInvited, record.AlreadyMember, record.Skipped:
		return r.Trail.LeftOut() || in.At.Sub(r.UpdatedAt) < MemoryCounts
	default:
		return true
	}
}

// wait has the entry looked up once more, from when on a reading can tell. By what this reading has shown, a later one would
// be as early again: the newest invitation in it grows old meanwhile.
func (step Step) wait(s Sighting, p Policy) Step {
	s.Lag = max(s.Lag, p.Lag)
	step.Move, step.At = Wait, s.tellsFrom(step.Work)
	return step
}
