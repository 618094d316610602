package cybedefend_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rollcall/pkg/connection"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/fence"
	"rollcall/pkg/secret"
)

// clock is a clock that stands still but for what a test adds.
type clock struct{ now atomic.Int64 }

func (c *clock) read() time.Duration     { return time.Duration(c.now.Load()) }
func (c *clock) advance(d time.Duration) { c.now.Add(int64(d)) }

func TestStaleChangesDoNotAskForAConnection(t *testing.T) {
	client := connect(t, cybedefend.Options{
		BaseURL: "https://api.example.com", Credentials: cybedefend.AccessToken(secret.New(accessToken)),
		Transport: transport(func(r *http.Request) (*http.Response, error) {
			t.Errorf("%s was sent", r.Method)
			return nil, errors.New("sent")
		}),
	})
	var c clock
	ctx := fence.StampBy(t.Context(), c.read)
	c.advance(fence.Good + 1)
	_, err1 := client.Invite(ctx, organizationID, ada)
	_, err2 := client.CancelInvitation(ctx, organizationID, invitationID)
	err3 := client.ChangeRole(ctx, organizationID, invitationID, cybedefend.Manager)
	for i, err := range []error{err1, err2, err3} {
		if cybedefend.ClassOf(err) != cybedefend.NotProcessed || !errors.Is(err, fence.ErrStale) {
			t.Errorf("%d: class %v: %v", i+1, cybedefend.ClassOf(err), err)
		}
	}
}

// TestChangesThatAreHeldBackAreNotWritten freezes changes between the look ahead of the connection and the one in Write. They
// find a connection that is open already; net/http tries a change without a body once more on another, which must not
// write either.
func TestChangesThatAreHeldBackAreNotWritten(t *testing.T) {
	var arrived atomic.Int32
	var c clock
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		arrived.Add(1)
		answer(201, invitationJSON)(w, r)
	})
	// The first call opens the connection that the others find.
	if _, err := client.Invite(fence.StampBy(t.Context(), c.read), organizationID, ada); err != nil {
		t.Fatal(err)
	}
	// frozen is a clock that is good at the stamp and at the first look, and late from then on.
	frozen := func() func() time.Duration {
		looks := 0
		return func() time.Duration {
			if looks++; looks > 2 {
				return time.Hour
			}
			return 0
		}
	}
	_, err1 := client.Invite(fence.StampBy(t.Context(), frozen()), organizationID, ada)
	_, err2 := client.CancelInvitation(fence.StampBy(t.Context(), frozen()), organizationID, invitationID)
	err3 := client.ChangeRole(fence.StampBy(t.Context(), frozen()), organizationID, invitationID, cybedefend.Manager)
	for i, err := range []error{err1, err2, err3} {
		if cybedefend.ClassOf(err) != cybedefend.Lost || !errors.Is(err, fence.ErrStale) {
			t.Errorf("%d: class %v: %v", i+1, cybedefend.ClassOf(err), err)
		}
	}
	if got := arrived.Load(); got != 1 {
		t.Errorf("%d requests arrived, want 1", got)
	}
	if _, err := client.Invite(fence.StampBy(t.Context(), c.read), organizationID, ada); err != nil {
		t.Errorf("a fresh one afterwards: %v", err)
	}
}

// TestReadsMayLeaveLate reads with a stale stamp, over a connection that an invite has armed.
func TestReadsMayLeaveLate(t *testing.T) {
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			answer(200, `[]`)(w, r)
			return
		}
		answer(201, invitationJSON)(w, r)
	})
	var c clock
	ctx := fence.StampBy(t.Context(), c.read)
	if _, err := client.Invite(ctx, organizationID, ada); err != nil {
		t.Fatal(err)
	}
	c.advance(time.Hour)
	if _, err := client.Teams(ctx, organizationID); err != nil {
		t.Error(err)
	}
}

// connectThrough returns a client of a service that a proxy may stand before.
func connectThrough(t *testing.T, proxy func(*http.Request) (*url.URL, error)) *cybedefend.Client {
	t.Helper()
	client, err := cybedefend.NewThrough(cybedefend.Options{
		BaseURL: "https://api.example.com", Credentials: cybedefend.AccessToken(secret.New(accessToken)),
	}, proxy)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

// TestProxiesAreNamed connects through a proxy that refuses. The proxy of the environment is read once a process, so the
// test gives the request's transport one of its own.
func TestProxiesAreNamed(t *testing.T) {
	for status, want := range map[int]string{
		407: "the proxy asks for credentials", 403: "the proxy refuses to connect: 403 Forbidden",
	} {
		proxy := httptest.NewServer(answer(status, `<html>`))
		t.Cleanup(proxy.Close)
		address, err := url.Parse(proxy.URL)
		if err != nil {
			t.Fatal(err)
		}
		client := connectThrough(t, http.ProxyURL(address))
		_, err = client.Invite(t.Context(), organizationID, ada)
		if cybedefend.ClassOf(err) != cybedefend.NotProcessed || !errors.Is(err, cybedefend.ErrConnection) || !strings.Contains(err.Error(), want) {
			t.Errorf("%d: class %v: %v", status, cybedefend.ClassOf(err), err)
		}
	}
}

// TestNothingLeavesWithoutTheProxy fails before any connection is asked for.
func TestNothingLeavesWithoutTheProxy(t *testing.T) {
	client := connectThrough(t, func(*http.Request) (*url.URL, error) { return nil, connection.ErrProxy })
	if _, err := client.Invite(t.Context(), organizationID, ada); cybedefend.ClassOf(err) != cybedefend.NotProcessed {
		t.Errorf("class %v: %v", cybedefend.ClassOf(err), err)
	}
}

// TestLateBodiesAreNotWritten holds back what does not fit into the first write of net/http.
func TestLateBodiesAreNotWritten(t *testing.T) {
	whole := make(chan error, 1)
	client := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		_, err := io.Copy(io.Discard, r.Body)
		whole <- err
	})
	invite := ada
	for range 200 {
		invite.TeamAssignments = append(invite.TeamAssignments, cybedefend.TeamAssignment{TeamID: invitationID, Role: cybedefend.Developer})
	}
	looks := 0
	_, err := client.Invite(fence.StampBy(t.Context(), func() time.Duration {
		if looks++; looks > 3 {
			return time.Hour
		}
		return 0
	}), organizationID, invite)
	if cybedefend.ClassOf(err) != cybedefend.Lost {
		t.Errorf("class %v: %v", cybedefend.ClassOf(err), err)
	}
	if err := <-whole; err == nil {
		t.Error("the whole request arrived")
	}
}
