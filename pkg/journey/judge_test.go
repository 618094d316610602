package journey_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/fence"
	"rollcall/pkg/journey"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
	"rollcall/pkg/retry"
	"rollcall/pkg/secret"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

const organizationID = "3c90c3cc-0d44-4b50-8888-8dd25736052a"

// policy has three tries, a grace of three seconds and a kernel that goes on delivering for eight.
func policy(t *testing.T) journey.Policy {
	t.Helper()
	p, err := journey.Policy{Retry: retry.Policy{Attempts: 3}, Timeout: 30 * time.Second, UserTimeout: 8 * time.Second}.WithDefaults()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// entry is Ada, who is to be sent.
func entry() journey.Work {
	return journey.Work{
		Record:  record.Record{Row: 1, Line: 2, Email: "ada@x.example", Role: "member"},
		Desired: plan.Desired{Email: "ada@x.example", Role: "member"},
		Invite:  cybedefend.Invite{Email: "ada@x.example", Role: "member"},
		AskedOf: organizationID,
	}
}

func whole() cybedefend.Invitation {
	return cybedefend.Invitation{
		ID: "i1", Token: secret.New("t1"), Email: "ada@x.example", Status: "PENDING", OrganizationID: organizationID,
		OrganizationRole: "member", ExpiresAt: noon.Add(time.Hour),
	}
}

func failure(class cybedefend.Class, status int, change ...func(*cybedefend.Error)) error {
	e := &cybedefend.Error{Operation: cybedefend.OpInvite, Class: class, Status: status, Message: "words"}
	if status == http.StatusForbidden {
		e.Err = cybedefend.ErrForbidden
	}
	for _, c := range change {
		c(e)
	}
	return e
}

func retryAfter(d time.Duration) func(*cybedefend.Error) {
	return func(e *cybedefend.Error) { e.RetryAfter, e.HasRetryAfter = d, true }
}

func because(err error) func(*cybedefend.Error) { return func(e *cybedefend.Error) { e.Err = err } }

func quota(e *cybedefend.Error) { e.Quota, e.Message = true, "10 invitations per 1 minutes exceeded" }

// TestAnswers is the table of answers: every class of reply to an invite, and what it means for the entry.
func TestAnswers(t *testing.T) {
	const (
		done, no, not, lost = cybedefend.Done, cybedefend.FinalNo, cybedefend.NotProcessed, cybedefend.Lost
		confirmed, foreign  = cybedefend.Confirmed, cybedefend.Foreign
	)
	tests := []struct {
		name    string
		err     error
		move    journey.Move
		heard   journey.Heard
		outcome record.Outcome
		doubt   bool          // the claim stands
		hold    time.Duration // everybody waits
		silent  time.Duration // until a reading may be asked
	}{
		{name: "201, whole", move: journey.Settled, heard: journey.Accepted, outcome: record.Invited},
		{name: "201, empty", err: failure(confirmed, 201), move: journey.LookUp, heard: journey.Accepted, doubt: true, silent: 3 * time.Second},
		{name: "202, queued", err: failure(confirmed, 202), move: journey.LookUp, heard: journey.Accepted, doubt: true, silent: 3 * time.Second},
		{name: "200, success false", err: failure(confirmed, 200), move: journey.LookUp, heard: journey.Accepted, doubt: true, silent: 3 * time.Second},
		{name: "302", err: failure(foreign, 302), move: journey.LookUp, heard: journey.Foreign, doubt: true, silent: 3 * time.Second},
		{name: "400", err: failure(no, 400), move: journey.LookUp, heard: journey.Refused},
		{name: "400, a quota", err: failure(no, 400, quota), move: journey.Again, heard: journey.Busy, hold: 10 * time.Second},
		{name: "401, a token that has run out", err: failure(not, 401), move: journey.Again, heard: journey.TokenExpired, silent: 3 * time.Second},
		{name: "401, for good", err: failure(no, 401, because(cybedefend.ErrCredentials)), move: journey.Withheld, heard: journey.CredentialsRefused},
		{name: "403", err: failure(no, 403), move: journey.LookUp, heard: journey.Refused},
		{name: "403, come again", err: failure(not, 403, retryAfter(5*time.Second)), move: journey.Again, heard: journey.Busy, hold: 5 * time.Second, silent: 3 * time.Second},
		{name: "403, a challenge page", err: failure(foreign, 403), move: journey.LookUp, heard: journey.Foreign, doubt: true, silent: 3 * time.Second},
		{name: "404", err: failure(no, 404), move: journey.Settled, heard: journey.Refused, outcome: record.Rejected},
		{name: "406, a firewall", err: failure(foreign, 406), move: journey.LookUp, heard: journey.Foreign, doubt: true, silent: 3 * time.Second},
		{name: "408", err: failure(lost, 408), move: journey.LookUp, heard: journey.Trouble, doubt: true, silent: 30 * time.Second},
		{name: "409", err: failure(no, 409), move: journey.LookUp, heard: journey.Refused},
		{name: "410", err: failure(no, 410), move: journey.Settled, heard: journey.Refused, outcome: record.Rejected},
		{name: "422", err: failure(no, 422), move: journey.LookUp, heard: journey.Refused},
		{name: "425", err: failure(not, 425), move: journey.Again, heard: journey.Trouble, silent: 3 * time.Second},
		{name: "429", err: failure(not, 429), move: journey.Again, heard: journey.Busy, silent: 3 * time.Second},
		{name: "429, come again in a second", err: failure(not, 429, retryAfter(time.Second)), move: journey.Again, heard: journey.Busy, silent: 3 * time.Second},
		{name: "429, come again in a minute", err: failure(not, 429, retryAfter(time.Minute)), move: journey.Again, heard: journey.Busy, hold: time.Minute, silent: 3 * time.Second},
		{name: "500", err: failure(lost, 500), move: journey.LookUp, heard: journey.Trouble, doubt: true, silent: 3 * time.Second},
		{name: "502, a page", err: failure(lost, 502), move: journey.LookUp, heard: journey.Trouble, doubt: true, silent: 3 * time.Second},
		{name: "503", err: failure(lost, 503), move: journey.LookUp, heard: journey.Busy, doubt: true, silent: 3 * time.Second},
		{name: "503, come again", err: failure(not, 503, retryAfter(5*time.Second)), move: journey.Again, heard: journey.Busy, hold: 5 * time.Second, silent: 3 * time.Second},
		{name: "504", err: failure(lost, 504), move: journey.LookUp, heard: journey.Trouble, doubt: true, silent: 30 * time.Second},
		{name: "no connection", err: failure(not, 0), move: journey.Again, heard: journey.Trouble, silent: 10 * time.Second},
		{name: "a connection that broke", err: failure(lost, 0), move: journey.LookUp, heard: journey.Trouble, doubt: true, silent: 10 * time.Second},
		{name: "no reply in time", err: failure(lost, 0, because(context.DeadlineExceeded)), move: journey.LookUp, heard: journey.Trouble, doubt: true, silent: 30 * time.Second},
		{name: "bytes held back by the fence", err: failure(lost, 0, because(fence.ErrStale)), move: journey.LookUp, heard: journey.Trouble, doubt: true, silent: 10 * time.Second},
		{name: "an error of somebody else's", err: errors.New("odd"), move: journey.LookUp, heard: journey.Trouble, doubt: true, silent: 10 * time.Second},
	}
	_ = done
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := journey.Answer{Err: tt.err, Ended: noon}
			if tt.err == nil {
				a.Invitation = whole()
			}
			got := journey.Judge(entry(), a, policy(t))
			if got.Move != tt.move || got.Heard != tt.heard || got.Work.Outcome != tt.outcome || got.Work.InDoubt != tt.doubt {
				t.Errorf("Judge = %s, heard %s, outcome %s, in doubt %t", got.Move, got.Heard, got.Work.Outcome, got.Work.InDoubt)
			}
			if want := at(tt.hold); !got.Hold.Equal(want) {
				t.Errorf("hold until %s, want %s", got.Hold, want)
			}
			if got.Work.Trail.SilentFor != tt.silent || got.Work.Attempts != 1 || !got.Work.Trail.EndedAt.Equal(noon) {
				t.Errorf("silent for %s, attempts %d, ended at %s", got.Work.Trail.SilentFor, got.Work.Attempts, got.Work.Trail.EndedAt)
			}
		})
	}
}

