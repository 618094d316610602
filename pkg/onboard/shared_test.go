package onboard_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rollcall/pkg/breaker"
	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/place"
	"rollcall/pkg/onboard"
	"rollcall/pkg/record"
	"rollcall/pkg/sandbox"
	"rollcall/pkg/status"
)

// sharing is a limit that somebody else shares.
type sharing struct {
	most, learned float64
	slots         int64 // how many there are before it is broken
	broken        error
	reserved      atomic.Int64

	mu    sync.Mutex
	holds []time.Duration
	news  []float64
	held  chan struct{} // is closed by the first hold
}

func (s *sharing) Rates(context.Context) (most, learned float64, err error) {
	return s.most, s.learned, nil
}

func (s *sharing) Reserve(context.Context) (time.Duration, error) {
	if s.reserved.Add(1) > s.slots && s.broken != nil {
		s.reserved.Add(-1)
		return 0, s.broken
	}
	return 0, nil
}

func (s *sharing) Hold(during time.Duration, _ string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.holds = append(s.holds, during); len(s.holds) == 1 {
		close(s.held)
	}
}

func (s *sharing) Learn(_ context.Context, rate float64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.news = append(s.news, rate)
	return nil
}

// front is before the service. It refuses the first invitation, and sees whether each request has its slot.
type front struct {
	t          *testing.T
	shared     *sharing
	status     int // 0: nothing is refused
	retryAfter string
	service    http.Transport
	sent       atomic.Int64
	refused    atomic.Bool
}

func (f *front) RoundTrip(r *http.Request) (*http.Response, error) {
	if sent, reserved := f.sent.Add(1), f.shared.reserved.Load(); sent > reserved {
		f.t.Errorf("%s %s has left as number %d, and %d slots were reserved", r.Method, r.URL.Path, sent, reserved)
	}
	if f.status == 0 || r.Method != http.MethodPost || f.refused.Swap(true) {
		return f.service.RoundTrip(r)
	}
	header := http.Header{"Content-Type": {"application/json"}}
	if f.retryAfter != "" {
		header.Set("Retry-After", f.retryAfter)
	}
	return &http.Response{
		StatusCode: f.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: header, Request: r,
		Body: io.NopCloser(strings.NewReader(`{"statusCode":429,"message":"too many"}`)),
	}, nil
}

// shared returns the options to invite people by a limit that others share.
func shared(t *testing.T, people int, s *sharing, f *front) (*company, onboard.Options) {
	t.Helper()
	s.held = make(chan struct{})
	c, o := team(t, people, sandbox.Options{})
	f.t, f.shared = t, s
	t.Cleanup(f.service.CloseIdleConnections)
	dial := o.Dial
	o.Dial = func(ctx context.Context) (onboard.Endpoint, error) {
		e, err := dial(ctx)
		e.Transport = f
		return e, err
	}
	o.Shared = s
	return c, o
}

// TestEveryRequestHasItsSlot invites people and reads lists by a limit that others share, which is all that says how fast.
func TestEveryRequestHasItsSlot(t *testing.T) {
	s, f := &sharing{most: 1000}, &front{}
	c, o := shared(t, 40, s, f)
	began := time.Now()
	report, err := onboard.Run(t.Context(), nil, o, nil)
	if err != nil || report.Status != status.Well || c.service.Counts().Emails != 40 {
		t.Fatalf("ended with %d: %v", report.Status, err)
	}
	if sent, reserved := f.sent.Load(), s.reserved.Load(); sent != int64(report.Requests) || sent < 43 || reserved > sent+5 {
		t.Errorf("%d requests, %d by the report, %d slots", sent, report.Requests, reserved)
	}
	t.Logf("%d requests took %s", f.sent.Load(), time.Since(began))
}

