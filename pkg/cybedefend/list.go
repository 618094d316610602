package cybedefend

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// InvitationsPage is one page of an organization's invitations.
type InvitationsPage struct {
	// Invitations are those that can be told apart: each has an id or an address, an odd one only one of the two.
	Invitations []Invitation
	// Items is how many items the page had on the wire, those that could not be read included. It tells whether the
	// page was full.
	Items int
	// Odd says what was odd about single items: one text for each, which names the item by its place on the page and by
	// its address or id. The texts hold no secret.
	Odd []string
}

// MembersPage is one page of an organization's members.
type MembersPage struct {
	// Users are those that can be told apart: each has an id or an address, an odd one only one of the two.
	Users []User
	// Items is how many items the page had on the wire, those that could not be read included. It tells whether the
	// page was full.
	Items int
	// Odd says what was odd about single items: one text for each, which names the item by its place on the page and by
	// its address or id.
	Odd []string
	// TotalUsers and TotalPages are of the whole list, 0 if the service did not say.
	TotalUsers, TotalPages int
}

// TeamMembersPage is one page of a team's members. Its fields are those of [MembersPage].
type TeamMembersPage struct {
	Members                []TeamMember
	Items                  int
	Odd                    []string
	TotalUsers, TotalPages int
}

// teamMembersOf returns a page of members as one of a team, where the role is that in the team.
func teamMembersOf(page MembersPage) TeamMembersPage {
	team := TeamMembersPage{Items: page.Items, Odd: page.Odd, TotalUsers: page.TotalUsers, TotalPages: page.TotalPages}
	for _, user := range page.Users {
		team.Members = append(team.Members, TeamMember{ID: user.ID, Email: user.Email, Role: TeamRole(user.Role)})
	}
	return team
}

func decodeInvitations(body []byte) (InvitationsPage, error) {
	if page, ok := decodeOrdinary(body); ok {
		return page, nil
	}
	return decodeAny(body)
}

// decodeAny decodes a page of invitations of any form that can be read.
func decodeAny(body []byte) (InvitationsPage, error) {
	var reply struct {
		Invitations []*invitationItem `json:"invitations"`
	}
	items, err := decodeList(body, "invitations", &reply, &reply.Invitations)
	if err != nil {
		return InvitationsPage{}, err
	}
	found := readItems[Invitation]("invitation", items)
	return InvitationsPage{Invitations: found.list, Items: found.count, Odd: found.odd}, nil
}

func decodeMembers(body []byte) (MembersPage, error) {
	type totals struct {
		TotalUsers count `json:"totalUsers"`
		TotalPages count `json:"totalPages"`
	}
	var reply struct {
		Users []*userItem `json:"users"`
		totals
		Data totals `json:"data"`
	}
	items, err := decodeList(body, "users", &reply, &reply.Users)
	if err != nil {
		return MembersPage{}, err
	}
	found := readItems[User]("member", items)
	return MembersPage{
		Users: found.list, Items: found.count, Odd: found.odd,
		TotalUsers: int(cmp.Or(reply.TotalUsers, reply.Data.TotalUsers)),
		TotalPages: int(cmp.Or(reply.TotalPages, reply.Data.TotalPages)),
	}, nil
}

// listed is what items of pages are read as.
type listed interface {
	// names returns what tells an item apart.
	names() (id, email string)
}

func (i Invitation) names() (id, email string) { return i.ID, i.Email }

func (u User) names() (id, email string) { return u.ID, u.Email }

// reading is what has been read of a page.
type reading[T listed] struct {
	kind string
	// most is how many items there are, count how many have been added.
	most, count int
	list        []T
	odd         []string
}

// add adds an item, unless nothing tells it apart, and says what was odd about it.
func (r *reading[T]) add(item T, wrong oddities) {
	id, email := item.names()
	if wrong = append(missing(id, email), wrong...); len(wrong) > 0 {
		r.odd = append(r.odd, odd(r.kind, r.count, id, email, wrong))
	}
	r.count++
	if id == "" && email == "" {
		return
	}
	if r.list == nil {
		r.list = make([]T, 0, r.most)
	}
	r.list = append(r.list, item)
}

