package batch_test

import (
	"context"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/pkg/batch"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/ledger"
	"rollcall/pkg/pace"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
	"rollcall/pkg/secret"
)

// lab is a service with a limit that nobody told the pace, on virtual time, and a run against it.
type lab struct {
	// limit is how many invites a second are accepted on average, as a bucket of burst, or all of a window's at once.
	limit  float64
	burst  int
	window time.Duration
	// changed, if set, is the limit after half of the rows, course the limit after so many seconds.
	changed float64
	course  func(seconds float64) float64

	latency, jitter time.Duration
	// silent says that a refusal does not tell when to come back, plain that it is a 503 without a word, as of a gateway
	// that sheds load, headers that every answer tells the limit.
	silent, plain, headers bool

	// stall is for how long the disk stands still every two seconds, hiccup the same for the network. disk is how long it
	// takes otherwise, at most.
	stall, hiccup, disk time.Duration

	rows int
	pace pace.Options
}

// measured is what came of a run in the lab.
type measured struct {
	share   float64 // of the limit, over the whole run
	calls   int     // that reached the service, reads included
	refused int
	late    int // of them, after the limit has changed
	learned pace.Rate
	took    time.Duration

	accepted []time.Duration // when, since the run began
	failed   int             // rows
}

// during returns how many rows a second were accepted between two instants, in seconds since the run began.
func (m measured) during(from, to float64) float64 {
	n := 0
	for _, at := range m.accepted {
		if at.Seconds() >= from && at.Seconds() < to {
			n++
		}
	}
	return float64(n) / (to - from)
}

// back returns how many seconds after the end of a dip 90 % of the limit were used again, and more than the most if they
// were not by then.
func (m measured) back(l lab, end, most float64) (back float64) {
	for back <= most && m.during(end+back, end+back+5) < 0.9*l.limit {
		back++
	}
	return back
}

// dip returns the lab with a limit that falls to a depth for so many seconds, and rows enough to last beyond it.
func (l lab) dip(began, long, depth, beyond float64) lab {
	l.rows = int(l.limit*(began+beyond) + depth*long)
	l.course = func(seconds float64) float64 {
		if seconds >= began && seconds < began+long {
			return depth
		}
		return l.limit
	}
	return l
}

// run invites the rows and measures.
func (l lab) run(t *testing.T) (m measured) {
	t.Helper()
	p, err := pace.New(l.pace)
	if err != nil {
		t.Fatal(err)
	}
	reads := newService(t, nil, nil)
	d, err := directory.Read(t.Context(), directory.Options{Service: reads, OrganizationID: organizationID})
	if err != nil {
		t.Fatal(err)
	}
	s := &limited{
		Service: reads, lab: l, reads: reads, pace: p, random: rand.New(rand.NewPCG(1, 2)),
		tokens: max(float64(l.burst), l.limit*l.window.Seconds()), filled: time.Now(), began: time.Now(),
		start: time.Now(),
	}
	began := time.Now()
	recovered := recoveryOf(stalling{forgetful(l.rows), s, l.stall, s.upTo(l.disk)}).Recovered(plan.Inputs{Directory: d, At: time.Now()})
	err = recovered.Run(t.Context(), nil, batch.Options{
		Run: "run", Service: s, Pace: p, Random: func() float64 { return 0.5 },
	})
	if err != nil {
		t.Fatal(err)
	}
	m.failed = l.rows - len(s.accepted)
	m.took = time.Since(began)
	m.share = float64(l.rows) / l.limit / m.took.Seconds()
	m.calls, m.refused, m.late = s.calls, s.refused, s.late
	m.learned, _ = p.Learned()
	m.accepted = s.accepted
	return m
}

// stalling is a ledger whose disk takes its time, and stands still now and then, and then lets everybody go at once.
type stalling struct {
	forgetful
	service *limited
	stall   time.Duration
	disk    func() time.Duration
}

// Pending yields the rows that have not been accepted, which are the last ones or so.
func (s stalling) Pending(ctx context.Context, run string) iter.Seq2[ledger.Entry, error] {
	return func(yield func(ledger.Entry, error) bool) {
		for entry, err := range s.forgetful.Pending(ctx, run) {
			if entry.Row > s.service.made() && !yield(entry, err) {
				return
			}
		}
	}
}

func (s stalling) Claim(_ context.Context, then func(error), _ ...record.Claim) error {
	go func() {
		time.Sleep(s.disk()) // virtual time
		standStill(s.stall)
		then(nil)
	}()
	return nil
}

