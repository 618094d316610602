package sandbox

import (
	"iter"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"rollcall/pkg/cybedefend"
)

// invitation is one invitation. It is kept small: there may be a million of them.
type invitation struct {
	person  *person
	email   string // as the invite spelled it
	created moment
	expires moment
	ended   moment // only of one that is no longer pending
	number  uint32
	role    uint8  // place in cybedefend.Roles
	status  status // never expired: what has run out stays pending, and expiresAt is the truth
	// unlisted says that it left the list when it ended.
	unlisted bool
	teams    []assignment
}

// assignment is a team assignment as places in organization.teams and cybedefend.TeamRoles.
type assignment struct {
	team uint16
	role uint8
}

// status is the status of an invitation.
type status uint8

const (
	pending status = iota
	accepted
	declined
	cancelled
	// dropped is the status of an invitation that is nowhere to be found any more.
	dropped
)

func (s status) String() string {
	return [...]string{"pending", "accepted", "declined", "cancelled", "dropped"}[s]
}

// live reports whether the invitation can still be accepted.
func (i *invitation) live(now time.Time) bool {
	return i != nil && i.status == pending && momentOf(now) < i.expires
}

// wireInvitation is an invitation in a reply. Unlike the client's type it shows its token.
type wireInvitation struct {
	ID               string          `json:"id"`
	Token            string          `json:"token"`
	Email            string          `json:"email"`
	Status           string          `json:"status"`
	OrganizationID   string          `json:"organizationId"`
	OrganizationName string          `json:"organizationName"`
	OrganizationRole cybedefend.Role `json:"organizationRole"`
	ExpiresAt        string          `json:"expiresAt"`
}

// wireInvitations is a page of the list.
type wireInvitations struct {
	OrganizationID string `json:"organizationId"`
	Invitations    []any  `json:"invitations"` // of wireInvitation, or something odd
}

// wire returns the invitation as it was at the moment, its address as it is stored.
func (s *Sandbox) wire(i *invitation, at moment) wireInvitation {
	return wireInvitation{
		ID:               identity(s.options.Seed, invitationKind, i.number).String(),
		Token:            identity(s.options.Seed, invitationTokenKind, i.number).String(),
		Email:            s.current.spelling.List.of(i.email),
		Status:           i.statusAt(at).String(),
		OrganizationID:   s.options.Organization.ID,
		OrganizationName: s.options.Organization.Name,
		OrganizationRole: cybedefend.Roles()[i.role],
		ExpiresAt:        time.UnixMilli(int64(i.expires)).UTC().Format(timeFormat),
	}
}

// invite adds an invitation without asking anything.
func (o *organization) invite(
	email string, role cybedefend.Role, teams []assignment, created moment, expires time.Time,
) *invitation {
	someone := o.person(email)
	if email == someone.key {
		email = someone.key // one string for both
	}
	i := &invitation{
		person:  someone,
		email:   email,
		created: created,
		expires: momentOf(expires),
		number:  uint32(len(o.invitations)),
		role:    uint8(slices.Index(cybedefend.Roles(), role)),
		teams:   teams,
	}
	someone.latest = i
	o.invitations = append(o.invitations, i)
	o.listed = append(o.listed, i.number)
	return i
}

// end gives a pending invitation its last status, and takes it off the list if that shows pending ones only.
func (o *organization) end(i *invitation, last status, at moment, pendingOnly bool) {
	i.status, i.ended = last, at
	if !pendingOnly && last != dropped {
		return
	}
	i.unlisted = true
	if place, ok := slices.BinarySearch(o.listed, i.number); ok {
		o.listed = slices.Delete(o.listed, place, place+1)
	}
}

// find returns the invitation that the identifier or token names.
func (o *organization) find(kind kind, id uuid.UUID) *invitation {
	n, ok := number(o.seed, kind, id)
	if !ok || int(n) >= len(o.invitations) || o.invitations[n].status == dropped {
		return nil
	}
	return o.invitations[n]
}

func (s *Sandbox) invite(q *request) (any, error) {
	var body cybedefend.Invite
	if err := q.decode(&body); err != nil {
		return nil, err
	}
	if !validEmail(body.Email) {
		return nil, refuse(http.StatusBadRequest, "email must be an email")
	}
	if !slices.Contains(cybedefend.Roles(), body.Role) {
		return nil, refuse(http.StatusBadRequest, "role must be one of the following values: %v", cybedefend.Roles())
	}
	if err := s.mayGrant(body.Role); err != nil {
		return nil, err
	}
	now := s.options.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if q.late > 0 {
		s.postpone(body, now.Add(q.late))
		return nil, nil
	}
	return s.create(body, now)
}

// create lets a well-formed invite take effect.
func (s *Sandbox) create(body cybedefend.Invite, now time.Time) (any, error) {
	if err := s.refuseMatching(body); err != nil {
		return nil, err
	}
	teams, err := s.assign(body.TeamAssignments)
	if err != nil {
		return nil, err
	}
	someone := s.organization.byEmail[fold(body.Email)]
	if err := s.refuseKnown(someone, now); err != nil {
		return nil, err
	}
	if err := s.used.take(s.current.quota, now); err != nil {
		return nil, err
	}
	if someone != nil && someone.latest.live(now) && s.options.Duplicates == Replace {
		s.organization.end(someone.latest, cancelled, momentOf(now), s.options.PendingOnly)
	}
	created := s.organization.invite(body.Email, body.Role, teams, momentOf(now), now.Add(s.options.InvitationLifetime))
	s.mail(created.person)
	reply := s.wire(created, present)
	reply.Email = s.current.spelling.Reply.of(created.email)
	return reply, nil
}

