package directory

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/email"
)

// DefaultParallel holds the automatic pace against a service that takes most of a second for a page.
const DefaultParallel = 8

// Service is the part of the service that a reading needs. It is called by many goroutines at once.
type Service interface {
	Invitations(ctx context.Context, organizationID string, page cybedefend.Page) (cybedefend.InvitationsPage, error)
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
	// Blind leaves the people out. Such a reading is neither stable nor complete, so it settles nothing.
	Blind bool
	// Glance reads each list once, page by page. Whoever it shows is there, which is all that it tells: such a reading is
	// neither stable nor complete, so it settles nothing about anybody else.
	Glance bool

	// People are the addresses that matter, if only some do: others are counted and not kept. Who matters is kept under
	// whatever address reaches the same mailbox. Where there are few of them and many members, each is looked up, see
	// [MaxPeople]. Nil: everybody.
	People []string
	// Invitations are the ids of invitations that an earlier memory knows. They are kept, whoever they belong to.
	Invitations []string
	// Members are the addresses of people whom an earlier memory knows as members. If the list lacks one of them, the
	// search has to say that he has left, or the reading is not complete.
	Members []string
	// Pending are the addresses of people whose invitations an earlier memory knows as pending and not expired. If the
	// list of invitations is empty, all of them have to be members by now, or the reading is not complete.
	Pending []string

	// Domains asks whether there are members at the domains of People, see [Directory.IsNewDomain]: that takes a few calls more
	// where people are looked up singly.
	Domains bool

	// Call makes one call of the reading: it waits for the pace and repeats a failed one as it sees fit. It must be safe
	// for concurrent use. Nil: once.
	Call func(ctx context.Context, call func(context.Context) error) error
	// Parallel is how many calls may be in flight. Zero stands for [DefaultParallel].
	Parallel int
	// Now tells the service's time. Nil: this machine's.
	Now func() time.Time
	// Listing, if set, is told after each page of a list how far that is. It is never called twice at once.
	Listing func(Listing)
}

// Listing is how far the reading of a list has come.
type Listing struct {
	// Of is what is listed: "members", "invitations" or "people in teams".
	Of string
	// Found counts those who were shown, and Total is how many the service says there are, 0 if it does not say.
	Found, Total int
}

func (o Options) withDefaults() Options {
	if o.Call == nil {
		o.Call = func(ctx context.Context, call func(context.Context) error) error { return call(ctx) }
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Listing == nil {
		o.Listing = func(Listing) {}
	}
	o.Parallel = max(cmp.Or(o.Parallel, DefaultParallel), 1)
	o.Call = together(o.Parallel, o.Call)
	return o
}

// Read reads the organization once: its invitations, its members and, if asked for, its teams. [Directory.Certain] says
// whether anybody can have been missed. Its duration is bounded by the context alone.
//
// Whoever accepts an invitation meanwhile is seen twice rather than not at all: invitations are read before members, or members
// beside them, if there are many, in such a way that it is as good.
func Read(ctx context.Context, o Options) (*Directory, error) {
	r := newReading(o.withDefaults())
	d := &Directory{Began: time.Now(), Caller: o.Caller, named: new(meanings)}
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(r.Parallel)
	group.Go(func() error { return r.readPeople(groupCtx) })
	if o.Teams {
		group.Go(func() (err error) {
			d.teams, err = r.readTeams(groupCtx)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	r.finish(d)
	d.Ended = time.Now()
	return d, nil
}

// readPeople reads the invitations and the members.
func (r *reading) readPeople(ctx context.Context) error {
	if r.Blind {
		r.shifts = true
		r.incomplete("the members and invitations were not read")
		return nil
	}
	if err := r.readLists(ctx); err != nil {
		return err
	}
	if r.invitations.empty {
		r.doubtInvitations()
	}
	if r.Glance {
		r.shifts = true
		r.incomplete("the lists were read once only")
	}
	return nil
}

// readLists reads the invitations, and the members behind them, or beside them where the invitations fill more than a page.
func (r *reading) readLists(ctx context.Context) error {
	list := r.listInvitations(r.addInvitation)
	if _, err := list.First(ctx); err != nil {
		return err
	}
	if r.Parallel == 1 || r.invitations.shown < cybedefend.PageSize {
		if err := r.readInvitations(ctx, list); err != nil {
			return err
		}
		return r.readMembers(ctx)
	}
	r.beside = newBeside()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		defer r.beside.end()
		return r.readInvitations(ctx, list)
	})
	group.Go(func() error { return r.readMembers(ctx) })
	return group.Wait()
}

// Invitations returns all invitations of an organization in the order of the service, whatever their state, and whether
// nobody can have been missed. Of the options, those about people, teams and the caller do not matter.
func Invitations(ctx context.Context, o Options) (all []cybedefend.Invitation, stable bool, err error) {
	r := newReading(o.withDefaults())
	list := r.listInvitations(func(i cybedefend.Invitation) { all = append(all, i) })
	result, err := list.Read(ctx)
	return all, result.Stable, err
}

// Teams returns all teams of an organization in the order of the service. Of the options, those about people do not
// matter.
func Teams(ctx context.Context, o Options) ([]cybedefend.Team, error) {
	return newReading(o.withDefaults()).readTeams(ctx)
}

// reading is a directory in the making.
type reading struct {
	Options
	interest interest
	beside   *beside // nil where one list is read after the other

	mu sync.Mutex // guards what the lists add to while they are read
	remarks

	domains     domains
	invitations invitations
	members     members
}

func newReading(o Options) *reading {
	return &reading{Options: o, interest: interestOf(o), invitations: newInvitations()}
}

// finish makes the directory of what was read.
func (r *reading) finish(d *Directory) {
	d.Gaps, d.Warnings, d.Stable, d.Complete = r.gaps, r.warnings(), !r.shifts, !r.lacks
	d.members, d.domains = r.members.count, r.domains
	r.invitations.finish(d, r.interest, r.Now())
	d.joined, d.otherwise = r.members.kept, map[string][]string{}
	for key := range d.joined.texts.All() {
		if box := email.MailboxOf(key); box != key {
			d.otherwise[box] = append(d.otherwise[box], key)
		}
	}
	for _, keys := range d.otherwise {
		slices.Sort(keys)
	}
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
