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
}

// caller is the number of the member whom the credentials belong to: the first of all.
const caller = 0

// join makes a person a member. The service lists a creator as an administrator.
func (o *organization) join(someone *person, email string, role cybedefend.Role) {
	if role == Creator {
		role = cybedefend.Administrator
	}
	m := &member{person: someone, email: email, role: role, number: uint32(len(o.joined))}
	someone.member = m
	o.joined = append(o.joined, m)
	o.members = append(o.members, m.number)
	o.countAdministrator(role, 1)
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
		Users               []wireUser `json:"users"`
		TotalUsers          int        `json:"totalUsers"`
		TotalPages          int        `json:"totalPages"`
		TotalAdministrators int        `json:"totalAdministrators"`
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
	o := s.organization
	found := o.members
	if search != "" {
		found = nil
		for _, n := range o.members {
			if strings.Contains(strings.ToLower(o.joined[n].email), search) {
				found = append(found, n)
			}
		}
	}
	list := wireMembers{
		Users:               []wireUser{},
		TotalUsers:          len(found),
		TotalPages:          (len(found) + page.size - 1) / page.size,
		TotalAdministrators: o.admins,
	}
	from, to := page.of(len(found))
	for _, n := range found[from:to] {
		m := o.joined[n]
		list.Users = append(list.Users, wireUser{identity(o.seed, userKind, n).String(), m.email, m.role})
	}
	if len(o.leavingMembers) > 0 {
		o.leave(o.leavingMembers[0])
		o.leavingMembers = o.leavingMembers[1:]
	}
	return list, nil
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
	return found, s.mayGrant(found.role)
}

// user returns the member whom the identifier names.
func (o *organization) user(id uuid.UUID) *member {
	n, ok := number(o.seed, userKind, id)
	if !ok || int(n) >= len(o.joined) {
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
	s.organization.countAdministrator(found.role, -1)
	s.organization.countAdministrator(body.Role, 1)
	found.role = body.Role
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
	s.organization.leave(found)
	return wireMessage{"Member removed"}, nil
}

// leave removes a member. One who is gone already is removed again in vain.
func (o *organization) leave(m *member) {
	place, ok := slices.BinarySearch(o.members, m.number)
	if !ok {
		return
	}
	m.person.member = nil
	o.joined[m.number] = nil
	o.members = slices.Delete(o.members, place, place+1)
	o.countAdministrator(m.role, -1)
}
