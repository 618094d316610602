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
	"rollcall/pkg/paging"
)

// invitation is one that was kept, with its state at the end of the reading.
type invitation struct {
	cybedefend.Invitation
	state State
}

// invitations are those that were read: the ones that matter, and what is to be counted of the others.
type invitations struct {
	kept map[string]*invitation // by folded id, or by what else tells it apart
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
	return invitations{kept: map[string]*invitation{}, others: map[uint64]other{}, seed: maphash.MakeSeed()}
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
	if StateOf(i, now) == Pending {
		r.domains.add(i.Email)
	}
	if !r.interest.invitation(key, i) {
		hash := in.hash(id)
		delete(in.others, hash)
		if StateOf(i, now) == Pending {
			in.others[hash] = other{in.hash(cmp.Or(key, id)), veiled(i.Email)}
		}
		return
	}
	if before := in.kept[id]; before == nil || !supersedes(before.Invitation, i, now) {
		in.kept[id] = &invitation{Invitation: i}
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
	d.people, d.invitations, d.mailboxes = make(map[string]Membership, len(in.kept)), in.kept, map[string][]*invitation{}
	d.doubled = map[string]bool{}
	pending := make(map[uint64]bool, len(in.others))
	for _, o := range in.others {
		pending[o.key] = true
		if o.veiled {
			d.Veiled++
		}
	}
	for id, i := range in.kept {
		i.state = StateOf(i.Invitation, now)
		key := email.Fold(i.Email)
		if i.ID == "" {
			delete(d.invitations, id)
		}
		if i.state == Pending {
			pending[in.hash(cmp.Or(key, id))] = true
			if veiled(i.Email) && !known.ids[id] {
				d.Veiled++
			}
			if box := email.Mailbox(key); box != key {
				d.mailboxes[box] = append(d.mailboxes[box], i)
			}
		}
		if key == "" {
			continue
		}
		if i.state == Pending && d.people[key].Pending != nil {
			d.doubled[key] = true
		}
		d.people[key] = d.people[key].with(i)
	}
	d.pending = len(pending)
	for _, similar := range d.mailboxes {
		slices.SortFunc(similar, func(a, b *invitation) int { return cmp.Compare(invitationID(a.Invitation), invitationID(b.Invitation)) })
	}
}

// with returns the membership with one more invitation of the person, in whatever order they come.
func (m Membership) with(i *invitation) Membership {
	var place **cybedefend.Invitation
	switch i.state {
	case Pending:
		place = &m.Pending
	case Expired:
		place = &m.Expired
	case Ended:
		place = &m.Ended
	}
	if *place == nil || cmp.Or(i.ExpiresAt.Compare((*place).ExpiresAt), cmp.Compare(invitationID(**place), invitationID(i.Invitation))) > 0 {
		*place = &i.Invitation
	}
	return m
}

// veiled reports whether the address is not one, or has been masked, so that it may be anybody's.
func veiled(address string) bool {
	return !strings.Contains(address, "@") || strings.ContainsAny(address, "*•…") || strings.Contains(address, "...")
}
