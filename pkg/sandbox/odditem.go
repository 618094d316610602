package sandbox

import (
	"slices"
	"strconv"
)

// Oddity is a kind of oddity in the lists of invitations and members.
type Oddity string

// The oddities.
const (
	// NullEmail shows one more member, and one more invitation, with null as address.
	NullEmail Oddity = "null-email"
	// NumericItem shows one more member, and one more invitation, with a number as id.
	NumericItem Oddity = "numeric-id"
	// TextTotals shows the members' totals as text.
	TextTotals Oddity = "text-totals"
	// MarkedLists puts a byte order mark before the lists.
	MarkedLists Oddity = "bom"
	// NestedUsers shows the members as an array in an array, as the vendor's own document has it.
	NestedUsers Oddity = "nested"
)

// Oddities returns all of them.
func Oddities() []Oddity {
	return []Oddity{NullEmail, NumericItem, TextTotals, MarkedLists, NestedUsers}
}

// The addresses of the people whom NullEmail and NumericItem need.
const (
	nullMember     = "null-email-member@acme.example"
	nullInvitee    = "null-email-invitee@acme.example"
	numericMember  = "numeric-id-member@acme.example"
	numericInvitee = "numeric-id-invitee@acme.example"
)

func (l Lists) odd(oddity Oddity) bool { return slices.Contains(l.Odd, oddity) }

// oddPeople are the members and pending invitees whom the oddities need.
func (l Lists) oddPeople() (members, pending Population) {
	if l.odd(NullEmail) {
		members.People = append(members.People, Person{Email: nullMember})
		pending.People = append(pending.People, Person{Email: nullInvitee})
	}
	if l.odd(NumericItem) {
		members.People = append(members.People, Person{Email: numericMember})
		pending.People = append(pending.People, Person{Email: numericInvitee})
	}
	return members, pending
}

// oddItem returns an item of a list, about the person and with the id, as the list shows it.
func (l Lists) oddItem(item any, someone *person, id string) any {
	switch key := someone.key; {
	case l.odd(NullEmail) && (key == nullMember || key == nullInvitee):
		return with(item, "email", nil)
	case l.odd(NumericItem) && (key == numericMember || key == numericInvitee):
		return with(item, "id", numeric(id))
	}
	return item
}

// oddMembers returns a page of members as it is shown.
func (l Lists) oddMembers(list wireMembers) any {
	if l.odd(NestedUsers) && len(list.Users) > 0 {
		list.Users = []any{list.Users}
	}
	if !l.odd(TextTotals) {
		return l.mark(list)
	}
	shown := with(list, "totalUsers", strconv.Itoa(list.TotalUsers))
	shown["totalPages"] = strconv.Itoa(list.TotalPages)
	return l.mark(shown)
}

// mark puts a byte order mark before the list where the options ask for it.
func (l Lists) mark(list any) any {
	if l.odd(MarkedLists) {
		return marked{list}
	}
	return list
}
