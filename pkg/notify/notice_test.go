package notify_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/causes"
	"rollcall/pkg/notify"
	"rollcall/pkg/record"
	"rollcall/pkg/remedy"
	"rollcall/pkg/report"
	"rollcall/pkg/status"
)

// night is the end of a run that read five hundred rows.
func night() report.Summary {
	return report.Summary{
		Run: "r1", OrganizationID: "o1", Roster: "R&D.csv", Rows: 500,
		Outcomes: map[record.Outcome]int{record.Rejected: 2, record.Invited: 481, record.AlreadyMember: 16, record.Unknown: 1},
		Status:   3, Results: "R&D.results.csv", Ledger: "/state/o1.db", Resumed: true,
		Requests: 512, Throttled: 12, Retries: map[string]int{"slowed down": 12, "server error": 6},
		Duration: 12_345_678 * time.Microsecond, Command: "rollcall invite R&D.csv",
	}
}

// asOption shows a remedy as no face does.
func asOption(r remedy.Remedy) string { return "<" + r.String() + ">" }

func TestNotice(t *testing.T) {
	tests := []struct {
		name string
		give report.Summary
		want string
	}{
		{"a run", night(), "rollcall: R&amp;D.csv: 500 rows, 481 invited, 16 already_member, 2 rejected, 1 unknown\nexit code 3: finished; some rows are rejected, failed, unknown or (with <invalid skip>) invalid"},
		{
			"a dry run",
			report.Summary{Roster: "hr/team.csv", Rows: 1, DryRun: true, Outcomes: map[record.Outcome]int{record.WouldInvite: 1}},
			"rollcall, dry run: team.csv: 1 row, 1 would_invite\nexit code 0: every row ended well (invited, already_invited, already_member, skipped, duplicate of such)",
		},
		{"nothing was read", report.Summary{Roster: "-", Status: 5}, "rollcall: -: 0 rows\nexit code 5: the roster was refused: unreadable, empty or invalid; nothing sent"},
		{
			"no roster was named",
			report.Summary{Status: 2},
			"rollcall: 0 rows\nexit code 2: wrong command line or settings; nothing sent",
		},
		{
			"a name that would call everybody",
			report.Summary{Roster: "<!channel>\n.csv", Status: 5},
			"rollcall: &lt;!channel&gt; .csv: 0 rows\nexit code 5: the roster was refused: unreadable, empty or invalid; nothing sent",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			body, err := notify.Notice(tt.give, asOption)
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

// TestNoticeSaysWhyAndNotWho proves that a chat is told why somebody needs something, and not who.
func TestNoticeSaysWhyAndNotWho(t *testing.T) {
	s := night()
	s.Causes = []causes.Cause{
		{Outcome: "rejected", HTTPStatus: 400, Error: "invite: 400 Bad Request: <!here> ann@x.example is blocked", Hint: "ask ann@x.example", Count: 1, Examples: []causes.Example{{Line: 2, Email: "ann@x.example"}}},
		{Outcome: "invalid", Error: `role: unknown role "Ann Smith"`, Count: 2, Examples: []causes.Example{{Line: 3, Email: "ann.smith@x.example"}}},
	}
	for i := range 5 {
		s.Causes = append(s.Causes, causes.Cause{Outcome: "failed", HTTPStatus: 500 + i, Error: "trouble", Count: 1})
	}
	body, err := notify.Notice(s, asOption)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Text     string `json:"text"`
		Rollcall struct {
			Causes []causes.Cause `json:"causes"`
		} `json:"rollcall"`
	}
	if err := json.Unmarshal(body, &got); err != nil {
		t.Fatal(err)
	}
	want := "\n1 rejected: invite: 400 Bad Request: &lt;!here&gt; … is blocked\n2 invalid: role: unknown role \"…\"\n1 failed: trouble\n1 failed: trouble\n1 failed: trouble"
	if !strings.HasSuffix(got.Text, want) {
		t.Errorf("the text is %q", got.Text)
	}
	if low := strings.ToLower(string(body)); strings.Contains(low, "ann") || len(got.Rollcall.Causes) != 7 {
		t.Errorf("the notice is %s", body)
	}
	if s.Causes[0].Examples == nil {
		t.Error("the summary has lost its people")
	}
}

// TestNoticeNamesNoFolders proves that a chat learns nothing of the machine but the names of files.
func TestNoticeNamesNoFolders(t *testing.T) {
	give := report.Summary{
		Run: "r1", OrganizationID: "o1", Roster: "/home/ada/hr/team.csv", Rows: 1, Outcomes: map[record.Outcome]int{record.Invited: 1},
		Results: "/home/ada/hr/team.results.csv", Ledger: "/home/ada/.local/state/rollcall/o1.db", Corrections: "/home/ada/hr/team.todo.csv",
		Stale:   []string{"/home/ada/hr/team.drift.csv"},
		Command: "rollcall sync /home/ada/hr/team.csv", Drift: &report.Drift{
			Leavers: 1, File: "/home/ada/hr/team.drift.csv", RemovedFile: "/home/ada/hr/team.removed-r1.csv", Due: []string{"1 leaver to be removed: ada@x.example"},
		},
	}
	body, err := notify.Notice(give, nil)
	if err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(strings.ReplaceAll(string(body), `\n`, ""), `/\`) || strings.Contains(string(body), "ada") {
		t.Errorf("it names a folder: %s", body)
	}
	var got struct{ Rollcall map[string]any }
	if err := json.Unmarshal(body, &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"run": "r1", "organization_id": "o1", "roster": "team.csv", "rows": 1.0, "outcomes": map[string]any{"invited": 1.0}, "exit_code": 0.0,
		"results": "team.results.csv", "ledger": "", "dry_run": false, "resumed": false, "requests": 0.0, "throttled": 0.0, "retries": 0.0,
		"duration_s": 0.0, "organization_name": "", "started_at": nil, "error": "", "stale": []any{"team.drift.csv"}, "todo": "team.todo.csv", "drift": map[string]any{
			"role": 0.0, "leaver": 1.0, "leaver_invited": 0.0, "unknown_invited": 0.0, "changed": 0.0, "failed": 0.0, "roles_changed": 0.0, "held": 0.0,
			"file": "team.drift.csv", "removed_file": "team.removed-r1.csv",
		},
	}
	if diff := cmp.Diff(want, got.Rollcall); diff != "" {
		t.Error(diff)
	}
	if give.Drift.File != "/home/ada/hr/team.drift.csv" || give.Stale[0] != give.Drift.File {
		t.Errorf("the summary itself has changed: %s", give.Drift.File)
	}
	for _, name := range []string{"", "-"} {
		body, err := notify.Notice(report.Summary{Roster: name, Results: name}, nil)
		if want := fmt.Sprintf(`"results":%q`, name); err != nil || !strings.Contains(string(body), want) {
			t.Errorf("%s lacks %s: %v", body, want, err)
		}
	}
}

func TestOccasion(t *testing.T) {
	idle := report.Summary{Rows: 2, Outcomes: map[record.Outcome]int{record.AlreadyMember: 2}}
	busy := report.Summary{Rows: 2, Outcomes: map[record.Outcome]int{record.AlreadyMember: 1, record.Invited: 1}}
	dryRun := report.Summary{Rows: 1, DryRun: true, Outcomes: map[record.Outcome]int{record.WouldInvite: 1}}
	stopped := report.Summary{Rows: 1, Status: 7, Outcomes: map[record.Outcome]int{record.NotSent: 1}}
	tests := []struct {
		occasion                    notify.Occasion
		valid                       bool
		idle, busy, dryRun, stopped bool
	}{
		{notify.OnChange, true, false, true, false, true},
		{notify.OnFailure, true, false, false, false, true},
		{notify.Always, true, true, true, true, true},
		{"", true, false, true, false, true},
		{"never", false, false, false, false, true},
	}
	for _, tt := range tests {
		got := []bool{tt.occasion.Valid(), tt.occasion.Calls(idle), tt.occasion.Calls(busy), tt.occasion.Calls(dryRun), tt.occasion.Calls(stopped)}
		if diff := cmp.Diff([]bool{tt.valid, tt.idle, tt.busy, tt.dryRun, tt.stopped}, got); diff != "" {
			t.Errorf("%s (valid, idle, busy, dry run, stopped): %s", tt.occasion, diff)
		}
	}
}

// TestNoticeOfWhatIsKeptBack tells a chat what guards keep back.
func TestNoticeOfWhatIsKeptBack(t *testing.T) {
	give := report.Summary{Roster: "team.csv", Status: status.Guarded, Tripped: &report.Tripped{
		Digest: "3f2a9c1d2b4e", Guards: []report.Guard{{Option: "max-leavers", Reason: "6 people"}},
	}}
	notice, err := notify.Notice(give, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`exit code 8: a guard tripped; nothing sent (max-leavers: 3f2a9c1d2b4e)"`, `"reason":"6 people"`} {
		if !strings.Contains(string(notice), want) {
			t.Errorf("%q is not in it:\n%s", want, notice)
		}
	}
}

// TestNoticeNamesNobody has an address for a roster, and an error about somebody.
func TestNoticeNamesNobody(t *testing.T) {
	body, err := notify.Notice(report.Summary{Roster: "ann@example.com", Error: "/home/ada: line 5: bob@example.com"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(string(body), "@") || strings.Contains(string(body), "ada") || !strings.Contains(string(body), `"roster":"one person"`) {
		t.Errorf("it names somebody: %s", body)
	}
}
