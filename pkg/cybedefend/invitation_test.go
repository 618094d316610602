package cybedefend_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/secret"
)

// wholeInvitation is what invitationJSON says.
func wholeInvitation() cybedefend.Invitation {
	return cybedefend.Invitation{
		ID: invitationID, Token: secret.New(inviteToken), Email: "Ada@Example.com", Status: "PENDING",
		OrganizationID: organizationID, OrganizationName: "Example", OrganizationRole: "member",
		ExpiresAt: time.Date(2027, 1, 2, 3, 4, 5, 678e6, time.UTC),
	}
}

// TestInviteReturnsTheInvitation holds that an answer is a whole one whatever it says, as long as id, address and token are
// there.
func TestInviteReturnsTheInvitation(t *testing.T) {
	other := wholeInvitation()
	other.Email, other.OrganizationRole, other.OrganizationID = "bob@elsewhere.example", "administrator", "another"
	undated := wholeInvitation()
	undated.ExpiresAt, undated.UnreadExpiry = time.Time{}, `"tomorrow"`
	numeric := wholeInvitation()
	numeric.ID = "17"
	tests := []struct {
		name, give string
		want       cybedefend.Invitation
	}{
		{"bare", invitationJSON, wholeInvitation()},
		{"in an envelope", `{"data":` + invitationJSON + `}`, wholeInvitation()},
		{"in an envelope with an id of its own", `{"id":1,"data":` + invitationJSON + `}`, wholeInvitation()},
		{"behind a byte order mark", "\xEF\xBB\xBF" + invitationJSON, wholeInvitation()},
		{
			"another person, role and organization",
			strings.NewReplacer("Ada@Example.com", "bob@elsewhere.example", `"member"`, `"administrator"`, organizationID, "another").Replace(invitationJSON),
			other,
		},
		{"unreadable date", strings.Replace(invitationJSON, "2027-01-02T03:04:05.678Z", "tomorrow", 1), undated},
		{"numeric id", strings.Replace(invitationJSON, `"`+invitationID+`"`, "17", 1), numeric},
		{
			"no more than it must have", `{"id":"a","token":"t","email":"e","status":{},"organizationRole":7}`,
			cybedefend.Invitation{ID: "a", Token: secret.New("t"), Email: "e"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, status := range []int{http.StatusOK, http.StatusCreated, http.StatusAccepted} {
				got, err := serve(t, answer(status, test.give)).Invite(t.Context(), organizationID, ada)
				if diff := cmp.Diff(test.want, got); err != nil || diff != "" {
					t.Errorf("%d: %v (-want +got):\n%s", status, err, diff)
				}
			}
		})
	}
}

