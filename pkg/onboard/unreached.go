package onboard

import (
	"errors"
	"fmt"
	"net/url"
	"sync"
	"time"

	"rollcall/pkg/batch"
	"rollcall/pkg/breaker"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/remedy"
	"rollcall/pkg/status"
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
	observe := c.waiting(r)
	r.Observe = func(err error, wait time.Duration) {
		if !told && errors.Is(err, cybedefend.ErrUnreached) {
			told = true
			until := time.Now().Add(r.Longest(err)).Format(time.TimeOnly)
			c.observer.warn(fmt.Sprintf("the service at %s is not reached, and is tried again until %s at most", c.URL, until), nil)
		}
		observe(err, wait)
	}
	return r
}

// waiting returns what tells that a call is repeated, and what is waited for, since when and until when at most. It may be called
// by several calls at once: their failures are of one outage unless there is a pause between them.
func (c *Connection) waiting(r batch.ReadRetrier) func(error, time.Duration) {
	const pause = 30 * time.Second // beyond the wait for the next try
	var mu sync.Mutex
	var since, next time.Time
	return func(err error, wait time.Duration) {
		mu.Lock()
		now := time.Now()
		if now.After(next.Add(pause)) {
			since = now
		}
		next = now.Add(wait)
		text := fmt.Sprintf("waiting for %s since %s, gives up at %s: %s",
			hostOf(c.URL), since.Format(time.TimeOnly), since.Add(r.Longest(err)).Format(time.TimeOnly), plainCause(err))
		mu.Unlock()
		c.observer.working(text)
		if c.observer.Unread != nil {
			c.observer.Unread(err, wait)
		}
	}
}

// plainCause returns why a call has failed, without the name of the call.
func plainCause(err error) string {
	if e, ok := errors.AsType[*cybedefend.Error](err); ok && e.Status == 0 && e.Err != nil {
		return e.Err.Error()
	}
	return err.Error()
}

// hostOf returns the host of an address, with its port if it has one.
func hostOf(address string) string {
	if parsed, err := url.Parse(address); err == nil && parsed.Host != "" {
		return parsed.Host
	}
	return address
}

// restated is an error in other words.
type restated struct {
	text string
	err  error
}

func (r *restated) Error() string { return r.text }

func (r *restated) Unwrap() error { return r.err }

// notReached returns the error of a service to which no connection could be made from an instant on, in a line that fits.
func (c *Connection) notReached(err error, began time.Time) error {
	text := "reach the service at " + c.URL + ": "
	if _, stopped := errors.AsType[*breaker.StopError](err); stopped && errors.Is(err, cybedefend.ErrUnreached) {
		text += "gave up after " + time.Since(began).Round(time.Second).String() + ": "
		return &restated{text + plainCause(err), err}
	}
	return fmt.Errorf("%s%w", text, err)
}

// refusedToken returns the error of credentials that were refused. Where the token has ended by its own words, that is the reason,
// which nobody could be sure of before: a clock may be wrong.
func (c *Connection) refusedToken(err error) error {
	if c.expires.IsZero() || c.expires.After(c.Now()) {
		return err
	}
	hint := "the token comes from " + c.credentialsFrom + ": put a new one there"
	if c.credentialsFrom == "" {
		hint = "give a new one"
	}
	text := err.Error() + ": the token expired at " + c.expires.Local().Format(time.DateTime)
	return refusal(status.Refused, &restated{text, err}, remedy.Words(hint+", or use a personal access token, which is renewed by itself"))
}
