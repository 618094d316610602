package directory

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/email"
)

// DefaultParallel holds the automatic pace against a service that takes most of a second for a page.
const DefaultParallel = 8

// Service is the part of the service that a reading needs. It is called by many goroutines at once.
type Service interface {
	Invitations(ctx context.Context, organizationID string, page cybedefend.Page) ([]cybedefend.Invitation, error)
	Members(ctx context.Context, organizationID string, page cybedefend.Page, search string) (cybedefend.MembersPage, error)
	Teams(ctx context.Context, organizationID string) ([]cybedefend.Team, error)
}

// Options configure a reading.
type Options struct {
	Service        Service
	OrganizationID string
	// Caller is who reads, if that is known.
	Caller Caller
	// Teams asks for the teams, too.
	Teams bool
	// Blind leaves the people out. Such a reading is not stable, so it settles nothing.
	Blind bool
	// People are the addresses that matter, if only some do: others may be missing among the members. Where there are
	// few of them and many members, each is looked up. See [MaxLookups]. Nil: everybody.
	People []string
	// Call makes one call of the reading: it waits for the pace and repeats a failed one as it sees fit. It must be safe
	// for concurrent use. Nil: once.
	Call func(ctx context.Context, call func(context.Context) error) error
	// Parallel is how many calls may be in flight. Zero stands for [DefaultParallel].
	Parallel int
	// Now tells the service's time. Nil: this machine's.
	Now func() time.Time
	// Progress, if set, is told after each page how many people were found so far. It is never called twice at once.
	Progress func(people int)
}

func (o Options) withDefaults() Options {
	if o.Call == nil {
		o.Call = func(ctx context.Context, call func(context.Context) error) error { return call(ctx) }
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Progress == nil {
		o.Progress = func(int) {}
	}
	o.Parallel = max(cmp.Or(o.Parallel, DefaultParallel), 1)
	return o
}

// Read reads the organization once: its invitations, its members and, if asked for, its teams. [Directory.Stable] says
// whether anybody can have been missed.
//
// Invitations are read before members: who accepts in between is then seen twice instead of not at all.
func Read(ctx context.Context, o Options) (*Directory, error) {
	o = o.withDefaults()
	d := &Directory{Began: time.Now(), Caller: o.Caller, people: map[string]Standing{}}
	r := reading{Options: o, directory: d}
	r.turned = func() { o.Progress(len(d.people)) }
	var err error
	if !o.Blind {
		if d.Stable, err = r.readPeople(ctx); err != nil {
			return nil, err
		}
	}
	if o.Teams {
		if d.teams, err = r.readTeams(ctx); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// readPeople reads invitations and members, and reports whether nobody can have been missed.
func (r *reading) readPeople(ctx context.Context) (stable bool, err error) {
	d := r.directory
	invitations := r.invitations(func(i cybedefend.Invitation) { d.add(email.Fold(i.Email), i, r.Now()) })
	if stable, err = invitations.read(ctx); err != nil {
		return false, err
	}
	membersStable, err := r.readMembers(ctx)
	return stable && membersStable, err
}

// Invitations returns all invitations of an organization in the order of the service, whatever their state, and whether
// nobody can have been missed. Of the options, those about members, teams and the caller do not matter.
func Invitations(ctx context.Context, o Options) (all []cybedefend.Invitation, stable bool, err error) {
	o = o.withDefaults()
	r := reading{Options: o, turned: func() { o.Progress(len(all)) }}
	stable, err = r.invitations(func(i cybedefend.Invitation) { all = append(all, i) }).read(ctx)
	return all, stable, err
}

// Teams returns all teams of an organization in the order of the service. Of the options, those about people do not
// matter.
func Teams(ctx context.Context, o Options) ([]cybedefend.Team, error) {
	r := reading{Options: o.withDefaults()}
	return r.readTeams(ctx)
}

type reading struct {
	Options
	directory *Directory
	turned    func()
}

func (r *reading) invitations(keep func(cybedefend.Invitation)) *list[cybedefend.Invitation] {
	return &list[cybedefend.Invitation]{
		name: "invitations", call: r.Call, keep: keep, turned: r.turned, parallel: r.Parallel,
		ask: func(ctx context.Context, page cybedefend.Page) ([]cybedefend.Invitation, int, error) {
			invitations, err := r.Service.Invitations(ctx, r.OrganizationID, page)
			return invitations, 0, err
		},
		id: func(i cybedefend.Invitation) string { return i.ID + " " + i.Status },
	}
}

// members returns the list of members whom the service finds by a search, or of all.
func (r *reading) members(search string, keep func(cybedefend.User)) *list[cybedefend.User] {
	return &list[cybedefend.User]{
		name: "members", call: r.Call, keep: keep, turned: r.turned, parallel: r.Parallel,
		ask: func(ctx context.Context, page cybedefend.Page) ([]cybedefend.User, int, error) {
			found, err := r.Service.Members(ctx, r.OrganizationID, page, search)
			return found.Users, found.TotalUsers, err
		},
		id: func(u cybedefend.User) string { return cmp.Or(u.ID, u.Email) },
	}
}

// readMembers lists the members, or looks up those who matter where that takes fewer calls.
func (r *reading) readMembers(ctx context.Context) (stable bool, err error) {
	all := r.members("", func(u cybedefend.User) { r.directory.join(email.Fold(u.Email), u) })
	total, err := all.begin(ctx)
	if err != nil {
		return false, err
	}
	if wanted, ok := r.wanted(); ok && lookUp(len(wanted), total) {
		if found, stable, err := r.lookUp(ctx, wanted); found || err != nil {
			r.directory.members = total
			return stable, err
		}
	}
	stable, err = all.read(ctx)
	r.directory.members = len(all.known)
	return stable, err
}

func (r *reading) readTeams(ctx context.Context) (teams []cybedefend.Team, err error) {
	err = r.Call(ctx, func(ctx context.Context) (err error) {
		teams, err = r.Service.Teams(ctx, r.OrganizationID)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read teams: %w", err)
	}
	return teams, nil
}
