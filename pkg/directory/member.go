package directory

import (
	"cmp"
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/email"
	"rollcall/pkg/paging"
)

// members are those that were read: the ones that matter, by key, and how many there are.
type members struct {
	kept  joined
	count int
	// shown counts those who were listed so far, and total is how many the service says there are.
	shown, total int
	// veiled counts those whose address cannot be read or is masked.
	veiled int
	// probe is the key of a member whom a search that can be relied on finds, empty if none is known.
	probe string
}

// readMembers lists the members, or looks up those who matter where that takes fewer calls. Where the invitations are read
// meanwhile, nobody is looked up before they have been.
func (r *reading) readMembers(ctx context.Context) error {
	list := r.listMembers("", r.addMember, r.page)
	total, err := list.First(ctx)
	if err != nil {
		return err
	}
	r.members.total = total
	if wanted, ok := r.wanted(); ok && lookUpPays(len(wanted), r.domainSearches(), total) {
		if works, err := r.lookUpWanted(ctx, wanted); works || err != nil {
			r.members.count, r.domains.some = total, true
			return err
		}
	}
	result, err := r.readAllMembers(ctx, list)
	if err != nil {
		return err
	}
	r.members.count = max(result.Shown, result.Total)
	if r.Glance {
		return nil
	}
	return r.doubt(ctx, result)
}

// lookUpWanted looks up the people with these keys and searches for members at their domains, once the invitations have been
// read.
func (r *reading) lookUpWanted(ctx context.Context, keys []string) (works bool, err error) {
	if len(keys) > 0 {
		if works, err := r.tryOut(ctx); !works || err != nil {
			return false, err
		}
	}
	if err := r.invitationsRead(ctx); err != nil {
		return false, err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return r.searchDomains(ctx) })
	group.Go(func() (err error) {
		works, err = r.searchEach(ctx, keys)
		return err
	})
	return works, group.Wait()
}

// invitationsRead waits until the invitations have been read.
func (r *reading) invitationsRead(ctx context.Context) error {
	if r.beside == nil {
		return nil
	}
	return r.beside.wait(ctx)
}

// readAllMembers lists all members, of whom the first page has been read: beside the invitations if there are many. See
// beside.go.
func (r *reading) readAllMembers(ctx context.Context, list *paging.Reader[cybedefend.User]) (paging.Result, error) {
	if r.beside == nil {
		return list.Read(ctx)
	}
	if pages := pagesOf(r.members.total); pages >= manyPages {
		r.beside.begin(pages)
		result, err := list.Read(ctx)
		if err != nil || r.Glance || !r.beside.misses(result.Counted) {
			return result, err
		}
	}
	if err := r.invitationsRead(ctx); err != nil {
		return paging.Result{}, err
	}
	if list.Done() || !r.beside.goesOn() {
		r.mu.Lock()
		r.members = members{total: r.members.total}
		r.mu.Unlock()
		list = r.listMembers("", r.addMember, r.page)
	}
	return list.Read(ctx)
}

// mostHits is more than a search for an address finds: beyond that it has found something else.
const mostHits = 200

// listMembers returns the list of members whom the service finds by a search, or of all, on its way here.
func (r *reading) listMembers(search string, keep func(cybedefend.User), page func([]oddPage)) *paging.Reader[cybedefend.User] {
	var odd oddPages
	most := 0
	if search != "" {
		most = mostHits
	}
	call, again := r.Call, func() {}
	if r.beside != nil && search == "" {
		call, again = r.beside.wrap(call), r.beside.again
	}
	return paging.New(paging.Options[cybedefend.User]{
		Name: "members", Most: most, Call: call, NoPage: refusal, Parallel: r.Parallel, Size: cybedefend.PageSize,
		ShortEnds: search != "" || r.Glance, Once: r.Glance && search == "",
		Ask: func(ctx context.Context, page paging.Page) (paging.Answer[cybedefend.User], error) {
			reply, err := r.Service.Members(ctx, r.OrganizationID, cybedefend.Page(page), search)
			odd.add(page, reply.Odd)
			return paging.Answer[cybedefend.User]{Items: reply.Users, Count: reply.Items, Total: reply.TotalUsers}, err
		},
		ID: func(u cybedefend.User) string { return cmp.Or(foldID(u.ID), "@"+email.Fold(u.Email)) },
		Keep: func(u cybedefend.User) {
			r.mu.Lock()
			defer r.mu.Unlock()
			keep(u)
		},
		Page: func() {
			r.mu.Lock()
			defer r.mu.Unlock()
			page(odd.take())
		},
		Pass: again,
	})
}