// assign looks the teams up.
func (s *Sandbox) assign(wanted []cybedefend.TeamAssignment) ([]assignment, error) {
	if len(wanted) == 0 {
		return nil, nil
	}
	teams := make([]assignment, 0, len(wanted))
	for _, want := range wanted {
		id, ok := parseID(want.TeamID)
		if !ok {
			return nil, refuse(http.StatusBadRequest, "teamId must be a UUID")
		}
		role := slices.Index(cybedefend.TeamRoles(), want.Role)
		if role < 0 {
			return nil, refuse(http.StatusBadRequest,
				"team role must be one of the following values: %v", cybedefend.TeamRoles())
		}
		team, ok := s.organization.teamNumbers[id]
		if !ok {
			return nil, refuse(http.StatusNotFound, "Team %s not found", id)
		}
		if slices.ContainsFunc(teams, func(a assignment) bool { return a.team == team }) {
			return nil, refuse(http.StatusBadRequest, "teamAssignments must be unique by teamId")
		}
		if s.organization.teams[team].Closed {
			return nil, refuse(http.StatusForbidden, "You may not add people to team %s", id)
		}
		teams = append(teams, assignment{team, uint8(role)})
	}
	return teams, nil
}

// refuseKnown decides about an invite of somebody who is a member or has a pending invitation.
func (s *Sandbox) refuseKnown(someone *person, now time.Time) error {
	if someone == nil {
		return nil
	}
	if someone.member != nil {
		return refuse(s.options.MemberStatus, "User is already a member of the organization")
	}
	if !someone.latest.live(now) {
		return nil
	}
	status := http.StatusConflict
	switch s.options.Duplicates {
	case AcceptSecond, Replace:
		return nil
	case Refuse400:
		status = http.StatusBadRequest
	case Refuse403:
		status = http.StatusForbidden
	case Refuse422:
		status = http.StatusUnprocessableEntity
	case Refuse409:
	}
	return refuse(status, "User has already been invited")
}

func (s *Sandbox) invitations(q *request) (any, error) {
	page, err := q.page()
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	o, lists, at := s.organization, s.current.lists, s.seen()
	list := wireInvitations{s.options.Organization.ID, lists.nobody()}
	if !lists.blank(false) {
		list.Invitations = []any{}
		listed := o.listedAt(at)
		place := s.placement(len(listed), s.options.Order == NewestFirst)
		from, to := s.bounds(Invitations, lists.limit(page), len(listed))
		for n := from; n < to; n++ {
			i := o.invitations[listed[place(n)]]
			wire := s.wire(i, at)
			list.Invitations = append(list.Invitations, lists.oddItem(wire, i.person, wire.ID))
		}
	}
	if len(o.leavingInvitees) > 0 {
		o.end(o.leavingInvitees[0], cancelled, momentOf(s.options.Now()), true)
		o.leavingInvitees = o.leavingInvitees[1:]
	}
	return lists.mark(list), nil
}

func (s *Sandbox) cancel(q *request) (any, error) {
	id, ok := parseID(q.http.PathValue("invitationId"))
	if !ok {
		return nil, refuse(http.StatusBadRequest, "invitationId must be a UUID")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	found := s.organization.find(invitationKind, id)
	if found == nil {
		return nil, refuse(http.StatusNotFound, "Invitation not found")
	}
	if err := s.mayGrant(cybedefend.Roles()[found.role]); err != nil {
		return nil, err
	}
	if found.status != pending {
		return nil, refuse(http.StatusBadRequest, "Invitation is %s", found.status)
	}
	s.organization.end(found, cancelled, momentOf(s.options.Now()), s.options.PendingOnly)
	found.person.cancels++
	s.stats.Cancelled++
	return s.wire(found, present), nil
}

func (s *Sandbox) accept(q *request) (any, error) {
	var body struct {
		Token string `json:"token"`
	}
	if err := q.decode(&body); err != nil {
		return nil, err
	}
	if body.Token == "" {
		return nil, refuse(http.StatusBadRequest, "token should not be empty")
	}
	token, ok := parseID(body.Token)
	now := s.options.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	found := s.organization.find(invitationTokenKind, token)
	switch {
	case !ok || found == nil:
		return nil, refuse(http.StatusNotFound, "Invitation not found")
	case !found.live(now):
		return nil, refuse(http.StatusGone, "Invitation is no longer valid")
	case found.person.member != nil:
		return nil, refuse(http.StatusConflict, "User is already a member of the organization")
	}
	s.organization.acceptAs(found, found.person, found.email, momentOf(now), s.options.PendingOnly)
	return s.wire(found, present), nil
}

// Invited is an invitation with its team assignments, which the service never repeats.
type Invited struct {
	Email string
	Role  cybedefend.Role
	Teams []cybedefend.TeamAssignment
}

// Invited yields all invitations, oldest first; those that were there from the beginning, too. It may be used while
// people are being invited.
func (s *Sandbox) Invited() iter.Seq[Invited] {
	return func(yield func(Invited) bool) {
		s.callLate()
		for n := 0; ; n++ {
			s.mu.Lock()
			if n >= len(s.organization.invitations) {
				s.mu.Unlock()
				return
			}
			i, teams := s.organization.invitations[n], s.organization.teams
			s.mu.Unlock()
			invited := Invited{Email: i.email, Role: cybedefend.Roles()[i.role]} // none of this ever changes
			for _, a := range i.teams {
				invited.Teams = append(invited.Teams,
					cybedefend.TeamAssignment{TeamID: teams[a.team].ID, Role: cybedefend.TeamRoles()[a.role]})
			}
			if !yield(invited) {
				return
			}
		}
	}
}
