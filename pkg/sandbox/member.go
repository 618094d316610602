package sandbox

import (
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"

	"rollcall/pkg/cybedefend"
)

// member is a person who is in the organization.
type member struct {
	person *person
	email  string
	role   cybedefend.Role
	number uint32
	gone   bool
	since  moment
	until  moment // only of one who is gone
	former []formerRole
}

// caller is the number of the member whom the credentials belong to: the first of all.
const caller = 0

// join makes a person a member. The service lists a creator as an administrator.
func (o *organization) join(someone *person, email string, role cybedefend.Role, since moment) *member {
	if role == Creator {
		role = cybedefend.Administrator
	}
	m := &member{person: someone, email: email, role: role, number: uint32(len(o.joined)), since: since}
	someone.member = m
	o.joined = append(o.joined, m)
	o.members = append(o.members, m.number)
	o.countAdministrator(role, 1)
	return m
}

func (o *organization) countAdministrator(role cybedefend.Role, change int) {
	if role == cybedefend.Administrator {
		o.admins += change
	}
}

// The bodies of replies about members.
type (
	wireUser struct {
		ID    string          `json:"id"`
		Email string          `json:"email"`
		Role  cybedefend.Role `json:"role"`
	}
	wireMembers struct {
		Users               []any `json:"users"` // of wireUser, or something odd
		TotalUsers          int   `json:"totalUsers"`
		TotalPages          int   `json:"totalPages"`
		TotalAdministrators int   `json:"totalAdministrators"`
	}
	wireMessage struct {
		Message string `json:"message"`
	}
)

func (s *Sandbox) members(q *request) (any, error) {
	page, err := q.page()
	if err != nil {
		return nil, err
	}
	search := strings.ToLower(q.query.Get("search"))
	s.mu.Lock()
	defer s.mu.Unlock()
	o, lists, at := s.organization, s.current.lists, s.seen()
	defer o.leaveOne(momentOf(s.options.Now()))
	page = lists.limit(page)
	if lists.blank(search != "") {
		return lists.oddMembers(wireMembers{Users: lists.nobody()}), nil
	}
	all := o.membersAt(at)
	visible := all
	if search == "" || lists.SearchToo {
		visible = lists.hide(all)
	}
	found, shown := s.matching(all, search), s.matching(visible, search)
	from, to := page.of(len(shown))
	if search == "" {
		from, to = s.bounds(Members, page, len(shown))
	}
	list := wireMembers{
		Users:               []any{},
		TotalUsers:          len(found),
		TotalPages:          (len(found) + page.size - 1) / page.size,
		TotalAdministrators: o.adminsAt(at),
	}
	place := s.placement(len(shown), false)
	for n := from; n < to; n++ {
		m := o.joined[shown[place(n)]]
		id := identity(o.userSeed, userKind, m.number).String()
		user := wireUser{id, s.current.spelling.List.of(m.email), m.roleAt(at)}
		list.Users = append(list.Users, lists.oddItem(user, m.person, id))
	}
	return lists.oddMembers(list), nil
}

// matching returns those members whose address contains the text that is searched, all of them if it is empty.
func (s *Sandbox) matching(members []uint32, search string) (found []uint32) {
	if search == "" {
		return members
	}
	for _, n := range members {
		if strings.Contains(s.current.spelling.List.searchable(s.organization.joined[n].email), search) {
			found = append(found, n)
		}
	}
	return found
}

// leaveOne lets the first of those who leave go.
func (o *organization) leaveOne(until moment) {
	if len(o.leavingMembers) > 0 {
		o.leave(o.leavingMembers[0], until)
		o.leavingMembers = o.leavingMembers[1:]
	}
}

// manage returns the member whom the caller wants to change.
func (s *Sandbox) manage(userID string) (*member, error) {
	id, ok := parseID(userID)
	if !ok {
		return nil, refuse(http.StatusBadRequest, "userId must be a UUID")
	}
	found := s.organization.user(id)
	if found == nil {
		return nil, refuse(http.StatusNotFound, "User not found")
	}
	if found.number == caller {
		return nil, refuse(http.StatusForbidden, "You may not change yourself")
	}
	return found, s.mayGrant(plainRole(found.role))
}

// user returns the member whom the identifier names.
func (o *organization) user(id uuid.UUID) *member {
	n, ok := number(o.userSeed, userKind, id)
	if !ok || int(n) >= len(o.joined) || o.joined[n].gone {
		return nil
	}
	return o.joined[n]
}

func (s *Sandbox) setRole(q *request) (any, error) {
	var body struct {
		UserID string          `json:"userId"`
		Role   cybedefend.Role `json:"role"`
	}
	if err := q.decode(&body); err != nil {
		return nil, err
	}
	if !slices.Contains(cybedefend.Roles(), body.Role) {
		return nil, refuse(http.StatusBadRequest, "role must be one of the following values: %v", cybedefend.Roles())
	}
	if err := s.mayGrant(body.Role); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	found, err := s.manage(body.UserID)
	if err != nil {
		return nil, err
	}
	if !s.current.keepsRoles {
		if found.role != body.Role {
			found.person.roles++
			s.stats.RolesChanged++
		}
		s.organization.changeRole(found, body.Role, momentOf(s.options.Now()))
	}
	return wireMessage{"Role updated"}, nil
}

func (s *Sandbox) removeMember(q *request) (any, error) {
	var body struct {
		UserID string `json:"userId"`
	}
	if err := q.decode(&body); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	found, err := s.manage(body.UserID)
	if err != nil {
		return nil, err
	}
	if !s.current.keepsMembers {
		s.organization.leave(found, momentOf(s.options.Now()))
	}
	return wireMessage{"Member removed"}, nil
}

// leave removes a member. One who is gone already is removed again in vain.
func (o *organization) leave(m *member, until moment) {
	place, ok := slices.BinarySearch(o.members, m.number)
	if !ok {
		return
	}
	o.leaveTeams(m, until)
	m.person.member = nil
	m.gone, m.until = true, until
	o.members = slices.Delete(o.members, place, place+1)
	o.countAdministrator(m.role, -1)
}