// TestInviteFails holds what the caller gets to see against what the service answers.
func TestInviteFails(t *testing.T) {
	const (
		nestJSON = `{"message":"You may not add people here","statusCode":403}`
		foreign  = cybedefend.Foreign
		finalNo  = cybedefend.FinalNo
		pending  = cybedefend.NotProcessed
		lost     = cybedefend.Lost
	)
	tests := []struct {
		name    string
		give    http.HandlerFunc
		class   cybedefend.Class
		match   error
		message string
	}{
		{"400", answer(400, `{"message":["email must be an email"],"code":400}`), finalNo, nil, "invite: 400 Bad Request: email must be an email"},
		{"400 behind a byte order mark", answer(400, "\xEF\xBB\xBF"+`{"message":"no"}`), finalNo, nil, "invite: 400 Bad Request: no"},
		{"400 with a page", answer(400, `<title>Bad</title>`), foreign, nil, `invite: 400 Bad Request: a page "Bad", which is not the service's`},
		{"403", answer(403, nestJSON, "X-Request-Id", "r-1"), finalNo, cybedefend.ErrForbidden, "invite: 403 Forbidden: You may not add people here (request r-1)"},
		{"403 without any", answer(403, `{}`), finalNo, cybedefend.ErrForbidden, "invite: 403 Forbidden"},
		{"403 with Retry-After", answer(403, nestJSON, "Retry-After", "3"), pending, nil, "invite: 403 Forbidden: You may not add people here"},
		{"403 without words", answer(403, ``), foreign, nil, "invite: 403 Forbidden: an answer without words, which is not in the service's form"},
		{"challenge", answer(403, `<title>Just a moment...</title>`, "cf-mitigated", "challenge"), foreign, nil, "invite: 403 Forbidden: a challenge page of a firewall (cf-mitigated)"},
		{"406 of a firewall", answer(406, `<h1>Not Acceptable!</h1>`), foreign, nil, `invite: 406 Not Acceptable: a page "Not Acceptable!", which is not the service's`},
		{"407", answer(407, ``), foreign, nil, "invite: 407 Proxy Authentication Required: the proxy asks for credentials"},
		{"409", answer(409, `{"error":"already invited"}`), finalNo, nil, "invite: 409 Conflict: already invited"},
		{"429", answer(429, `slow down`, "Retry-After", "3"), pending, nil, "invite: 429 Too Many Requests: slow down"},
		{"429 with a page", answer(429, `<title>Slow</title>`), pending, nil, `invite: 429 Too Many Requests: a page "Slow", which is not the service's`},
		{"503 with Retry-After", answer(503, ``, "Retry-After", "3"), pending, nil, "invite: 503 Service Unavailable"},
		{"503", answer(503, ``), lost, nil, "invite: 503 Service Unavailable"},
		{"500 with a huge page", answer(500, "<title>Oops</title>"+strings.Repeat("x", 1<<20)), lost, nil, `invite: 500 Internal Server Error: a page "Oops", which is not the service's`},
		{"no reply", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, lost, io.EOF, "invite: EOF"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			failure, invitation := failInvite(t, test.give)
			if failure.Class != test.class || invitation != (cybedefend.Invitation{}) {
				t.Errorf("class %v, want %v; invitation %+v", failure.Class, test.class, invitation)
			}
			if test.match != nil && !errors.Is(failure, test.match) {
				t.Errorf("error %v does not match %v", failure, test.match)
			}
			if test.match == nil && (errors.Is(failure, cybedefend.ErrForbidden) || errors.Is(failure, cybedefend.ErrCredentials)) {
				t.Errorf("error %v matches more than it should", failure)
			}
			if failure.Error() != test.message {
				t.Errorf("error %q, want %q", failure, test.message)
			}
		})
	}
}

// TestConfirmedInvites holds what is left of an invitation, and of the service's words, where a 2xx is not a whole answer.
func TestConfirmedInvites(t *testing.T) {
	idOnly := cybedefend.Invitation{ID: invitationID}
	tests := []struct {
		name    string
		give    http.HandlerFunc
		want    cybedefend.Invitation
		message string
	}{
		{"201 without a body", answer(201, ``), cybedefend.Invitation{}, "invite: 201 Created: unreadable reply: not JSON"},
		{"204", answer(204, ``), cybedefend.Invitation{}, "invite: 204 No Content: unreadable reply: not JSON"},
		{"202 queued", answer(202, `{"status":"queued","message":"will be sent soon"}`), cybedefend.Invitation{Status: "queued"}, "invite: 202 Accepted: will be sent soon"},
		{"202 in words", answer(202, `Queued.`), cybedefend.Invitation{}, "invite: 202 Accepted: Queued."},
		{"200 that says no", answer(200, `{"success":false,"error":"mail server down"}`), cybedefend.Invitation{}, "invite: 200 OK: mail server down"},
		{"200 that says no in an envelope", answer(200, `{"data":{"id":"`+invitationID+`"},"message":"mail server down"}`), idOnly, "invite: 200 OK: mail server down"},
		{"200 with a page", answer(200, `<html>signed in</html>`), cybedefend.Invitation{}, `invite: 200 OK: a page "signed in", which is not the service's`},
		{"200 with nothing", answer(200, `null`), cybedefend.Invitation{}, "invite: 200 OK: unreadable reply: an invitation without id, email, token"},
		{"201 with an id", answer(201, `{"id":"`+invitationID+`"}`), idOnly, "invite: 201 Created: unreadable reply: an invitation without email, token"},
		{"201 with an address", answer(201, `{"email":"a@example.com","token":7}`), cybedefend.Invitation{Email: "a@example.com"}, "invite: 201 Created: unreadable reply: an invitation without id, token"},
		{"201 with a redacted token", answer(201, `{"id":"`+invitationID+`","token":"[redacted]","email":null}`), idOnly, "invite: 201 Created: unreadable reply: an invitation without email, token"},
		{"201 too large", answer(201, invitationJSON+strings.Repeat(" ", 1<<20)), wholeInvitation(), `invite: 201 Created: unreadable reply: more than 1048576 bytes`},
		{"201 cut", answer(201, invitationJSON[:60], "Content-Length", "400"), idOnly, `invite: 201 Created: read reply: unexpected EOF`},
		{"201 cut in the id", answer(201, invitationJSON[:20], "Content-Length", "400"), cybedefend.Invitation{}, `invite: 201 Created: read reply: unexpected EOF`},
		{"201 cut by a proxy that mends the length", answer(201, invitationJSON[:60]), idOnly, "invite: 201 Created: unreadable reply: not JSON"},
		{"201 that shows the token", answer(201, `{"token":"`+inviteToken+`","message":"use `+inviteToken+` soon"}`), cybedefend.Invitation{Token: secret.New(inviteToken)}, "invite: 201 Created: use [redacted] soon"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			failure, invitation := failInvite(t, test.give)
			if failure.Class != cybedefend.Confirmed || failure.Error() != test.message {
				t.Errorf("class %v, error %q, want confirmed, %q", failure.Class, failure, test.message)
			}
			if diff := cmp.Diff(test.want, invitation); diff != "" {
				t.Errorf("invitation (-want +got):\n%s", diff)
			}
		})
	}
}