// standStill waits for the end of the time that something stands still for every two seconds.
func standStill(stall time.Duration) {
	if into := time.Duration(time.Now().UnixNano() % int64(2*time.Second)); into < stall {
		time.Sleep(stall - into) // virtual time
	}
}

// limited is the lab's service. A request travels for half of the latency, and so does its answer.
type limited struct {
	batch.Service
	lab
	reads *fakeService
	pace  *pace.Pace

	mu       sync.Mutex
	random   *rand.Rand
	tokens   float64
	filled   time.Time
	began    time.Time // of the window
	start    time.Time // of the run
	accepted []time.Duration
	calls    int
	refused  int
	late     int
}

func (s *limited) Invite(_ context.Context, organizationID string, invite cybedefend.Invite) (cybedefend.Invitation, error) {
	invitation := cybedefend.Invitation{
		ID: "id-" + invite.Email, Email: invite.Email, OrganizationID: organizationID, Token: secret.New("t"), Status: "PENDING",
	}
	err := s.call(cybedefend.OpInvite, func() {
		s.accepted = append(s.accepted, time.Since(s.start))
		s.reads.locked(func() { s.reads.mail(invite.Email, invitation) })
	})
	if err != nil {
		return cybedefend.Invitation{}, err
	}
	return invitation, nil
}

// Invitations implements [batch.Service]: the reads of a run count as well.
func (s *limited) Invitations(ctx context.Context, id string, page cybedefend.Page) (cybedefend.InvitationsPage, error) {
	if err := s.call(cybedefend.OpInvitations, func() {}); err != nil {
		return cybedefend.InvitationsPage{}, err
	}
	return s.reads.Invitations(ctx, id, page)
}

// Members implements [batch.Service].
func (s *limited) Members(ctx context.Context, id string, page cybedefend.Page, search string) (cybedefend.MembersPage, error) {
	if err := s.call(cybedefend.OpMembers, func() {}); err != nil {
		return cybedefend.MembersPage{}, err
	}
	return s.reads.Members(ctx, id, page, search)
}

// made returns how many invites were accepted.
func (s *limited) made() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.accepted)
}

// call has a call travel, and take effect if the limit allows it.
func (s *limited) call(operation string, effect func()) error {
	s.travel()
	limits, wait := s.take(effect)
	s.travel()
	s.pace.Report(pace.Told{Limits: limits})
	if wait == 0 {
		return nil
	}
	err := &cybedefend.Error{Operation: operation, Class: cybedefend.NotProcessed, Status: http.StatusTooManyRequests}
	switch {
	case s.plain:
		err.Class, err.Status = cybedefend.Lost, http.StatusServiceUnavailable
	case !s.silent:
		err.RetryAfter, err.HasRetryAfter = time.Duration(math.Ceil(wait.Seconds()))*time.Second, true
	}
	return err
}

func (s *limited) travel() {
	time.Sleep(s.latency/2 + s.upTo(s.jitter/2)()) // virtual time
	standStill(s.hiccup)
}

