package onboard

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"

	"rollcall/pkg/email"
	"rollcall/pkg/ledger"
	"rollcall/pkg/pattern"
	"rollcall/pkg/record"
	"rollcall/pkg/remedy"
	"rollcall/pkg/roster"
)

// whom is who is meant by the words of a person.
type whom struct {
	// run is the one whose invitations are meant, the zero value if anybody's are.
	run ledger.Run
	// ledger is the file that remembers the run.
	ledger string
	// people are the addresses, each once.
	people []string
}

// runName matches the names of runs. A file of such a name can be named with its folder.
var runName = pattern.Of(`^\d{8}T\d{6}Z-[0-9a-f]{6}$`)

// find finds out who is meant.
func (o CancelOptions) find(ctx context.Context) (whom, error) {
	addresses := 0
	for _, word := range o.Whom {
		if email.Check(word) == nil {
			addresses++
		}
	}
	switch {
	case len(o.Whom) > 0 && addresses == len(o.Whom):
		return named(o.Whom)
	case len(o.Whom) != 1:
		return whom{}, settings(nil, errors.New("name one run, one roster, or addresses"))
	case runName().MatchString(o.Whom[0]):
		return o.findRun(ctx, o.Whom[0])
	}
	return o.findRoster(ctx, o.Whom[0])
}

// named returns the people of these addresses. A file that is called like one is somebody's mistake.
func named(addresses []string) (w whom, err error) {
	for _, address := range addresses {
		if _, err := os.Lstat(address); err == nil {
			return whom{}, settings(remedy.Words("name the file with its folder, as in ./"+address+", or do it where there is no such file"),
				fmt.Errorf("%s is an address and a file", address))
		}
	}
	w.add(addresses...)
	return w, nil
}

// add takes in people who are not there yet.
func (w *whom) add(addresses ...string) {
	known := make(map[string]bool, len(w.people))
	for _, address := range w.people {
		known[email.Fold(address)] = true
	}
	for _, address := range addresses {
		if key := email.Fold(address); key != "" && !known[key] {
			known[key] = true
			w.people = append(w.people, address)
		}
	}
}

// findRun returns those whom a run has invited, or may have.
func (o CancelOptions) findRun(ctx context.Context, name string) (w whom, err error) {
	if w.ledger, w.run, err = o.History.find(ctx, name); err != nil {
		return w, err
	}
	err = History{Ledgers: []string{w.ledger}}.each(ctx, func(l ledger.Ledger) error {
		doubts, err := l.Doubts(ctx, w.run.Scope())
		if err != nil {
			return err
		}
		claimed := map[int]bool{}
		for _, doubt := range doubts {
			claimed[doubt.Row] = claimed[doubt.Row] || doubt.Run == name && doubt.Row > 0
		}
		var people []string
		for rec, err := range l.Records(ctx, name, 0) {
			if err != nil {
				return err
			}
			if rec.Outcome == record.Invited || mayBeInvited(rec) || claimed[rec.Row] {
				people = append(people, rec.Email)
			}
		}
		w.add(people...)
		return nil
	})
	return w, err
}

// mayBeInvited reports whether a row may have led to an invitation that is not known by its id.
func mayBeInvited(rec record.Record) bool {
	return rec.Outcome == record.Unknown || rec.Outcome == record.Unset && rec.Trail.Lost || rec.Trail.Confirmed && rec.InvitationID == ""
}

// findRoster returns everybody whom a roster names, whatever else is wrong with their rows, but for those whom a filter
// leaves out.
func (o CancelOptions) findRoster(ctx context.Context, name string) (w whom, err error) {
	o.Roster, o.Role = name, cmp.Or(o.Role, "member") // which does not matter
	reading, err := o.Settings.Parse()
	if err != nil {
		return w, err
	}
	source, done, err := o.Document.open(ctx, o.Observer)
	if err != nil {
		return w, err
	}
	defer func() { err = errors.Join(err, done()) }()
	read, err := roster.Read(ctx, source, reading)
	if refused, ok := errors.AsType[*roster.RefusedError](err); ok {
		return w, refused.In(o.Render)
	}
	if err != nil {
		return w, err
	}
	var people []string
	for entry, err := range read.Entries(ctx) {
		switch {
		case err != nil:
			return w, err
		case entry.Skipped() && !entry.Inactive: // by a filter
		case email.Check(entry.Email) != nil:
			o.Observer.warn("a row has no address, and nobody is looked up for it", map[string]any{"line": entry.Line})
		default:
			people = append(people, entry.Email)
		}
	}
	w.add(people...)
	return w, nil
}

// options returns those of the session that looks these people up.
func (w whom) options(o Options) Options {
	o.Document = Document{SkipInvalid: true, Source: roster.People("the people to be looked up", func(yield func(roster.Person, error) bool) {
		for _, address := range w.people {
			if !yield(roster.Person{Email: address, Role: "member"}, nil) {
				return
			}
		}
	})}
	o.Reinviting, o.Guards = Reinviting{TrustLists: o.TrustLists}, Guards{}
	o.Sync, o.Approved, o.Offline, o.Fresh, o.Results = nil, nil, false, true, ""
	if w.run.ID != "" {
		o.Ledger = w.ledger
		if o.OrganizationID == "" {
			o.OrganizationID = w.run.OrganizationID
		}
	}
	return o
}

// made is what a run has made.
type made struct {
	// of are the ids of its invitations by key.
	of map[string]string
	// unsure are the keys of those who may have one whose id is not known.
	unsure map[string]bool
}

// madeBy returns what the run that is meant has made, by the ledger as it is now.
func (w whom) madeBy(ctx context.Context, m memory) (made, error) {
	found := made{of: map[string]string{}, unsure: map[string]bool{}}
	if w.run.ID == "" {
		return found, nil
	}
	for rec, err := range m.ledger.Records(ctx, w.run.ID, 0) {
		if err != nil {
			return found, err
		}
		switch key := email.Fold(rec.Email); {
		case rec.Outcome == record.Invited && rec.InvitationID != "":
			found.of[key] = rec.InvitationID
		case rec.Outcome == record.Invited, mayBeInvited(rec):
			found.unsure[key] = true
		}
	}
	return found, nil
}
