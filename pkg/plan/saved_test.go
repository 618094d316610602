package plan_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
	"rollcall/pkg/roster"
)

func saved() plan.Saved {
	return plan.Saved{
		Version: 1, MadeAt: now, OrganizationID: "o", OrganizationName: "Acme <x>", Service: "https://api", Roster: "/home/ann/team.csv", Digest: "00",
		Flags: plan.Flags{
			Settings: roster.Settings{Role: "member", Teams: []string{"Platform"}, Maps: []string{`email="E-Mail"`}}, Invalid: "skip",
			Reinvite: plan.ReinvitePending, ReinviteAfter: "24h0m0s", ReinviteMax: 3, NoPreflight: true, TrustLists: true,
		},
		Steps: []plan.Step{
			{Row: 1, Line: 2, Email: "ann@x.example", Verdict: record.WouldReinvite, Reason: "r", Role: "member", Teams: []cybedefend.TeamAssignment{{TeamID: "t", Role: "developer"}}, Replaces: "old"},
			{Row: 2, Line: 3, Email: "bo", Verdict: record.Invalid, Reason: `email: "bo" has no "@"`},
		},
	}
}

func TestSavedPlanComesBackAsItWas(t *testing.T) {
	for _, steps := range []int{2, 1, 0} {
		want := saved()
		want.Steps = want.Steps[:steps]
		var file bytes.Buffer
		if err := want.Write(&file); err != nil {
			t.Fatal(err)
		}
		got, err := plan.ReadSaved(bytes.NewReader(file.Bytes()))
		if err != nil {
			t.Fatalf("%v\n%s", err, file.String())
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("ReadSaved (-want +got):\n%s", diff)
		}
		if rows := strings.Count(file.String(), "\n    {\"row\""); rows != steps {
			t.Errorf("%d rows on a line of their own:\n%s", rows, file.String())
		}
	}
}

func TestSavedIdentity(t *testing.T) {
	a, b := plan.Saved{Roster: "/r.csv", OrganizationID: "o"}, plan.Saved{Roster: "/r.csv", OrganizationID: "o"}
	if a.Identity() != b.Identity() {
		t.Error("the same plan is another one")
	}
	b.Steps = []plan.Step{{Row: 1}}
	if a.Identity() == b.Identity() {
		t.Error("another plan is the same one")
	}
}