// upTo returns random times up to the most.
func (s *limited) upTo(most time.Duration) func() time.Duration {
	return func() time.Duration {
		if most <= 0 {
			return 0
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		return time.Duration(s.random.Int64N(int64(most)))
	}
}

// take takes a token for an effect, or returns how long the next one takes.
func (s *limited) take(effect func()) (limits []pace.Limit, wait time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	now, limit := time.Now(), s.limit
	if s.changed > 0 && len(s.accepted) >= s.rows/2 {
		limit = s.changed
	}
	if s.course != nil {
		limit = s.course(now.Sub(s.start).Seconds())
	}
	if s.window > 0 {
		for now.Sub(s.began) >= s.window {
			s.began, s.tokens = s.began.Add(s.window), limit*s.window.Seconds()
		}
		wait = s.began.Add(s.window).Sub(now)
	} else {
		s.tokens, s.filled = min(float64(s.burst), s.tokens+now.Sub(s.filled).Seconds()*limit), now
		wait = time.Duration((1 - s.tokens) / limit * float64(time.Second))
	}
	if s.tokens >= 1-1e-6 {
		s.tokens--
		wait = 0
		effect()
	} else {
		s.refused++
		if s.changed > 0 && len(s.accepted) >= s.rows/2 {
			s.late++
		}
	}
	if s.headers {
		limits = []pace.Limit{{
			Quota: int64(limit), Remaining: int64(s.tokens), HasRemaining: true, Reset: time.Second, HasReset: true,
		}}
	}
	return limits, wait
}

const ms = time.Millisecond

// TestUnknownLimitIsFound measures, on virtual time, what share of a limit is used that nobody told, and at the price of
// how many refusals.
func TestUnknownLimitIsFound(t *testing.T) {
	tests := []struct {
		name    string
		give    lab
		share   float64
		refused int // at most
	}{
		{"900 rows", lab{limit: 60, burst: 10, latency: 20 * ms, rows: 900}, 0.96, 3},
		{"3600 rows", lab{limit: 60, burst: 10, latency: 20 * ms, rows: 3600}, 0.97, 10},
		{"10 a second", lab{limit: 10, burst: 10, latency: 20 * ms, rows: 600}, 0.97, 10},
		{"20 a second", lab{limit: 20, burst: 10, latency: 20 * ms, rows: 2000}, 0.95, 10}, // it is looked whether others are at work
		{"100 a second", lab{limit: 100, burst: 10, latency: 20 * ms, rows: 2000}, 0.88, 10},
		{"400 a second", lab{limit: 400, burst: 40, latency: 20 * ms, rows: 8000}, 0.85, 40},
		{"1000 a second", lab{limit: 1000, burst: 10, latency: 20 * ms, rows: 20_000}, 0.86, 100},
		{"no Retry-After", lab{limit: 60, burst: 10, latency: 20 * ms, rows: 900, silent: true}, 0.88, 10},
		{"no Retry-After, 3600 rows", lab{limit: 60, burst: 10, latency: 20 * ms, rows: 3600, silent: true}, 0.97, 10},
		{"slow answers", lab{limit: 60, burst: 10, latency: 200 * ms, rows: 900}, 0.82, 10},
		{"slow answers, 3600 rows", lab{limit: 60, burst: 10, latency: 200 * ms, rows: 3600}, 0.95, 18},
		{"burst 1", lab{limit: 60, burst: 1, latency: 20 * ms, rows: 900}, 0.90, 3},
		{"burst 1, 3600 rows", lab{limit: 60, burst: 1, latency: 20 * ms, rows: 3600}, 0.95, 10},
		{"burst 1, 10 a second", lab{limit: 10, burst: 1, latency: 20 * ms, rows: 600}, 0.90, 9},
		{"burst 1, jitter", lab{limit: 60, burst: 1, latency: 20 * ms, jitter: 8 * ms, rows: 3600}, 0.75, 36},
		{"burst 1, a slow disk", lab{limit: 60, burst: 1, latency: 20 * ms, disk: 5 * ms, rows: 900}, 0.90, 3},
		{"burst 1, a slow disk, 3600 rows", lab{limit: 60, burst: 1, latency: 20 * ms, disk: 5 * ms, rows: 3600}, 0.92, 10},
		{"burst 1, a very slow disk", lab{limit: 60, burst: 1, latency: 20 * ms, disk: 10 * ms, rows: 3600}, 0.90, 10},
		{"a very slow disk", lab{limit: 60, burst: 10, latency: 20 * ms, disk: 10 * ms, rows: 3600}, 0.97, 10},
		{"hiccups", lab{limit: 60, burst: 10, latency: 20 * ms, hiccup: 50 * ms, rows: 3600}, 0.93, 18},
		{"hiccups, 1000 a second", lab{limit: 1000, burst: 10, latency: 20 * ms, hiccup: 30 * ms, rows: 20_000}, 0.75, 260},
		{"burst 60", lab{limit: 60, burst: 60, latency: 20 * ms, rows: 3600}, 0.97, 25},
		{"jitter", lab{limit: 60, burst: 10, latency: 20 * ms, jitter: 40 * ms, rows: 900}, 0.85, 10},
		{"jitter, 3600 rows", lab{limit: 60, burst: 10, latency: 20 * ms, jitter: 40 * ms, rows: 3600}, 0.95, 18},
		{"stalls", lab{limit: 60, burst: 10, latency: 20 * ms, stall: 300 * ms, rows: 3600}, 0.93, 30},
		{"asked for, stalls", lab{limit: 50, burst: 5, latency: 20 * ms, stall: 300 * ms, rows: 3000, pace: pace.Options{Rate: 49}}, 0.95, 1},
		{"1000 a second, jitter", lab{limit: 1000, burst: 10, latency: 20 * ms, jitter: 20 * ms, rows: 20_000}, 0.80, 100},
		{"1000 a second, much jitter", lab{limit: 1000, burst: 10, latency: 20 * ms, jitter: 100 * ms, rows: 20_000}, 0.70, 100},
		{"window", lab{limit: 100, window: 10 * time.Second, latency: 20 * ms, rows: 2000}, 1.25, 24},
		{"limit that halves", lab{limit: 60, changed: 30, burst: 10, latency: 20 * ms, rows: 3600}, 0.60, 38},
		{"limit that doubles", lab{limit: 60, changed: 120, burst: 10, latency: 20 * ms, rows: 7200}, 1.03, 36},
		{"told", lab{limit: 60, burst: 10, latency: 20 * ms, rows: 900, headers: true}, 0.97, 1},
		{"told, 10 a second", lab{limit: 10, burst: 10, latency: 20 * ms, rows: 600, headers: true}, 0.97, 1},
		{"told, 1000 a second", lab{limit: 1000, burst: 10, latency: 20 * ms, rows: 20_000, headers: true}, 0.97, 1},
		{"told, burst 1", lab{limit: 60, burst: 1, latency: 20 * ms, rows: 900, headers: true}, 0.93, 1},
		{"asked for", lab{limit: 50, burst: 5, latency: 20 * ms, rows: 1500, pace: pace.Options{Rate: 49}}, 0.97 * 49 / 50, 0},
		{"asked for too much", lab{limit: 50, burst: 5, latency: 20 * ms, rows: 3000, pace: pace.Options{Rate: 100}}, 0.95, 18},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := tt.give.run(t)
				t.Logf("%.3f of the limit, %d refused, %d of them late, learned %s", m.share, m.refused, m.late, m.learned)
				if m.share < tt.share || m.refused > tt.refused {
					t.Errorf("%.3f of the limit and %d refusals, want %.3f and %d", m.share, m.refused, tt.share, tt.refused)
				}
				if m.failed > 0 {
					t.Errorf("%d rows were not invited", m.failed)
				}
				if m.late > 20 {
					t.Errorf("%d refusals after the limit had changed, want 20 at most", m.late)
				}
			})
		})
	}
}

