package journey_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/plan"
	"rollcall/pkg/secret"
)

// What the service does that nobody could ever detect, and no more than that.
const (
	// lag is how far lists lag behind.
	lag = 15 * time.Second
	// lingers is how long a request goes on whose connection or process is gone, lingersShort one that was answered by
	// something else than its effect, lingersLong one that its sender tired of.
	lingers      = 10 * time.Second
	lingersShort = 3 * time.Second
	lingersLong  = 30 * time.Second
)

// longPast and farFuture bound when invitations expire: none does while a world is explored.
var (
	longPast  = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)
	farFuture = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)
)

// idOf returns the id of a person's n-th invitation.
func idOf(who, n int) string { return fmt.Sprintf("%s-%d", names[who], n) }

// ordinalOf returns the number in an invitation's id, -1 if it is empty.
func ordinalOf(id string) int {
	n := -1
	for i := range len(id) {
		if id[i] == '-' {
			n = int(id[i+1] - '0')
		}
	}
	return n
}

// described returns an invitation as the service describes it.
func described(who, n int, how ending, address string) cybedefend.Invitation {
	i := cybedefend.Invitation{
		ID: idOf(who, n), Token: secret.New("token"), Email: address, Status: howStatus[how],
		OrganizationID: organizationID, OrganizationRole: "member", ExpiresAt: farFuture.Add(time.Duration(n) * time.Hour),
	}
	if how == expired {
		i.ExpiresAt = longPast.Add(time.Duration(n) * time.Hour)
	}
	return i
}

var howStatus = [...]string{pending: "PENDING", accepted: "ACCEPTED", declined: "DECLINED", cancelled: "CANCELLED", expired: "PENDING"}

// mail sends an invitation by a request of ours, unless what is known of the person speaks against it.
func (m *model) mail(who int, at time.Time) {
	p := m.people[who]
	if why := m.scenario.mayMail(p); why != "" {
		m.violated("%s is mailed although %s", names[who], why)
	}
	p.invitations = append(p.invitations, invitation{ours: true, born: at})
}

// mayMail says why nobody should mail the person, empty if it is right. A second mail renews only what the policy renews.
func (s *scenario) mayMail(p *person) string {
	if p.member {
		return "already a member"
	}
	for _, i := range p.invitations {
		switch ended := s.policy.Reinvite == plan.ReinviteEnded; {
		case i.how == pending:
			return "an invitation is open"
		case i.how == accepted && !ended:
			return "the invitation was accepted"
		case i.how == declined && !ended:
			return "the invitation was declined"
		case i.how == cancelled && !i.byUs && !ended && !s.policy.Reinvite.Replaces():
			return "somebody has cancelled the invitation"
		case i.how == cancelled && i.byUs && i.ours && s.policy.Reinvite == plan.ReinviteDiffering:
			return "an invitation was replaced that was sent as the roster wants it"
		case i.how == expired && s.policy.Reinvite == plan.ReinviteNever:
			return "the policy renews nothing"
		}
	}
	return ""
}

// cancel withdraws an invitation by a request of ours, if it is open.
func (m *model) cancel(who, n int, at time.Time) {
	if i := &m.people[who].invitations[n]; i.how == pending {
		i.how, i.byUs, i.ended = cancelled, true, at
	}
}

// land lets requests that linger take effect when their time has come.
func (m *model) land(now time.Time) {
	for who, p := range m.people {
		var left []late
		for _, l := range p.late {
			switch {
			case l.lands.After(now):
				left = append(left, l)
			case l.change:
				m.makeChange(who, l.cancels, l.lands)
			case l.cancels >= 0:
				m.cancel(who, l.cancels, l.lands)
			default:
				m.mail(who, l.lands)
			}
		}
		p.late = left
	}
}

// most is how many invitations of a person are shown at most.
const most = 6

// shown is what a reading shows of a person.
type shown struct {
	member      bool
	spelling    spelling   // the member's
	known       [most]bool // whether an id is known before, so that its address does not matter
	invitations [most]shownInvitation
}

type shownInvitation struct {
	there    bool
	how      ending
	spelling spelling
}

// spelling is how a list writes addresses.
type spelling uint8

const (
	plainly spelling = iota
	without          // the tag
	masked
)

// spelled returns an address in a spelling.
func spelled(who int, s spelling) string {
	switch s {
	case without:
		return names[who] + "@x.example"
	case masked:
		return names[who][:1] + "***@x.example"
	default:
		return addresses[who]
	}
}

// odd reports whether an address is shown in another spelling, which a later reading is held against.
func (s shown) odd() bool { return s != shown{} }

func (s shown) bytes() []byte { return fmt.Append(nil, s) }

// onlyOdd returns what later readings are held against.
func (s shown) onlyOdd() (odd shown) {
	if s.spelling != plainly {
		odd.member, odd.spelling = s.member, s.spelling
	}
	for n, i := range s.invitations {
		if i.there && i.how == pending && i.spelling != plainly {
			odd.invitations[n], odd.known[n] = i, s.known[n]
		}
	}
	return odd
}

