package sandbox

import (
	"fmt"
	"iter"
	"net/http"
	"net/mail"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/email"
)

// organization is what the service remembers about the organization that people are invited to.
type organization struct {
	seed        uint64
	userSeed    uint64 // of the first organization: the caller is the same user in all of them
	teams       []*team
	teamNumbers map[uuid.UUID]uint16 // id → place in teams
	byEmail     map[string]*person
	boxes       map[string]*person // mailbox → whom it appeared under first; only mailboxes that have several addresses

	people      []*person     // whoever was ever invited or a member, in order of appearance
	invitations []*invitation // by number, which their identifiers carry
	listed      []uint32      // numbers of the invitations that the list shows, oldest first
	joined      []*member     // by number, which user identifiers carry; nil for those who were removed
	members     []uint32      // numbers of the present members, in order of joining
	admins      int           // how many of them are administrators

	leavingMembers  []*member     // in the order in which they go
	leavingInvitees []*invitation // likewise
}

// person is somebody with an e-mail address.
type person struct {
	key   string // the folded address
	mails uint32 // sent to the mailbox since the start, if this is the first address that it appeared under
	// cancels and roles count the changes since the start that calls have made: invitations cancelled, roles that were others.
	cancels, roles uint16
	latest         *invitation
	member         *member
	box            *person // whoever the mailbox appeared under before; nil: nobody
}

func newOrganization(options Options, userSeed uint64) *organization {
	o := &organization{
		seed:        options.Seed,
		userSeed:    userSeed,
		teamNumbers: make(map[uuid.UUID]uint16, len(options.Teams)),
		byEmail:     make(map[string]*person),
		boxes:       make(map[string]*person),
	}
	for _, team := range options.Teams {
		o.found(team, founded)
	}
	o.join(o.person(options.CallerEmail), options.CallerEmail, options.CallerRole, beginning)
	leaving := Population{Count: options.Leaving}
	for someone := range leaving.all(leavingMemberWord) {
		o.join(o.person(someone.Email), someone.Email, someone.Role, beginning)
		o.leavingMembers = append(o.leavingMembers, o.joined[len(o.joined)-1])
	}
	oddMembers, oddPending := options.Lists.oddPeople()
	for _, members := range []Population{options.Members, oddMembers} {
		for someone := range members.all(memberWord) {
			o.join(o.person(someone.Email), someone.Email, someone.Role, beginning)
		}
	}
	now := options.Now()
	end := now.Add(options.InvitationLifetime)
	inviteLeaving := func() {
		for someone := range leaving.all(leavingInviteeWord) {
			o.leavingInvitees = append(o.leavingInvitees, o.invite(someone.Email, someone.Role, nil, beginning, end))
		}
	}
	if options.Order == OldestFirst {
		inviteLeaving()
	}
	for someone := range options.Expired.all(expiredWord) {
		o.invite(someone.Email, someone.Role, nil, beginning, now.Add(-time.Hour))
	}
	o.inviteEnded(options, end)
	for _, invited := range []Population{options.Pending, oddPending} {
		for someone := range invited.all(pendingWord) {
			o.invite(someone.Email, someone.Role, nil, beginning, end)
		}
	}
	if options.Order != OldestFirst {
		inviteLeaving()
		slices.Reverse(o.leavingInvitees)
	}
	return o
}

// The words that made-up addresses begin with.
const (
	memberWord  = "member"
	expiredWord = "expired"
	pendingWord = "pending"

	declinedWord  = "declined"
	cancelledWord = "cancelled"
	droppedWord   = "dropped"
	acceptedWord  = "accepted"

	leavingMemberWord  = "leaving-member"
	leavingInviteeWord = "leaving-invitee"
)

// group is a population and the word that its made-up addresses begin with.
type group struct {
	word string
	Population
}

// populations returns everybody who is there from the beginning, but the caller.
func (o *Options) populations() []group {
	oddMembers, oddPending := o.Lists.oddPeople()
	return []group{
		{memberWord, o.Members},
		{memberWord, oddMembers},
		{expiredWord, o.Expired},
		{declinedWord, o.Declined},
		{cancelledWord, o.Cancelled},
		{droppedWord, o.Dropped},
		{acceptedWord, o.Accepted},
		{pendingWord, o.Pending},
		{pendingWord, oddPending},
		{leavingMemberWord, Population{Count: o.Leaving}},
		{leavingInviteeWord, Population{Count: o.Leaving}},
	}
}

// all yields everybody, the made-up ones first.
func (p Population) all(word string) iter.Seq[Person] {
	return func(yield func(Person) bool) {
		for n := range p.Count {
			if !yield(Person{Email: fmt.Sprintf("%s%d@acme.example", word, n+1), Role: cybedefend.Member}) {
				return
			}
		}
		for _, someone := range p.People {
			someone.Role = or(someone.Role, cybedefend.Member)
			if !yield(someone) {
				return
			}
		}
	}
}

