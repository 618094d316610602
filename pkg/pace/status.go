package pace

import (
	"fmt"
	"time"
)

// Status is what a pace is doing at the moment, to be shown.
type Status struct {
	// Rate is the rate in force, Wished the one asked for, zero if it is to be found.
	Rate, Wished Rate
	// HeldUntil is the end of the hold, zero if none stands. Hold is the reason that was given for it.
	HeldUntil time.Time
	Hold      string
	// Why says in words why the pace is slow: slower than it was asked to be, or than [AutoRate]. It is empty else.
	Why string
}

// Status returns what the pace is doing.
func (s State) Status(now time.Time) Status {
	status := Status{Rate: s.search.rate, Wished: s.wished, Why: s.slowedBy(now)}
	if s.Held(now) {
		status.HeldUntil, status.Hold = s.until, s.why
	}
	return status
}

// slowedBy returns the strongest reason why the pace is slow.
func (s State) slowedBy(now time.Time) string {
	if s.Held(now) {
		text := "a hold until " + s.until.Format(time.TimeOnly)
		if s.why != "" {
			text += ": " + s.why
		}
		return text
	}
	usual := AutoRate
	if s.wished > 0 {
		usual = s.wished
	}
	if t, ok := s.limits.binding(s.search.ceiling); ok && s.search.ceiling < usual {
		return "the service tells " + t.words()
	}
	switch n := s.search.refusals; {
	case s.search.rate >= usual || n == 0:
		return ""
	case n == 1:
		return "the service refused a request"
	default:
		return fmt.Sprintf("the service refused %d requests in a row", n)
	}
}
