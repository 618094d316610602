package cybedefend_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/secret"
)

// piped returns what makes in-memory connections, each served by serve.
func piped(serve func(net.Conn)) func(context.Context, string, string) (net.Conn, error) {
	return func(context.Context, string, string) (net.Conn, error) {
		near, far := net.Pipe()
		go func() {
			serve(far)
			_ = far.Close()
		}()
		return near, nil
	}
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
			name: "slow body", class: cybedefend.Confirmed, match: context.DeadlineExceeded,
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
		for _, own := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, own transport %v", test.name, own), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					dial := piped(func(c net.Conn) { test.serve(t, c) })
					if test.dial {
						dial = func(ctx context.Context, _, _ string) (net.Conn, error) {
							<-ctx.Done()
							return nil, context.Cause(ctx)
						}
					}
					options := cybedefend.Options{BaseURL: "http://localhost", Credentials: cybedefend.AccessToken(secret.New(accessToken))}
					client, err := cybedefend.NewDialling(options, dial)
					if !own {
						wire := &http.Transport{DialContext: dial}
						defer wire.CloseIdleConnections()
						options.Transport = wire
						client, err = cybedefend.New(options)
					}
					if err != nil {
						t.Fatal(err)
					}
					defer client.Close()
					ctx, cancel := context.WithCancelCause(t.Context())
					defer cancel(nil)
					want := cybedefend.DefaultTimeout
					if test.cancel {
						want = time.Second
						time.AfterFunc(want, func() { cancel(errStop) })
					}
					start := time.Now()
					_, err = client.Invite(ctx, organizationID, ada)
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
}
