package sandbox_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/sandbox"
)

func TestStartOnLoopbackOnly(t *testing.T) {
	for _, address := range []string{":0", "0.0.0.0:0", "[::]:0", "192.0.2.1:0", "example.com:80", "127.0.0.1", "127.0.0.1:x"} {
		if running, err := sandbox.Start(t.Context(), address, sandbox.Options{}); err == nil {
			t.Errorf("%s was accepted", address)
			_ = running.Close()
		}
	}
	for _, address := range []string{"", "localhost:0", "127.0.0.1:0", "127.1.2.3:0"} {
		running, err := sandbox.Start(t.Context(), address, sandbox.Options{})
		if err != nil {
			t.Errorf("%q: %v", address, err)
			continue
		}
		if !strings.HasPrefix(running.URL(), "http://127.") {
			t.Errorf("%q: URL %s", address, running.URL())
		}
		for range 2 {
			if err := running.Close(); err != nil {
				t.Errorf("%q: close: %v", address, err)
			}
		}
	}
	if _, err := sandbox.Start(t.Context(), "", sandbox.Options{Latency: -1}); err == nil {
		t.Error("wrong options were accepted")
	}
}

// TestCloseEndsWork closes while calls are being worked on, answered never, or not even sent.
func TestCloseEndsWork(t *testing.T) {
	entered := make(chan struct{})
	running, err := sandbox.Start(t.Context(), "", sandbox.Options{
		Script: func(call sandbox.Call) sandbox.Fault {
			entered <- struct{}{}
			if call.Email == "hang@example.com" {
				return sandbox.Fault{Kind: sandbox.Hang}
			}
			return sandbox.Fault{}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	silent, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(running.URL(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = silent.Close() }()
	s := &service{running, &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, running.AccessToken().Reveal()}
	answered := make(chan error)
	go func() { answered <- s.invite(t, "hang@example.com").err }()
	<-entered
	if err := running.Close(); err != nil {
		t.Error(err)
	}
	if <-answered == nil {
		t.Error("got an answer after the end")
	}
}

// TestLatencyIsHalved leaves in the first or the second half of the latency: only the second leaves a trace.
func TestLatencyIsHalved(t *testing.T) {
	for _, test := range []struct {
		leave      time.Duration
		wantMails  int
		wantAnswer bool
	}{
		{leave: 4999 * time.Millisecond},
		{leave: 5001 * time.Millisecond, wantMails: 1},
		{leave: 10001 * time.Millisecond, wantMails: 1, wantAnswer: true},
	} {
		synctest.Test(t, func(t *testing.T) {
			s, err := sandbox.New(sandbox.Options{Latency: 10 * time.Second})
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), test.leave)
			defer cancel()
			recorder := httptest.NewRecorder()
			begin := time.Now()
			aborted := abortOf(func() { s.ServeHTTP(recorder, inviteAnn(ctx, s)) })
			if aborted == test.wantAnswer {
				t.Errorf("leaving after %s: aborted=%t", test.leave, aborted)
			}
			if test.wantAnswer && (recorder.Code != 201 || time.Since(begin) != 10*time.Second) {
				t.Errorf("answered %d after %s", recorder.Code, time.Since(begin))
			}
			if got := s.Counts().Emails; got != test.wantMails {
				t.Errorf("leaving after %s: %d e-mails, want %d", test.leave, got, test.wantMails)
			}
		})
	}
}

func TestLatencyJitter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := sandbox.New(sandbox.Options{Latency: time.Second, LatencyJitter: time.Second})
		if err != nil {
			t.Fatal(err)
		}
		took := make(map[time.Duration]bool)
		for range 20 {
			begin := time.Now()
			s.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), "GET", "/client-apps", http.NoBody))
			if passed := time.Since(begin); passed < time.Second || passed > 2*time.Second {
				t.Errorf("took %s", passed)
			} else {
				took[passed] = true
			}
		}
		if len(took) < 2 {
			t.Errorf("always took the same: %v", took)
		}
	})
}

