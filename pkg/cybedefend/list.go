package cybedefend

import (
	"encoding/json"
	"fmt"
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
	items, err := listItems(body, "invitations")
	if err != nil {
		return InvitationsPage{}, err
	}
	page := InvitationsPage{Items: len(items)}
	page.Invitations, page.Odd = readItems("invitation", items, readInvitation, func(i Invitation) (id, email string) { return i.ID, i.Email })
	return page, nil
}

func decodeMembers(body []byte) (MembersPage, error) {
	items, err := listItems(body, "users")
	if err != nil {
		return MembersPage{}, err
	}
	page := MembersPage{Items: len(items), TotalUsers: total(body, "totalUsers"), TotalPages: total(body, "totalPages")}
	page.Users, page.Odd = readItems("member", items, readUser, func(u User) (id, email string) { return u.ID, u.Email })
	return page, nil
}

// readItems reads the items of a page, without those that nothing tells apart, and says what was odd about each.
func readItems[T any](kind string, items []json.RawMessage, read func(json.RawMessage) (T, []string), names func(T) (id, email string)) (list []T, oddities []string) {
	for i, raw := range items {
		item, wrong := read(raw)
		id, email := names(item)
		if wrong = append(missing(id, email), wrong...); len(wrong) > 0 {
			oddities = append(oddities, odd(kind, i, id, email, wrong))
		}
		if id != "" || email != "" {
			list = append(list, item)
		}
	}
	return list, oddities
}

func decodeTeams(body []byte) ([]Team, error) {
	return decodeList(body, "teams", readTeam, func(team Team) bool { return team.ID != "" })
}

func decodeOrganizations(body []byte) ([]Organization, error) {
	return decodeList(body, "organizations", readOrganization, func(o Organization) bool { return o.ID != "" })
}

// decodeList decodes a list without pages and leaves out what is no use. A list that has items, none of which is of any
// use, is an error: it is not empty.
func decodeList[T any](body []byte, name string, read func(json.RawMessage) T, useful func(T) bool) ([]T, error) {
	items, err := listItems(body, name)
	if err != nil {
		return nil, err
	}
	var list []T
	for _, raw := range items {
		if item := read(raw); useful(item) {
			list = append(list, item)
		}
	}
	if len(items) > 0 && len(list) == 0 {
		return nil, unreadable("no item of the list of %s has an id", name)
	}
	return list, nil
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

// total reads a count that stands beside a list, 0 if there is none.
func total(body []byte, name string) int {
	for _, candidate := range envelope(body) {
		if count := readCount(fields(candidate)[name]); count > 0 {
			return count
		}
	}
	return 0
}

// missing says which of the two that tell an item apart are not there.
func missing(id, email string) []string {
	switch {
	case id == "" && email == "":
		return []string{"neither an id nor an e-mail address can be read, so it is left out"}
	case id == "":
		return []string{"no id can be read"}
	case email == "":
		return []string{"no e-mail address can be read"}
	}
	return nil
}

// odd names an item and what is odd about it.
func odd(kind string, index int, id, email string, oddities []string) string {
	name := ""
	switch {
	case email != "":
		name = fmt.Sprintf(" (%s)", clean(email))
	case id != "":
		name = fmt.Sprintf(" (id %s)", clean(id))
	}
	return fmt.Sprintf("%s %d of the page%s: %s", kind, index+1, name, strings.Join(oddities, "; "))
}
