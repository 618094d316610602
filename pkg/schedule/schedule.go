package schedule

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// MaxJitter bounds [Options.Jitter]: what is spread over more than a day is no longer due on a day.
const MaxJitter = 24 * time.Hour

// Options describe a [Schedule].
type Options struct {
	// Name tells the schedule from others, and is what its place within the jitter is drawn from.
	Name string
	// Cron says at which times. It is needed.
	Cron Cron
	// Zone says whose times they are.
	Zone Zone
	// Jitter is the span over which schedules with the same times are spread. Zero stands for none.
	Jitter Jitter
	// Catchup says what becomes of slots that were missed. The zero value makes up for all of them, by one run.
	Catchup Catchup
	// PauseOnFailure makes the schedule pause after a run that failed, until somebody resumes it.
	PauseOnFailure bool
}

// Schedule says when something is due. It is safe for concurrent use.
type Schedule struct {
	options Options
	// later is by how much everything is due later than the times say.
	later time.Duration
}

// New returns a schedule. It fails if there are no times, or the jitter is out of bounds.
func New(o Options) (*Schedule, error) {
	if o.Cron.IsZero() {
		return nil, errors.New("a schedule needs times")
	}
	if err := o.Jitter.check(); err != nil {
		return nil, err
	}
	return &Schedule{o, o.Jitter.of(o.Name)}, nil
}

// Options returns what the schedule was made from.
func (s *Schedule) Options() Options { return s.options }

// Later returns by how much everything is due later than the times say: the schedule's own part of the jitter, in whole
// seconds. It depends on the name and the jitter alone, so it is the same after every restart and on every machine.
func (s *Schedule) Later() time.Duration { return s.later }

// Next returns the first moment after another one at which the schedule is due, in its zone. There always is one.
func (s *Schedule) Next(after time.Time) time.Time {
	after = after.Add(-s.later)
	for wall := s.options.Zone.wall(after); ; {
		wall = s.options.Cron.after(wall)
		// While a clock shows an hour for the second time, what it shows is behind slots that were due already.
		if at := s.options.Zone.reaches(wall); at.After(after) {
			return at.Add(s.later)
		}
	}
}

// last returns the last moment up to now at which the schedule was due, given an earlier one.
func (s *Schedule) last(earlier, now time.Time) time.Time {
	// Bisection: between two moments the schedule was due if Next of the first comes up to the second.
	for end := now; end.Sub(earlier) > time.Second; {
		middle := earlier.Add(end.Sub(earlier) / 2)
		if next := s.Next(middle); next.After(now) {
			end = middle
		} else {
			earlier = next
		}
	}
	if next := s.Next(earlier); !next.After(now) {
		return next
	}
	return earlier
}

// Jitter is a span within which each schedule has a place of its own, so that not everything begins at once. It is written
// as a duration, such as 20m.
type Jitter time.Duration

// String returns it as a duration.
func (j Jitter) String() string { return time.Duration(j).String() }

// MarshalText returns [Jitter.String].
func (j Jitter) MarshalText() ([]byte, error) { return []byte(j.String()), nil }

// UnmarshalText reads a duration from 0 to [MaxJitter].
func (j *Jitter) UnmarshalText(text []byte) error {
	span, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("expected a duration such as 20m, found %s", shown(string(text)))
	}
	if err := Jitter(span).check(); err != nil {
		return err
	}
	*j = Jitter(span)
	return nil
}

func (j Jitter) check() error {
	if span := time.Duration(j); span < 0 || span > MaxJitter {
		return fmt.Errorf("a jitter of %v is not between 0 and %v", span, MaxJitter)
	}
	return nil
}

// of returns the place of a name within the span, in whole seconds: hashes of names are spread evenly.
func (j Jitter) of(name string) time.Duration {
	seconds := uint64(time.Duration(j) / time.Second)
	if seconds == 0 {
		return 0
	}
	sum := sha256.Sum256([]byte(name))
	return time.Duration(binary.BigEndian.Uint64(sum[:])%seconds) * time.Second
}
