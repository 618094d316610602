package cybedefend_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/secret"
)

func TestInviteReturnsTheInvitation(t *testing.T) {
	want := cybedefend.Invitation{
		ID: invitationID, Token: secret.New(inviteToken), Email: "Ada@Example.com", Status: "PENDING",
		OrganizationID: organizationID, OrganizationName: "Example", OrganizationRole: "member",
		ExpiresAt: time.Date(2027, 1, 2, 3, 4, 5, 678e6, time.UTC),
	}
	for _, body := range []string{invitationJSON, `{"data":` + invitationJSON + `}`, `{"id":1,"data":` + invitationJSON + `}`} {
		got, err := serve(t, answer(http.StatusOK, body)).Invite(t.Context(), organizationID, ada)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", body, diff)
		}
	}
}

func TestInviteWithAnUnreadableDateIsStillAnInvitation(t *testing.T) {
	body := strings.Replace(invitationJSON, "2027-01-02T03:04:05.678Z", "tomorrow", 1)
	got, err := serve(t, answer(http.StatusCreated, body)).Invite(t.Context(), organizationID, ada)
	if err != nil || got.ID != invitationID || !got.ExpiresAt.IsZero() {
		t.Errorf("Invite = %+v, %v", got, err)
	}
}

// TestInviteFails holds what the caller gets to see against what the service answers.
func TestInviteFails(t *testing.T) {
	const nestJSON = `{"message":"You may not add people here","statusCode":403}`
	tests := []struct {
		name    string
		give    http.HandlerFunc
		class   cybedefend.Class
		match   error
		message string
	}{
		{"400", answer(400, `{"message":["email must be an email"],"code":400}`), cybedefend.FinalNo, nil, "invite: 400 Bad Request: email must be an email"},
		{"401 of a token that can't be renewed", answer(401, `{"message":"Unauthorized"}`), cybedefend.FinalNo, cybedefend.ErrCredentials, "invite: 401 Unauthorized: credentials refused"},
		{"403", answer(403, nestJSON, "X-Request-Id", "r-1"), cybedefend.FinalNo, cybedefend.ErrForbidden, "invite: 403 Forbidden: You may not add people here (request r-1)"},
		{"403 without words", answer(403, ``), cybedefend.FinalNo, cybedefend.ErrForbidden, "invite: 403 Forbidden"},
		{"409", answer(409, `{"error":"already invited"}`), cybedefend.FinalNo, nil, "invite: 409 Conflict: already invited"},
		{"429", answer(429, `slow down`, "Retry-After", "3"), cybedefend.NotProcessed, nil, "invite: 429 Too Many Requests: slow down"},
		{"503 with Retry-After", answer(503, ``, "Retry-After", "3"), cybedefend.NotProcessed, nil, "invite: 503 Service Unavailable"},
		{"503", answer(503, ``), cybedefend.Lost, nil, "invite: 503 Service Unavailable"},
		{"500 with a huge page", answer(500, "<title>Oops</title>"+strings.Repeat("x", 1<<20)), cybedefend.Lost, nil, "invite: 500 Internal Server Error: Oops"},
		{"201 that is not JSON", answer(201, `<html>signed in</html>`), cybedefend.Lost, cybedefend.ErrUnreadable, `invite: 201 Created: unreadable reply: not an object with ["id" "email" "token"]`},
		{"201 without a body", answer(201, ``), cybedefend.Lost, cybedefend.ErrUnreadable, `invite: 201 Created: unreadable reply: not an object with ["id" "email" "token"]`},
		{"201 without token", answer(201, strings.Replace(invitationJSON, "token", "nekot", 1)), cybedefend.Lost, cybedefend.ErrUnreadable, `invite: 201 Created: unreadable reply: not an object with ["id" "email" "token"]`},
		{"201 with an empty token", answer(201, strings.Replace(invitationJSON, inviteToken, "", 1)), cybedefend.Lost, cybedefend.ErrUnreadable, `invite: 201 Created: unreadable reply: an invitation without id or token`},
		{"201 with a redacted token", answer(201, strings.Replace(invitationJSON, inviteToken, "[redacted]", 1)), cybedefend.Lost, cybedefend.ErrUnreadable, `invite: 201 Created: unreadable reply: an invitation without id or token`},
		{"201 for somebody else", answer(201, strings.Replace(invitationJSON, "Ada@", "Bob@", 1)), cybedefend.Lost, cybedefend.ErrUnreadable, `invite: 201 Created: unreadable reply: an invitation of another person`},
		{"201 too large", answer(201, invitationJSON+strings.Repeat(" ", 1<<20)), cybedefend.Lost, cybedefend.ErrUnreadable, `invite: 201 Created: unreadable reply: more than 1048576 bytes`},
		{"201 cut", answer(201, invitationJSON[:50], "Content-Length", "400"), cybedefend.Lost, io.ErrUnexpectedEOF, `invite: 201 Created: read reply: unexpected EOF`},
		{"no reply", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, cybedefend.Lost, io.EOF, "invite: EOF"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var seen cybedefend.Exchange
			client := serve(t, test.give, func(o *cybedefend.Options) {
				o.Observe = func(e cybedefend.Exchange) { seen = e }
			})
			_, err := client.Invite(t.Context(), organizationID, ada)
			failure, ok := errors.AsType[*cybedefend.Error](err)
			if !ok {
				t.Fatalf("error %v", err)
			}
			if failure.Class != test.class || seen.Class != test.class {
				t.Errorf("class %v, observed %v, want %v", failure.Class, seen.Class, test.class)
			}
			if test.match != nil && !errors.Is(err, test.match) {
				t.Errorf("error %v does not match %v", err, test.match)
			}
			if err.Error() != test.message {
				t.Errorf("error %q, want %q", err, test.message)
			}
			if failure.Status != seen.Status || failure.RetryAfter != seen.RetryAfter || failure.RequestID != seen.RequestID {
				t.Errorf("error %+v, observed %+v", failure, seen)
			}
		})
	}
}