// TestAPauseIsOfAllWhoShareTheLimit has the service refuse somebody, and ask for a pause or not.
func TestAPauseIsOfAllWhoShareTheLimit(t *testing.T) {
	for _, tt := range []struct {
		name       string
		status     int
		retryAfter string
		want       []time.Duration
	}{
		{"a pause", http.StatusTooManyRequests, "7", []time.Duration{7 * time.Second}},
		{"a pause for overload", http.StatusServiceUnavailable, "7", []time.Duration{7 * time.Second}},
		{"a pause for longer than is waited for", http.StatusTooManyRequests, "86400", []time.Duration{5 * time.Minute}},
		{"a second for the one alone", http.StatusTooManyRequests, "1", nil},
		{"no pause", http.StatusTooManyRequests, "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := &sharing{most: 1000}
			_, o := shared(t, 5, s, &front{status: tt.status, retryAfter: tt.retryAfter})
			report, err := onboard.Run(t.Context(), s.held, o, nil)
			if want := tt.want == nil; (report.Status == status.Well) != want {
				t.Errorf("ended with %d: %v", report.Status, err)
			}
			if !slices.Equal(s.holds, tt.want) {
				t.Errorf("the others pause for %v, want %v", s.holds, tt.want)
			}
		})
	}
}

// TestWhatIsLearnedOfASharedLimitIsNotTheOrganizations has the rate that was known turn out to be wrong.
func TestWhatIsLearnedOfASharedLimitIsNotTheOrganizations(t *testing.T) {
	s := &sharing{most: 1000, learned: 200}
	_, o := shared(t, 5, s, &front{status: http.StatusTooManyRequests})
	if report, err := onboard.Run(t.Context(), nil, o, nil); err != nil || report.Status != status.Well {
		t.Fatalf("ended with %d: %v", report.Status, err)
	}
	if !slices.Equal(s.news, []float64{0}) {
		t.Errorf("learned: %v", s.news)
	}
	kept, err := place.View(t.Context(), o.Ledger)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := kept.Close(); err != nil {
			t.Error(err)
		}
	}()
	for run, err := range kept.Runs(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if rate, at, err := kept.Pace(t.Context(), record.Scope{Service: run.Service, OrganizationID: run.OrganizationID}); err != nil || !at.IsZero() {
			t.Errorf("the ledger remembers %v of %s, %v", rate, at, err)
		}
	}
}

// TestWithoutSlotsNothingLeaves has what books them be away, or have none for long, from the beginning or after a while.
func TestWithoutSlotsNothingLeaves(t *testing.T) {
	for _, tt := range []struct {
		name  string
		slots int64
		err   error
		want  status.Status
	}{
		{"away from the beginning", 0, ledger.ErrUnreachable, status.Unexpected},
		{"away after a while", 20, ledger.ErrUnreachable, status.Unexpected},
		{"none for long from the beginning", 0, &breaker.StopError{Reason: breaker.Interrupted}, status.Interrupted},
		{"none for long after a while", 20, &breaker.StopError{Reason: breaker.Interrupted}, status.Interrupted},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, f := &sharing{most: 1000, slots: tt.slots, broken: tt.err}, &front{}
			c, o := shared(t, 40, s, f)
			report, err := onboard.Run(t.Context(), nil, o, nil)
			if !errors.Is(err, tt.err) || report.Status != tt.want || f.sent.Load() > tt.slots {
				t.Errorf("%d requests have left for %d slots, ended with %d: %v", f.sent.Load(), tt.slots, report.Status, err)
			}
			// The same command goes on where it was.
			s, f = &sharing{most: 1000}, &front{}
			o.Shared, s.held, f.t, f.shared = s, make(chan struct{}), t, s
			dial := o.Dial
			o.Dial = func(ctx context.Context) (onboard.Endpoint, error) {
				e, err := dial(ctx)
				e.Transport = f
				return e, err
			}
			t.Cleanup(f.service.CloseIdleConnections)
			if _, err := onboard.Run(t.Context(), nil, o, nil); err != nil || c.service.Counts().Emails != 40 {
				t.Errorf("%d were mailed in the end, %v", c.service.Counts().Emails, err)
			}
		})
	}
}
