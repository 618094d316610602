package batch_test

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/email"
	"rollcall/pkg/ledger/ledgertest"
	"rollcall/pkg/secret"
)

// reply is what the fake service makes of one request.
type reply struct {
	// processed says that it takes effect, and late how long after it was made.
	processed bool
	late      time.Duration
	// seen, if set, changes what the caller gets to see of the invitation. Without it an error shows nothing of it.
	seen func(*cybedefend.Invitation)
	err  error
}

// The replies that tests are made of. Each call returns an error of its own, as the client does.
func created() reply { return reply{processed: true} }

func fails(class cybedefend.Class, status int, change ...func(*cybedefend.Error)) reply {
	e := &cybedefend.Error{Operation: cybedefend.OpInvite, Class: class, Status: status}
	for _, c := range change {
		c(e)
	}
	return reply{err: e}
}

func saying(words string) func(*cybedefend.Error) {
	return func(e *cybedefend.Error) { e.Message = words }
}

func because(err error) func(*cybedefend.Error) {
	return func(e *cybedefend.Error) { e.Err = err }
}

func refusal(status int) reply { return fails(cybedefend.FinalNo, status, saying("no")) }

func forbidden() reply {
	return fails(cybedefend.FinalNo, http.StatusForbidden, because(cybedefend.ErrForbidden))
}

func credentialsRefused() reply {
	return fails(cybedefend.FinalNo, http.StatusUnauthorized, because(cybedefend.ErrCredentials))
}

func throttled(after time.Duration) reply {
	return fails(cybedefend.NotProcessed, http.StatusTooManyRequests, func(e *cybedefend.Error) {
		e.RetryAfter, e.HasRetryAfter = after, after > 0
	})
}

func quota() reply {
	return fails(cybedefend.FinalNo, http.StatusBadRequest, saying("10 invitations per 1 minutes exceeded"), func(e *cybedefend.Error) { e.Quota = true })
}

func unreachable() reply {
	return fails(cybedefend.NotProcessed, 0, because(errors.New("connection refused")))
}

func unconnected() reply {
	return fails(cybedefend.NotProcessed, 0, because(cybedefend.ErrConnection))
}

func lost(processed bool) reply {
	r := fails(cybedefend.Lost, 0, because(errors.New("connection reset")))
	r.processed = processed
	return r
}

func broken(status int, processed bool) reply {
	r := fails(cybedefend.Lost, status)
	r.processed = processed
	return r
}

// foreign is a page that a firewall answers with, perhaps after the service has done its work.
func foreign(processed bool) reply {
	r := fails(cybedefend.Foreign, http.StatusForbidden, saying("a challenge page of a firewall"))
	r.processed = processed
	return r
}

// confirmed is a 2xx that is not a whole invitation: it tells the id at most.
func confirmed(processed, tellsID bool) reply {
	r := fails(cybedefend.Confirmed, http.StatusAccepted, saying("queued"))
	r.processed, r.seen = processed, func(i *cybedefend.Invitation) {
		*i = cybedefend.Invitation{ID: i.ID}
		if !tellsID {
			i.ID = ""
		}
	}
	return r
}

// listed is an invitation with when it came into the list and when it left it.
type listed struct {
	cybedefend.Invitation
	from, until time.Time
}

// fakeService is an organization in memory, with one member to begin with. It fails the test when a request comes without
// a claim on disk, or when a person is invited beside a pending invitation.
type fakeService struct {
	t      *testing.T
	ledger *ledgertest.Memory
	// script replies to the n-th invite of an address, from 1.
	script func(address string, n int) reply
	// reads, if set, replies to reads of the directory.
	reads func() error
	// cancels replies to the n-th cancel of an invitation that is pending, from 1, and gone to one of any other.
	cancels func(id string, n int) reply
	gone    func() error
	latency time.Duration
	// lag is how late the lists are, and spell how they, and the replies, write an address.
	lag   time.Duration
	spell func(address string) string

	mu        sync.Mutex // guards what follows; the functions above are called with it
	sent      []time.Time
	reading   int
	asked     map[string]int
	cancelled map[string]int
	mails     map[string]int
	members   []string
	list      []*listed
}

func newService(t *testing.T, memory *ledgertest.Memory, script func(address string, n int) reply) *fakeService {
	t.Helper()
	return &fakeService{
		t: t, ledger: memory, script: script, asked: map[string]int{}, cancelled: map[string]int{}, mails: map[string]int{},
		cancels: func(string, int) reply { return created() }, gone: func() error { return refusal(404).err },
		spell: func(address string) string { return address }, members: []string{"admin@x.example"},
	}
}

// place puts an invitation into the list, as one that was made just now. Times that are not given lie ahead.
func (s *fakeService) place(i cybedefend.Invitation) {
	i.ExpiresAt = cmp.Or(i.ExpiresAt, time.Now().Add(24*time.Hour))
	s.list = append(s.list, &listed{Invitation: i, from: time.Now()})
}

