package onboard

import (
	"strings"
	"testing"

	"rollcall/pkg/guard"
	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
	"rollcall/pkg/roster"
)

// TestConsent has a run that would mail two people, guards that have something against it, and what was approved of.
func TestConsent(t *testing.T) {
	mails := func(people ...string) *guard.Work {
		var w guard.Work
		for _, person := range people {
			addMail(&w, &record.Record{Email: person, Role: "member"})
		}
		return &w
	}
	session := func(given ...string) *Session {
		s := &Session{roster: &roster.Roster{Name: "people-1.csv"}, memory: memory{scope: record.Scope{Service: "https://x.example", OrganizationID: "1"}}}
		s.o.ApprovedDigests = given
		return s
	}
	tripped := func(options ...string) *Preview {
		p := &Preview{work: *mails("Ann@x.example", "bo@x.example")}
		for _, option := range options {
			p.Trips = append(p.Trips, guard.Trip{Option: option})
		}
		return p
	}
	first := session().consentTo(tripped(guard.OptionMaxNew), nil, "")
	if first.digest == "" || first.gives() {
		t.Fatalf("%+v", first)
	}
	again := session().consentTo(tripped(guard.OptionMaxNew), []ledger.Approval{{Run: "1", Digest: first.digest, Ended: true}}, "")
	if again.digest == first.digest || again.gives() {
		t.Errorf("once it is used up: %+v", again)
	}
	if other := session().consentTo(tripped(guard.OptionMaxAdmins), nil, ""); other.digest != first.digest {
		t.Error("a guard about people has changed what would be done")
	}
	if other := session().consentTo(tripped(guard.OptionMaxNew, guard.OptionMinRows), nil, ""); other.digest == first.digest {
		t.Error("a guard about the roster is not part of what is approved")
	}
	another := session()
	another.roster.Name = "staff.csv"
	if other := another.consentTo(tripped(guard.OptionMaxNew), nil, ""); other.digest == first.digest {
		t.Error("what is approved for one roster is so for another")
	}
	night := session(strings.ToUpper(first.digest))
	night.roster.Name = "People-2.csv"

	resumed := func(given ...string) *Session {
		s := session(given...)
		s.report.Resumed, s.run.ID = true, "1"
		return s
	}
	for _, tt := range []struct {
		name       string
		session    *Session
		give       []ledger.Approval
		gives, now bool
		remark     string
	}{
		{"nothing was approved", session(), nil, false, false, ""},
		{"exactly that was, on another night", night, nil, true, true, ""},
		{"among others", session("000000000000", first.digest), nil, true, true, "000000000000 was approved, and what would be done is another now: "},
		{"something else was", session("000000000000"), nil, false, false, "000000000000 was approved, and what would be done is another now: " + first.digest},
		{
			"it was used up", session(first.digest),
			[]ledger.Approval{{Run: "9", Digest: first.digest, Ended: true}},
			false, false,
			"the approval of " + first.digest + " was for run 9, which has ended: it counts once",
		},
		{"another run of it was cut short", session(first.digest), []ledger.Approval{{Run: "9", Digest: first.digest}}, true, true, ""},
		{"another run was approved", session(), []ledger.Approval{{Run: "9", Digest: first.digest, Work: mails("ann@x.example", "bo@x.example").Bytes()}}, false, false, ""},
		{
			"the run goes on with the rest", resumed(),
			[]ledger.Approval{{Run: "1", Digest: "d", Work: mails("ann@x.example", "bo@x.example", "cy@x.example").Bytes()}},
			true, false, "",
		},
		{"the run would do more", resumed(), []ledger.Approval{{Run: "1", Digest: "d", Work: mails("ann@x.example").Bytes()}}, false, false, ""},
		{"the run would do more, which is approved", resumed(first.digest), []ledger.Approval{{Run: "1", Digest: "d", Work: mails("ann@x.example").Bytes()}}, true, true, ""},
	} {
		got := tt.session.consentTo(tripped(guard.OptionMaxNew), tt.give, tt.session.run.ID)
		if got.gives() != tt.gives || (got.now != "") != tt.now {
			t.Errorf("%s: %+v", tt.name, got)
		}
		if remark := strings.Join(got.remarks, "\n"); !strings.HasPrefix(remark, tt.remark) || tt.remark == "" && remark != "" {
			t.Errorf("%s: %q, want %q", tt.name, remark, tt.remark)
		}
	}
}
