package onboard

import (
	"sync"
	"time"
)

const (
	// farOff is how far a clock may jump on the word of a single answer. What is further off may as well be the broken clock
	// of one machine among those that answer.
	farOff = 24 * time.Hour
	// agreement is within what two answers have to name the same time: clocks of machines that answer together differ by
	// less, and answers take time.
	agreement = 2 * time.Minute
	// noClock is further off than any clock is, and well within what a duration can hold.
	noClock = 100 * 365 * 24 * time.Hour
)

// clock tells the service's time. It is safe for concurrent use. The zero value is this machine's clock.
type clock struct {
	mu sync.Mutex
	// ahead is how far the service's clock is ahead of this machine's.
	ahead time.Duration
	// doubted is how far ahead it would be by the last answer, if that was too far off to be believed, else 0.
	doubted time.Duration
	warned  bool
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}

// hear takes in the date of an answer to a request that was sent so long ago. Whatever of that time has passed after the
// answer was dated is not known: it may have waited for a process that was frozen. So a date only bounds how far the
// service's clock is ahead, and what was known stays where it lies within the bounds; else the middle counts. A clock that
// is far off what was heard before counts once the next answer agrees. It returns how far this machine's clock is off when
// that is far and is known for the first time, else 0.
func (c *clock) hear(date time.Time, took time.Duration) (off time.Duration) {
	least := time.Until(date)
	if date.IsZero() || least.Abs() > noClock {
		return 0
	}
	const second = time.Second // the header has whole ones
	c.mu.Lock()
	defer c.mu.Unlock()
	ahead, most := c.ahead, least+max(took, 0)+second
	if ahead < least || ahead > most {
		ahead = least + (most-least)/2
	}
	before := c.doubted
	c.doubted = 0
	if (ahead-c.ahead).Abs() >= farOff && (before == 0 || (ahead-before).Abs() > agreement) {
		c.doubted = ahead
		return 0
	}
	c.ahead = ahead
	if ahead.Abs() < farOff || c.warned {
		return 0
	}
	c.warned = true
	return ahead
}
