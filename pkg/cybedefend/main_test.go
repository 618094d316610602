package cybedefend_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"go.uber.org/goleak"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/secret"
)

func TestMain(m *testing.M) {
	if os.Getenv(responding) != "" {
		fmt.Fprintln(os.Stderr, runResponder())
		os.Exit(1)
	}
	goleak.VerifyTestMain(m)
}

const (
	organizationID = "550e8400-e29b-41d4-a716-446655440000"
	invitationID   = "3c90c3cc-0d44-4b50-8888-8dd25736052a"
	accessToken    = "eyJhbGciOi.J9.access-secret"
	personalToken  = "pat_personal-secret"
	inviteToken    = "invitation-secret"
	// prefix is where the test servers have the API: not at the root, so that a path made absolute is noticed.
	prefix = "/behind/a/proxy"
)

var ada = cybedefend.Invite{Email: "ada@example.com", Role: cybedefend.Member}

// invitationJSON is a reply to the invitation of ada.
const invitationJSON = `{"id":"` + invitationID + `","token":"` + inviteToken + `","email":"Ada@Example.com",` +
	`"status":"PENDING","organizationId":"` + organizationID + `","organizationName":"Example",` +
	`"organizationRole":"member","expiresAt":"2027-01-02T03:04:05.678Z","unheard":{"of":1}}`

// serve starts a service behind prefix and returns a client of it with a ready access token.
func serve(t *testing.T, handler http.HandlerFunc, change ...func(*cybedefend.Options)) *cybedefend.Client {
	t.Helper()
	server := httptest.NewServer(http.StripPrefix(prefix, handler))
	t.Cleanup(server.Close)
	return connect(t, cybedefend.Options{
		BaseURL: server.URL + prefix + "/", Credentials: cybedefend.AccessToken(secret.New(accessToken)),
	}, change...)
}

func connect(t *testing.T, options cybedefend.Options, change ...func(*cybedefend.Options)) *cybedefend.Client {
	t.Helper()
	for _, f := range change {
		f(&options)
	}
	client, err := cybedefend.New(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

// answer returns a handler that always gives the same reply.
func answer(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

// transport answers without a network.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func marshal(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