// pending returns the invitation of an address that has not been cancelled, nil if there is none.
func (s *fakeService) pending(fits func(i *listed) bool) *listed {
	for _, i := range s.list {
		if i.until.IsZero() && fits(i) {
			return i
		}
	}
	return nil
}

func (s *fakeService) Invite(ctx context.Context, organizationID string, invite cybedefend.Invite) (cybedefend.Invitation, error) {
	s.mu.Lock()
	s.mustBeClaimed(context.WithoutCancel(ctx), invite.Email)
	old := s.pending(func(i *listed) bool { return strings.HasPrefix(i.ID, "old-") && i.Email == invite.Email })
	if old != nil {
		s.t.Errorf("%s was sent beside %s", invite.Email, old.ID)
	}
	s.sent = append(s.sent, time.Now())
	s.asked[invite.Email]++
	r := s.script(invite.Email, s.asked[invite.Email])
	invitation := cybedefend.Invitation{
		ID: "id-" + invite.Email, Token: secret.New("token-" + invite.Email), Email: s.spell(invite.Email), Status: "PENDING",
		OrganizationID: organizationID, OrganizationRole: string(invite.Role), ExpiresAt: time.Now().Add(24 * time.Hour),
	}
	switch made := invitation; {
	case r.processed && r.late > 0:
		time.AfterFunc(r.late, func() { s.locked(func() { s.mail(invite.Email, made) }) })
	case r.processed:
		s.mail(invite.Email, made)
	}
	s.mu.Unlock()
	if s.latency > 0 {
		select {
		case <-time.After(s.latency):
		case <-ctx.Done():
			return cybedefend.Invitation{}, &cybedefend.Error{Class: cybedefend.Lost, Err: ctx.Err()}
		}
	}
	switch {
	case r.seen != nil:
		r.seen(&invitation)
	case r.err != nil:
		invitation = cybedefend.Invitation{}
	}
	return invitation, r.err
}

func (s *fakeService) mail(address string, invitation cybedefend.Invitation) {
	s.mails[address]++
	s.place(invitation)
}

func (s *fakeService) locked(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

func (s *fakeService) mustBeClaimed(ctx context.Context, address string) {
	doubts, err := s.ledger.Doubts(ctx, scope)
	if err != nil {
		s.t.Error(err)
	}
	for _, doubt := range doubts {
		if doubt.Email == address {
			return
		}
	}
	s.t.Errorf("a request for %s without a claim", address)
}

func (s *fakeService) CancelInvitation(ctx context.Context, _, id string) (cybedefend.Invitation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := s.pending(func(i *listed) bool { return i.ID == id })
	if found == nil {
		return cybedefend.Invitation{}, s.gone()
	}
	s.mustBeClaimed(context.WithoutCancel(ctx), found.Email)
	s.cancelled[id]++
	r := s.cancels(id, s.cancelled[id])
	if r.processed {
		found.until = time.Now()
	}
	return cybedefend.Invitation{ID: id}, r.err
}

func (s *fakeService) Invitations(_ context.Context, _ string, page cybedefend.Page) (cybedefend.InvitationsPage, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if page.Number == 1 {
		s.reading++
	}
	if s.reads != nil {
		if err := s.reads(); err != nil {
			return cybedefend.InvitationsPage{}, err
		}
	}
	var shown []cybedefend.Invitation
	asOf := time.Now().Add(-s.lag)
	for _, i := range s.list {
		if !i.from.After(asOf) && (i.until.IsZero() || i.until.After(asOf)) {
			shown = append(shown, i.Invitation)
		}
	}
	shown = paged(shown, page)
	return cybedefend.InvitationsPage{Invitations: shown, Items: len(shown)}, nil
}

func (s *fakeService) Members(_ context.Context, _ string, page cybedefend.Page, _ string) (cybedefend.MembersPage, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var users []cybedefend.User
	for _, address := range s.members {
		users = append(users, cybedefend.User{ID: email.Fold(address), Email: address, Role: cybedefend.Member})
	}
	shown := paged(users, page)
	return cybedefend.MembersPage{Users: shown, Items: len(shown), TotalUsers: len(users), TotalPages: 1}, nil
}

func (*fakeService) Teams(context.Context, string) ([]cybedefend.Team, error) { return nil, nil }

func paged[T any](all []T, page cybedefend.Page) []T {
	size := cmp.Or(page.Size, cybedefend.PageSize)
	from := min((page.Number-1)*size, len(all))
	return slices.Clone(all[from:min(from+size, len(all))])
}

// pendingInvitation is one that somebody else has made.
func pendingInvitation(id, address string) cybedefend.Invitation {
	return cybedefend.Invitation{ID: id, Email: address, Status: "PENDING"}
}
