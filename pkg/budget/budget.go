// Package budget decides whether one more person may be invited where so many a day, or so many open invitations at once,
// are all that a service takes, or where a person wants a few to be invited before all the others.
//
//	b := budget.New(budget.Limits{PerDay: new(200)}, budget.Used{Mailings: sent})
//	if b.Allows(person, now) {
//		b.Leaves(person)
//		b.Answered(person, now, harmless)
//	}
//
// It is pure: it knows no clock, no memory and no service. Whoever uses one has to know what was used before, and asks it
// before a claim is made.
package budget

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// The plain names of the options.
const (
	OptionPerDay  = "max-per-day"
	OptionPending = "max-pending"
	OptionFirst   = "limit"
)

// Window is how long a mailing counts: a day, and a minute on top, since a request is counted from its claim here and from
// its arrival there.
const Window = 24*time.Hour + time.Minute

// Limits are what may be used. The zero value allows everything.
type Limits struct {
	// PerDay is how many requests that may have mailed somebody may leave within [Window]. Nil: any number.
	PerDay *int
	// Pending is how many people may have an open invitation at once. Nil: any number.
	Pending *int
	// First is how many people a budget lets through at all, whatever comes of it: the next one lets through as many again.
	// Nil: any number.
	First *int
}

// Given reports whether there is a limit that others, and earlier runs, use up as well.
func (l Limits) Given() bool { return l.PerDay != nil || l.Pending != nil }

// Used is what has been used of the limits before.
type Used struct {
	// Mailings are when requests left that may have mailed somebody, in any order.
	Mailings []time.Time
	// Pending is how many people may have an open invitation.
	Pending int
}

// Person is somebody to be invited.
type Person struct {
	Key string
	// Counted says that the person's open invitation is among [Used.Pending]: another one in its place is none more.
	Counted bool
}

// Budget is what is left of limits. It is not safe for concurrent use.
type Budget struct {
	limits   Limits
	mailings []time.Time // oldest first
	underway int         // requests that were not answered
	pending  int
	invited  map[string]bool // who may have an open invitation beside those
	first    map[string]bool // who was let through
}

// New returns what is left of the limits.
func New(limits Limits, used Used) *Budget {
	return &Budget{
		limits: limits, mailings: slices.SortedFunc(slices.Values(used.Mailings), time.Time.Compare), pending: used.Pending,
		invited: map[string]bool{}, first: map[string]bool{},
	}
}

// Unlimited reports whether it is nobody's concern who is let through.
func (b *Budget) Unlimited() bool { return b.limits == Limits{} }

// Allows reports whether a request for the person may leave now.
func (b *Budget) Allows(p Person, now time.Time) bool {
	more := 1
	if p.Counted || b.invited[p.Key] {
		more = 0
	}
	return b.Day(now) > 0 && b.Open() >= more && b.isFirst(p)
}

// Admit reports whether the person is among the first ones, and keeps a place for whoever is: who is asked about first is
// sent first, however long that takes.
func (b *Budget) Admit(p Person) bool {
	if !b.isFirst(p) {
		return false
	}
	if b.limits.First != nil {
		b.first[p.Key] = true
	}
	return true
}

// isFirst reports whether the person was let through, or there is room for one more.
func (b *Budget) isFirst(p Person) bool {
	return b.limits.First == nil || b.first[p.Key] || len(b.first) < *b.limits.First
}

// Day returns how many requests may leave now before the day's budget is used up.
func (b *Budget) Day(now time.Time) int {
	if b.limits.PerDay == nil {
		return math.MaxInt
	}
	return max(0, *b.limits.PerDay-b.Mailings(now))
}

// Open returns how many more people may be invited before too many invitations are open.
func (b *Budget) Open() int {
	if b.limits.Pending == nil {
		return math.MaxInt
	}
	return max(0, *b.limits.Pending-b.Pending())
}

// Mailings returns how many requests count now that may have mailed somebody.
func (b *Budget) Mailings(now time.Time) int { return b.underway + len(b.counted(now)) }

// Pending returns how many people may have an open invitation.
func (b *Budget) Pending() int { return b.pending + len(b.invited) }

