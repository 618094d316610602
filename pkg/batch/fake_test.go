package batch_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"rollcall/pkg/batch"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/ledger"
	"rollcall/pkg/pace"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
	"rollcall/pkg/retry"
	"rollcall/pkg/secret"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// reply is what the fake service makes of one invite: whether it takes effect, and what the caller gets to see.
type reply struct {
	processed bool
	err       error
}

// The replies that tests are made of. Each call returns an error of its own, as the client does.
func created() reply { return reply{processed: true} }

func refusal(status int) reply {
	return reply{err: &cybedefend.Error{Operation: "invite", Class: cybedefend.FinalNo, Status: status, Message: "no"}}
}

func throttled(after time.Duration) reply {
	return reply{err: &cybedefend.Error{
		Operation: "invite", Class: cybedefend.NotProcessed, Status: http.StatusTooManyRequests,
		RetryAfter: after, HasRetryAfter: after > 0,
	}}
}

func unreachable() reply {
	return reply{err: &cybedefend.Error{Operation: "invite", Class: cybedefend.NotProcessed, Err: errors.New("connection refused")}}
}

func lost(processed bool) reply {
	return reply{processed, &cybedefend.Error{Operation: "invite", Class: cybedefend.Lost, Err: errors.New("connection reset")}}
}

func broken(status int, processed bool) reply {
	return reply{processed, &cybedefend.Error{Operation: "invite", Class: cybedefend.Lost, Status: status}}
}

func credentialsRefused() reply {
	return reply{err: &cybedefend.Error{Operation: "invite", Class: cybedefend.FinalNo, Status: http.StatusUnauthorized, Err: cybedefend.ErrCredentials}}
}

func forbidden() reply {
	return reply{err: &cybedefend.Error{Operation: "invite", Class: cybedefend.FinalNo, Status: http.StatusForbidden, Err: cybedefend.ErrForbidden}}
}

// fakeService is an organization in memory. It fails the test when an invite comes without a claim on disk.
type fakeService struct {
	t      *testing.T
	memory *fakeLedger
	// script replies to the n-th invite of an address, from 1.
	script func(address string, n int) reply
	// reads, if set, replies to reads of the directory.
	reads func() error
	// cancels replies to the n-th cancel of an invitation that is pending, from 1, and gone to one of any other.
	cancels func(id string, n int) reply
	gone    func() error
	latency time.Duration

	mu      sync.Mutex
	sent    []time.Time
	reading int
	asked   map[string]int
	cancel  map[string]int
	mails   map[string]int
	members []string
	pending []cybedefend.Invitation
}

func (s *fakeService) Invite(ctx context.Context, organizationID string, invite cybedefend.Invite) (cybedefend.Invitation, error) {
	s.mu.Lock()
	if !s.memory.claimed(invite.Email) {
		s.t.Errorf("%s was sent without a claim", invite.Email)
	}
	if i := s.pendingAt(func(i cybedefend.Invitation) bool { return strings.HasPrefix(i.ID, "old-") && i.Email == invite.Email }); i >= 0 {
		s.t.Errorf("%s was sent beside %s", invite.Email, s.pending[i].ID)
	}
	s.sent = append(s.sent, time.Now())
	s.asked[invite.Email]++
	r := s.script(invite.Email, s.asked[invite.Email])
	invitation := cybedefend.Invitation{
		ID: "id-" + invite.Email, Token: secret.New("token-" + invite.Email), Email: invite.Email, Status: "PENDING",
		OrganizationID: organizationID, OrganizationRole: string(invite.Role), ExpiresAt: time.Now().Add(24 * time.Hour),
	}
	if r.processed {
		s.mails[invite.Email]++
		s.pending = append(s.pending, invitation)
	}
	s.mu.Unlock()
	if s.latency > 0 {
		select {
		case <-time.After(s.latency):
		case <-ctx.Done():
			return cybedefend.Invitation{}, &cybedefend.Error{Class: cybedefend.Lost, Err: ctx.Err()}
		}
	}
	if r.err != nil {
		return cybedefend.Invitation{}, r.err
	}
	return invitation, nil
}

