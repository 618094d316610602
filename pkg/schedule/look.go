package schedule

import (
	"fmt"
	"time"

	"rollcall/pkg/status"
)

// Catchup says until when a run is worth beginning whose slot was missed, since nothing ran or another run was open. It is
// written as "one", which is the zero value: however late, one run makes up for all slots that were missed; as "none": only
// what is nearly on time; or as the longest delay, such as 6h.
type Catchup struct{ most time.Duration }

const (
	catchupOne  = "one"
	catchupNone = "none"
)

// OnTime is how late a run without a catch-up may be: restarting whoever looks at schedules, or letting another one take
// over, takes a minute.
const OnTime = 5 * time.Minute

// String returns it as it is written.
func (c Catchup) String() string {
	switch c.most {
	case 0:
		return catchupOne
	case OnTime:
		return catchupNone
	default:
		return c.most.String()
	}
}

// MarshalText returns [Catchup.String].
func (c Catchup) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads what [Catchup] says.
func (c *Catchup) UnmarshalText(text []byte) error {
	most := time.Duration(0)
	switch string(text) {
	case catchupOne:
	case catchupNone:
		most = OnTime
	default:
		var err error
		if most, err = time.ParseDuration(string(text)); err != nil {
			return fmt.Errorf("expected one, none, or how late a run may begin, such as 6h, and found %s", shown(string(text)))
		}
		if most < OnTime {
			return fmt.Errorf("a run that may begin %v late is easily missed: write none, which allows %v, or more", most, OnTime)
		}
	}
	*c = Catchup{most}
	return nil
}

// allows reports whether a run may begin so late.
func (c Catchup) allows(late time.Duration) bool { return c.most == 0 || late <= c.most }

// State is what has to be remembered of a schedule.
type State struct {
	// Last is the slot that was last dealt with, or when the schedule was made or resumed: what was due until then is past.
	Last time.Time
	// Open says that a run of the schedule has not ended.
	Open bool
	// Paused says that nothing is to be begun until somebody resumes the schedule.
	Paused bool
}

// Action is what to do about a schedule.
type Action int

// The actions.
const (
	// Wait: there is nothing to do before [Look.Next], or before the open run has ended. The state stays as it is.
	Wait Action = iota
	// Pass: what was due is past, and no run is begun for it. [Look.Slot] is dealt with.
	Pass
	// Begin: a run is begun for [Look.Slot], and makes up for whatever was due since [Look.First].
	Begin
)

// Look is what a look at a schedule has found.
type Look struct {
	Action Action
	// First and Slot are the first and the last moment since [State.Last] at which the schedule was due, the same where there
	// was one; zero where there was none. A schedule and a slot name a run: they can be the key that keeps it from being begun
	// twice.
	First, Slot time.Time
	// Next is the first moment from now on at which the schedule is due.
	Next time.Time
}

// Look says what to do about a schedule now. What is due while a run is open waits for its end, and counts as missed then.
// What is due during a pause is past.
func (s *Schedule) Look(state State, now time.Time) Look {
	look := Look{Next: s.Next(now)}
	first := s.Next(state.Last)
	if first.After(now) {
		return look
	}
	look.First, look.Slot = first, s.last(first, now)
	switch {
	case state.Paused:
		look.Action = Pass
	case state.Open:
		look.Action = Wait
	case !s.options.Catchup.allows(now.Sub(look.Slot)):
		look.Action = Pass
	default:
		look.Action = Begin
	}
	return look
}

// After returns the state once what a look says was done.
func (s State) After(look Look) State {
	switch look.Action {
	case Wait:
	case Pass:
		s.Last = look.Slot
	case Begin:
		s.Last, s.Open = look.Slot, true
	}
	return s
}

// Ended returns the state once the open run has ended.
func (s *Schedule) Ended(state State, how status.Status) State {
	state.Open = false
	state.Paused = state.Paused || s.options.PauseOnFailure && Failed(how)
	return state
}

// Failed reports whether the run after one that ended so would likely end no better before a person has looked at it. Rows
// that were refused are results, and what was stopped or found another run at work goes on with the next.
func Failed(how status.Status) bool {
	switch how {
	case status.Well, status.Rows, status.Locked, status.Stopped, status.Interrupted:
		return false
	case status.Unexpected, status.Settings, status.Refused, status.Roster, status.Guarded:
		return true
	default:
		return true
	}
}

// Resumed returns the state from now on, once somebody has resumed the schedule: what was due until then is past.
func (s State) Resumed(now time.Time) State {
	if s.Paused {
		s.Paused, s.Last = false, now
	}
	return s
}
