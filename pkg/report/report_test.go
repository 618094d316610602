package report_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/causes"
	"rollcall/pkg/record"
	"rollcall/pkg/remedy"
	"rollcall/pkg/report"
	"rollcall/pkg/status"
)

func night() report.Summary {
	return report.Summary{
		Run: "r1", OrganizationID: "o1", Roster: "R&D.csv", Rows: 500,
		Outcomes: map[record.Outcome]int{
			record.NotSent: 0, record.Rejected: 2, record.Invited: 481, record.AlreadyMember: 16, record.Unknown: 1,
		},
		Status: 3, Results: "R&D.results.csv", Ledger: "/state/o1.db", Resumed: true,
		Requests: 512, Throttled: 12, Retries: map[string]int{"connection refused": 3, "slowed down": 12, "server error": 3},
		Duration: 12_345_678 * time.Microsecond, Command: "rollcall invite R&D.csv", OrganizationName: "Acme", Error: "too many rows failed",
		StartedAt: time.Date(2026, 11, 28, 2, 0, 0, 999, time.FixedZone("CET", 3600)),
	}
}

func TestWriteJSON(t *testing.T) {
	tests := []struct {
		name string
		give report.Summary
		want string
	}{
		{"a run", night(), `{"run":"r1","organization_id":"o1","roster":"R&D.csv","rows":500,` +
			`"outcomes":{"invited":481,"already_member":16,"rejected":2,"unknown":1},"exit_code":3,` +
			`"results":"R&D.results.csv","ledger":"/state/o1.db","dry_run":false,"resumed":true,` +
			`"requests":512,"throttled":12,"retries":18,"duration_s":12.346,"organization_name":"Acme","started_at":"2026-11-28T01:00:00Z","error":"too many rows failed","todo":""}`},
		{"pending ones differ", report.Summary{PendingDiffers: 2, PendingReplaced: 1}, `{"run":"","organization_id":"","roster":"","rows":0,"outcomes":{},"exit_code":0,` +
			`"results":"","ledger":"","dry_run":false,"resumed":false,"requests":0,"throttled":0,"retries":0,"duration_s":0,"organization_name":"","started_at":null,"error":"","todo":"","pending_differs":2,"pending_replaced":1}`},
		{"some need something", report.Summary{Causes: []causes.Cause{{Outcome: "failed", Error: "cut & gone", Count: 1, Examples: []causes.Example{{Line: 2, Email: "ann@x.example"}}}}}, `{"run":"","organization_id":"","roster":"","rows":0,"outcomes":{},"exit_code":0,` +
			`"results":"","ledger":"","dry_run":false,"resumed":false,"requests":0,"throttled":0,"retries":0,"duration_s":0,"organization_name":"","started_at":null,"error":"","todo":"",` +
			`"causes":[{"outcome":"failed","error":"cut & gone","count":1,"examples":[{"line":2,"email":"ann@x.example"}]}]}`},
		{"nothing", report.Summary{}, `{"run":"","organization_id":"","roster":"","rows":0,"outcomes":{},"exit_code":0,` +
			`"results":"","ledger":"","dry_run":false,"resumed":false,"requests":0,"throttled":0,"retries":0,"duration_s":0,"organization_name":"","started_at":null,"error":"","todo":""}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			if err := tt.give.WriteJSON(&out); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want+"\n", out.String()); diff != "" {
				t.Error(diff)
			}
			if !json.Valid(out.Bytes()) {
				t.Error("not valid JSON")
			}
		})
	}
}

func TestWriteText(t *testing.T) {
	tests := []struct {
		name string
		give report.Summary
		want string
	}{
		{"a run", night(), `
Run over R&D.csv: 500 rows in 12.3s, resumed

  invited         481
  already_member   16
  rejected          2  the service said no for good
  unknown           1  sent, but whether it took effect could not be found out

  sent     512 requests, 12 throttled, 18 repeats (12 slowed down, 3 connection refused, 3 server error)
  results  R&D.results.csv
  ledger   /state/o1.db
  run      r1

Fix the rows in R&D.results.csv and run the same command on that file: it sends only what is missing.
`},
		{"a dry run", report.Summary{
			Roster: "team.csv", Rows: 1, DryRun: true, Requests: 1, Seats: "1 needed, 2 of 50 left", Results: "-", Duration: 61 * time.Second,
			Outcomes: map[record.Outcome]int{record.WouldInvite: 1},
		}, `
Dry run over team.csv: 1 row in 1m1s

  would_invite  1

  sent     1 request
  seats    1 needed, 2 of 50 left
  results  standard output

Nothing was sent. Without dry-run, 1 person would be invited.
`},
		{"some are skipped", report.Summary{
			Roster: "team.csv", Rows: 3, Requests: 4, Outcomes: map[record.Outcome]int{record.AlreadyMember: 1, record.Skipped: 2},
		}, `
Run over team.csv: 3 rows in 0s

  already_member  1
  skipped         2  a rule of yours keeps them from being sent; hint names it

  sent     4 requests

Nothing is left to do.
`},
		{"pending ones differ", report.Summary{
			Roster: "team.csv", Rows: 3, Requests: 4, PendingDiffers: 2, PendingReplaced: 1, Outcomes: map[record.Outcome]int{record.AlreadyInvited: 2, record.Invited: 1},
		}, `
Run over team.csv: 3 rows in 0s

  invited          1
  already_invited  2

  sent     4 requests
  differs  2 pending with another role or other teams
  changed  1 invitation replaced

Nothing is left to do but what waits for you: 1 pending with another role or other teams.
`},
		{"pending ones differ from a roster that is followed", report.Summary{
			Roster: "team.csv", Rows: 3, Requests: 4, Outcomes: map[record.Outcome]int{record.AlreadyInvited: 2, record.Invited: 1},
			Drift: &report.Drift{Roles: 1, PendingDiffers: 1, PendingReplaced: 1, RolesChanged: 1, Changed: 2},
		}, `
Run over team.csv: 3 rows in 0s

  invited          1
  already_invited  2

  sent     4 requests
  differs  1 member with another role, 1 pending with another role or other teams
  changed  2 of 2 (1 role, 1 invitation replaced)

Nothing is left to do.
`},
		{"some need something", report.Summary{
			Roster: "team.csv", Rows: 15, Status: 3, Requests: 20, Results: "team.results.csv", Corrections: "team.todo.csv",
			Outcomes: map[record.Outcome]int{record.Invited: 2, record.Rejected: 11, record.Invalid: 1, record.NotSent: 1},
			Causes: []causes.Cause{
				{Outcome: "rejected", HTTPStatus: 403, Error: "invite: 403 Forbidden: no", Hint: "ask", Count: 11, Examples: []causes.Example{{Line: 2, Email: "ann@x.example"}, {Line: 3, Email: "bo@x.example"}}},
				{Outcome: "invalid", Error: "no role", Count: 1, Examples: []causes.Example{{Line: 4, Email: ""}}},
				{Outcome: "not_sent", Count: 1, Examples: []causes.Example{{Line: 5, Email: "eve\n@x.example"}}},
			},
		}, `
Run over team.csv: 15 rows in 0s

  invited    2
  rejected  11  the service said no for good
  invalid    1  the row itself is wrong
  not_sent   1  the run stopped before their turn

  sent     20 requests
  results  team.results.csv
  to do    team.todo.csv

  11 rejected: invite: 403 Forbidden: no
    line 2  ann@x.example
    line 3  bo@x.example
    hint: ask
  1 invalid: no role
    line 4
  1 not_sent: the run stopped before their turn
    line 5  eve\n@x.example
  and 9 more in team.todo.csv

Fix the rows in team.todo.csv and run the same command on that file: it sends only what is missing.
`},
		{"the others are in the results on standard output", report.Summary{
			Roster: "team.csv", Rows: 2, Status: 3, Results: "-", Outcomes: map[record.Outcome]int{record.Failed: 2},
			Causes: []causes.Cause{{Outcome: "failed", Error: "cut", Count: 2, Examples: []causes.Example{{Line: 2, Email: "ann@x.example"}}}},
		}, `
Run over team.csv: 2 rows in 0s

  failed  2  trouble on the way; certainly not invited

  sent     0 requests
  results  standard output

  2 failed: cut
    line 2  ann@x.example
  and 1 more in the results on standard output

The same command tries the missing rows again.
`},
		{"nothing is done, and something waits", report.Summary{
			Roster: "team.csv", Rows: 1, Idle: true, Outcomes: map[record.Outcome]int{record.Skipped: 1}, Drift: &report.Drift{Renamed: 1, File: "team.drift.csv"},
		}, `
Run over team.csv: 1 row in 0s

  skipped  1  a rule of yours keeps them from being sent; hint names it

  sent     0 requests
  differs  1 person who may have another address now
  held     1 rename
  drift    team.drift.csv

What waits for you: 1 rename to be confirmed; see team.drift.csv.

Nothing to do.
`},
		{"no rows", report.Summary{Roster: "team.csv", Status: 5}, `
Run over team.csv: 0 rows in 0s

  sent     0 requests

Nothing was sent. Fix the rows in team.csv; then the same command checks them again.
`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			if err := tt.give.WriteText(&out); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.TrimPrefix(tt.want, "\n"), out.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNext(t *testing.T) {
	const command = "rollcall invite team.csv"
	tests := []struct {
		exit        status.Status
		outcomes    map[record.Outcome]int
		results     string
		corrections string
		follows     bool
		want        string
	}{
		{exit: 0, want: "Nothing is left to do."},
		{exit: 0, outcomes: map[record.Outcome]int{record.WouldInvite: 2, record.WouldReinvite: 1}, want: "Nothing was sent. Without --dry-run, 3 people would be invited."},
		{exit: 1, want: "See the error above; the same command goes on from here: " + command},
		{exit: 2, want: "Nothing was sent. Correct the command line or the settings and run it again."},
		{exit: 3, outcomes: map[record.Outcome]int{record.Invalid: 1, record.Failed: 1}, results: "r.csv", want: "Fix the rows in r.csv and run the same command on that file: it sends only what is missing."},
		{exit: 3, outcomes: map[record.Outcome]int{record.Rejected: 1}, results: "r.csv", corrections: "t.csv", want: "Fix the rows in t.csv and run the same command on that file: it sends only what is missing."},
		{exit: 3, outcomes: map[record.Outcome]int{record.Rejected: 1}, results: "-", want: "Fix the rows in team.csv and run the same command on that file: it sends only what is missing."},
		{exit: 3, outcomes: map[record.Outcome]int{record.Failed: 1, record.Unknown: 1}, results: "r.csv", want: "The same command tries the missing rows again: " + command},
		{exit: 3, outcomes: map[record.Outcome]int{record.Unknown: 1}, results: "r.csv", want: "Follow the hints in r.csv; the same command looks the unknown rows up again: " + command},
		{exit: 3, outcomes: map[record.Outcome]int{record.Unknown: 1}, results: "r.csv", corrections: "t.csv", want: "Follow the hints in t.csv; the same command looks the unknown rows up again: " + command},
		{exit: 3, outcomes: map[record.Outcome]int{record.Unknown: 1}, results: "-", want: "Follow the hints in the results on standard output; the same command looks the unknown rows up again: " + command},
		{exit: 3, outcomes: map[record.Outcome]int{record.Unknown: 1}, want: "The same command looks the unknown rows up again: " + command},
		{exit: 3, outcomes: map[record.Outcome]int{record.Invalid: 1}, results: "r.csv", corrections: "t.csv", follows: true, want: "Fix the rows in team.csv, which t.csv lists; then the same command goes on from there: " + command},
		{exit: 3, outcomes: map[record.Outcome]int{record.Rejected: 1}, results: "r.csv", follows: true, want: "Fix the rows in team.csv; then the same command goes on from there: " + command},
		{exit: 4, want: "Check the credentials and the caller's right to invite; then the same command goes on from here: " + command},
		{exit: 5, want: "Nothing was sent. Fix the rows in team.csv; then the same command checks them again: " + command},
		{exit: 6, want: "Another run holds this ledger. When it has ended, the same command goes on from there: " + command},
		{exit: 7, want: "The same command resumes: " + command},
		{exit: 8, want: "Nothing was sent. See what tripped the guard; then the same command tries again: " + command},
		{exit: 130, want: "The same command resumes: " + command},
	}
	for _, tt := range tests {
		s := report.Summary{
			Status: tt.exit, Outcomes: tt.outcomes, Roster: "team.csv", Results: tt.results, Corrections: tt.corrections, Follows: tt.follows, Command: command,
			Render: func(r remedy.Remedy) string { return "--" + r.String() },
		}
		if got := s.Next(); got != tt.want {
			t.Errorf("Next of exit code %d = %q, want %q", tt.exit, got, tt.want)
		}
	}
	if got, want := (report.Summary{Status: 7}).Next(), "The same command resumes."; got != want {
		t.Errorf("Next = %q, want %q", got, want)
	}
}

func TestNextNamesWhatWaitsForAPerson(t *testing.T) {
	for _, tt := range []struct {
		give report.Summary
		want string
	}{
		{report.Summary{}, "Nothing is left to do."},
		{
			report.Summary{Drift: &report.Drift{Renamed: 2, Held: 1, PendingDiffers: 3, PendingReplaced: 2, File: "t.drift.csv"}},
			"Nothing is left to do but what waits for you: 2 renames to be confirmed, 1 change that a rule has held, 1 pending with another role or other teams; see t.drift.csv.",
		},
		{report.Summary{PendingDiffers: 2, Results: "r.csv"}, "Nothing is left to do but what waits for you: 2 pending with another role or other teams; see r.csv."},
		{report.Summary{PendingDiffers: 2, Results: "-"}, "Nothing is left to do but what waits for you: 2 pending with another role or other teams."},
		{report.Summary{PendingDiffers: 2, PendingReplaced: 2}, "Nothing is left to do."},
		{report.Summary{Drift: &report.Drift{Roles: 1, RolesChanged: 1, Changed: 1}}, "Nothing is left to do."},
		{report.Summary{Idle: true, PendingDiffers: 1}, "Nothing to do."},
	} {
		if got := tt.give.Next(); got != tt.want {
			t.Errorf("Next = %q, want %q", got, tt.want)
		}
	}
}

func TestCheck(t *testing.T) {
	tests := []struct {
		name string
		rows int
		give map[record.Outcome]int
		want string
	}{
		{"nothing", 0, nil, ""},
		{"adds up", 3, map[record.Outcome]int{record.Invited: 2, record.Invalid: 1, record.Unset: 0}, ""},
		{"a row too few", 3, map[record.Outcome]int{record.Invited: 2}, "summary: rows read: 3, rows with an outcome: 2"},
		{"a row too many", 1, map[record.Outcome]int{record.Invited: 2}, "summary: rows read: 1, rows with an outcome: 2"},
		{"unset", 1, map[record.Outcome]int{record.Unset: 1}, "summary: rows without an outcome to show: 1 unset"},
		{"negative", 0, map[record.Outcome]int{record.Failed: -1}, "summary: failed counted -1 times"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			if err := (report.Summary{Rows: tt.rows, Outcomes: tt.give}).Check(); err != nil {
				got = err.Error()
			}
			if got != tt.want {
				t.Errorf("Check = %q, want %q", got, tt.want)
			}
		})
	}
}
