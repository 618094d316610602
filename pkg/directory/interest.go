package directory

import (
	"slices"
	"sync"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/email"
)

// interest is whom a reading keeps. Whoever else there is, is only counted, so that an organization of hundreds of
// thousands costs little where few people matter.
type interest struct {
	everybody bool
	keys      map[string]bool // by key
	mailboxes map[string]bool // of the people, by mailbox
	// ids returns those of invitations that matter, folded.
	ids func() map[string]bool
}

func interestOf(o Options) interest {
	in := interest{
		everybody: o.People == nil, keys: map[string]bool{}, mailboxes: map[string]bool{},
		ids: sync.OnceValue(func() map[string]bool { return idsOf(o.Invitations) }),
	}
	if in.everybody { // who can be a million, and then hardly anything else is asked
		return in
	}
	for _, address := range o.People {
		in.keys[email.Fold(address)] = true
		in.mailboxes[email.Mailbox(address)] = true
	}
	for _, address := range slices.Concat(o.Members, o.Pending) {
		in.keys[email.Fold(address)] = true
	}
	in.keys[email.Fold(o.Caller.Email)] = true
	delete(in.keys, "") // an address that cannot be read is not that of anybody who matters
	delete(in.mailboxes, "")
	return in
}

func idsOf(invitations []string) map[string]bool {
	ids := make(map[string]bool, len(invitations))
	for _, id := range invitations {
		ids[foldID(id)] = true
	}
	delete(ids, "")
	return ids
}

// knows reports whether an earlier memory knows the invitation.
func (in interest) knows(id string) bool { return in.ids()[id] }

func (in interest) member(key string) bool {
	return in.everybody || in.keys[key] || in.mailboxes[email.MailboxOf(key)]
}

func (in interest) invitation(key string, i cybedefend.Invitation) bool {
	return in.everybody || in.keys[key] || in.mailboxes[email.MailboxOf(key)] || in.knows(foldID(i.ID))
}
