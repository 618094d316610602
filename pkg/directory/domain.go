package directory

import (
	"context"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/email"
)

// mostDomains is how many domains are searched for at most, each with a call.
const mostDomains = 10

// domains are those of the addresses of members and open invitations that a reading has shown, those of people included who do
// not matter otherwise.
type domains struct {
	seen map[string]bool
	// some says that not everybody was listed; absent are the domains at which a search has found nobody then.
	some   bool
	absent map[string]bool
}

// domainOf returns the domain of an address, in whatever spelling; empty if it has none.
func domainOf(address string) string {
	_, domain, _ := strings.Cut(email.Fold(address), "@")
	return domain
}

// add takes in the address of a person by key.
func (d *domains) add(key string) {
	_, domain, _ := strings.Cut(key, "@")
	if domain == "" || d.seen[domain] {
		return
	}
	if d.seen == nil {
		d.seen = map[string]bool{}
	}
	d.seen[strings.Clone(domain)] = true
}

// IsNewDomain reports whether the organization has neither a member nor an open invitation at the domain of an address. Known is
// false where nobody can say: where people were looked up singly, see [Options.People], that is found out only if
// [Options.Domains] asks for it.
func (d *Directory) IsNewDomain(address string) (isNew, known bool) {
	domain := domainOf(address)
	switch {
	case d == nil || domain == "":
		return false, false
	case d.domains.seen[domain]:
		return false, true
	}
	return true, d.Certain() && (!d.domains.some || d.domains.absent[domain])
}

// openDomains returns the domains of the people who matter that no list has shown, as far as they are searched for.
func (r *reading) openDomains() (open []string) {
	if !r.Domains {
		return nil
	}
	for _, address := range r.People {
		if domain := domainOf(address); !r.domains.seen[domain] && searchable("@"+domain) && !slices.Contains(open, domain) && len(open) < mostDomains {
			open = append(open, domain)
		}
	}
	return open
}

// domainSearches returns how many calls the search for the domains will take at most.
func (r *reading) domainSearches() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if open := r.openDomains(); len(open) > 0 {
		return 1 + len(open)
	}
	return 0
}

// searchDomains searches for members at the domains of the people who matter that no list has shown. A search that does not find
// a member who is known by the domain says nothing, and nothing is known of the domains then.
func (r *reading) searchDomains(ctx context.Context) error {
	open := r.openDomains()
	if len(open) == 0 || r.members.probe == "" {
		return nil
	}
	var relied bool
	nobody := make([]bool, len(open))
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		relied, _, err = r.hasMemberAt(ctx, domainOf(r.members.probe))
		return err
	})
	for i, domain := range open {
		group.Go(func() (err error) {
			_, nobody[i], err = r.hasMemberAt(ctx, domain)
			return err
		})
	}
	if err := group.Wait(); err != nil || !relied {
		return err
	}
	r.domains.absent = map[string]bool{}
	for i, domain := range open {
		r.domains.absent[domain] = nobody[i]
	}
	return nil
}

// hasMemberAt reports whether a search for a domain finds a member there, or shows that there is nobody. It does neither where
// the search is refused, or finds more people elsewhere than a page holds, as at a domain that begins alike.
func (r *reading) hasMemberAt(ctx context.Context, domain string) (found, nobody bool, err error) {
	var hits cybedefend.MembersPage
	err = r.Call(ctx, func(ctx context.Context) (err error) {
		hits, err = r.Service.Members(ctx, r.OrganizationID, cybedefend.Page{Number: 1, Size: cybedefend.PageSize}, "@"+domain)
		return err
	})
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, u := range hits.Users {
		if domainOf(u.Email) == domain {
			found = true
			r.domains.add(email.Fold(u.Email))
		}
	}
	return found, !found && err == nil && len(hits.Users) < cybedefend.PageSize, unlessRefused(err)
}
