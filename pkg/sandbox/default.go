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
	var problems []error
	if !validEmail(o.CallerEmail) {
		problems = append(problems, fmt.Errorf("caller: %q is not an e-mail address", o.CallerEmail))
	}
	if o.CallerRole != Creator && !slices.Contains(cybedefend.Roles(), o.CallerRole) {
		problems = append(problems, fmt.Errorf("caller: unknown role %q", o.CallerRole))
	}
	if o.Leaving < 0 {
		problems = append(problems, fmt.Errorf("leaving: negative count %d", o.Leaving))
	}
	if o.Seats < 0 {
		problems = append(problems, fmt.Errorf("seats: negative count %d", o.Seats))
	}
	seen := map[string]bool{fold(o.CallerEmail): true}
	for _, group := range []struct {
		word string
		Population
	}{
		{memberWord, o.Members},
		{expiredWord, o.Expired},
		{pendingWord, o.Pending},
		{leavingMemberWord, Population{Count: o.Leaving}},
		{leavingInviteeWord, Population{Count: o.Leaving}},
	} {
		if group.Count < 0 {
			problems = append(problems, fmt.Errorf("%s: negative count %d", group.word, group.Count))
		}
		for person := range group.all(group.word) {
			if !validEmail(person.Email) {
				problems = append(problems, fmt.Errorf("%s: %q is not an e-mail address", group.word, person.Email))
			}
			if !slices.Contains(cybedefend.Roles(), person.Role) {
				problems = append(problems, fmt.Errorf("%s: %s: unknown role %q", group.word, person.Email, person.Role))
			}
			if seen[fold(person.Email)] {
				problems = append(problems, fmt.Errorf("%s: %q appears twice", group.word, person.Email))
			}
			seen[fold(person.Email)] = true
		}
	}
	return errors.Join(problems...)
}

func (o *Options) checkBehaviour() error {
	var problems []error
	demand := func(ok bool, format string, arguments ...any) {
		if !ok {
			problems = append(problems, fmt.Errorf(format, arguments...))
		}
	}
	for _, duration := range []struct {
		name  string
		value time.Duration
	}{
		{"token lifetime", o.TokenLifetime},
		{"invitation lifetime", o.InvitationLifetime},
		{"latency", o.Latency},
		{"latency jitter", o.LatencyJitter},
		{"retry after of faults", o.Faults.RetryAfter},
	} {
		demand(duration.value >= 0, "%s: negative duration %s", duration.name, duration.value)
	}
	demand(o.Limit.Rate >= 0, "limit: negative rate %g", o.Limit.Rate)
	demand(o.Limit.Burst >= 0, "limit: negative burst %d", o.Limit.Burst)
	for _, chance := range o.Faults.chances() {
		demand(chance.probability >= 0, "faults: negative probability %g of %s", chance.probability, chance.kind)
	}
	// Tenths don't add up to exactly 1 in binary.
	demand(o.Faults.sum() <= 1+1e-9, "faults: probabilities add up to %g, more than 1", o.Faults.sum())
	demand(o.Faults.Status == 0 || o.Faults.Status >= 500 && o.Faults.Status <= 599,
		"faults: status %d is not a 5xx", o.Faults.Status)
	demand(o.MemberStatus == http.StatusConflict || o.MemberStatus == http.StatusBadRequest,
		"member status %d is neither 409 nor 400", o.MemberStatus)
	demand(slices.Contains([]Duplicates{Refuse409, Refuse400, Replace, AcceptSecond}, o.Duplicates),
		"unknown treatment of duplicates %q", o.Duplicates)
	demand(slices.Contains([]Order{NewestFirst, OldestFirst}, o.Order), "unknown order %q", o.Order)
	demand(slices.Contains([]RetryAfter{InSeconds, AsDate, NotTelling}, o.Limit.RetryAfter),
		"limit: unknown form of Retry-After %q", o.Limit.RetryAfter)
	demand(slices.Contains([]Headers{NoHeaders, XRateLimit, XRateLimitNamed, RateLimitPolicy}, o.Limit.Headers),
		"limit: unknown headers %q", o.Limit.Headers)
	return errors.Join(problems...)
}
