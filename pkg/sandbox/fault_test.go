package sandbox_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/sandbox"
)

// TestFaults meets every kind of fault by script and then the truth in the list of invitations.
func TestFaults(t *testing.T) {
	for _, test := range []struct {
		give      sandbox.Fault
		reset     bool
		want      int // 0: no answer
		wantError error
		created   bool
		check     func(answer) bool
	}{
		{give: sandbox.Fault{}, want: 201, created: true},
		{give: sandbox.Fault{Kind: sandbox.ErrorBefore}, want: 500},
		{give: sandbox.Fault{Kind: sandbox.ErrorBefore, Status: 502}, want: 502},
		{give: sandbox.Fault{Kind: sandbox.CutBefore}, wantError: io.EOF},
		{give: sandbox.Fault{Kind: sandbox.CutBefore}, reset: true, wantError: syscall.ECONNRESET},
		{
			give: sandbox.Fault{Kind: sandbox.Unavailable, RetryAfter: 1500 * time.Millisecond}, want: 503,
			check: func(a answer) bool { return a.header.Get("Retry-After") == "2" },
		},
		{give: sandbox.Fault{Kind: sandbox.Throttle}, want: 429},
		{give: sandbox.Fault{Kind: sandbox.ErrorAfter, Status: 504}, want: 504, created: true},
		{give: sandbox.Fault{Kind: sandbox.CutAfter}, wantError: io.EOF, created: true},
		{give: sandbox.Fault{Kind: sandbox.CutAfter}, reset: true, wantError: syscall.ECONNRESET, created: true},
		{
			give: sandbox.Fault{Kind: sandbox.Truncate}, want: 201, wantError: io.ErrUnexpectedEOF, created: true,
			check: func(a answer) bool {
				return strings.HasPrefix(a.text, `{"id":"`) && !strings.Contains(a.text, "expiresAt")
			},
		},
		{
			give: sandbox.Fault{Kind: sandbox.Garble}, want: 201, created: true,
			check: func(a answer) bool { return a.body == nil && a.text != "" },
		},
		{
			give: sandbox.Fault{Kind: sandbox.Hollow}, want: 201, created: true,
			check: func(a answer) bool { return a.text == "{}" },
		},
	} {
		t.Run(fmt.Sprintf("%s %d reset=%t", test.give.Kind, test.give.Status, test.reset), func(t *testing.T) {
			s := start(t, sandbox.Options{
				Faults: sandbox.Faults{Reset: test.reset},
				Script: func(call sandbox.Call) sandbox.Fault {
					if call == (sandbox.Call{Operation: sandbox.Invite, Email: "ann@example.com", Number: 1}) {
						return test.give
					}
					return sandbox.Fault{}
				},
			})
			got := s.invite(t, "Ann@Example.com")
			if got.status != test.want || !errors.Is(got.err, test.wantError) {
				t.Fatalf("got %d, %v, want %d, %v", got.status, got.err, test.want, test.wantError)
			}
			if test.check != nil && !test.check(got) {
				t.Errorf("wrong answer: %v %q", got.header, got.text)
			}

			listed := s.call(t, http.MethodGet, page("invitations", 1, 20), nil).want(t, 200).emails("invitations")
			mails := maps.Collect(s.Mails())
			again := s.invite(t, "ann@example.com")
			if test.created {
				again.want(t, http.StatusConflict)
				if diff := cmp.Diff([]string{"Ann@Example.com"}, listed); diff != "" {
					t.Errorf("list of invitations (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(map[string]int{"ann@example.com": 1}, mails); diff != "" {
					t.Errorf("e-mails (-want +got):\n%s", diff)
				}
			} else {
				again.want(t, http.StatusCreated)
				if len(listed)+len(mails) > 0 {
					t.Errorf("listed %v, mailed %v", listed, mails)
				}
			}
			want := map[sandbox.Kind]int{}
			if test.give.Kind != sandbox.None {
				want[test.give.Kind] = 1
			}
			if diff := cmp.Diff(want, s.Counts().Faults); diff != "" {
				t.Errorf("counted faults (-want +got):\n%s", diff)
			}
		})
	}
}

func TestHang(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := sandbox.New(sandbox.Options{
			Script: func(sandbox.Call) sandbox.Fault { return sandbox.Fault{Kind: sandbox.Hang} },
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		begin := time.Now()
		if aborted := abortOf(func() { s.ServeHTTP(httptest.NewRecorder(), inviteAnn(ctx, s)) }); !aborted {
			t.Error("got an answer")
		}
		if got := s.Counts().Emails; got != 1 || time.Since(begin) != time.Hour {
			t.Errorf("%d e-mails after %s", got, time.Since(begin))
		}
	})
}

// TestChanceIsRepeatable sends the same invites in another order, at once and one by one: each meets the same fault.
func TestChanceIsRepeatable(t *testing.T) {
	faults := sandbox.Faults{
		ErrorBefore: 0.1, ErrorAfter: 0.1, CutBefore: 0.1, CutAfter: 0.1, Truncate: 0.1, Unavailable: 0.1,
	}
	var addresses []string
	for n := range 100 {
		addresses = append(addresses, fmt.Sprintf("p%d@example.com", n))
	}
	run := func(seed uint64, atOnce bool) map[string]int {
		s := start(t, sandbox.Options{Faults: faults, Seed: seed})
		got := make(map[string]int)
		if !atOnce {
			for _, address := range addresses {
				got[address] = s.invite(t, address).status
			}
		} else {
			var mu sync.Mutex
			var group sync.WaitGroup
			for _, n := range rand.Perm(len(addresses)) {
				group.Go(func() {
					status := s.invite(t, addresses[n]).status
					mu.Lock()
					defer mu.Unlock()
					got[addresses[n]] = status
				})
			}
			group.Wait()
		}
		for _, chance := range []sandbox.Kind{
			sandbox.ErrorBefore, sandbox.ErrorAfter, sandbox.CutBefore, sandbox.CutAfter, sandbox.Truncate, sandbox.Unavailable,
		} {
			if met := s.Counts().Faults[chance]; met < 2 || met > 25 {
				t.Errorf("%s was met %d times in 100 with a probability of 0.1", chance, met)
			}
		}
		return got
	}
	first := run(7, false)
	if diff := cmp.Diff(first, run(7, true)); diff != "" {
		t.Errorf("same seed (-one by one +at once):\n%s", diff)
	}
	if cmp.Equal(first, run(8, false)) {
		t.Error("another seed made no difference")
	}
}

func TestFaultsMeetInvitesOnly(t *testing.T) {
	always := sandbox.Faults{ErrorBefore: 1}
	s := start(t, sandbox.Options{Faults: always})
	s.call(t, "GET", "/organizations", nil).want(t, 200)
	s.invite(t, "ann@example.com").want(t, 500)

	always.Everywhere = true
	s = start(t, sandbox.Options{Faults: always})
	s.call(t, "GET", "/organizations", nil).want(t, 500)
	s.call(t, "GET", "/client-apps", nil).want(t, 500)
}

func TestOutage(t *testing.T) {
	clock := newClock()
	s := start(t, sandbox.Options{Now: clock.Now})
	outage := func(body string, want int) {
		t.Helper()
		s.call(t, "POST", "/sandbox/outage", body).want(t, want)
	}
	for _, body := range []string{``, `{}`, `{"for":"soon"}`, `{"for":"1s","retryAfter":"x"}`, `{"for":"1s","since":"1s"}`} {
		outage(body, 400)
	}

	outage(`{"for":"20s"}`, 204)
	if got := s.invite(t, "ann@example.com").want(t, 503).header.Get("Retry-After"); got != "" {
		t.Errorf("Retry-After: %s", got)
	}
	outage(`{"for":"20s","retryAfter":"7s"}`, 204)
	if got := s.invite(t, "ann@example.com").want(t, 503).header.Get("Retry-After"); got != "7" {
		t.Errorf("Retry-After: %s", got)
	}
	outage(`{"for":"20s","cut":true}`, 204)
	if got := s.call(t, "GET", "/client-apps", nil); !errors.Is(got.err, io.EOF) {
		t.Errorf("got %d, %v, want a cut", got.status, got.err)
	}
	clock.advance(20 * time.Second)
	s.invite(t, "ann@example.com").want(t, 201)
	outage(`{"for":"20s"}`, 204)
	outage(`{"for":"0s"}`, 204)
	s.call(t, "GET", "/organizations", nil).want(t, 200)
	if got := s.Counts().Outage; got != 3 {
		t.Errorf("counted %d calls during outages, want 3", got)
	}
}

func TestKindsHaveNames(t *testing.T) {
	for _, kind := range slices.Concat([]sandbox.Kind{sandbox.None}, sandbox.Kinds()) {
		var read sandbox.Kind
		if err := read.UnmarshalText([]byte(kind.String())); err != nil || read != kind {
			t.Errorf("%s was read as %s, %v", kind, read, err)
		}
	}
	var read sandbox.Kind
	if err := read.UnmarshalText([]byte("boom")); err == nil {
		t.Error("an unknown kind was read")
	}
	if got := sandbox.Kind(99).String(); got != "kind(99)" {
		t.Errorf("got %s", got)
	}
}
