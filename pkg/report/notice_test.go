package report_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/record"
	"rollcall/pkg/report"
)

func TestNotice(t *testing.T) {
	tests := []struct {
		name string
		give report.Summary
		want string
	}{
		{"a run", night(), "rollcall: R&amp;D.csv: 500 rows, 481 invited, 16 already_member, 2 rejected, 1 unknown\nexit code 3: what it means"},
		{
			"a dry run",
			report.Summary{Roster: "hr/team.csv", Rows: 1, DryRun: true, Outcomes: map[record.Outcome]int{record.WouldInvite: 1}},
			"rollcall, dry run: team.csv: 1 row, 1 would_invite\nexit code 0: what it means",
		},
		{"nothing was read", report.Summary{Roster: "-", Status: 5}, "rollcall: -: 0 rows\nexit code 5: what it means"},
		{
			"a name that would call everybody",
			report.Summary{Roster: "<!channel>\n.csv", Status: 5},
			"rollcall: &lt;!channel&gt; .csv: 0 rows\nexit code 5: what it means",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			body, err := tt.give.Notice("what it means")
			if err != nil {
				t.Fatal(err)
			}
			var got struct {
				Text     string         `json:"text"`
				Rollcall map[string]any `json:"rollcall"`
			}
			if err := json.Unmarshal(body, &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got.Text); diff != "" {
				t.Error(diff)
			}
			if got.Rollcall["exit_code"] != float64(tt.give.Status) || got.Rollcall["rows"] != float64(tt.give.Rows) {
				t.Errorf("the summary is %v", got.Rollcall)
			}
		})
	}
}

func TestOccasion(t *testing.T) {
	idle := report.Summary{Rows: 2, Outcomes: map[record.Outcome]int{record.AlreadyMember: 2}}
	busy := report.Summary{Rows: 2, Outcomes: map[record.Outcome]int{record.AlreadyMember: 1, record.Invited: 1}}
	dryRun := report.Summary{Rows: 1, DryRun: true, Outcomes: map[record.Outcome]int{record.WouldInvite: 1}}
	stopped := report.Summary{Rows: 1, Status: 7, Outcomes: map[record.Outcome]int{record.NotSent: 1}}
	tests := []struct {
		occasion                    report.Occasion
		valid                       bool
		idle, busy, dryRun, stopped bool
	}{
		{report.OnChange, true, false, true, false, true},
		{report.OnFailure, true, false, false, false, true},
		{report.Always, true, true, true, true, true},
		{"never", false, false, false, false, true},
	}
	for _, tt := range tests {
		got := []bool{tt.occasion.Valid(), tt.occasion.Calls(idle), tt.occasion.Calls(busy), tt.occasion.Calls(dryRun), tt.occasion.Calls(stopped)}
		if diff := cmp.Diff([]bool{tt.valid, tt.idle, tt.busy, tt.dryRun, tt.stopped}, got); diff != "" {
			t.Errorf("%s (valid, idle, busy, dry run, stopped): %s", tt.occasion, diff)
		}
	}
}
