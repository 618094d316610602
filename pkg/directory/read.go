package directory

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/email"
)

const (
	// maxPasses bounds how often a list is read in search of a moment in which it stands still.
	maxPasses = 5
	// maxRepeats bounds how many full pages in a row may repeat what earlier pages showed: a service that ignores the
	// page number would otherwise be read for ever.
	maxRepeats = 3
)

// Service is the part of the service that a reading needs.
type Service interface {
	Invitations(ctx context.Context, organizationID string, page int) ([]cybedefend.Invitation, error)
	Members(ctx context.Context, organizationID string, page int, search string) (cybedefend.MembersPage, error)
	Teams(ctx context.Context, organizationID string) ([]cybedefend.Team, error)
}

// Options configure a reading.
type Options struct {
	Service        Service
	OrganizationID string
	// Teams asks for the teams, too.
	Teams bool
	// Only, if set, limits what is kept to the people with these keys.
	Only func(key string) bool
	// Call makes one call of the reading: it waits for the pace and repeats a failed one as it sees fit. Nil: once.
	Call func(ctx context.Context, call func(context.Context) error) error
	// Now tells the service's time. Nil: this machine's.
	Now func() time.Time
	// Progress, if set, is told after each page how many people were found so far.
	Progress func(people int)
}

// Read reads the organization once. Its pages shift while people come and go, and then somebody may slip from one
// page to the next unseen; so a list of several pages is read until a whole pass shows nobody new.
//
// Invitations are read before members: who accepts in between is then seen twice instead of not at all.
func Read(ctx context.Context, o Options) (*Directory, error) {
	if o.Call == nil {
		o.Call = func(ctx context.Context, call func(context.Context) error) error { return call(ctx) }
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Only == nil {
		o.Only = func(string) bool { return true }
	}
	r := reading{Options: o, directory: &Directory{Began: time.Now(), Stable: true, people: map[string]Standing{}}}
	for _, read := range []func(context.Context) error{r.invitations, r.members, r.teams} {
		if err := read(ctx); err != nil {
			return nil, err
		}
	}
	return r.directory, nil
}

type reading struct {
	Options
	directory *Directory
}

func (r *reading) invitations(ctx context.Context) error {
	type seen struct{ id, status string }
	known := map[seen]bool{}
	return r.untilStable(ctx, func(ctx context.Context, page int) (more bool, fresh int, err error) {
		invitations, err := r.Service.Invitations(ctx, r.OrganizationID, page)
		if err != nil {
			return false, 0, fmt.Errorf("read invitations, page %d: %w", page, err)
		}
		for _, invitation := range invitations {
			if one := (seen{invitation.ID, invitation.Status}); !known[one] {
				known[one] = true
				fresh++
				if key := email.Fold(invitation.Email); r.Only(key) {
					r.directory.add(key, invitation, r.Now())
				}
			}
		}
		return len(invitations) >= cybedefend.PageSize, fresh, nil
	})
}

func (r *reading) members(ctx context.Context) error {
	known := map[string]bool{}
	return r.untilStable(ctx, func(ctx context.Context, page int) (more bool, fresh int, err error) {
		members, err := r.Service.Members(ctx, r.OrganizationID, page, "")
		if err != nil {
			return false, 0, fmt.Errorf("read members, page %d: %w", page, err)
		}
		for _, user := range members.Users {
			if one := cmp.Or(user.ID, user.Email); !known[one] {
				known[one] = true
				fresh++
				if key := email.Fold(user.Email); r.Only(key) {
					standing := r.directory.people[key]
					standing.Member = &user
					r.directory.people[key] = standing
				}
			}
		}
		return page < members.TotalPages || len(members.Users) >= cybedefend.PageSize, fresh, nil
	})
}

func (r *reading) teams(ctx context.Context) error {
	if !r.Teams {
		return nil
	}
	return r.Call(ctx, func(ctx context.Context) (err error) {
		r.directory.teams, err = r.Service.Teams(ctx, r.OrganizationID)
		if err != nil {
			return fmt.Errorf("read teams: %w", err)
		}
		return nil
	})
}

// untilStable reads all pages of a list, again and again until a pass shows nothing fresh. One page is a moment
// of its own and needs no second look.
func (r *reading) untilStable(ctx context.Context, read func(ctx context.Context, page int) (more bool, fresh int, err error)) error {
	for pass := range maxPasses {
		page, fresh, repeats := 1, 0, 0
		for more := true; more; page++ {
			var found int
			err := r.Call(ctx, func(ctx context.Context) (err error) {
				more, found, err = read(ctx, page)
				return err
			})
			if err != nil {
				return err
			}
			if fresh += found; found > 0 {
				repeats = 0
			} else if repeats++; pass == 0 && repeats > maxRepeats {
				return fmt.Errorf("page %d repeats the pages before it", page)
			}
			if r.Progress != nil {
				r.Progress(len(r.directory.people))
			}
		}
		if page == 2 || pass > 0 && fresh == 0 {
			return nil
		}
	}
	r.directory.Stable = false
	return nil
}
