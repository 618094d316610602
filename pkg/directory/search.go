package directory

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/email"
	"rollcall/pkg/paging"
)

// MaxPeople is for how many people it pays to gather their addresses for [Options.People]: looking up more of them one by one
// takes fewer calls only in organizations of more than a hundred thousand.
const MaxPeople = 5_000

// maxLookups is how many people are looked up one by one whom a list may have hidden.
const maxLookups = 500

// lookUpPays reports whether looking people up one by one takes fewer calls than what is left of a list of members of which one
// page has been read: its other pages, and one behind them. If anybody is looked up, one more call finds out whether the search
// can be relied on; domains are searched for as well. Where the service does not say how many members there are, 0, they are
// listed. The invitations, which no search finds, cost the same either way.
func lookUpPays(people, domains, members int) bool {
	calls := people + domains
	if people > 0 {
		calls++
	}
	return calls < pagesOf(members)
}

// pagesOf returns how many pages a list of so many has.
func pagesOf(items int) int { return (items + cybedefend.PageSize - 1) / cybedefend.PageSize }

// wanted returns the keys of the people who matter and are not known as members yet, and the normal forms of their
// addresses, which the service may have made of them. It returns false if everybody matters, or somebody whom the service
// may know under another spelling than these.
func (r *reading) wanted() (keys []string, ok bool) {
	if r.People == nil {
		return nil, false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	people := r.People
	if r.invitations.empty {
		people = slices.Concat(people, r.Pending)
	}
	seen := map[string]bool{}
	for _, address := range people {
		key := email.Fold(address)
		if r.isMember(key) {
			continue
		}
		for _, key := range []string{key, email.Mailbox(key)} {
			if seen[key] || r.isMember(key) {
				continue
			}
			if !searchable(key) {
				return nil, false
			}
			seen[key] = true
			keys = append(keys, key)
		}
	}
	return keys, true
}

// searchable reports whether an address has nothing in it that a search may take for anything but itself, or that may
// be written in more than one way.
func searchable(key string) bool {
	odd := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && !strings.ContainsRune("@.-_", r)
	}
	return strings.Contains(key, "@") && !strings.ContainsFunc(key, odd) && !strings.Contains(key, "xn--")
}

// lookUp finds the members among the people with these keys by the service's search, and keeps them. It returns false
// if the search can't be relied on. How exactly it works is not documented, so every hit is compared by key.
func (r *reading) lookUp(ctx context.Context, keys []string) (works bool, err error) {
	if len(keys) == 0 {
		return true, nil
	}
	if works, err := r.tryOut(ctx); !works || err != nil {
		return false, err
	}
	return r.searchEach(ctx, keys)
}

// searchEach is lookUp where the search has been tried out.
func (r *reading) searchEach(ctx context.Context, keys []string) (works bool, err error) {
	var misfits atomic.Bool
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(r.Parallel)
	for _, key := range keys {
		group.Go(func() error {
			fits, err := r.search(ctx, key)
			if !fits {
				misfits.Store(true)
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return false, unlessRefused(err)
	}
	return !misfits.Load(), nil
}

// search looks up one person and keeps him if he is a member. It returns false if the hits can't be relied on: they
// kept changing, or are not what was searched for.
func (r *reading) search(ctx context.Context, key string) (fits bool, err error) {
	fits = true
	hits := r.listMembers(key, func(u cybedefend.User) {
		fits = fits && isHit(u, key)
		if email.Fold(u.Email) == key {
			r.members.kept.put(key, u)
		}
	}, r.page)
	result, err := hits.Read(ctx)
	if errors.Is(err, paging.ErrEndless) || errors.Is(err, paging.ErrRepeats) {
		return false, nil
	}
	return fits && result.Stable, err
}

// isHit reports whether a user is what a search for an address may find.
func isHit(u cybedefend.User, key string) bool { return strings.Contains(email.Fold(u.Email), key) }

// tryOut searches for a member who is known to be there, the caller if possible, in capitals. A search that can be
// relied on finds him in spite of that, and nobody whose address has nothing of it.
func (r *reading) tryOut(ctx context.Context) (works bool, err error) {
	probe := email.Fold(r.Caller.Email)
	if !searchable(probe) || !r.isMember(probe) && r.members.probe != "" {
		probe = r.members.probe
	}
	if probe == "" {
		return false, nil
	}
	var hits cybedefend.MembersPage
	err = r.Call(ctx, func(ctx context.Context) (err error) {
		page := cybedefend.Page{Number: 1, Size: cybedefend.PageSize}
		hits, err = r.Service.Members(ctx, r.OrganizationID, page, strings.ToUpper(probe))
		return err
	})
	if err != nil {
		return false, unlessRefused(err)
	}
	found := false
	for _, u := range hits.Users {
		if !isHit(u, probe) {
			return false, nil
		}
		found = found || email.Fold(u.Email) == probe
	}
	return found, nil
}

// unlessRefused returns nil for an error that says that the service will have no such search.
func unlessRefused(err error) error {
	if refusal(err) {
		return nil
	}
	return err
}

// refusal reports whether the service says that there is no such page or search.
func refusal(err error) bool {
	refused, ok := errors.AsType[*cybedefend.Error](err)
	return ok && refused.Class == cybedefend.FinalNo && !errors.Is(err, cybedefend.ErrCredentials)
}