func (s *fakeService) CancelInvitation(_ context.Context, _, id string) (cybedefend.Invitation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.pendingAt(func(i cybedefend.Invitation) bool { return i.ID == id })
	if i < 0 {
		return cybedefend.Invitation{}, s.gone()
	}
	if !s.memory.claimed(s.pending[i].Email) {
		s.t.Errorf("%s was cancelled without a claim", id)
	}
	s.cancel[id]++
	r := s.cancels(id, s.cancel[id])
	if r.processed {
		s.pending = slices.Delete(s.pending, i, i+1)
	}
	return cybedefend.Invitation{ID: id}, r.err
}

// pendingAt returns the place of the first invitation that is meant, or -1.
func (s *fakeService) pendingAt(meant func(cybedefend.Invitation) bool) int {
	return slices.IndexFunc(s.pending, meant)
}

func (s *fakeService) Invitations(_ context.Context, _ string, page cybedefend.Page) ([]cybedefend.Invitation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reading++
	if s.reads != nil {
		if err := s.reads(); err != nil {
			return nil, err
		}
	}
	size := cmp.Or(page.Size, cybedefend.PageSize)
	from := min((page.Number-1)*size, len(s.pending))
	return slices.Clone(s.pending[from:min(from+size, len(s.pending))]), nil
}

func (s *fakeService) Members(context.Context, string, cybedefend.Page, string) (cybedefend.MembersPage, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	page := cybedefend.MembersPage{TotalUsers: len(s.members), TotalPages: 1}
	for _, address := range s.members {
		page.Users = append(page.Users, cybedefend.User{Email: address, Role: cybedefend.Member})
	}
	return page, nil
}

func (*fakeService) Teams(context.Context, string) ([]cybedefend.Team, error) { return nil, nil }

// fakeLedger is a ledger in memory. It fails the test where the real one would refuse.
type fakeLedger struct {
	t  *testing.T
	mu sync.Mutex
	// fail, if set, is asked before each write. A write that fails is kept all the same if it says so, as by a process
	// that dies between the commit and its return.
	fail    func(operation string) (kept bool, err error)
	entries []record.Record
	claims  map[int]ledger.Claim
}

func (l *fakeLedger) Pending(context.Context, string) iter.Seq2[ledger.Entry, error] {
	return func(yield func(ledger.Entry, error) bool) {
		for i := range l.entries {
			l.mu.Lock()
			entry := ledger.Entry{Record: l.entries[i]}
			if claim, ok := l.claims[entry.Row]; ok {
				entry.Claim = &claim
			}
			l.mu.Unlock()
			if entry.Outcome == record.Unset && !yield(entry, nil) {
				return
			}
		}
	}
}

func (l *fakeLedger) Claim(ctx context.Context, run string, row, attempt int, replaces string) error {
	return l.write(ctx, "claim", func() {
		if _, stands := l.claims[row]; stands {
			l.t.Errorf("row %d is claimed twice", row)
		}
		l.claims[row] = ledger.Claim{Run: run, Row: row, Attempt: attempt, At: time.Now(), Replaces: replaces}
	})
}

func (l *fakeLedger) Release(ctx context.Context, _ string, row int) error {
	return l.write(ctx, "release", func() { delete(l.claims, row) })
}

func (l *fakeLedger) Settle(ctx context.Context, _ string, records ...record.Record) error {
	return l.write(ctx, "settle", func() {
		for _, r := range records {
			if stored := &l.entries[r.Row-1]; stored.Outcome != record.Unset {
				l.t.Errorf("row %d is settled twice: %s, then %s", r.Row, stored.Outcome, r.Outcome)
			} else {
				*stored = r
			}
			delete(l.claims, r.Row)
		}
	})
}