// show returns what a list shows of a person as of an instant.
func (p *person) show(at time.Time, how spelling) (s shown) {
	s.member = p.member && !p.memberSince.After(at)
	if s.member && how == without && p.joinedByKnown() {
		s.spelling = how
	}
	for n, i := range p.invitations {
		// Whoever has accepted is a member, and may have no invitation in the list any more.
		if i.born.After(at) || n >= most || s.spelling != plainly && i.how == accepted {
			continue
		}
		shows := shownInvitation{there: true, how: i.how}
		if i.ended.After(at) {
			shows.how = pending
		}
		// Only what is open and ours is spelled otherwise: nothing tells a stranger's invitation, or one that has ended, from
		// that of somebody else with a similar address.
		if i.ours && shows.how == pending {
			shows.spelling = how
		}
		s.invitations[n] = shows
	}
	return s
}

// joinedByKnown reports whether the person has accepted an invitation of ours, or one that is about to be replaced. Nothing
// tells whoever has joined otherwise from somebody else with a similar address.
func (p *person) joinedByKnown() bool {
	for n, i := range p.invitations {
		if i.how == accepted && (i.ours || n == ordinalOf(p.work.Replaces)) {
			return true
		}
	}
	return false
}

// directories are the readings that were built, by what they show.
var directories sync.Map

// built returns a reading that shows two people.
func built(content [2]shown) (*directory.Directory, error) {
	if known, found := directories.Load(content); found {
		d, _ := known.(*directory.Directory)
		return d, nil
	}
	service := &lists{members: []cybedefend.User{{ID: "boss", Email: "boss@x.example", Role: cybedefend.Administrator}}}
	var ids []string
	for who, p := range content {
		if p.member {
			service.members = append(service.members, cybedefend.User{ID: names[who], Email: spelled(who, p.spelling), Role: cybedefend.Member})
		}
		for n, i := range p.invitations {
			if i.there {
				service.invitations = append(service.invitations, described(who, n, i.how, spelled(who, i.spelling)))
			}
			if p.known[n] {
				ids = append(ids, idOf(who, n))
			}
		}
	}
	d, err := directory.Read(context.Background(), directory.Options{
		Service: service, OrganizationID: organizationID, Invitations: ids, Parallel: 1,
		Caller: directory.Caller{Email: "boss@x.example", Role: "administrator"},
	})
	if err != nil {
		return nil, err
	}
	directories.Store(content, d)
	return d, nil
}

// lists are the service's lists as one reading shows them.
type lists struct {
	members     []cybedefend.User
	invitations []cybedefend.Invitation
}

func (l *lists) Invitations(_ context.Context, _ string, page cybedefend.Page) (cybedefend.InvitationsPage, error) {
	if page.Number > 1 {
		return cybedefend.InvitationsPage{}, nil
	}
	return cybedefend.InvitationsPage{Invitations: l.invitations, Items: len(l.invitations)}, nil
}

func (l *lists) Members(_ context.Context, _ string, page cybedefend.Page, _ string) (cybedefend.MembersPage, error) {
	if page.Number > 1 {
		return cybedefend.MembersPage{TotalUsers: len(l.members), TotalPages: 1}, nil
	}
	return cybedefend.MembersPage{Users: l.members, Items: len(l.members), TotalUsers: len(l.members), TotalPages: 1}, nil
}

func (*lists) Teams(context.Context, string) ([]cybedefend.Team, error) { return nil, nil }

var errUnread = errors.New("the lists cannot be read")

// reading is a way in which the lists are read.
type reading struct {
	name   string
	lag    time.Duration
	how    spelling
	hides  int // the person whom it hides and says so, -1 if nobody
	unread bool
	core   bool // it belongs to the small alphabet
}

func readings() []reading {
	return []reading{
		{core: true, name: "a true reading", hides: -1},
		{core: true, name: "a reading that lags 15 s", lag: lag, hides: -1},
		{core: true, name: "a reading with a gap that hides ada", hides: 0},
		{core: true, name: "a reading with a gap that hides bob", hides: 1},
		{core: true, name: "a reading that drops tags, and what was accepted", how: without, hides: -1},
		{name: "a reading that masks addresses", how: masked, hides: -1},
		{core: true, name: "a reading that fails", hides: -1, unread: true},
	}
}

// read reads the lists.
func (m *model) read(r reading) (*directory.Directory, error) {
	m.uncertain = r.unread || r.hides >= 0
	if r.unread {
		return nil, errUnread
	}
	now := time.Now()
	var content [2]shown
	for who, p := range m.people {
		if who != r.hides {
			content[who] = p.show(now.Add(-r.lag), r.how)
		}
		content[who].known = p.knownIDs()
	}
	d, err := built(content)
	if err != nil {
		return nil, err
	}
	this := *d
	this.Began, this.Ended = now, now
	if r.hides >= 0 {
		this.Complete, this.Gaps = false, []string{"members: 1 of 2 shown"}
	}
	m.content = content
	return &this, nil
}

// knownIDs returns which of the person's invitations the ledger knows by id.
func (p *person) knownIDs() (known [most]bool) {
	note := func(id string) {
		if n := ordinalOf(id); n >= 0 && n < most {
			known[n] = true
		}
	}
	note(p.row.InvitationID)
	note(p.work.InvitationID)
	note(p.work.Replaces)
	for _, past := range p.past {
		note(past.record.InvitationID)
	}
	if p.claim != nil {
		note(p.claim.Replaces)
	}
	for _, witness := range p.witnesses {
		note(witness.InvitationID)
	}
	return known
}
