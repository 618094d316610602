package directory

import (
	"slices"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/email"
)

// interest is whom a reading keeps. Whoever else there is, is only counted, so that an organization of hundreds of
// thousands costs little where few people matter.
type interest struct {
	everybody bool
	keys      map[string]bool // by key
	mailboxes map[string]bool // of the people, by mailbox
	ids       map[string]bool // of invitations, folded
}

func interestOf(o Options) interest {
	in := interest{
		everybody: o.People == nil, keys: map[string]bool{}, mailboxes: map[string]bool{}, ids: map[string]bool{},
	}
	for _, address := range o.People {
		in.keys[email.Fold(address)] = true
		in.mailboxes[email.Mailbox(address)] = true
	}
	for _, address := range slices.Concat(o.Members, o.Pending) {
		in.keys[email.Fold(address)] = true
	}
	for _, id := range o.Invitations {
		in.ids[foldID(id)] = true
	}
	in.keys[email.Fold(o.Caller.Email)] = true
	delete(in.keys, "") // an address that cannot be read is not that of anybody who matters
	delete(in.mailboxes, "")
	delete(in.ids, "")
	return in
}

func (in interest) member(key string) bool {
	return in.everybody || in.keys[key] || in.mailboxes[email.Mailbox(key)]
}

func (in interest) invitation(key string, i cybedefend.Invitation) bool {
	return in.everybody || in.ids[foldID(i.ID)] || in.keys[key] || in.mailboxes[email.Mailbox(key)]
}
