package onboard_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/onboard"
	"rollcall/pkg/remedy"
	"rollcall/pkg/secret"
)

// nowhere is a network that leads to nobody.
type nowhere struct{}

func (nowhere) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, &net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 9}, Err: syscall.ECONNREFUSED}
}

// A person is told soon that nothing is reached; a nightly run is told at once, and goes on for as long as it was told to.
func TestAServiceThatIsNotReached(t *testing.T) {
	tests := []struct {
		name    string
		watched bool
		maxWait time.Duration
		atLeast time.Duration
		atMost  time.Duration
	}{
		{"watched", true, 0, 5 * time.Second, 20 * time.Second},
		{"nightly", false, 0, 2 * time.Minute, 5 * time.Minute},
		{"watched, and told how long", true, 10 * time.Minute, 5 * time.Minute, 10 * time.Minute},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				var warned []time.Duration
				var said string
				s := onboard.Service{Dial: func(context.Context) (onboard.Endpoint, error) {
					return onboard.Endpoint{URL: "https://api.example.com", Credentials: cybedefend.AccessToken(secret.New("token-of-somebody")), Transport: nowhere{}}, nil
				}}
				s.MaxWait, s.Attempts = tt.maxWait, 1000
				s.Unreached = s.WaitUnreached(tt.watched)
				_, err := onboard.Connect(t.Context(), s, onboard.Observer{Warn: func(w onboard.Warning) {
					warned, said = append(warned, time.Since(began)), w.Text
				}})
				if took := time.Since(began); took < tt.atLeast || took > tt.atMost {
					t.Errorf("gave up after %s, want between %s and %s", took, tt.atLeast, tt.atMost)
				}
				if len(warned) != 1 || warned[0] != 0 || !strings.HasPrefix(said, "the service at https://api.example.com is not reached, and is tried again until ") {
					t.Errorf("warned after %v: %q", warned, said)
				}
				if !errors.Is(err, cybedefend.ErrUnreached) {
					t.Errorf("got %v", err)
				}
				if hint := onboard.RemedyOf(err); len(hint.Remedies()) != 3 || hint.Remedies()[0] != (remedy.Remedy{Option: "region"}) {
					t.Errorf("the hint is %q", hint)
				}
			})
		})
	}
}
