package onboard

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"rollcall/pkg/directory"
	"rollcall/pkg/email"
	"rollcall/pkg/journey"
	"rollcall/pkg/progress"
	"rollcall/pkg/record"
	"rollcall/pkg/remedy"
	"rollcall/pkg/roster"
)

// ProgressOptions say whose progress is looked at where.
type ProgressOptions struct {
	Document
	Service
	// By is the column of the roster that groups are made by; "domain", where no column is called so, is that of the address.
	// Empty: there are no groups.
	By string
	// Ledger is the file that remembers what was sent, which need not be there. Empty: the one that LedgerOf names.
	Ledger   string
	LedgerOf func(organizationID string) (path string, err error)

	Observer Observer
	Render   remedy.Renderer
}

// byDomain is what groups by the domain of the address are called.
const byDomain = "domain"

// ReadProgress finds out how far the people of a roster have come. It changes nothing, and holds no ledger.
func ReadProgress(ctx context.Context, o ProgressOptions) (found *progress.Progress, err error) {
	source, done, err := o.Document.open(ctx, o.Observer)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, done()) }()
	settings := o.Settings
	settings.Role = cmp.Or(settings.Role, "member") // which does not matter
	reading, err := settings.Parse()
	if err != nil {
		return nil, err
	}
	read, err := roster.Read(ctx, source, reading)
	if refused, ok := errors.AsType[*roster.RefusedError](err); ok {
		return nil, refused.In(o.Render)
	}
	if err != nil {
		return nil, err
	}
	people, err := o.people(ctx, read)
	if err != nil {
		return nil, err
	}
	c, err := Connect(ctx, o.Service, o.Observer)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	found, err = o.look(ctx, c, people)
	if err != nil {
		return nil, err
	}
	found.Roster, found.OrganizationID, found.By, found.Extra = read.Name, c.Organization.ID, o.By, read.Extra
	return found, nil
}

// people returns whom a roster names, whatever else is wrong with their rows, but for those whom a filter leaves out or a
// column says not to be active.
func (o ProgressOptions) people(ctx context.Context, read *roster.Roster) (people []progress.Person, err error) {
	groups, err := o.groups(read)
	if err != nil {
		return nil, err
	}
	for entry, err := range read.Entries(ctx) {
		switch {
		case err != nil:
			return nil, err
		case entry.Skipped():
			continue
		case email.Check(entry.Email) != nil:
			o.Observer.warn("a row has no address, and nobody is looked up for it", map[string]any{"line": entry.Line})
			continue
		}
		p := progress.Person{
			Line: entry.Line, Email: entry.Email, Role: entry.Role, Teams: roster.FormatTeams(entry.Teams), Extra: entry.Extra, Groups: groups(entry),
		}
		if entry.RoleDefaulted {
			p.Role = o.Role
		}
		people = append(people, p)
	}
	return people, nil
}

// groups returns what says which groups an entry counts in.
func (o ProgressOptions) groups(read *roster.Roster) (func(roster.Entry) []string, error) {
	if o.By == "" {
		return func(roster.Entry) []string { return nil }, nil
	}
	column, err := read.Column(o.By)
	switch {
	case err == nil:
		return column.Of, nil
	case strings.EqualFold(o.By, byDomain):
		return func(e roster.Entry) []string {
			key := e.Key()
			return []string{key[strings.LastIndexByte(key, '@')+1:]}
		}, nil
	}
	return nil, remedy.Aboutf("by", "%s: %w", read.Name, err).
		With(remedy.Words("name one of them, or ").Use("by", byDomain).Words(" for the domain of the address"))
}

// look reads the organization and what is remembered of it.
func (o ProgressOptions) look(ctx context.Context, c *Connection, people []progress.Person) (found *progress.Progress, err error) {
	path := o.Ledger
	if path == "" && o.LedgerOf != nil {
		if path, err = o.LedgerOf(c.Organization.ID); err != nil {
			return nil, err
		}
	}
	m := memory{scope: c.Scope()}
	if path != "" {
		if m, err = viewMemory(ctx, path, m.scope); err != nil {
			return nil, err
		}
	}
	defer func() { err = errors.Join(err, m.close(ctx)) }()
	in := progress.Inputs{Doubtful: map[string]bool{}, Recent: journey.MemoryCounts}
	if in.Histories, err = m.histories(ctx, c.Now(), ""); err != nil {
		return nil, err
	}
	doubts, err := m.doubts(ctx)
	if err != nil {
		return nil, err
	}
	for _, doubt := range doubts {
		in.Doubtful[email.Fold(doubt.Email)] = doubt.Change == record.ChangeInvite
	}
	reading := c.Reading()
	if len(people) <= directory.MaxPeople {
		reading.People = []string{}
		for _, person := range people {
			reading.People = append(reading.People, person.Email)
		}
	}
	expect(&reading, in.Histories, doubts, c.Now())
	o.Observer.working("reading the organization")
	defer o.Observer.working("")
	if in.Directory, err = directory.Read(ctx, reading); err != nil {
		return nil, err
	}
	for _, gap := range in.Directory.Gaps {
		o.Observer.warn("the lists may lack somebody: "+gap, nil)
	}
	for _, warning := range in.Directory.Warnings {
		o.Observer.warn(warning, nil)
	}
	in.At = c.Now()
	return progress.Of(people, in), nil
}
