package sandbox

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// Quota is how many invitations may be created in a period, which begins with its first one. The zero value limits
// nothing. Other services answer an invite beyond their quota with 400 and words such as "10 invitations per 1 minutes
// exceeded".
type Quota struct {
	// Number is how many; 0 means any number.
	Number int
	// Per is the length of a period; it must be more than 0 where Number is.
	Per time.Duration
	// Status is that of the refusal, 400 or 429, which says when to come back; 0 means 400.
	Status int
	// Words are the message; empty means "10 invitations per 1 minutes exceeded" and the like.
	Words string
}

func (q Quota) check() error {
	var p problems
	p.count("quota", q.Number)
	p.demand(q.Number == 0 || q.Per > 0, "quota: %s is no period", q.Per)
	p.demand(q.Status == 0 || q.Status == http.StatusBadRequest || q.Status == http.StatusTooManyRequests,
		"quota: status %d is neither 400 nor 429", q.Status)
	return p.err()
}

func (q Quota) words() string {
	if q.Words != "" {
		return q.Words
	}
	number, unit := q.Per.Seconds(), "seconds"
	switch {
	case q.Per%time.Hour == 0:
		number, unit = q.Per.Hours(), "hours"
	case q.Per%time.Minute == 0:
		number, unit = q.Per.Minutes(), "minutes"
	}
	return fmt.Sprintf("%d invitations per %s %s exceeded", q.Number, strconv.FormatFloat(number, 'f', -1, 64), unit)
}

// ChangeQuota makes the quota another one from now on, of which nothing is used up yet.
func (s *Sandbox) ChangeQuota(quota Quota) error {
	return s.change(quota.check(), func() { s.current.quota, s.used = quota, used{} })
}

// used is what the present period has used up of a quota.
type used struct {
	began  time.Time
	number int
}

// take uses up one invitation of the quota, or refuses it.
func (u *used) take(quota Quota, now time.Time) error {
	if quota.Number == 0 {
		return nil
	}
	if now.Sub(u.began) >= quota.Per {
		*u = used{began: now}
	}
	if u.number < quota.Number {
		u.number++
		return nil
	}
	refusal := &refusalError{status: or(quota.Status, http.StatusBadRequest), message: quota.words()}
	if refusal.status == http.StatusTooManyRequests {
		refusal.wait = u.began.Add(quota.Per).Sub(now)
	}
	return refusal
}
