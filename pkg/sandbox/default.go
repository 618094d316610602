package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/secret"
)

// complete fills in the defaults and reports everything that is wrong with the options.
func (o *Options) complete() error {
	o.Organization.ID = or(o.Organization.ID, DefaultOrganizationID)
	o.Organization.Name = or(o.Organization.Name, DefaultOrganizationName)
	o.CallerEmail = or(o.CallerEmail, DefaultCallerEmail)
	o.CallerRole = or(o.CallerRole, Creator)
	o.PAT = or(o.PAT, secret.New(DefaultPAT))
	o.TokenLifetime = or(o.TokenLifetime, DefaultTokenLifetime)
	o.InvitationLifetime = or(o.InvitationLifetime, DefaultInvitationLifetime)
	o.Duplicates = or(o.Duplicates, Refuse409)
	o.MemberStatus = or(o.MemberStatus, http.StatusConflict)
	o.Order = or(o.Order, NewestFirst)
	o.Seats = or(o.Seats, defaultSeats)
	o.Limit.RetryAfter = or(o.Limit.RetryAfter, InSeconds)
	o.Limit.Headers = or(o.Limit.Headers, NoHeaders)
	o.Limit.Reset = or(o.Limit.Reset, ResetInSeconds)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Teams == nil {
		o.Teams = DefaultTeams()
	}
	o.Teams = slices.Clone(o.Teams)
	for i := range o.Teams {
		o.Teams[i].ID = or(o.Teams[i].ID, identity(o.Seed, teamKind, uint32(i)).String())
	}
	o.Organizations = or(o.Organizations, 1)
	return errors.Join(o.checkOrganizations(), o.checkPeople(), o.checkBehaviour())
}

func or[T comparable](value, otherwise T) T {
	var zero T
	if value == zero {
		return otherwise
	}
	return value
}

func (o *Options) checkOrganizations() error {
	var problems []error
	if o.Organizations < 1 || o.Organizations > maxOrganizations {
		problems = append(problems, fmt.Errorf("organizations: %d is not between 1 and %d", o.Organizations, maxOrganizations))
	}
	seen := make(map[string]bool)
	check := func(what, id, name string) {
		if _, ok := parseID(id); !ok {
			problems = append(problems, fmt.Errorf("%s %q: id %q is not a UUID", what, name, id))
		}
		if name == "" {
			problems = append(problems, fmt.Errorf("%s %q has no name", what, id))
		}
		if seen[what+id] {
			problems = append(problems, fmt.Errorf("%s id %q appears twice", what, id))
		}
		seen[what+id] = true
	}
	for _, organization := range o.organizations() {
		check("organization", organization.ID, organization.Name)
	}
	for _, team := range o.Teams {
		check("team", team.ID, team.Name)
	}
	return errors.Join(problems...)
}

// organizations returns those the caller sees, the one that people are invited to first.
func (o *Options) organizations() []cybedefend.Organization {
	return append([]cybedefend.Organization{o.Organization}, o.OtherOrganizations...)
}

func (o *Options) checkPeople() error {
	var p problems
	p.demand(validEmail(o.CallerEmail), "caller: %q is not an e-mail address", o.CallerEmail)
	p.demand(o.CallerRole == Creator || slices.Contains(cybedefend.Roles(), o.CallerRole), "caller: unknown role %q", o.CallerRole)
	p.count("leaving", o.Leaving)
	p.count("seats", o.Seats)
	seen := map[string]bool{fold(o.CallerEmail): true}
	appear := func(word, address string) {
		p.demand(validEmail(address), "%s: %q is not an e-mail address", word, address)
		p.demand(!seen[fold(address)], "%s: %q appears twice", word, address)
		seen[fold(address)] = true
	}
	for _, group := range o.populations() {
		p.count(group.word, group.Count)
		for person := range group.all(group.word) {
			appear(group.word, person.Email)
			p.demand(slices.Contains(cybedefend.Roles(), person.Role), "%s: %s: unknown role %q", group.word, person.Email, person.Role)
			if group.word == acceptedWord {
				appear(group.word, person.other())
			}
		}
	}
	return p.err()
}

func (o *Options) checkBehaviour() error {
	var p problems
	p.duration("token lifetime", o.TokenLifetime)
	p.duration("token ahead", o.TokenAhead)
	p.duration("invitation lifetime", o.InvitationLifetime)
	p.duration("latency", o.Latency)
	p.duration("latency jitter", o.LatencyJitter)
	p.demand(slices.Contains([]int{http.StatusConflict, http.StatusBadRequest, http.StatusForbidden, http.StatusUnprocessableEntity}, o.MemberStatus),
		"member status %d is none of 400, 403, 409 and 422", o.MemberStatus)
	p.demand(slices.Contains([]Duplicates{Refuse409, Refuse400, Refuse403, Refuse422, Replace, AcceptSecond}, o.Duplicates),
		"unknown treatment of duplicates %q", o.Duplicates)
	p.demand(slices.Contains([]Order{NewestFirst, OldestFirst, Shuffled}, o.Order), "unknown order %q", o.Order)
	for _, err := range []error{
		o.Limit.check(), o.Faults.check(), o.Standing.check(), o.Spelling.check(), o.Lists.check(), o.Quota.check(),
	} {
		p.add(err)
	}
	for _, refusal := range o.Refusals {
		p.add(refusal.check())
	}
	return p.err()
}
