package sandbox_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"rollcall/pkg/sandbox"
)

// TestOddReplies meets every reply that is no whole invitation, and then the truth in the list.
func TestOddReplies(t *testing.T) {
	for _, test := range []struct {
		kind   sandbox.Kind
		status int
		mails  int
		check  func(answer) bool
	}{
		{sandbox.Empty, 201, 1, func(a answer) bool { return a.text == "" }},
		{sandbox.Queued, 202, 1, func(a answer) bool { return a.text == `{"status":"queued"}` }},
		{sandbox.FailureAfter, 200, 1, isFailure},
		{sandbox.FailureBefore, 200, 0, isFailure},
		{sandbox.BOM, 201, 1, func(a answer) bool {
			rest, found := strings.CutPrefix(a.text, "\ufeff")
			var body map[string]any
			return found && json.Unmarshal([]byte(rest), &body) == nil && body["email"] == "ann@example.com"
		}},
		{sandbox.NumericID, 201, 1, func(a answer) bool {
			_, isNumber := a.at("id").(float64)
			return isNumber && a.at("token") != nil
		}},
		{sandbox.MissingID, 201, 1, func(a answer) bool {
			_, there := a.body["id"]
			return !there && a.at("token") != nil
		}},
		{sandbox.SameID, 201, 1, func(a answer) bool { return a.at("id") == "00000000-0000-4000-8000-000000000000" }},
		{sandbox.OtherOrganization, 201, 1, func(a answer) bool {
			id, _ := a.at("organizationId").(string)
			return uuid.Validate(id) == nil && id != sandbox.DefaultOrganizationID
		}},
		{sandbox.OtherRole, 201, 1, func(a answer) bool {
			return a.at("organizationRole") != "member" && a.at("organizationRole") != ""
		}},
	} {
		t.Run(test.kind.String(), func(t *testing.T) {
			s := start(t, sandbox.Options{Faults: sandbox.Faults{Others: map[sandbox.Kind]float64{test.kind: 1}}})
			got := s.invite(t, "ann@example.com").want(t, test.status)
			if !test.check(got) {
				t.Errorf("answer %s", got.text)
			}
			if got := s.Counts(); got.Emails != test.mails || got.Faults[test.kind] != 1 {
				t.Errorf("counted %+v", got)
			}
			list := s.call(t, "GET", page("invitations", 1, 20), nil).want(t, 200)
			if got := list.emails("invitations"); len(got) != test.mails {
				t.Errorf("listed %v", got)
			}
			if test.mails == 0 {
				return
			}
			if list.at("invitations", 0, "organizationRole") != "member" || uuid.Validate(fmt.Sprint(list.at("invitations", 0, "id"))) != nil {
				t.Errorf("the list is odd, too: %s", list.text)
			}
		})
	}
}

func isFailure(a answer) bool {
	words, _ := a.at("error").(string)
	return a.at("success") == false && words != ""
}

// TestOddRepliesPassRefusalsOn has nothing to be odd about where the service refuses.
func TestOddRepliesPassRefusalsOn(t *testing.T) {
	for kind, want := range map[sandbox.Kind]int{
		sandbox.Queued: 409, sandbox.Empty: 409, sandbox.SameID: 409, sandbox.BOM: 409, sandbox.FailureAfter: 200,
	} {
		s := start(t, sandbox.Options{
			Pending: people("ann@example.com"), Standing: sandbox.Standing{Fault: sandbox.Fault{Kind: kind}, InvitesOnly: true},
		})
		if got := s.invite(t, "ann@example.com").want(t, want); !strings.Contains(got.text, "already been invited") {
			t.Errorf("%s: %s", kind, got.text)
		}
	}
}

func TestOddRepliesByChance(t *testing.T) {
	s := start(t, sandbox.Options{Faults: sandbox.Faults{
		CutBefore: 0.3, Others: map[sandbox.Kind]float64{sandbox.Queued: 0.3, sandbox.Empty: 0.3},
	}})
	got := map[int]int{}
	for n := range strings.SplitSeq("abcdefghijklmnopqrstuvwxyz0123456789", "") {
		got[s.invite(t, n+"@example.com").status] = 1
	}
	if diff := cmp.Diff(map[int]int{0: 1, 201: 1, 202: 1}, got); diff != "" {
		t.Errorf("statuses (-want +got):\n%s", diff)
	}
	if counts := s.Counts().Faults; counts[sandbox.Queued] < 3 || counts[sandbox.Empty] < 3 || counts[sandbox.CutBefore] < 3 {
		t.Errorf("counted %v", counts)
	}
}