// page notes what was odd about pages of members.
func (r *reading) page(pages []oddPage) {
	for _, page := range pages {
		r.oddItems("members", page)
	}
	r.Listing(Listing{"members", r.members.shown, r.members.total})
}

// addMember keeps a member who matters.
func (r *reading) addMember(u cybedefend.User) {
	r.members.shown++
	key := email.Fold(u.Email)
	r.domains.add(key)
	if veiled(u.Email) {
		r.members.veiled++
		return
	}
	if r.members.probe == "" && searchable(key) {
		r.members.probe = key
	}
	if r.interest.member(key) {
		r.members.kept.put(key, u)
	}
}

// isMember reports whether the person is known to be a member.
func (r *reading) isMember(key string) bool { return r.members.kept.has(key) }

// doubt holds the list of members against what else is known, and looks up singly whom it may have hidden.
func (r *reading) doubt(ctx context.Context, result paging.Result) error {
	r.checkCaller(result)
	var open remarks // until those who matter have been looked up
	if !result.Stable {
		open.unstable("members: the list %s", result.Why)
	}
	switch {
	case result.Shown == 0:
		open.incomplete("members: the list is empty, although the caller has to be in it")
	case result.Shown < result.Total:
		open.incomplete("members: %d of %d shown", result.Shown, result.Total)
	}
	if err := r.recall(ctx, result, &open); err != nil || len(open.gaps) == 0 {
		return err
	}
	if wanted, ok := r.wanted(); ok && len(wanted) <= maxLookups {
		works, err := r.lookUp(ctx, wanted)
		if err != nil {
			return err
		}
		if works {
			for _, gap := range open.gaps {
				r.warn("%s; those who matter were looked up singly", gap)
			}
			return nil
		}
	}
	r.gaps = append(r.gaps, open.gaps...)
	r.shifts, r.lacks = r.shifts || open.shifts, r.lacks || open.lacks
	return nil
}

// checkCaller warns where the list lacks the caller, who may be known to it under another address.
func (r *reading) checkCaller(result paging.Result) {
	key := email.Fold(r.Caller.Email)
	if key != "" && result.Shown > 0 && !r.isMember(key) {
		r.warn("members: the caller %s is not among them", r.Caller.Email)
	}
	if n := r.members.veiled; n > 0 {
		r.warn("members: %d without an address that can be read", n)
	}
}

// recall looks up those whom an earlier memory knows as members and the list lacks: either they have left, or the list
// hides people.
func (r *reading) recall(ctx context.Context, result paging.Result, open *remarks) error {
	var absent []string
	seen, unsearchable := map[string]bool{"": true}, 0
	for _, address := range r.Members {
		key := email.Fold(address)
		switch {
		case seen[key] || r.isMember(key):
		case searchable(key):
			absent = append(absent, key)
		default:
			unsearchable++
		}
		seen[key] = true
	}
	if unsearchable > 0 && result.Shown != result.Total { // otherwise, the count says that they have left
		open.incomplete("members: %d who were known are not listed, and their addresses cannot be searched for", unsearchable)
	}
	switch {
	case len(absent) == 0:
		return nil
	case len(absent) > maxLookups:
		open.incomplete("members: %d who were known are not listed, too many to look up singly", len(absent))
		return nil
	}
	works, err := r.lookUp(ctx, absent)
	if err != nil {
		return err
	}
	if !works {
		open.incomplete("members: %d who were known are not listed, and the search cannot be relied on", len(absent))
		return nil
	}
	if hidden := len(absent) - len(slices.DeleteFunc(absent, r.isMember)); hidden > 0 {
		open.incomplete("members: the search finds %d who are not listed", hidden)
	}
	return nil
}
