// Package breaker decides, after a row of steps, how the run goes on: as before, one entry at a time, by probing whether
// the service is back, by looking up what is in doubt, or not at all.
//
// A [State] is a pure value: it knows no goroutine, no clock and no network. Single rows are not its matter: what one
// answer means for its row is for package journey to say.
package breaker

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/journey"
	"rollcall/pkg/record"
)

const (
	// DefaultMaxWait is longer than a deployment of the service and short enough for a nightly run.
	DefaultMaxWait = 5 * time.Minute
	// DefaultMaxStreak is how many refusals with the same words in a row say that the trouble is not with the rows.
	DefaultMaxStreak = 50
	// lineStop is how many failures in a row stop the line: from then on single probes ask whether the service is back, so
	// that an outage does not use up the attempts of one row after the other.
	lineStop = 10
	// forbiddenStop is how many people in a row the service may forbid to invite before it is taken to mean everybody.
	forbiddenStop = 5
	// maxDoubtful bounds how many entries wait for a reading of the directory.
	maxDoubtful = 10_000
	// probeBase and probeCap bound the waits between two probes of a service that is down.
	probeBase = time.Second
	probeCap  = 30 * time.Second
	// probeShare is how much of the time since it went down such a wait is: what a probe comes too late is little beside
	// the outage itself.
	probeShare = 0.5
)

// Options are the limits of a run. The zero value of each stands for its default.
type Options struct {
	// MaxWait is how long to wait for the service, whether it asks for it or is down. Zero stands for [DefaultMaxWait].
	MaxWait time.Duration
	// MaxStreak is how many refusals with the same words in a row stop the run. Zero stands for [DefaultMaxStreak].
	MaxStreak int
	// MaxFailures, if not 0, is how many rejected, failed and unknown rows stop the run.
	MaxFailures int
	// MayNotInvite says that the caller's profile speaks against the right to invite: then the service is believed when
	// it forbids the first person.
	MayNotInvite bool
}

// Action is how the run goes on. The zero value is unset.
type Action uint8

// The actions.
const (
	// GoOn: entries may leave.
	GoOn Action = iota + 1
	// TryOne: one entry may leave, and the next one when it is answered.
	TryOne
	// Probe: nothing may leave until the service has answered a call that changes nothing.
	Probe
	// Settle: what is in doubt is to be looked up, with nothing in flight.
	Settle
	// Done: nothing is left to do.
	Done
	// Stop: the run ends before its end.
	Stop
)

// State is what the answers so far say. The zero value is that of a run that begins. States can be compared with ==, as
// long as the run has not stopped; see [State.Relative].
type State struct {
	// failures counts the answers in a row that say nothing but that something is wrong, since down.
	failures int
	down     time.Time
	foreign  bool // the last of them was not the service's
	// trial says that the line is stopped, and that one entry may try whether the service works again; probed, that it has
	// just answered a probe.
	trial, probed bool
	streak        streak
	accepted      bool // whether the service has accepted anybody
	bad           int  // rows that ended badly
	// refused counts the refusals for good, forbidden those that say that the caller may not invite.
	refused, forbidden int
	stop               *StopError
}

// streak counts refusals with the same status and the same words in a row.
type streak struct {
	status int
	words  string
	length int
}

// Next returns the state after a step: an answer or what a reading has settled.
func (s State) Next(step journey.Step, o Options) State {
	switch step.Heard {
	case journey.CredentialsRefused:
		return s.stopped(Credentials, step.Err)
	case journey.Accepted:
		s.streak, s.accepted = streak{}, true
		s = s.works()
	case journey.Busy, journey.Trouble, journey.Foreign:
		s = s.failed(step, o)
	case journey.Refused:
		s = s.works().refusedBy(step, o)
	default:
	}
	switch {
	case step.Move == journey.Contradicted:
		return s.stopped(Contradicted, errors.New(step.Gap))
	case step.Move == journey.Wait:
		return s
	case step.Heard == 0 && cybedefend.ClassOf(step.Err) == cybedefend.FinalNo:
		return s.lookedUp(step, o)
	case step.Move != journey.Settled || step.Heard == journey.Refused:
		return s
	case step.Heard == 0 && step.Work.Outcome == record.Invited: // a reading shows that the service has worked
		s.accepted = true
		return s.works()
	}
	return s.counted(step, o)
}

// lookedUp notes what a reading says about a row that was refused, and counted then. The refusal of somebody who is there
// already, or who can be sent after all, is none.
func (s State) lookedUp(step journey.Step, o Options) State {
	status := step.Work.HTTPStatus
	switch rejected := step.Move == journey.Settled && !step.Work.Outcome.Well(); {
	case rejected && status == http.StatusConflict:
		return s.counted(step, o)
	case rejected:
		return s
	}
	s.refused--
	if status == http.StatusForbidden {
		s.forbidden--
	}
	if status != http.StatusConflict {
		s.bad--
	}
	return s
}

// works notes that a call was answered as it should be, be it with a refusal.
func (s State) works() State {
	s.failures, s.trial, s.probed, s.foreign = 0, false, false, false
	return s
}

// failed notes an answer that says nothing but that something is wrong.
func (s State) failed(step journey.Step, o Options) State {
	if s.failures++; s.failures == 1 {
		s.down = step.Work.Trail.EndedAt
	}
	s.trial, s.probed = false, false
	if s.foreign = step.Heard == journey.Foreign; s.foreign {
		s.failures = max(s.failures, lineStop) // whatever leaves now meets the same
	}
	if errors.Is(step.Err, cybedefend.ErrConnection) {
		return s.stopped(Unconnected, step.Err)
	}
	most := cmp.Or(o.MaxWait, DefaultMaxWait)
	if asked := cybedefend.AskedWait(step.Err); asked > most {
		return s.stopped(Overlong, fmt.Errorf("it asks for %s, at most %s are allowed: %w", asked, most, step.Err))
	}
	if step.Move == journey.Again && s.failures > 1 && step.At.Sub(s.down) > most {
		return s.GaveUp(step.Err) // it asks for one short wait after the other
	}
	return s
}