func at(hold time.Duration) time.Time {
	if hold == 0 {
		return time.Time{}
	}
	return noon.Add(hold)
}

func TestAnInvitationThatIsNotAsAskedIsInvitedWithAHint(t *testing.T) {
	tests := []struct {
		name   string
		change func(*cybedefend.Invitation)
		hint   string
	}{
		{"as asked", func(*cybedefend.Invitation) {}, ""},
		{"other letter case", func(i *cybedefend.Invitation) { i.Email, i.OrganizationRole = "ADA@x.example", "Member" }, ""},
		{"another address", func(i *cybedefend.Invitation) { i.Email = "a***@x.example" }, "the service's invitation has the address a***@x.example, not ada@x.example"},
		{"another role", func(i *cybedefend.Invitation) { i.OrganizationRole = "administrator" }, "the service's invitation has the role administrator, not member"},
		{"another organization", func(i *cybedefend.Invitation) { i.OrganizationID = "other" }, "the service's invitation has the organization other, not " + organizationID},
		{"a date that can't be read", func(i *cybedefend.Invitation) { i.UnreadExpiry = `"soon"` }, `the service's expiry date "soon" can't be read, so the invitation counts as pending`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			invitation := whole()
			tt.change(&invitation)
			got := journey.Judge(entry(), journey.Answer{Invitation: invitation, Ended: noon}, policy(t))
			if got.Work.Outcome != record.Invited || got.Work.Hint != tt.hint || got.Work.InvitationID != "i1" {
				t.Errorf("%s, hint %q", got.Work.Outcome, got.Work.Hint)
			}
		})
	}
}