func TestReadsAreNeverLostAndNeverEmptyByMistake(t *testing.T) {
	for _, give := range []http.HandlerFunc{
		answer(200, `{}`), answer(200, `null`), answer(200, `7`), answer(200, `{"items":[]}`), answer(200, `<html>`),
		answer(200, ``),
		answer(200, `[`, "Content-Length", "9"), answer(500, ``), answer(408, ``),
	} {
		for operation, call := range calls {
			switch operation {
			case cybedefend.OpInvite, cybedefend.OpCancelInvitation, cybedefend.OpChangeRole:
				continue
			}
			got, err := call(t.Context(), serve(t, give))
			if err == nil || cybedefend.ClassOf(err) != cybedefend.NotProcessed {
				t.Errorf("%s = %+v, %v", operation, got, err)
			}
		}
	}
}

func TestProfileCopesWithAnySubscription(t *testing.T) {
	got, err := serve(t, answer(200, `{"id":"1","myOrganizations":[{"id":"2","name":"n","myRole":"manager"}],"subscription":{"seats":"many"}}`)).
		Profile(t.Context())
	want := cybedefend.Profile{ID: "1", Organizations: []cybedefend.Membership{{ID: "2", Name: "n", Role: "manager"}}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("Profile: %v (-want +got):\n%s", err, diff)
	}
}

func TestProfileLeavesOutWhatItCannotRead(t *testing.T) {
	got, err := serve(t, answer(200, `{"myOrganizations":[{"id":7},null,{"id":"2","myRole":"member","myTeams":{}}],"subscription":{"plan":"pro","seats":25}}`)).
		Profile(t.Context())
	want := cybedefend.Profile{
		Organizations: []cybedefend.Membership{{ID: "2", Role: "member"}},
		Subscription:  cybedefend.Subscription{Plan: "pro", Seats: 25},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("Profile: %v (-want +got):\n%s", err, diff)
	}
}

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
		if cybedefend.ClassOf(err) != cybedefend.FinalNo {
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

// piped returns a transport over in-memory connections, each served by serve.
func piped(serve func(net.Conn)) *http.Transport {
	return &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		near, far := net.Pipe()
		go func() {
			serve(far)
			_ = far.Close()
		}()
		return near, nil
	}}
}

