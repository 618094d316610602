package directory

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/email"
)

// MaxLookups is how many people are looked up one by one at most. More of them pay only in organizations of more than
// ten thousand, and whoever has a larger roster need not gather its addresses for [Options.People].
const MaxLookups = 500

// lookUp reports whether looking people up one by one takes fewer calls than listing all members, whose first page has
// been read already. One more call finds out whether the search can be relied on. Where the service does not say how
// many members there are, 0, they are listed.
func lookUp(people, members int) bool {
	pages := (members + cybedefend.PageSize - 1) / cybedefend.PageSize
	return people <= MaxLookups && people+1 < pages-1
}

// wanted returns the keys of the people who matter and were not on the first page of members. It returns false if
// everybody matters, or somebody whom the service may know under another spelling than the key.
func (r *reading) wanted() (keys []string, ok bool) {
	if r.People == nil {
		return nil, false
	}
	seen := map[string]bool{}
	for _, address := range r.People {
		key := email.Fold(address)
		if seen[key] || r.directory.people[key].Member != nil {
			continue
		}
		if !searchable(key) {
			return nil, false
		}
		seen[key] = true
		keys = append(keys, key)
	}
	return keys, true
}

// searchable reports whether an address has nothing in it that a search may take for anything but itself, or that may
// be written in more than one way.
func searchable(key string) bool {
	odd := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && !strings.ContainsRune("@.-_", r)
	}
	return key != "" && !strings.ContainsFunc(key, odd) && !strings.Contains(key, "xn--")
}

// lookUp finds the members among the people with these keys by the service's search. It returns false if the search
// can't be relied on. How exactly it works is not documented, so every hit is compared by key.
func (r *reading) lookUp(ctx context.Context, keys []string) (found, stable bool, err error) {
	if works, err := r.tryOut(ctx); !works || err != nil {
		return false, false, err
	}
	stable = true
	var mu sync.Mutex // guards stable, the directory and turned
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(r.Parallel)
	for _, key := range keys {
		group.Go(func() error {
			hits := r.members(key, func(u cybedefend.User) {
				mu.Lock()
				defer mu.Unlock()
				if email.Fold(u.Email) == key {
					r.directory.join(key, u)
				}
			})
			hits.parallel = 1
			hits.turned = func() {
				mu.Lock()
				defer mu.Unlock()
				r.turned()
			}
			stood, err := hits.read(ctx)
			mu.Lock()
			defer mu.Unlock()
			stable = stable && stood
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return false, false, unlessRefused(err)
	}
	return true, stable, nil
}

// tryOut searches for a member who is known to be there, the caller if possible, in capitals. A search that can be
// relied on finds him in spite of that, and not many others.
func (r *reading) tryOut(ctx context.Context) (works bool, err error) {
	known := func(key string) bool { return searchable(key) && r.directory.people[key].Member != nil }
	probe := email.Fold(r.Caller.Email)
	for key := range r.directory.people {
		if !known(probe) {
			probe = key
		}
	}
	if !known(probe) {
		return false, nil
	}
	var hits cybedefend.MembersPage
	err = r.Call(ctx, func(ctx context.Context) (err error) {
		hits, err = r.Service.Members(ctx, r.OrganizationID, cybedefend.Page{Number: 1}, strings.ToUpper(probe))
		return err
	})
	isProbe := func(u cybedefend.User) bool { return email.Fold(u.Email) == probe }
	return len(hits.Users) < cybedefend.PageSize && slices.ContainsFunc(hits.Users, isProbe), unlessRefused(err)
}

// unlessRefused returns nil for an error that says that the service will have no such search.
func unlessRefused(err error) error {
	refused, ok := errors.AsType[*cybedefend.Error](err)
	if ok && refused.Class == cybedefend.FinalNo && !errors.Is(err, cybedefend.ErrCredentials) {
		return nil
	}
	return err
}