// person returns whoever has the address, who may be new.
func (o *organization) person(address string) *person {
	key := fold(address)
	someone := o.byEmail[key]
	if someone == nil {
		someone = &person{key: key}
		if gmail(key) {
			someone.box = o.boxes[mailbox(key)]
			o.boxes[mailbox(key)] = or(someone.box, someone)
		}
		o.byEmail[key] = someone
		o.people = append(o.people, someone)
	}
	return someone
}

func fold(address string) string { return email.Fold(address) }

// validEmail is a second opinion, independent of package email, which the roster's check asks.
func validEmail(address string) bool {
	parsed, err := mail.ParseAddress(address)
	if err != nil || parsed.Address != address || len(address) > 254 {
		return false
	}
	domain := address[strings.LastIndexByte(address, '@')+1:]
	return strings.Contains(strings.Trim(domain, "."), ".")
}

// grantable returns the roles that a caller of the role may grant, as documented.
func grantable(caller cybedefend.Role) []cybedefend.Role {
	switch caller {
	case Creator:
		return cybedefend.Roles()
	case cybedefend.Administrator:
		return []cybedefend.Role{cybedefend.Manager, cybedefend.BillingManager, cybedefend.Member}
	case cybedefend.Manager:
		return []cybedefend.Role{cybedefend.Manager, cybedefend.Member}
	default:
		return nil
	}
}

// mayGrant refuses a role that the caller may not grant.
func (s *Sandbox) mayGrant(role cybedefend.Role) error {
	if !slices.Contains(grantable(s.options.CallerRole), role) {
		return refuse(http.StatusForbidden, "a %s may not invite or manage a %s", s.options.CallerRole, role)
	}
	return nil
}

// enter refuses calls about any organization but the one.
func (s *Sandbox) enter(id string) error {
	if _, ok := parseID(id); !ok {
		return refuse(http.StatusBadRequest, "organizationId must be a UUID")
	}
	for i, organization := range s.options.organizations() {
		if !strings.EqualFold(id, organization.ID) {
			continue
		}
		if i > 0 {
			return refuse(http.StatusForbidden, "Forbidden resource")
		}
		return nil
	}
	return refuse(http.StatusNotFound, "Organization not found")
}

// The bodies of replies about organizations and the caller.
type (
	wireOrganization struct {
		ID                  string `json:"id"`
		Name                string `json:"name"`
		Description         string `json:"description"`
		Website             string `json:"website"`
		Email               string `json:"email"`
		ConcurrentScanLimit int    `json:"concurrentScanLimit"`
	}
	wireProfile struct {
		ID              string           `json:"id"`
		Email           string           `json:"email"`
		MyOrganizations []wireMembership `json:"myOrganizations"`
		// Subscription stands in each organization, as the published document has it, and here as well.
		Subscription wireSubscription `json:"subscription"`
	}
	wireMembership struct {
		ID           string           `json:"id"`
		Name         string           `json:"name"`
		IsActive     bool             `json:"isActive"`
		MyRole       cybedefend.Role  `json:"myRole"`
		MyTeams      []string         `json:"myTeams"`
		Subscription wireSubscription `json:"subscription"`
	}
	wireSubscription struct {
		Plan   string `json:"plan"`
		Seats  int    `json:"seats"`
		Status string `json:"status"`
	}
)

// defaultSeats is more than anybody invites to a sandbox.
const defaultSeats = 10_000_000

func describe(organization cybedefend.Organization) wireOrganization {
	return wireOrganization{ID: organization.ID, Name: organization.Name, ConcurrentScanLimit: 1}
}

func (s *Sandbox) describeOrganization(*request) (any, error) {
	return describe(s.options.Organization), nil
}

func (s *Sandbox) listOrganizations(*request) (any, error) {
	list := []wireOrganization{}
	for _, organization := range s.options.organizations() {
		list = append(list, describe(organization))
	}
	if s.options.BareLists {
		return list, nil
	}
	return map[string]any{"organizations": list}, nil
}

func (s *Sandbox) profile(*request) (any, error) {
	profile := wireProfile{
		ID:              identity(s.options.Seed, userKind, caller).String(),
		Email:           s.options.CallerEmail,
		MyOrganizations: []wireMembership{},
		Subscription:    wireSubscription{"sandbox", s.options.Seats, "active"},
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, organization := range s.options.organizations() {
		role, teams := s.options.CallerRole, s.organization.teamsOf(caller)
		if i > 0 && !s.houses(organization.ID) {
			role, teams = cybedefend.Member, []string{}
		}
		profile.MyOrganizations = append(profile.MyOrganizations,
			wireMembership{organization.ID, organization.Name, true, role, teams, profile.Subscription})
	}
	return profile, nil
}
