package directory

import (
	"cmp"
	"context"
	"hash/maphash"
	"slices"
	"strings"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/email"
	"rollcall/pkg/packed"
	"rollcall/pkg/paging"
)

// invitations are those that were read: the ones that matter, and what is to be counted of the others.
type invitations struct {
	kept invited
	// others are the pending ones that do not matter, by the hash of their id: a few bytes for each.
	others map[uint64]other
	seed   maphash.Seed
	// shown counts those that were listed so far.
	shown int
	// empty says that the list had no items.
	empty bool
}

type other struct {
	key    uint64 // hash
	veiled bool
}

func newInvitations() invitations {
	return invitations{others: map[uint64]other{}, seed: maphash.MakeSeed()}
}

func (in *invitations) hash(text string) uint64 { return maphash.String(in.seed, text) }

// readInvitations reads all invitations.
func (r *reading) readInvitations(ctx context.Context, list *paging.Reader[cybedefend.Invitation]) error {
	result, err := list.Read(ctx)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.invitations.empty = result.Shown == 0
	if !result.Stable {
		r.unstable("invitations: the list %s", result.Why)
	}
	return nil
}

// doubtInvitations holds an empty list of invitations against what an earlier memory knows. Whoever was invited and is
// no member by now should be in it. There is no search for invitations.
func (r *reading) doubtInvitations() {
	missing := map[string]bool{}
	for _, address := range r.Pending {
		if key := email.Fold(address); key != "" && !r.isMember(key) {
			missing[key] = true
		}
	}
	if len(missing) > 0 {
		r.incomplete("invitations: the list is empty, although %d are known to be pending", len(missing))
	}
}

// listInvitations returns the list of invitations on its way here. The service does not tell how many there are.
func (r *reading) listInvitations(keep func(cybedefend.Invitation)) *paging.Reader[cybedefend.Invitation] {
	var odd oddPages
	return paging.New(paging.Options[cybedefend.Invitation]{
		Name: "invitations", Call: r.Call, NoPage: refusal, Parallel: r.Parallel, Size: cybedefend.PageSize, Once: r.Glance, ShortEnds: r.Glance,
		Ask: func(ctx context.Context, page paging.Page) (paging.Answer[cybedefend.Invitation], error) {
			reply, err := r.Service.Invitations(ctx, r.OrganizationID, cybedefend.Page(page))
			odd.add(page, reply.Odd)
			return paging.Answer[cybedefend.Invitation]{Items: reply.Invitations, Count: reply.Items}, err
		},
		ID: func(i cybedefend.Invitation) string { return invitationID(i) + " " + i.Status },
		Keep: func(i cybedefend.Invitation) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.invitations.shown++
			keep(i)
		},
		Page: func() {
			r.mu.Lock()
			defer r.mu.Unlock()
			for _, page := range odd.take() {
				r.oddItems("invitations", page)
			}
			if r.beside != nil {
				if r.beside.came(); r.beside.lists() {
					return // the members tell how far that is
				}
			}
			r.Listing(Listing{Of: "invitations", Found: r.invitations.shown})
		},
	})
}

// invitationID returns what tells an invitation apart: its id, or its address where the service gave none.
func invitationID(i cybedefend.Invitation) string {
	if id := foldID(i.ID); id != "" {
		return id
	}
	return "@" + email.Fold(i.Email)
}

// addInvitation keeps or counts an invitation. If it was shown before, with another status, the later word counts.
func (r *reading) addInvitation(i cybedefend.Invitation) {
	in, now := &r.invitations, r.Now()
	id, key := invitationID(i), email.Fold(i.Email)
	pending := StateOf(i, now) == Pending
	if pending {
		r.domains.add(key)
	}
	if !r.interest.invitation(key, i) {
		hash := in.hash(id)
		delete(in.others, hash)
		if pending {
			in.others[hash] = other{in.hash(cmp.Or(key, id)), veiled(i.Email)}
		}
		return
	}
	if before, found := in.kept.add(id, i); found && !supersedes(before, i, now) {
		in.kept.put(id, i)
	}
}

// supersedes reports whether what the service said of an invitation is later than what else it said of it, in whatever
// order it was read: an invitation ends once and for all, and may be renewed before.
func supersedes(one, other cybedefend.Invitation, now time.Time) bool {
	a, b := StateOf(one, now), StateOf(other, now)
	switch {
	case (a == Ended) != (b == Ended):
		return a == Ended
	case !one.ExpiresAt.Equal(other.ExpiresAt):
		return one.ExpiresAt.After(other.ExpiresAt)
	}
	return a == Expired && b != Expired
}

// finish puts the invitations into the directory, as they stand at the service's time now.
func (in *invitations) finish(d *Directory, known interest, now time.Time) {
	d.at, d.invited = now, in.kept
	d.mailboxes, d.doubled = map[string][]string{}, map[string]bool{}
	others := make(map[uint64]bool, len(in.others))
	for _, o := range in.others {
		others[o.key] = true
		if o.veiled {
			d.Veiled++
		}
	}
	d.pending = len(others)
	d.latest.texts.Grow(in.kept.texts.Len())
	for id, text := range in.kept.texts.All() {
		r := packed.Read(text)
		i := in.kept.standing(&r)
		key, state := email.Fold(i.Email), StateOf(i, now)
		ids := d.latest.find(key)
		if state == Pending {
			if ids[0] == "" && (len(others) == 0 || !others[in.hash(cmp.Or(key, id))]) {
				d.pending++
			}
			if veiled(i.Email) && !known.knows(id) {
				d.Veiled++
			}
			if box := email.MailboxOf(key); box != key {
				d.mailboxes[box] = append(d.mailboxes[box], id)
			}
		}
		if key == "" {
			continue
		}
		place := slices.Index(states[:], state)
		if state == Pending && ids[place] != "" {
			d.doubled[key] = true
		}
		if in.tellsMore(id, i, ids[place]) {
			ids[place] = id
			d.latest.put(key, ids)
		}
	}
	for _, similar := range d.mailboxes {
		slices.Sort(similar)
	}
}

// tellsMore reports whether an invitation tells more of a person than the other one in the same state, which is empty if there
// is none: whichever expires later, in whatever order they come.
func (in *invitations) tellsMore(id string, i cybedefend.Invitation, other string) bool {
	if other == "" {
		return true
	}
	before, _ := in.kept.find(other)
	return cmp.Or(i.ExpiresAt.Compare(before.ExpiresAt), cmp.Compare(other, id)) > 0
}

// veiled reports whether the address is not one, or has been masked, so that it may be anybody's.
func veiled(address string) bool {
	return !strings.Contains(address, "@") || strings.ContainsAny(address, "*•…") || strings.Contains(address, "...")
}