// readAll reads one request from a connection.
func readAll(t *testing.T, connection net.Conn) {
	t.Helper()
	request, err := http.ReadRequest(bufio.NewReader(connection))
	if err != nil {
		t.Error(err)
		return
	}
	_, _ = io.Copy(io.Discard, request.Body)
}

func TestTimeouts(t *testing.T) {
	errStop := errors.New("stop the run")
	tests := []struct {
		name string
		// serve is the far end of the connection; it hangs by waiting for the near end to close.
		serve   func(*testing.T, net.Conn)
		dial    bool
		cancel  bool
		class   cybedefend.Class
		match   error
		message string
	}{
		{
			name: "no reply", class: cybedefend.Lost, match: context.DeadlineExceeded,
			serve:   func(t *testing.T, c net.Conn) { t.Helper(); readAll(t, c); _, _ = c.Read(make([]byte, 1)) },
			message: "invite: no whole reply within 30s: context deadline exceeded",
		},
		{
			name: "slow body", class: cybedefend.Lost, match: context.DeadlineExceeded,
			serve: func(t *testing.T, c net.Conn) {
				t.Helper()
				readAll(t, c)
				_, _ = fmt.Fprintf(c, "HTTP/1.1 201 Created\r\nContent-Length: %d\r\n\r\n{", len(invitationJSON))
				_, _ = c.Read(make([]byte, 1))
			},
			message: "invite: 201 Created: no whole reply within 30s: context deadline exceeded",
		},
		{
			name: "request that nobody reads", class: cybedefend.Lost, match: context.DeadlineExceeded,
			serve:   func(t *testing.T, _ net.Conn) { t.Helper(); <-t.Context().Done() },
			message: "invite: no whole reply within 30s: context deadline exceeded",
		},
		{
			name: "connection that does not come about", dial: true, class: cybedefend.NotProcessed,
			match: context.DeadlineExceeded, message: "invite: no whole reply within 30s: context deadline exceeded",
		},
		{
			name: "cancelled after sending, with a cause", cancel: true, class: cybedefend.Lost, match: context.Canceled,
			serve:   func(t *testing.T, c net.Conn) { t.Helper(); readAll(t, c); _, _ = c.Read(make([]byte, 1)) },
			message: "invite: context canceled: stop the run",
		},
		{
			name: "cancelled while connecting", dial: true, cancel: true, class: cybedefend.NotProcessed,
			match: context.Canceled, message: "invite: context canceled: stop the run",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				wire := piped(func(c net.Conn) { test.serve(t, c) })
				if test.dial {
					wire.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
						<-ctx.Done()
						return nil, ctx.Err()
					}
				}
				defer wire.CloseIdleConnections()
				client := connect(t, cybedefend.Options{
					BaseURL: "http://localhost", Transport: wire,
					Credentials: cybedefend.AccessToken(secret.New(accessToken)),
				})
				ctx, cancel := context.WithCancelCause(t.Context())
				defer cancel(nil)
				want := cybedefend.DefaultTimeout
				if test.cancel {
					want = time.Second
					time.AfterFunc(want, func() { cancel(errStop) })
				}
				start := time.Now()
				_, err := client.Invite(ctx, organizationID, ada)
				if took := time.Since(start); took != want {
					t.Errorf("took %v, want %v", took, want)
				}
				if cybedefend.ClassOf(err) != test.class || !errors.Is(err, test.match) || err.Error() != test.message {
					t.Errorf("class %v, want %v; error %q, want %q", cybedefend.ClassOf(err), test.class, err, test.message)
				}
			})
		})
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
		Limits: []cybedefend.Limit{{Quota: 15, Remaining: 14, HasRemaining: true}},
	}}
	if len(seen) == 1 && seen[0].Duration > 0 {
		seen[0].Duration = 0
	}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