// counted returns the mailings that count now.
func (b *Budget) counted(now time.Time) []time.Time {
	from, _ := slices.BinarySearchFunc(b.mailings, now.Add(-Window), func(at, from time.Time) int {
		if at.After(from) {
			return 1
		}
		return -1
	})
	return b.mailings[from:]
}

// Leaves notes that a request for the person is about to leave.
func (b *Budget) Leaves(p Person) {
	b.underway++
	b.Admit(p)
	b.Suspects(p)
}

// Suspects notes that the person may have an open invitation by an earlier request.
func (b *Budget) Suspects(p Person) {
	if b.limits.Pending != nil && !p.Counted {
		b.invited[p.Key] = true
	}
}

// Answered notes what has become of a request that has left: it was harmless if it has certainly mailed nobody. Now is
// the time at the latest at which it left.
func (b *Budget) Answered(p Person, now time.Time, harmless bool) {
	b.underway--
	switch {
	case harmless:
		delete(b.invited, p.Key)
	case b.limits.PerDay != nil:
		at, _ := slices.BinarySearchFunc(b.mailings, now, time.Time.Compare)
		b.mailings = slices.Insert(b.mailings, at, now)
	}
}

// From returns from when on one more request may leave if as many as may leave now do. It is zero if that is not known:
// there is no budget for a day, or one of nothing.
func (b *Budget) From(now time.Time) time.Time {
	if b.limits.PerDay == nil || *b.limits.PerDay == 0 {
		return time.Time{}
	}
	used := b.counted(now)
	if first := len(used) + b.underway + b.Day(now) - *b.limits.PerDay; first < len(used) {
		return used[first].Add(Window)
	}
	return now.Add(Window)
}

// SpentError says that a budget is used up, and what that leaves.
type SpentError struct {
	// Option is the limit: [OptionPerDay], [OptionPending] or [OptionFirst].
	Option string
	Limit  int
	// Left is how many people are left.
	Left int
	// From is from when on the next one may be invited, zero where nobody can know.
	From time.Time
}

// Spent says which limit keeps so many people back, and from when on the next one may leave.
func (b *Budget) Spent(left int, now time.Time) *SpentError {
	if first := b.limits.First; first != nil && b.Day(now) > 0 && b.Open() > 0 {
		return &SpentError{Option: OptionFirst, Limit: *first, Left: left}
	}
	if b.limits.PerDay != nil && (b.limits.Pending == nil || b.Day(now) == 0) {
		return &SpentError{Option: OptionPerDay, Limit: *b.limits.PerDay, Left: left, From: b.From(now)}
	}
	return &SpentError{Option: OptionPending, Limit: *b.limits.Pending, Left: left}
}

// Ahead returns the time by a clock that is so much further on.
func (s *SpentError) Ahead(by time.Duration) *SpentError {
	later := *s
	if !s.From.IsZero() {
		later.From = s.From.Add(by)
	}
	return &later
}

// Error implements error. Its time is that of the local clock, to the next minute.
func (s *SpentError) Error() string {
	people := fmt.Sprintf("%d people are left", s.Left)
	if s.Left == 1 {
		people = "1 person is left"
	}
	used, then := s.texts()
	if then == "" {
		return used + "; " + people
	}
	return used + "; " + people + "; " + then
}

// Reason says the same about one of the people who are left.
func (s *SpentError) Reason() string {
	used, then := s.texts()
	if then == "" {
		return used
	}
	return used + "; " + then
}

// texts returns which budget is used up, and when the same command goes on, empty if it never does.
func (s *SpentError) texts() (used, then string) {
	switch {
	case s.Option == OptionFirst:
		return fmt.Sprintf("the limit of %d at a time is reached", s.Limit), "the same command goes on with the next ones"
	case s.Option == OptionPending:
		return fmt.Sprintf("the budget of %d open invitations at once is used up", s.Limit), "once some are accepted or have ended, the same command goes on"
	case s.From.IsZero():
		return fmt.Sprintf("the budget of %d a day is used up", s.Limit), ""
	}
	return fmt.Sprintf("the budget of %d a day is used up", s.Limit), "from " + Minute(s.From) + " on the same command goes on"
}

// Minute returns the time for people, by the local clock and to the next minute.
func Minute(at time.Time) string {
	return at.Add(time.Minute - 1).Local().Truncate(time.Minute).Format("2006-01-02 15:04")
}
