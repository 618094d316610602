package sandbox

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"rollcall/pkg/cybedefend"
)

// team is a team and whoever is or was in it.
type team struct {
	Team
	created time.Time
	changed time.Time // its name or description
	seats   []seat    // in order of joining
	gone    bool
}

// seat is a member's time in a team with one role.
type seat struct {
	member uint32
	role   uint8 // place in cybedefend.TeamRoles
	since  moment
	until  moment // present while it lasts
}

// founded is when the teams were made that are there from the beginning.
var founded = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)

// found makes a team.
func (o *organization) found(as Team, created time.Time) *team {
	id, _ := parseID(as.ID) // checked before
	t := &team{Team: as, created: created, changed: created}
	o.teamNumbers[id] = uint16(len(o.teams))
	o.teams = append(o.teams, t)
	return t
}

// team returns the team that an identifier names.
func (o *organization) team(text string) (*team, error) {
	id, ok := parseID(text)
	if !ok {
		return nil, refuse(http.StatusBadRequest, "teamId must be a UUID")
	}
	n, ok := o.teamNumbers[id]
	if !ok {
		return nil, refuse(http.StatusNotFound, "Team %s not found", id)
	}
	return o.teams[n], nil
}

// seatOf returns the place of a member's present seat, -1 if there is none.
func (t *team) seatOf(member uint32) int {
	return slices.IndexFunc(t.seats, func(s seat) bool { return s.member == member && s.until == present })
}

// enter puts a member into the team. Whoever is there already keeps the role.
func (t *team) enter(member uint32, role uint8, at moment) {
	if t.seatOf(member) < 0 {
		t.seats = append(t.seats, seat{member, role, at, present})
	}
}

// leave takes a member out of the team.
func (t *team) leave(member uint32, at moment) {
	if n := t.seatOf(member); n >= 0 {
		t.seats[n].until = at
	}
}

// at returns the seats that there were at the moment.
func (t *team) at(at moment) (seats []seat) {
	for _, s := range t.seats {
		if s.since <= at && (s.until > at || s.until == present) {
			seats = append(seats, s)
		}
	}
	return seats
}

// isLastManager reports whether nobody but the member manages the team.
func (t *team) isLastManager(member uint32) bool {
	managers := 0
	for _, s := range t.at(present) {
		if cybedefend.TeamRoles()[s.role] != cybedefend.TeamManager {
			continue
		}
		if managers++; s.member != member {
			return false
		}
	}
	return managers == 1
}

// joinTeams puts a new member into the teams that an invitation has promised.
func (o *organization) joinTeams(m *member, promised []assignment, at moment) {
	for _, a := range promised {
		if t := o.teams[a.team]; !t.gone {
			t.enter(m.number, a.role, at)
		}
	}
}

// leaveTeams takes somebody out of all teams.
func (o *organization) leaveTeams(m *member, at moment) {
	for _, t := range o.teams {
		t.leave(m.number, at)
	}
}

// The bodies of replies about teams.
type (
	wireTeam struct {
		ID          string `json:"id"`
		Name        string `json:"name"`
		Description string `json:"description"`
		CreatedAt   string `json:"createdAt"`
		UpdatedAt   string `json:"updatedAt"`
	}
	wireTeamUser struct {
		ID    string              `json:"id"`
		Email string              `json:"email"`
		Role  cybedefend.TeamRole `json:"role"`
	}
	wireTeamMembers struct {
		Users      []any `json:"users"` // of wireTeamUser, or something odd
		TotalUsers int   `json:"totalUsers"`
		TotalPages int   `json:"totalPages"`
	}
)

func (t *team) wire() wireTeam {
	return wireTeam{t.ID, t.Name, t.Description, t.created.UTC().Format(timeFormat), t.changed.UTC().Format(timeFormat)}
}

func (s *Sandbox) listTeams(*request) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []wireTeam{}
	for _, t := range s.organization.teams {
		if !t.gone {
			list = append(list, t.wire())
		}
	}
	if s.options.BareLists {
		return list, nil
	}
	return map[string]any{"teams": list}, nil
}

// createTeam makes a team, with the caller as its manager.
func (s *Sandbox) createTeam(q *request) (any, error) {
	body, err := s.teamWords(q)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.organization
	if err := o.refuseName(body.Name, nil); err != nil {
		return nil, err
	}
	now := s.options.Now()
	id := identity(o.seed, teamKind, uint32(len(o.teams))).String()
	made := o.found(Team{ID: id, Name: body.Name, Description: body.Description}, now)
	made.enter(caller, uint8(slices.Index(cybedefend.TeamRoles(), cybedefend.TeamManager)), momentOf(now))
	return wireCreatedTeam{true, "Team created", s.options.Organization.ID, made.ID, made.Name, made.Description}, nil
}

func (s *Sandbox) teamMembers(q *request) (any, error) {
	page, err := q.page()
	if err != nil {
		return nil, err
	}
	search := strings.ToLower(q.query.Get("search"))
	s.mu.Lock()
	defer s.mu.Unlock()
	o, lists := s.organization, s.current.lists
	t, err := o.team(q.http.PathValue("teamId"))
	if err != nil {
		return nil, err
	}
	if lists.blank(search != "") {
		return lists.mark(wireTeamMembers{Users: lists.nobody()}), nil
	}
	var found []seat
	for _, seat := range t.at(s.seen()) {
		if strings.Contains(s.current.spelling.List.searchable(o.joined[seat.member].email), search) {
			found = append(found, seat)
		}
	}
	page = lists.limit(page)
	from, to := page.of(len(found))
	if search == "" {
		from, to = s.bounds(TeamMembers, page, len(found))
	}
	list := wireTeamMembers{Users: []any{}, TotalUsers: len(found), TotalPages: (len(found) + page.size - 1) / page.size}
	place := s.placement(len(found), false)
	for n := from; n < to; n++ {
		seat := found[place(n)]
		m := o.joined[seat.member]
		id := identity(o.userSeed, userKind, m.number).String()
		user := wireTeamUser{id, s.current.spelling.List.of(m.email), cybedefend.TeamRoles()[seat.role]}
		list.Users = append(list.Users, lists.oddItem(user, m.person, id))
	}
	return lists.mark(list), nil
}

