package sandbox

import (
	"fmt"
	"strings"

	"rollcall/pkg/cybedefend"
)

// SetRole has a member listed with a role from now on, written as it is: also one that the service would grant to nobody.
func (s *Sandbox) SetRole(address, role string) error {
	now := s.options.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.catchUp(now)
	someone := s.organization.byEmail[fold(address)]
	if someone == nil || someone.member == nil {
		return fmt.Errorf("%s is no member", address)
	}
	s.organization.changeRole(someone.member, cybedefend.Role(role), momentOf(now))
	return nil
}

// KeepRoles says whether changes of roles, and of places in teams, are answered as ever, and have no effect.
func (s *Sandbox) KeepRoles(keep bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.current.keepsRoles = keep
}

// KeepMembers says whether removals of members are answered as ever, and have no effect.
func (s *Sandbox) KeepMembers(keep bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.current.keepsMembers = keep
}

func (o *organization) changeRole(m *member, role cybedefend.Role, at moment) {
	o.countAdministrator(m.role, -1)
	o.countAdministrator(role, 1)
	m.former = append(m.former, formerRole{m.role, at})
	m.role = role
}

// plainRole returns the role that one in another spelling is, or that one as it is.
func plainRole(role cybedefend.Role) cybedefend.Role {
	word := strings.NewReplacer(" ", "", "_", "", "-", "")
	for _, known := range cybedefend.Roles() {
		if strings.EqualFold(word.Replace(string(known)), word.Replace(string(role))) {
			return known
		}
	}
	return role
}

// orderRole takes {"email": "ann@example.com", "role": "Billing Manager"}.
func (s *Sandbox) orderRole(body []byte) error {
	var told struct {
		Email string `json:"email"`
		Role  string `json:"role"`
	}
	if err := readOrder(body, &told); err != nil {
		return err
	}
	return s.SetRole(told.Email, told.Role)
}
