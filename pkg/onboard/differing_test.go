package onboard

import (
	"testing"

	"rollcall/pkg/amend"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/drift"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
)

// TestDiffering takes in rows as they are when a run begins, and when one goes on that was cut short.
func TestDiffering(t *testing.T) {
	pending := directory.Membership{Pending: &cybedefend.Invitation{ID: "p", Email: "Ann@x.example"}}
	differs := &plan.Difference{Has: "member", Wanted: "manager", Role: true, Teams: "other teams"}
	row := record.Record{Row: 7, Email: "ann@x.example", Role: "manager"}
	cancelled := func(outcome record.Outcome) record.Record {
		r := row
		r.Outcome, r.Trail.Cancelled = outcome, "old"
		return r
	}
	listed := drift.Difference{Kind: drift.PendingDiffers, Email: "Ann@x.example", Has: "member", Wanted: "manager", InvitationID: "p", Note: "other teams"}
	gone := drift.Difference{Kind: drift.PendingDiffers, Email: "ann@x.example", Wanted: "manager", InvitationID: "old"}
	for _, tt := range []struct {
		name     string
		give     verdict
		goesOn   bool
		want     drift.Difference
		replaced string
	}{
		{name: "no difference", give: verdict{record: row, plan: plan.Verdict{Membership: pending}}},
		{name: "left as it is", give: verdict{record: row, plan: plan.Verdict{Membership: pending, Differs: differs}}, want: listed},
		{name: "replaced", give: verdict{record: row, plan: plan.Verdict{Membership: pending, Differs: differs, Replaces: "p"}}, want: listed, replaced: "p"},
		{name: "beyond the limit", give: verdict{record: row, later: true, plan: plan.Verdict{Membership: pending, Differs: differs, Replaces: "p"}}, want: listed},
		{name: "was replaced before it was cut short", give: verdict{record: cancelled(record.Invited), done: true}, goesOn: true, want: gone, replaced: "old"},
		{name: "was cancelled before it was cut short", give: verdict{record: cancelled(record.WouldInvite), plan: plan.Verdict{Outcome: record.WouldInvite}}, goesOn: true, want: gone, replaced: "old"},
		{name: "was cancelled by another run", give: verdict{record: cancelled(record.WouldInvite), plan: plan.Verdict{Outcome: record.WouldInvite}}},
		{name: "was cancelled and has joined", give: verdict{record: cancelled(record.AlreadyMember)}, goesOn: true},
	} {
		var d differing
		d.add(&tt.give, tt.goesOn)
		var got drift.Difference
		if len(d.found) > 0 {
			got = d.found[0].Difference
			if d.found[0].Action != amend.Reported || d.found[0].IsDue() {
				t.Errorf("%s: %+v", tt.name, d.found[0])
			}
		}
		if got != tt.want || d.replaced[7] != tt.replaced {
			t.Errorf("%s: %+v, replaces %q", tt.name, got, d.replaced[7])
		}
	}
}

// TestReplacedBy says what became of an invitation by the outcome of its row.
func TestReplacedBy(t *testing.T) {
	for outcome, want := range map[record.Outcome]amend.Action{
		record.Invited: amend.Replaced, record.Rejected: amend.Failed, record.Failed: amend.Failed, record.Unknown: amend.Failed,
		record.Unset: amend.Due, record.NotSent: amend.Due, record.AlreadyInvited: amend.Reported, record.AlreadyMember: amend.Reported,
	} {
		var s Session
		got := s.replacedBy(record.Record{Outcome: outcome, Error: "refused"})
		if got.Action != want || (got.Err != nil) != (want == amend.Failed) || (s.report.PendingReplaced == 1) != (outcome == record.Invited) {
			t.Errorf("%s: %+v, %d replaced", outcome, got, s.report.PendingReplaced)
		}
	}
}

// TestRowsOfASet are looked up beyond its end, too.
func TestRowsOfASet(t *testing.T) {
	var s rowSet
	s.add(3)
	s.add(70)
	for row, want := range map[int]bool{3: true, 70: true, 4: false, 0: false, -1: false, 700: false} {
		if s.includes(row) != want {
			t.Errorf("row %d: %t", row, s.includes(row))
		}
	}
}
