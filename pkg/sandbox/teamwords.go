package sandbox

import (
	"net/http"
	"slices"
	"strings"

	"rollcall/pkg/cybedefend"
)

// The bodies of replies about a team that was made or changed.
type (
	wireCreatedTeam struct {
		Success        bool   `json:"success"`
		Message        string `json:"message"`
		OrganizationID string `json:"organizationId"`
		TeamID         string `json:"teamId"`
		Name           string `json:"name"`
		Description    string `json:"description"`
	}
	wireChangedTeam struct {
		Message string   `json:"message"`
		Updated wireTeam `json:"updatedTeam"`
	}
	wireSuccess struct {
		Success bool   `json:"success"`
		Message string `json:"message"`
	}
)

// teamWords are what a call says about a team.
type teamWords struct {
	Name        string `json:"name"`
	Description string `json:"description"`
}

// teamWords reads them from a call. The page has both as required, of a change as well.
func (s *Sandbox) teamWords(q *request) (teamWords, error) {
	var body teamWords
	if err := q.decode(&body); err != nil {
		return body, err
	}
	for name, value := range map[string]string{"name": body.Name, "description": body.Description} {
		if strings.TrimSpace(value) == "" {
			return body, refuse(http.StatusBadRequest, "%s should not be empty", name)
		}
	}
	return body, s.mayGrant(cybedefend.Member)
}

// refuseName refuses a name that another team has.
func (o *organization) refuseName(name string, own *team) error {
	if slices.ContainsFunc(o.teams, func(t *team) bool { return t != own && !t.gone && t.Name == name }) {
		return refuse(http.StatusConflict, "Team %s exists already", name)
	}
	return nil
}

func (s *Sandbox) describeTeam(q *request) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.organization.team(q.http.PathValue("teamId"))
	if err != nil {
		return nil, err
	}
	return t.wire(), nil
}

// describeTeamAnew gives a team another name and description.
func (s *Sandbox) describeTeamAnew(q *request) (any, error) {
	body, err := s.teamWords(q)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.organization.team(q.http.PathValue("teamId"))
	if err != nil {
		return nil, err
	}
	if err := s.organization.refuseName(body.Name, t); err != nil {
		return nil, err
	}
	t.Name, t.Description, t.changed = body.Name, body.Description, s.options.Now()
	return wireChangedTeam{"Team updated", t.wire()}, nil
}

// deleteTeam removes a team. Whoever is in it stays in the organization, and so does whoever is invited to it.
func (s *Sandbox) deleteTeam(q *request) (any, error) {
	if err := s.mayGrant(cybedefend.Member); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.organization
	t, err := o.team(q.http.PathValue("teamId"))
	if err != nil {
		return nil, err
	}
	now := momentOf(s.options.Now())
	for _, seat := range t.at(present) {
		t.leave(seat.member, now)
	}
	id, _ := parseID(t.ID) // by which it was found
	delete(o.teamNumbers, id)
	t.gone = true
	return wireMessage{"Team deleted"}, nil
}
