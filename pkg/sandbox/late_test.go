package sandbox_test

import (
	"errors"
	"io"
	"maps"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/sandbox"
)

// TestLateEffect loses a reply and sees the invitation five seconds later, made at its own time.
func TestLateEffect(t *testing.T) {
	for kind, want := range map[sandbox.Kind]int{sandbox.CutAfter: 0, sandbox.ErrorAfter: 500, sandbox.Queued: 202, sandbox.Empty: 201} {
		t.Run(kind.String(), func(t *testing.T) {
			clock := newClock()
			s := start(t, sandbox.Options{
				Now: clock.Now, InvitationLifetime: time.Hour,
				Faults: sandbox.Faults{Others: map[sandbox.Kind]float64{kind: 1}, Late: 5 * time.Second},
			})
			got := s.invite(t, "ann@example.com")
			if got.status != want || want == 0 && !errors.Is(got.err, io.EOF) {
				t.Errorf("got %d, %v", got.status, got.err)
			}
			clock.advance(5*time.Second - 1)
			if got := s.statuses(t); len(got) != 0 || s.Counts().Emails != 0 {
				t.Errorf("too early: %v, %d e-mails", got, s.Counts().Emails)
			}
			clock.advance(time.Minute)
			list := s.call(t, "GET", page("invitations", 1, 20), nil)
			if got := list.at("invitations", 0, "expiresAt"); got != "2026-03-01T13:00:05.000Z" {
				t.Errorf("expires at %v: not made five seconds after the invite", got)
			}
			if got := s.Counts(); got.Emails != 1 || got.Faults[kind] != 1 {
				t.Errorf("counted %+v", got)
			}
		})
	}
}

// TestLateTwice repeats an invite whose effect is still to come: both take effect unless duplicates are refused.
func TestLateTwice(t *testing.T) {
	for duplicates, want := range map[sandbox.Duplicates]int{sandbox.Refuse409: 1, sandbox.AcceptSecond: 2} {
		clock := newClock()
		s := start(t, sandbox.Options{
			Now: clock.Now, Duplicates: duplicates,
			Script: func(call sandbox.Call) sandbox.Fault {
				switch {
				case call.Operation != sandbox.Invite:
				case call.Number == 1:
					return sandbox.Fault{Kind: sandbox.CutAfter, Late: 10 * time.Second}
				case call.Number == 2:
					return sandbox.Fault{Kind: sandbox.CutAfter, Late: time.Second}
				}
				return sandbox.Fault{}
			},
		})
		s.invite(t, "ann@example.com")
		s.invite(t, "ann@example.com")
		clock.advance(time.Minute)
		if diff := cmp.Diff(map[string]int{"ann@example.com": want}, maps.Collect(s.Mails())); diff != "" {
			t.Errorf("%s (-want +got):\n%s", duplicates, diff)
		}
		oldest := s.call(t, "GET", page("invitations", want, 1), nil)
		if got := oldest.at("invitations", 0, "expiresAt"); got != "2026-03-08T12:00:01.000Z" {
			t.Errorf("%s: the first to take effect expires at %v", duplicates, got)
		}
	}
}

// TestLateIsForLostReplies has an effect at once where the reply tells of the invitation, and none where there is none.
func TestLateIsForLostReplies(t *testing.T) {
	for kind, want := range map[sandbox.Kind]int{sandbox.Truncate: 1, sandbox.NumericID: 1, sandbox.CutBefore: 0} {
		clock := newClock()
		s := start(t, sandbox.Options{
			Now:    clock.Now,
			Script: func(sandbox.Call) sandbox.Fault { return sandbox.Fault{Kind: kind, Late: time.Hour} },
		})
		s.invite(t, "ann@example.com")
		if got := s.Counts().Emails; got != want {
			t.Errorf("%s: %d e-mails", kind, got)
		}
		clock.advance(time.Hour)
		if got := s.Counts().Emails; got != want {
			t.Errorf("%s: %d e-mails later", kind, got)
		}
	}
	clock := newClock()
	s := start(t, sandbox.Options{Now: clock.Now, Standing: sandbox.Standing{Fault: sandbox.Fault{Kind: sandbox.CutAfter, Late: time.Second}}})
	s.call(t, "POST", home+"/invite", `{"email":"ann@example.com","role":"member"}`, "Authorization:")
	clock.advance(time.Minute)
	if got := s.Counts().Emails; got != 0 {
		t.Errorf("an invite without credentials took effect: %d", got)
	}
}
