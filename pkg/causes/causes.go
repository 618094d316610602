// Package causes gathers who needs something at the end of a piece of work, and why: people are grouped by what became of
// them and by the reason that was given, in its own words.
//
//	var c causes.Collector
//	c.Add(causes.Case{Outcome: "rejected", HTTPStatus: 403, Reason: "invite: 403 Forbidden: no", Line: 3, Email: "ada@example.com"})
//	for _, line := range causes.Lines(c.List(), "team.todo.csv") {
//		fmt.Println(line)
//	}
//
// Reasons that differ in addresses, ids and times alone are one. What is held does not grow with the number of people: a few
// examples for each reason, and a bounded number of reasons. The package decides nothing, and prints nothing.
package causes

import (
	"cmp"
	"slices"
	"strings"
)

const (
	// Named is how many people are named: what fits on a screen beside the counts.
	Named = 10
	// Most is how many reasons are told apart: more of them are no overview any more.
	Most = 50
	// OtherReasons stands for the reasons beyond those that are told apart.
	OtherReasons = "other reasons"
)

// urgent are the words for what became of somebody who needs something, what only a person can put right first.
var urgent = []string{"rejected", "invalid", "unknown", "in_doubt", "failed", "not_done", "not_sent"}

// Case is one person who may need something.
type Case struct {
	// Outcome is the word for what became of the person.
	Outcome string
	// HTTPStatus is that of the last answer, 0 if none came.
	HTTPStatus int
	// Reason says why, in the words that were given; Hint what can be done about it. Both may be empty.
	Reason, Hint string
	// Line is that of the roster, 0 if there is none. Email may be empty, or no address.
	Line  int
	Email string
}

// Example is one of the people that a cause has.
type Example struct {
	Line  int    `json:"line"`
	Email string `json:"email"`
}

// Cause is a reason, and whom it has kept from being done with.
type Cause struct {
	Outcome    string `json:"outcome"`
	HTTPStatus int    `json:"http_status,omitempty"`
	// Error is the reason. What is not the same for everybody in it, such as an address, is an ellipsis. It is empty where none
	// was given.
	Error string `json:"error"`
	// Hint says what can be done about it; empty where that is not the same for everybody, or nobody knows.
	Hint  string `json:"hint,omitempty"`
	Count int    `json:"count"`
	// Examples are the first people, [Named] at most.
	Examples []Example `json:"examples,omitempty"`
}

// Collector gathers causes. The zero value is ready for use. It is not safe for concurrent use.
type Collector struct {
	causes []*Cause
	found  map[key]*Cause
}

// key is what makes two cases the same.
type key struct {
	outcome, reason string
	httpStatus      int
}

// Add takes in a case. One that needs nothing is left out.
func (c *Collector) Add(one Case) {
	if !slices.Contains(urgent, one.Outcome) {
		return
	}
	plain := masked(one.Reason, one.Email)
	k := key{one.Outcome, plain, one.HTTPStatus}
	cause := c.found[k]
	if cause == nil && len(c.causes) >= Most {
		k, plain, one = key{outcome: one.Outcome, reason: OtherReasons}, OtherReasons, Case{
			Outcome: one.Outcome, Reason: OtherReasons, Line: one.Line, Email: one.Email,
		}
		cause = c.found[k]
	}
	if cause == nil {
		cause = &Cause{Outcome: one.Outcome, HTTPStatus: one.HTTPStatus, Error: one.Reason, Hint: one.Hint}
		if c.found == nil {
			c.found = map[key]*Cause{}
		}
		c.found[k] = cause
		c.causes = append(c.causes, cause)
	}
	cause.Count++
	if cause.Error != one.Reason {
		cause.Error = plain
	}
	if cause.Hint != one.Hint {
		cause.Hint = ""
	}
	if len(cause.Examples) < Named {
		cause.Examples = append(cause.Examples, Example{one.Line, one.Email})
	}
}

// List returns the causes, those first that only a person can put right, and among these the biggest; nil if there are none.
// The reasons that were not told apart come last.
func (c *Collector) List() []Cause {
	var list []Cause
	for _, cause := range c.causes {
		one := *cause
		one.Examples = slices.Clone(one.Examples)
		list = append(list, one)
	}
	slices.SortStableFunc(list, func(a, b Cause) int {
		return cmp.Or(
			cmp.Compare(slices.Index(urgent, a.Outcome), slices.Index(urgent, b.Outcome)),
			cmp.Compare(rest(a), rest(b)),
			cmp.Compare(b.Count, a.Count),
		)
	})
	return list
}

// rest puts what was not told apart behind everything else.
func rest(c Cause) int {
	if c.Error == OtherReasons {
		return 1
	}
	return 0
}

// WithoutPeople returns the causes for somebody who is not to know who the people are: reasons and counts. Whatever may name
// somebody in a reason is an ellipsis.
func WithoutPeople(list []Cause) []Cause {
	var plain []Cause
	for _, cause := range list {
		reason := cause.Error
		for _, example := range cause.Examples {
			if example.Email != "" {
				reason = strings.ReplaceAll(reason, example.Email, ellipsis)
			}
		}
		reason = masked(reason, "")
		plain = append(plain, Cause{
			Outcome: cause.Outcome, HTTPStatus: cause.HTTPStatus, Error: quoted().ReplaceAllString(reason, `"`+ellipsis+`"`), Count: cause.Count,
		})
	}
	return plain
}
