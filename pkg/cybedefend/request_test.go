package cybedefend_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/secret"
)

func TestPagesHaveTheSizeAskedFor(t *testing.T) {
	for size, want := range map[int]string{0: "20", 1: "1", 19: "19", 20: "20"} {
		client := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if query := r.URL.Query(); query.Get("page") != "3" || query.Get("pageSize") != want {
				t.Errorf("page %s of size %s, want page 3 of size %s", query.Get("page"), query.Get("pageSize"), want)
			}
			answer(200, `{"invitations":[],"users":[]}`)(w, r)
		})
		_, err1 := client.Invitations(t.Context(), organizationID, cybedefend.Page{Number: 3, Size: size})
		_, err2 := client.Members(t.Context(), organizationID, cybedefend.Page{Number: 3, Size: size}, "")
		if err := errors.Join(err1, err2); err != nil {
			t.Error(err)
		}
	}
}

func TestWrongArgumentsAreNotSent(t *testing.T) {
	client := serve(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("sent %s", r.URL) })
	ctx := t.Context()
	_, err1 := client.Invite(ctx, "../admin", ada)
	_, err2 := client.Invite(ctx, "urn:uuid:"+organizationID, ada)
	_, err3 := client.Invitations(ctx, organizationID, cybedefend.Page{Number: 0})
	_, err4 := client.CancelInvitation(ctx, organizationID, "")
	_, err5 := client.Members(ctx, "", cybedefend.Page{Number: 1}, "")
	_, err6 := client.Teams(ctx, "?")
	_, err7 := client.Organization(ctx, "{"+organizationID+"}")
	_, err8 := client.Invitations(ctx, organizationID, cybedefend.Page{Number: 1, Size: 21})
	_, err9 := client.Members(ctx, organizationID, cybedefend.Page{Number: 1, Size: -1}, "")
	for i, err := range []error{err1, err2, err3, err4, err5, err6, err7, err8, err9} {
		if cybedefend.ClassOf(err) != cybedefend.FinalNo {
			t.Errorf("%d: %v", i+1, err)
		}
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("followed with %q", r.Header.Get("Authorization"))
	}))
	defer elsewhere.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		client := serve(t, answer(status, "", "Location", elsewhere.URL+"/stolen?query=1"))
		_, err := client.Invite(t.Context(), organizationID, ada)
		if cybedefend.ClassOf(err) != cybedefend.Foreign {
			t.Errorf("%d: class %v", status, cybedefend.ClassOf(err))
		}
		if host := strings.TrimPrefix(elsewhere.URL, "http://"); !strings.Contains(err.Error(), host) || strings.Contains(err.Error(), "query") {
			t.Errorf("%d: %v", status, err)
		}
	}
}

// TestInviteIsNotRepeatedOnABrokenConnection kills a connection that has been used before, once it has carried an
// invite: the case in which net/http repeats requests.
func TestInviteIsNotRepeatedOnABrokenConnection(t *testing.T) {
	var invites atomic.Int32
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			answer(200, `[]`)(w, r)
			return
		}
		invites.Add(1)
		_, _ = io.Copy(io.Discard, r.Body)
		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_ = connection.Close()
	})
	if _, err := client.Teams(t.Context(), organizationID); err != nil {
		t.Fatal(err)
	}
	_, err := client.Invite(t.Context(), organizationID, ada)
	if cybedefend.ClassOf(err) != cybedefend.Lost {
		t.Errorf("class %v: %v", cybedefend.ClassOf(err), err)
	}
	if got := invites.Load(); got != 1 {
		t.Errorf("%d invites arrived, want 1", got)
	}
}

func TestRequestsCanNotBeReplayed(t *testing.T) {
	sent := 0
	client := connect(t, cybedefend.Options{
		BaseURL: "https://api.example.com", Credentials: cybedefend.AccessToken(secret.New(accessToken)),
		Transport: transport(func(r *http.Request) (*http.Response, error) {
			sent++
			if r.GetBody != nil {
				t.Error("GetBody is set")
			}
			if r.ContentLength <= 0 {
				t.Errorf("length %d", r.ContentLength)
			}
			return nil, errors.New("broken")
		}),
	})
	_, err := client.Invite(t.Context(), organizationID, ada)
	if sent != 1 {
		t.Errorf("%d requests", sent)
	}
	// This transport does not say whether a connection took the request.
	if cybedefend.ClassOf(err) != cybedefend.Lost {
		t.Errorf("class %v: %v", cybedefend.ClassOf(err), err)
	}
}

func TestConnectionsAreReused(t *testing.T) {
	var opened atomic.Int32
	body := answer(400, strings.Repeat("x", 60<<10))
	server := httptest.NewUnstartedServer(body)
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	client := connect(t, cybedefend.Options{BaseURL: server.URL, Credentials: cybedefend.AccessToken(secret.New(accessToken))})
	for range 5 {
		_, _ = client.Invite(t.Context(), organizationID, ada)
	}
	if got := opened.Load(); got != 1 {
		t.Errorf("%d connections, want 1", got)
	}
}

func TestNoConnectionMeansNotProcessed(t *testing.T) {
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	client := connect(t, cybedefend.Options{BaseURL: "http://" + address, Credentials: cybedefend.AccessToken(secret.New(accessToken))})
	_, err = client.Invite(t.Context(), organizationID, ada)
	if cybedefend.ClassOf(err) != cybedefend.NotProcessed {
		t.Errorf("class %v: %v", cybedefend.ClassOf(err), err)
	}
}

func TestEndedContextsSendNothing(t *testing.T) {
	client := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("sent") })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := client.Invite(ctx, organizationID, ada)
	if cybedefend.ClassOf(err) != cybedefend.NotProcessed || !errors.Is(err, context.Canceled) {
		t.Errorf("class %v: %v", cybedefend.ClassOf(err), err)
	}
}

func TestObserveSeesEachRequest(t *testing.T) {
	var seen []cybedefend.Exchange
	client := serve(t, answer(201, invitationJSON,
		"Date", "Sun, 22 Nov 2026 10:00:00 GMT", "X-Correlation-Id", "c-7", "Retry-After", "Sun, 22 Nov 2026 10:00:09 GMT",
		"X-RateLimit-Limit", "15", "X-RateLimit-Remaining", "14",
	), func(o *cybedefend.Options) { o.Observe = func(e cybedefend.Exchange) { seen = append(seen, e) } })
	if _, err := client.Invite(t.Context(), organizationID, ada); err != nil {
		t.Fatal(err)
	}
	want := []cybedefend.Exchange{{
		Operation: cybedefend.OpInvite, Status: 201, Class: cybedefend.Done, RequestID: "c-7",
		Date: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC), RetryAfter: 9 * time.Second, HasRetryAfter: true,
		RetryAfterFrom: "Retry-After: Sun, 22 Nov 2026 10:00:09 GMT",
		Limits:         []cybedefend.Limit{{Quota: 15, Remaining: 14, HasRemaining: true}},
	}}
	if len(seen) == 1 && seen[0].Duration > 0 {
		seen[0].Duration = 0
	}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