func (l *fakeLedger) SettleThen(ctx context.Context, run string, r record.Record, then func(error)) error {
	err := l.Settle(ctx, run, r)
	go then(err) // as late as it likes
	return nil
}

func (l *fakeLedger) write(ctx context.Context, operation string, apply func()) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fail != nil {
		kept, err := l.fail(operation)
		if kept {
			apply()
		}
		if kept || err != nil {
			return err
		}
	}
	apply()
	return nil
}

func (l *fakeLedger) claimed(address string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for row := range l.claims {
		if l.entries[row-1].Email == address {
			return true
		}
	}
	return false
}

// world is a service, a ledger and a run over people named a1, a2 and so on.
type world struct {
	service *fakeService
	ledger  *fakeLedger
	options batch.Options
	settled []record.Record
	retries []batch.Retry
}

const organizationID = "3c90c3cc-0d44-4b50-8888-8dd25736052a"

func newWorld(t *testing.T, people int, script func(address string, n int) reply) *world {
	t.Helper()
	w := &world{ledger: &fakeLedger{t: t, claims: map[int]ledger.Claim{}}}
	w.service = &fakeService{
		t: t, memory: w.ledger, script: script, asked: map[string]int{}, cancel: map[string]int{}, mails: map[string]int{},
		cancels: func(string, int) reply { return created() }, gone: func() error { return refusal(404).err },
	}
	for i := range people {
		w.ledger.entries = append(w.ledger.entries, record.Record{
			Row: i + 1, Line: i + 2, Email: fmt.Sprintf("a%d@x.example", i+1), Role: "member",
		})
	}
	w.options = batch.Options{
		OrganizationID: organizationID, Run: "run", Service: w.service, Ledger: w.ledger, Workers: 8,
		Pace:   mustPace(t, 100),
		Retry:  retry.Policy{Attempts: 5},
		Random: func() float64 { return 0.5 },
		Observe: func(e batch.Event) {
			if e.Settled != nil {
				w.settled = append(w.settled, *e.Settled)
			}
			if e.Retry != nil {
				w.retries = append(w.retries, *e.Retry)
			}
		},
	}
	return w
}

func mustPace(t *testing.T, perSecond pace.Rate) *pace.Pace {
	t.Helper()
	p, err := pace.New(pace.Options{Rate: perSecond})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// replacePending gives people an invitation that is pending, and has the run replace it.
func (w *world) replacePending(addresses ...string) {
	for _, address := range addresses {
		w.service.pending = append(w.service.pending, cybedefend.Invitation{
			ID: "old-" + address, Email: address, Status: "PENDING", ExpiresAt: time.Now().Add(time.Hour),
		})
	}
	w.options.Decide = func(wish plan.Wish) plan.Verdict {
		return plan.Decide(wish, plan.Basis{
			Directory: w.options.Directory, Policy: plan.Policy{Reinvite: plan.ReinvitePending}, At: time.Now(),
		})
	}
}

// run carries the run out. stop may be nil.
func (w *world) run(t *testing.T, stop <-chan struct{}) error {
	t.Helper()
	d, err := directory.Read(t.Context(), directory.Options{Service: w.service, OrganizationID: organizationID})
	if err != nil {
		t.Fatal(err)
	}
	w.service.reading = 0
	w.options.Directory = d
	return batch.Run(t.Context(), stop, w.options)
}

// outcomes returns the outcomes of all rows in order, as words.
func (w *world) outcomes() string {
	words := make([]string, len(w.ledger.entries))
	for i, r := range w.ledger.entries {
		words[i] = r.Outcome.String()
	}
	return strings.Join(words, " ")
}

// mailedTwice returns who got more than one e-mail.
func (w *world) mailedTwice() (twice []string) {
	for address, n := range w.service.mails {
		if n > 1 {
			twice = append(twice, address)
		}
	}
	return twice
}
