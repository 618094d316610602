package onboard

import (
	"errors"
	"fmt"
	"time"

	"rollcall/pkg/batch"
	"rollcall/pkg/breaker"
	"rollcall/pkg/cybedefend"
)

// watchedUnreached is how long a person waits for a service that is not reached at all: its address may be misspelt.
const watchedUnreached = 20 * time.Second

// WaitUnreached returns how long the service should be waited for at first while no connection to it can be made. A person who
// watches and has not said how long to wait is told soon; a nightly run outlasts an outage. Zero: MaxWait decides.
func (s Service) WaitUnreached(watched bool) time.Duration {
	if watched && (s.MaxWait == 0 || s.MaxWait == breaker.DefaultMaxWait) {
		return watchedUnreached
	}
	return 0
}

// first is how the very first call is repeated. Whoever waits for a service that is not reached is told until when.
func (c *Connection) first() batch.ReadRetrier {
	r, told := c.retrier(), false
	r.Unreached = c.service.Unreached
	r.Observe = func(err error, wait time.Duration) {
		if !told && errors.Is(err, cybedefend.ErrUnreached) {
			told = true
			until := time.Now().Add(r.Longest(err)).Format(time.TimeOnly)
			c.observer.warn(fmt.Sprintf("the service at %s is not reached, and is tried again until %s at most", c.URL, until), nil)
		}
		if c.observer.Unread != nil {
			c.observer.Unread(err, wait)
		}
	}
	return r
}