// changeTeam has a call change what a member of the organization is in a team. Its role is read only if the call has one.
func (s *Sandbox) changeTeam(q *request, hasRole bool, change func(t *team, member uint32, role uint8, at moment) (done any, err error)) (any, error) {
	var body struct {
		UserID string              `json:"userId"`
		Role   cybedefend.TeamRole `json:"role,omitempty"`
	}
	if err := q.decode(&body); err != nil {
		return nil, err
	}
	role := slices.Index(cybedefend.TeamRoles(), body.Role)
	switch {
	case hasRole && role < 0:
		return nil, refuse(http.StatusBadRequest, "role must be one of the following values: %v", cybedefend.TeamRoles())
	case !hasRole && body.Role != "":
		return nil, refuse(http.StatusBadRequest, "property role should not exist")
	}
	id, ok := parseID(body.UserID)
	if !ok {
		return nil, refuse(http.StatusBadRequest, "userId must be a UUID")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.organization.team(q.http.PathValue("teamId"))
	if err != nil {
		return nil, err
	}
	if err = s.mayGrant(cybedefend.Member); err != nil {
		return nil, err
	}
	if t.Closed {
		return nil, refuse(http.StatusForbidden, "You may not change the people of team %s", t.ID)
	}
	m := s.organization.user(id)
	if m == nil {
		return nil, refuse(http.StatusNotFound, "User not found")
	}
	switch {
	case !s.current.keepsRoles:
		return change(t, m.number, uint8(max(role, 0)), momentOf(s.options.Now()))
	case q.operation == AddTeamMember:
		return wireChangedTeam{"Done", t.wire()}, nil
	}
	return wireSuccess{true, "Done"}, nil
}

func (s *Sandbox) addTeamMember(q *request) (any, error) {
	return s.changeTeam(q, true, func(t *team, member uint32, role uint8, at moment) (any, error) {
		if t.seatOf(member) >= 0 {
			return nil, refuse(http.StatusConflict, "User is already a member of the team")
		}
		t.enter(member, role, at)
		return wireChangedTeam{"Member added", t.wire()}, nil
	})
}

func (s *Sandbox) setTeamRole(q *request) (any, error) {
	return s.changeTeam(q, true, func(t *team, member uint32, role uint8, at moment) (any, error) {
		n := t.seatOf(member)
		switch {
		case n < 0:
			return nil, refuse(http.StatusNotFound, "User is not a member of the team")
		case t.seats[n].role == role:
		case t.isLastManager(member):
			return nil, refuse(http.StatusForbidden, "A team needs a manager")
		default:
			t.leave(member, at)
			t.enter(member, role, at)
		}
		return wireSuccess{true, "Role updated"}, nil
	})
}

func (s *Sandbox) removeTeamMember(q *request) (any, error) {
	return s.changeTeam(q, false, func(t *team, member uint32, _ uint8, at moment) (any, error) {
		switch {
		case t.seatOf(member) < 0:
			return nil, refuse(http.StatusNotFound, "User is not a member of the team")
		case t.isLastManager(member):
			return nil, refuse(http.StatusForbidden, "A team needs a manager")
		}
		t.leave(member, at)
		return wireSuccess{true, "Member removed"}, nil
	})
}

// SetSeat has a member in the team of that name with a role from now on, or out of it if the role is empty.
func (s *Sandbox) SetSeat(address, name string, role cybedefend.TeamRole) error {
	now := s.options.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.catchUp(now)
	o := s.organization
	someone := o.byEmail[fold(address)]
	in := slices.IndexFunc(o.teams, func(t *team) bool { return t.Name == name })
	as := slices.Index(cybedefend.TeamRoles(), role)
	switch {
	case someone == nil || someone.member == nil:
		return fmt.Errorf("%s is no member", address)
	case in < 0:
		return fmt.Errorf("there is no team %s", name)
	case role != "" && as < 0:
		return fmt.Errorf("%s is no role in a team", role)
	}
	o.teams[in].leave(someone.member.number, momentOf(now))
	if role != "" {
		o.teams[in].enter(someone.member.number, uint8(as), momentOf(now))
	}
	return nil
}

// orderSeat takes {"email": "ann@example.com", "team": "Platform", "role": "developer"}; an empty role takes somebody out.
func (s *Sandbox) orderSeat(body []byte) error {
	var told struct {
		Email string              `json:"email"`
		Team  string              `json:"team"`
		Role  cybedefend.TeamRole `json:"role"`
	}
	if err := readOrder(body, &told); err != nil {
		return err
	}
	return s.SetSeat(told.Email, told.Team, told.Role)
}

// teamsOf returns the ids of the teams in which a member is.
func (o *organization) teamsOf(number uint32) []string {
	ids := []string{}
	for _, t := range o.teams {
		if t.seatOf(number) >= 0 {
			ids = append(ids, t.ID)
		}
	}
	return ids
}
