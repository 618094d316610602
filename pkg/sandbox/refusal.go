package sandbox

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"

	"rollcall/pkg/cybedefend"
)

// Refusal refuses every invite that it matches, before anything else is asked about the person.
type Refusal struct {
	// Pattern is a regular expression that matches somewhere in the folded address; empty matches all of them.
	Pattern string `json:"pattern"`
	// Role is the only role whose invites are refused; empty means all.
	Role cybedefend.Role `json:"role"`
	// Status is a 4xx; 0 means 400.
	Status int `json:"status"`
	// Words are the message; empty means words about an address that is not allowed.
	Words string `json:"words"`
}

// Forbid returns the refusal of one address with 403.
func Forbid(address string) Refusal {
	return Refusal{
		Pattern: "^" + regexp.QuoteMeta(fold(address)) + "$", Status: http.StatusForbidden,
		Words: "You may not invite " + address,
	}
}

// ForbidRole returns the refusal of one role with 403.
func ForbidRole(role cybedefend.Role) Refusal {
	return Refusal{Role: role, Status: http.StatusForbidden, Words: fmt.Sprintf("You may not invite a %s", role)}
}

func (f Refusal) check() error {
	var p problems
	_, err := regexp.Compile(f.Pattern)
	p.add(err)
	p.demand(f.Role == "" || slices.Contains(cybedefend.Roles(), f.Role), "refusal: unknown role %q", f.Role)
	p.demand(f.Status == 0 || f.Status >= 400 && f.Status <= 499, "refusal: status %d is not a 4xx", f.Status)
	return p.err()
}

// refusal is a [Refusal] that is ready for use.
type refusal struct {
	Refusal
	pattern *regexp.Regexp
}

// prepare returns the refusals, which were checked, ready for use.
func prepare(refusals []Refusal) (ready []refusal) {
	for _, f := range refusals {
		ready = append(ready, refusal{f, regexp.MustCompile(f.Pattern)})
	}
	return ready
}

// ChangeRefusals makes the refusals other ones from now on.
func (s *Sandbox) ChangeRefusals(refusals ...Refusal) error {
	var p problems
	for _, f := range refusals {
		p.add(f.check())
	}
	return s.change(p.err(), func() { s.current.refusals = prepare(refusals) })
}

// addRefusal refuses even more.
func (s *Sandbox) addRefusal(f Refusal) error {
	return s.change(f.check(), func() { s.current.refusals = append(s.current.refusals, prepare([]Refusal{f})...) })
}

// refuseMatching refuses an invite that one of the refusals matches.
func (s *Sandbox) refuseMatching(body cybedefend.Invite) error {
	address := fold(body.Email)
	for _, f := range s.current.refusals {
		if (f.Role == "" || f.Role == body.Role) && f.pattern.MatchString(address) {
			return refuse(or(f.Status, http.StatusBadRequest), "%s", or(f.Words, "email is not allowed in this organization"))
		}
	}
	return nil
}