// inviteAnn is an invite for a handler that is called without a network.
func inviteAnn(ctx context.Context, s *sandbox.Sandbox) *http.Request {
	request := httptest.NewRequestWithContext(ctx, http.MethodPost, home+"/invite",
		strings.NewReader(`{"email":"ann@example.com","role":"member"}`))
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+s.AccessToken().Reveal())
	return request
}

// abortOf reports whether the handler gave the connection up.
func abortOf(handle func()) (aborted bool) {
	defer func() {
		if err, ok := recover().(error); ok {
			aborted = errors.Is(err, http.ErrAbortHandler)
		}
	}()
	handle()
	return false
}

func TestEnvironment(t *testing.T) {
	s, err := sandbox.New(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"CYBEDEFEND_API_URL=http://127.0.0.1:1", "CYBEDEFEND_AUTH_ENDPOINT=http://127.0.0.1:1",
		"CYBEDEFEND_PAT=" + sandbox.DefaultPAT, "CYBEDEFEND_ORGANIZATION_ID=" + sandbox.DefaultOrganizationID,
	}
	if diff := cmp.Diff(want, s.Environment("http://127.0.0.1:1")); diff != "" {
		t.Errorf("environment (-want +got):\n%s", diff)
	}
}

func TestAdministration(t *testing.T) {
	s := start(t, sandbox.Options{Duplicates: sandbox.AcceptSecond})
	mails := func(query string) answer { return s.call(t, "GET", "/sandbox/mails"+query, nil, "Authorization:") }
	if got := mails("").want(t, 200); got.text != "{\n}\n" {
		t.Errorf("no mails: %q", got.text)
	}
	for _, address := range []string{"ann@example.com", "bob@example.com", "Ann@example.com"} {
		s.invite(t, address).want(t, 201)
	}
	if got := mails("").want(t, 200); got.text != "{\n\"ann@example.com\": 2,\n\"bob@example.com\": 1\n}\n" {
		t.Errorf("mails: %q", got.text)
	}
	if diff := cmp.Diff(map[string]any{"ann@example.com": 2.0}, mails("?atLeast=2").body); diff != "" {
		t.Errorf("at least 2 mails (-want +got):\n%s", diff)
	}
	mails("?atLeast=x").want(t, 400)

	stats := s.call(t, "GET", "/sandbox/stats", nil, "Authorization:").want(t, 200)
	if stats.at("emails") != 3.0 || stats.at("mailedTwice") != 1.0 || stats.at("requests", "invite") != 3.0 {
		t.Errorf("stats: %s", stats.text)
	}

	s.call(t, "POST", "/sandbox/expire", nil).want(t, 204)
	s.call(t, "GET", "/organizations", nil).want(t, 401)
	s.call(t, "POST", "/sandbox/revoke", nil).want(t, 204)
	s.call(t, "POST", "/sandbox/reset", nil).want(t, 204)
	if got := s.Counts(); got.Emails != 0 || len(got.Requests) != 0 {
		t.Errorf("after a reset: %+v", got)
	}
	s.token = s.AccessToken().Reveal()
	s.invite(t, "ann@example.com").want(t, 201)
}

// BenchmarkInvite measures the handler without a network.
func BenchmarkInvite(b *testing.B) {
	s, err := sandbox.New(sandbox.Options{})
	if err != nil {
		b.Fatal(err)
	}
	token := "Bearer " + s.AccessToken().Reveal()
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		body := fmt.Sprintf(`{"email":"p%d@example.com","role":"member"}`, n)
		request := httptest.NewRequestWithContext(b.Context(), "POST", home+"/invite", strings.NewReader(body))
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Authorization", token)
		recorder := httptest.NewRecorder()
		s.ServeHTTP(recorder, request)
		if recorder.Code != http.StatusCreated {
			b.Fatal(recorder.Body)
		}
	}
}

// TestSmall keeps the promise of the package comment about memory.
func TestSmall(t *testing.T) {
	const many = 50_000
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	s, err := sandbox.New(sandbox.Options{Pending: sandbox.Population{Count: many}})
	if err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if each := (after.HeapAlloc - before.HeapAlloc) / many; each > 300 {
		t.Errorf("%d bytes for an invitation", each)
	} else {
		t.Logf("%d bytes for an invitation", each)
	}
	runtime.KeepAlive(s)
}