func TestReadSavedRefuses(t *testing.T) {
	var file bytes.Buffer
	if err := saved().Write(&file); err != nil {
		t.Fatal(err)
	}
	whole := file.String()
	for name, text := range map[string]string{
		"nothing": "", "an array": "[]", "another object": `{"rows":[]}`, "half of it": whole[:len(whole)/2], "two of them": whole + whole,
		"another version":  strings.Replace(whole, `"version": 1`, `"version": 2`, 1),
		"another field":    strings.Replace(whole, `"digest"`, `"digests"`, 1),
		"another verdict":  strings.Replace(whole, `"would_reinvite"`, `"would"`, 1),
		"a bracket behind": whole + "}", "brackets behind": whole + "]}", "a word behind": whole + "x", "half of one behind": whole + "{",
		"no roster": strings.Replace(whole, "/home/ann/team.csv", "", 1),
	} {
		if _, err := plan.ReadSaved(strings.NewReader(text)); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

func TestSavedPlansAreBounded(t *testing.T) {
	var file bytes.Buffer
	if err := saved().Write(&file); err != nil {
		t.Fatal(err)
	}
	length := int64(file.Len())
	tests := []struct {
		name  string
		limit int64
		tail  string
		want  string // of the error
	}{
		{"as long as may be", length, "", ""},
		{"longer by one", length - 1, "", "not a plan: longer than "},
		{"half of it", length / 2, "", "not a plan: longer than "},
		{"with blanks without end", 2 * length, strings.Repeat(" ", file.Len()+1), "not a plan: longer than "},
	}
	for _, tt := range tests {
		_, err := plan.ReadSavedUpTo(strings.NewReader(file.String()+tt.tail), tt.limit)
		if (err != nil) != (tt.want != "") || err != nil && !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

func TestAgrees(t *testing.T) {
	teams := []cybedefend.TeamAssignment{{TeamID: "t", Role: "developer"}}
	step := func(verdict record.Outcome, replaces string) plan.Step {
		return plan.Step{Row: 1, Line: 2, Email: "a@x.example", Verdict: verdict, Role: "member", Teams: teams, Replaces: replaces}
	}
	changed := func(change func(*plan.Step)) plan.Step {
		s := step(record.WouldInvite, "")
		change(&s)
		return s
	}
	tests := []struct {
		name           string
		planned, today plan.Step
		progress       plan.Progress
		want           bool
	}{
		{"the same", step(record.WouldInvite, ""), step(record.WouldInvite, ""), plan.Untouched, true},
		{"for another reason", step(record.WouldInvite, ""), changed(func(s *plan.Step) { s.Reason = "x" }), plan.Untouched, true},
		{"expired meanwhile", step(record.AlreadyInvited, ""), step(record.WouldReinvite, ""), plan.Untouched, false},
		{"invited meanwhile", step(record.WouldInvite, ""), step(record.AlreadyInvited, ""), plan.Untouched, false},
		{"accepted meanwhile", step(record.AlreadyInvited, ""), step(record.AlreadyMember, ""), plan.Untouched, true},
		{"another person", step(record.WouldInvite, ""), changed(func(s *plan.Step) { s.Email = "b@x.example" }), plan.Untouched, false},
		{"another row", step(record.WouldInvite, ""), changed(func(s *plan.Step) { s.Row = 2 }), plan.Untouched, false},
		{"another role", step(record.WouldInvite, ""), changed(func(s *plan.Step) { s.Role = "manager" }), plan.Untouched, false},
		{"other teams", step(record.WouldInvite, ""), changed(func(s *plan.Step) { s.Teams = nil }), plan.Untouched, false},
		{"not allowed any more", step(record.WouldInvite, ""), step(record.Rejected, ""), plan.Untouched, false},
		{"another one to replace", step(record.WouldReinvite, "x"), step(record.WouldReinvite, "y"), plan.Untouched, false},
		{"none to replace", step(record.WouldReinvite, "x"), step(record.WouldInvite, ""), plan.Untouched, false},
		{"none to replace any more, since we have begun", step(record.WouldReinvite, "x"), step(record.WouldInvite, ""), plan.Begun, true},
		{"none to replace any more, but a member", step(record.WouldReinvite, "x"), step(record.AlreadyMember, ""), plan.Begun, true},
		{"invited meanwhile by the run that is resumed", step(record.WouldInvite, ""), step(record.AlreadyInvited, ""), plan.Begun, true},
		{"a member who was to be replaced, without us", step(record.WouldReinvite, "x"), step(record.AlreadyMember, ""), plan.Untouched, false},
		{"kept back, with nothing done yet", step(record.WouldInvite, ""), step(record.Skipped, ""), plan.Begun, false},
		{"not to be sent, and to be sent now", step(record.Duplicate, ""), step(record.AlreadyInvited, ""), plan.Begun, false},
		{"carried out", step(record.WouldInvite, ""), step(record.AlreadyInvited, ""), plan.CarriedOut, true},
		{"carried out, and accepted since", step(record.WouldReinvite, "x"), step(record.AlreadyMember, ""), plan.CarriedOut, true},
		{"carried out, and ended since", step(record.WouldInvite, ""), step(record.Skipped, ""), plan.CarriedOut, true},
		{"carried out, and to be replaced again", step(record.WouldReinvite, "x"), step(record.WouldReinvite, "y"), plan.CarriedOut, false},
		{"carried out, and to be sent again", step(record.WouldReinvite, "x"), step(record.WouldInvite, ""), plan.CarriedOut, false},
		{"carried out, as another person", step(record.WouldInvite, ""), changed(func(s *plan.Step) { s.Email, s.Verdict = "b@x.example", record.AlreadyInvited }), plan.CarriedOut, false},
		{"resumed, and the same", step(record.WouldReinvite, "x"), step(record.WouldReinvite, "x"), plan.Begun, true},
	}
	for _, tt := range tests {
		if got := tt.planned.Agrees(tt.today, tt.progress); got != tt.want {
			t.Errorf("%s: Agrees = %v", tt.name, got)
		}
	}
}

func TestStepInWords(t *testing.T) {
	r := record.Record{Row: 1, Line: 2, Email: "a@x.example", Role: "member", Outcome: record.WouldReinvite}
	step := plan.StepOf(r, plan.Verdict{
		Outcome: record.WouldReinvite, Reason: "why", Replaces: "old",
		Invite: cybedefend.Invite{TeamAssignments: []cybedefend.TeamAssignment{{TeamID: "t", Role: "developer"}, {TeamID: "u", Role: "read_only"}}},
	})
	if got, want := step.String(), "would_reinvite as member in t:developer, u:read_only, replacing old"; got != want || step.Reason != "why" {
		t.Errorf("String = %q, reason %q", got, step.Reason)
	}
	r.Outcome, r.Error = record.Invalid, "teams: no"
	if step := plan.StepOf(r, plan.Verdict{}); step.String() != "invalid" || step.Reason != "teams: no" {
		t.Errorf("%s, reason %q", step, step.Reason)
	}
}