// failInvite makes an invite that fails, and checks that the error and what was observed say the same.
func failInvite(t *testing.T, give http.HandlerFunc) (*cybedefend.Error, cybedefend.Invitation) {
	t.Helper()
	var seen cybedefend.Exchange
	client := serve(t, give, func(o *cybedefend.Options) {
		o.Observe = func(e cybedefend.Exchange) { seen = e }
	})
	invitation, err := client.Invite(t.Context(), organizationID, ada)
	failure, ok := errors.AsType[*cybedefend.Error](err)
	if !ok {
		t.Fatalf("error %v", err)
	}
	got := cybedefend.Exchange{
		Operation: failure.Operation, Status: failure.Status, Class: failure.Class, RequestID: failure.RequestID,
		RetryAfter: failure.RetryAfter, HasRetryAfter: failure.HasRetryAfter, RetryAfterFrom: failure.RetryAfterFrom,
		Duration: seen.Duration, Date: seen.Date, Limits: seen.Limits,
	}
	if diff := cmp.Diff(seen, got); diff != "" {
		t.Errorf("error and exchange differ (-observed +error):\n%s", diff)
	}
	return failure, invitation
}

func TestQuotasAreMarked(t *testing.T) {
	tests := []struct {
		name string
		give http.HandlerFunc
		want bool
	}{
		{"400", answer(400, `{"message":"10 invitations per 1 minutes exceeded"}`), true},
		{"403", answer(403, `{"message":"You have reached your invitation limit"}`), true},
		{"422 in words", answer(422, `quota exceeded`), true},
		{"400 about a field", answer(400, `{"message":"email must be shorter than 100 characters"}`), false},
		{"429 is no refusal for good", answer(429, `{"message":"Rate limit exceeded"}`), false},
		{"500 either", answer(500, `{"message":"Rate limit exceeded"}`), false},
		{"somebody else's", answer(403, `<title>Rate limit exceeded</title>`), false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			failure, _ := failInvite(t, test.give)
			if failure.Quota != test.want {
				t.Errorf("Quota = %t, want %t: %v", failure.Quota, test.want, failure)
			}
			if failure.Quota && failure.Class != cybedefend.FinalNo {
				t.Errorf("class %v", failure.Class)
			}
		})
	}
}

// TestAnySuccessOfTheOtherChangesIsOne makes the changes whose replies tell nothing that is needed.
func TestAnySuccessOfTheOtherChangesIsOne(t *testing.T) {
	for _, give := range []http.HandlerFunc{
		answer(200, invitationJSON), answer(200, ``), answer(202, `queued`), answer(204, ``), answer(200, `<html>`),
		answer(200, `{"id":"`+organizationID+`"}`), answer(200, `{"id":`, "Content-Length", "99"),
		answer(200, strings.Repeat(" ", 2<<20)),
	} {
		client := serve(t, give)
		if _, err := client.CancelInvitation(t.Context(), organizationID, invitationID); err != nil {
			t.Error(err)
		}
		if err := client.ChangeRole(t.Context(), organizationID, invitationID, cybedefend.Manager); err != nil {
			t.Error(err)
		}
	}
	got, err := serve(t, answer(200, invitationJSON)).CancelInvitation(t.Context(), organizationID, invitationID)
	if diff := cmp.Diff(wholeInvitation(), got); err != nil || diff != "" {
		t.Errorf("CancelInvitation: %v (-want +got):\n%s", err, diff)
	}
}