// readItems reads the items of a page. An item that is nil is no object.
func readItems[T listed, I any, P interface {
	*I
	read() T
	odd() oddities
}](kind string, items []*I) reading[T] {
	found := reading[T]{kind: kind, most: len(items)}
	for _, item := range items {
		var read T
		wrong := oddities{"it is not an object"}
		if item != nil {
			read, wrong = P(item).read(), P(item).odd()
		}
		found.add(read, wrong)
	}
	return found
}

func decodeTeams(body []byte) ([]Team, error) {
	var reply struct {
		Teams []*teamItem `json:"teams"`
	}
	items, err := decodeList(body, "teams", &reply, &reply.Teams)
	if err != nil {
		return nil, err
	}
	return useful("teams", items, func(team Team) string { return team.ID })
}

func decodeOrganizations(body []byte) ([]Organization, error) {
	var reply struct {
		Organizations []*organizationItem `json:"organizations"`
	}
	items, err := decodeList(body, "organizations", &reply, &reply.Organizations)
	if err != nil {
		return nil, err
	}
	return useful("organizations", items, func(o Organization) string { return o.ID })
}

// useful reads the items of a list without pages and leaves out those without an id. A list that has items, none of which is
// of any use, is an error: it is not empty.
func useful[T any, I any, P interface {
	*I
	read() T
}](name string, items []*I, id func(T) string) (list []T, err error) {
	for _, item := range items {
		if item == nil {
			continue
		}
		if read := P(item).read(); id(read) != "" {
			list = append(list, read)
		}
	}
	if len(items) > 0 && len(list) == 0 {
		return nil, unreadable("no item of the list of %s has an id", name)
	}
	return list, nil
}

// decodeList decodes a reply that holds a list, and returns the list's items, nil for each that is no object. list is the
// field of reply where it is as documented. If it isn't there, it is looked for, see [listItems].
func decodeList[I any](body []byte, name string, reply any, list *[]*I) ([]*I, error) {
	if json.Unmarshal(body, reply) == nil && *list != nil && !slices.Contains(*list, nil) {
		return *list, nil
	}
	found, err := listItems(body, name)
	if err != nil {
		return nil, err
	}
	items := make([]*I, len(found))
	for i, raw := range found {
		var item I
		if json.Unmarshal(raw, &item) == nil {
			items[i] = &item
		}
	}
	return items, nil
}

// listItems returns the items of a list that stands alone or under its name, in the body itself or else in what it has
// under "data". A null under its name is an empty list; no list at all is an error. The vendor's own document types a
// list as an array of arrays, so an item that is an array counts as the items in it.
func listItems(body []byte, name string) ([]json.RawMessage, error) {
	for _, candidate := range envelope(body) {
		list, ok := fields(candidate)[name]
		if !ok {
			if len(candidate) == 0 || candidate[0] != '[' {
				continue
			}
			list = candidate
		}
		var items []json.RawMessage
		if err := json.Unmarshal(list, &items); err != nil {
			return nil, unreadable("list of %s: %w", name, err)
		}
		return flatten(items), nil
	}
	return nil, unreadable("no list of %s", name)
}

func flatten(items []json.RawMessage) (flat []json.RawMessage) {
	for _, item := range items {
		var inner []json.RawMessage
		if len(item) == 0 || item[0] != '[' || json.Unmarshal(item, &inner) != nil {
			inner = []json.RawMessage{item}
		}
		flat = append(flat, inner...)
	}
	return flat
}

// missing says which of the two that tell an item apart are not there.
func missing(id, email string) oddities {
	switch {
	case id == "" && email == "":
		return oddities{"neither an id nor an e-mail address can be read, so it is left out"}
	case id == "":
		return oddities{"no id can be read"}
	case email == "":
		return oddities{"no e-mail address can be read"}
	}
	return nil
}

// odd names an item and what is odd about it.
func odd(kind string, index int, id, email string, wrong oddities) string {
	name := ""
	switch {
	case email != "":
		name = fmt.Sprintf(" (%s)", clean(email))
	case id != "":
		name = fmt.Sprintf(" (id %s)", clean(id))
	}
	return fmt.Sprintf("%s %d of the page%s: %s", kind, index+1, name, strings.Join(wrong, "; "))
}