// refusedBy notes a refusal for good.
func (s State) refusedBy(step journey.Step, o Options) State {
	status := step.Work.HTTPStatus
	words := ""
	if e, ok := errors.AsType[*cybedefend.Error](step.Err); ok {
		words = strings.ReplaceAll(strings.ToLower(e.Message), strings.ToLower(step.Work.Email), "")
	}
	if s.streak.status != status || s.streak.words != words {
		s.streak = streak{status: status, words: words}
	}
	if s.refused++; step.Work.Attempts <= 1 { // who was refused by an earlier start as well says nothing new
		s.streak.length++
	}
	enough := forbiddenStop
	if o.MayNotInvite {
		enough = 1
	}
	switch status {
	case http.StatusConflict:
		return s // people who are there already are no trouble
	case http.StatusForbidden:
		if s.forbidden++; !s.accepted && s.streak.length >= enough {
			return s.stopped(Forbidden, step.Err)
		}
	}
	if s.streak.length >= cmp.Or(o.MaxStreak, DefaultMaxStreak) {
		s = s.stopped(Streak, fmt.Errorf("%d in a row: %w", s.streak.length, step.Err))
	}
	return s.counted(step, o)
}

// counted counts a row that has ended badly, or will.
func (s State) counted(step journey.Step, o Options) State {
	if step.Move == journey.Settled && step.Work.Outcome.Well() {
		return s
	}
	if s.bad++; o.MaxFailures > 0 && s.bad >= o.MaxFailures {
		return s.stopped(Failures, fmt.Errorf("%d in this run, the last on line %d: %s", s.bad, step.Work.Line, step.Work.Error))
	}
	return s
}

// stopped returns the state of a run that stops, for the first reason that there is.
func (s State) stopped(reason Reason, err error) State {
	if s.stop == nil {
		s.stop = &StopError{Reason: reason, Err: err}
	}
	return s
}

// Do says how the run goes on, with so many entries in doubt, and with nothing left to send if idle.
func (s State) Do(doubts int, idle bool) Action {
	switch {
	case s.stop != nil && (!idle || !s.stop.ofRows()):
		return Stop
	case s.failures >= lineStop && !s.trial:
		return Probe
	case s.probed && doubts > 0, doubts >= maxDoubtful, idle && doubts > 0:
		// What is in doubt may have taken effect all the same, which also says whether the service works.
		return Settle
	case idle:
		return Done
	case s.trial:
		return TryOne
	}
	return GoOn
}

// ofRows reports whether a run stops for the sake of the rows that are left: without any, it simply ends.
func (e *StopError) ofRows() bool { return e.Reason == Streak || e.Reason == Failures }

// Looked returns the state after what is in doubt was looked up.
func (s State) Looked() State {
	s.probed = false
	return s
}

// Rest returns how long to leave the service alone before the next probe, which the service may have asked for, and
// whether that is within what the run may wait.
func (s State) Rest(now time.Time, asked time.Duration, o Options) (rest time.Duration, ok bool) {
	down := now.Sub(s.down)
	rest = max(asked, min(max(time.Duration(float64(down)*probeShare), probeBase), probeCap))
	return rest, down+rest <= cmp.Or(o.MaxWait, DefaultMaxWait)
}

// Probed returns the state after a probe: err is its answer. One that the service has answered lets a single entry through;
// the line goes on when that one is answered, too.
func (s State) Probed(err error) State {
	switch class := cybedefend.ClassOf(err); {
	case errors.Is(err, cybedefend.ErrCredentials):
		return s.stopped(Credentials, err)
	case errors.Is(err, cybedefend.ErrConnection):
		return s.stopped(Unconnected, err)
	case err == nil, class == cybedefend.FinalNo:
		s.trial, s.probed = true, true
	}
	return s
}

// GaveUp returns the state of a run that has waited for the service for as long as it may.
func (s State) GaveUp(last error) State {
	reason := Overlong
	if s.foreign {
		reason = Foreign
	}
	since := fmt.Errorf("no good answer since %s", s.down.Format(time.TimeOnly))
	if last != nil {
		since = fmt.Errorf("no good answer since %s: %w", s.down.Format(time.TimeOnly), last)
	}
	return s.stopped(reason, since)
}

// Relative returns the state with all instants counted from now. States with the same relative state decide the same from
// now on, whenever they were reached.
func (s State) Relative(now time.Time) State {
	if s.failures == 0 { // it works, no matter since when it did not
		s.down = time.Time{}
	}
	if !s.down.IsZero() {
		s.down = time.Unix(0, 0).UTC().Add(s.down.Sub(now))
	}
	return s
}

// Down returns since when nothing but failures came back.
func (s State) Down() time.Time { return s.down }

// Err returns why the run stops, nil if it does not. A run that has come to its end is stopped only where the service has
// forbidden everybody, and there were enough of them to tell.
func (s State) Err(ended bool) error {
	switch {
	case s.stop != nil && (!ended || !s.stop.ofRows()):
		return s.stop
	case ended && !s.accepted && s.forbidden >= forbiddenStop && s.forbidden == s.refused:
		return &StopError{Reason: Forbidden}
	}
	return nil
}