// TestLearnedPaceIsUsedAtOnce has a second run begin where the first one ended.
func TestLearnedPaceIsUsedAtOnce(t *testing.T) {
	for _, l := range []lab{
		{limit: 60, burst: 10, latency: 20 * ms, rows: 900},
		{limit: 10, burst: 10, latency: 20 * ms, rows: 600},
		{limit: 1000, burst: 10, latency: 20 * ms, rows: 20_000},
		{limit: 60, burst: 10, latency: 200 * ms, rows: 900},
	} {
		t.Run(fmt.Sprintf("%v a second, %s", l.limit, l.latency), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l.pace.Start = l.run(t).learned
				if l.pace.Start == 0 {
					t.Fatal("nothing was learned")
				}
				again := l.run(t)
				t.Logf("%.3f of the limit, %d refused, learned %s, then %s", again.share, again.refused, l.pace.Start, again.learned)
				if most := max(10, l.rows/200); again.share < 0.96 || again.refused > most {
					t.Errorf("%.3f of the limit and %d refusals, want 0.96 and %d", again.share, again.refused, most)
				}
			})
		})
	}
}

// TestPaceComesBackAfterADip has a limit of 60/s fall for half a minute. How deep it falls, how long the run has lasted
// and whether its pace was remembered make no difference to how soon 90 % of the limit are used again.
func TestPaceComesBackAfterADip(t *testing.T) {
	const long, most = 30, 30
	for _, depth := range []float64{20, 5, 1, 0.2} {
		for _, began := range []float64{5, 60} {
			for _, start := range []pace.Rate{0, 60} {
				t.Run(fmt.Sprintf("%v a second after %v s, begun at %s", depth, began, start), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						end := began + long
						l := lab{limit: 60, burst: 10, latency: 20 * ms, pace: pace.Options{Start: start}}.dip(began, long, depth, most+10)
						m := l.run(t)
						back := m.back(l, end, most)
						t.Logf("back after %v s, %d refused", back, m.refused)
						if back > most || m.failed > 0 {
							t.Errorf("90 %% of the limit after %v s and %d rows not invited, want %d s and none", back, m.failed, most)
						}
					})
				})
			}
		}
	}
}

// TestPlainRefusalsLowerThePace has a gateway shed what is beyond 20/s by a 503 that says nothing more. Each of them has
// to be looked up, since nobody knows what it did.
func TestPlainRefusalsLowerThePace(t *testing.T) {
	for _, plain := range []bool{false, true} {
		t.Run(fmt.Sprintf("plain %v", plain), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := lab{limit: 20, burst: 10, latency: 20 * ms, plain: plain, rows: 400}.run(t)
				t.Logf("%s, %d refused", m.took, m.refused)
				if m.took > 30*time.Second || m.refused > 20 || m.failed > 0 {
					t.Errorf("%s, %d refused and %d rows not invited, want 30 s, 20 and none", m.took, m.refused, m.failed)
				}
			})
		})
	}
}