func TestWhatIsKnownOfAHalfConfirmedInvitationIsKept(t *testing.T) {
	got := journey.Judge(entry(), journey.Answer{
		Invitation: cybedefend.Invitation{ID: "i1"}, Err: failure(cybedefend.Confirmed, 202), Ended: noon,
	}, policy(t))
	if got.Work.InvitationID != "i1" || !got.Work.Trail.Confirmed || !strings.Contains(got.Work.Error, "words") {
		t.Errorf("id %q, confirmed %t, error %q", got.Work.InvitationID, got.Work.Trail.Confirmed, got.Work.Error)
	}
}

func TestAClaimThatWasHeldUpCostsNothing(t *testing.T) {
	w := entry()
	got := journey.Judge(w, journey.Answer{Err: failure(cybedefend.NotProcessed, 0, because(fence.ErrStale)), Ended: noon}, policy(t))
	if diff := cmp.Diff(journey.Step{Move: journey.Withheld, Work: w}, got, cmp.AllowUnexported(secret.Text{})); diff != "" {
		t.Error(diff)
	}
}

func TestTriesAreUsedUp(t *testing.T) {
	tests := []struct {
		name             string
		err              error
		tries, throttled int
		move             journey.Move
		want             record.Outcome
		holds            bool
	}{
		{"the second of three", failure(cybedefend.NotProcessed, 0), 1, 0, journey.Again, record.Unset, false},
		{"the last", failure(cybedefend.NotProcessed, 0), 2, 0, journey.Settled, record.Failed, false},
		{"too many requests do not count", failure(cybedefend.NotProcessed, 429), 2, 99, journey.Again, record.Unset, false},
		{"a quota does not count", failure(cybedefend.FinalNo, 400, quota), 2, 2, journey.Again, record.Unset, true},
		{"a quota that meets one row time and again holds nobody else", failure(cybedefend.FinalNo, 400, quota), 2, 3, journey.Again, record.Unset, false},
		{"a quota for ever", failure(cybedefend.FinalNo, 400, quota), 2, 14, journey.Settled, record.Rejected, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := entry()
			w.Trail.Tries, w.Trail.Throttled = tt.tries, tt.throttled
			got := journey.Judge(w, journey.Answer{Err: tt.err, Ended: noon}, policy(t))
			if got.Move != tt.move || got.Work.Outcome != tt.want || got.Hold.IsZero() == tt.holds {
				t.Errorf("Judge = %s, %s, hold until %s", got.Move, got.Work.Outcome, got.Hold)
			}
		})
	}
}

// TestCancellations is the table of answers to a cancellation, of the invitation that is to be replaced.
func TestCancellations(t *testing.T) {
	tests := []struct {
		name    string
		err     error
		tries   int
		unheard bool
		move    journey.Move
		gone    bool
		outcome record.Outcome
		doubt   bool
	}{
		{name: "200", move: journey.Again, gone: true},
		{name: "200, unreadable", err: failure(cybedefend.Confirmed, 200), move: journey.Again, gone: true},
		{name: "404", err: failure(cybedefend.FinalNo, 404), move: journey.LookUp},
		{name: "410", err: failure(cybedefend.FinalNo, 410), move: journey.LookUp},
		{name: "400", err: failure(cybedefend.FinalNo, 400), move: journey.LookUp},
		{name: "409", err: failure(cybedefend.FinalNo, 409), move: journey.LookUp},
		{name: "405", err: failure(cybedefend.FinalNo, 405), move: journey.Settled, outcome: record.Rejected},
		{name: "500", err: failure(cybedefend.Lost, 500), move: journey.Again},
		{name: "a lost reply", err: failure(cybedefend.Lost, 0), move: journey.Again},
		{name: "a challenge page", err: failure(cybedefend.Foreign, 403), move: journey.Again},
		{name: "429", err: failure(cybedefend.NotProcessed, 429), move: journey.Again},
		{name: "the last try, refused by a gateway", err: failure(cybedefend.NotProcessed, 0), tries: 2, move: journey.Settled, outcome: record.Failed},
		{name: "the last try, lost", err: failure(cybedefend.Lost, 0), tries: 2, move: journey.LookUp, doubt: true},
		{name: "the last try, a challenge page", err: failure(cybedefend.Foreign, 403), tries: 2, move: journey.LookUp, doubt: true},
		{name: "the last try after a lost one", err: failure(cybedefend.NotProcessed, 0), tries: 2, unheard: true, move: journey.LookUp, doubt: true},
		{name: "405 after a lost one", err: failure(cybedefend.FinalNo, 405), unheard: true, move: journey.LookUp, doubt: true},
		{name: "200 after a lost one", unheard: true, move: journey.Again, gone: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := entry()
			w.Replaces, w.Trail.Tries, w.Unheard = "old", tt.tries, tt.unheard
			got := journey.Judge(w, journey.Answer{Cancels: true, Err: tt.err, Ended: noon}, policy(t))
			if got.Move != tt.move || (got.Work.Trail.Cancelled == "old") != tt.gone || got.Work.Outcome != tt.outcome || got.Work.InDoubt != tt.doubt {
				t.Errorf("Judge = %s, cancelled %q, outcome %s, in doubt %t", got.Move, got.Work.Trail.Cancelled, got.Work.Outcome, got.Work.InDoubt)
			}
		})
	}
}
