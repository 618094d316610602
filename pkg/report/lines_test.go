package report_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/causes"
	"rollcall/pkg/paint"
	"rollcall/pkg/record"
	"rollcall/pkg/report"
	"rollcall/pkg/status"
)

// atTerminal returns what a terminal of so many cells gets of the lines.
func atTerminal(t *testing.T, width int, color bool, lines []paint.Line) string {
	t.Helper()
	var out bytes.Buffer
	if err := (paint.Paper{Out: &out, Color: color, Width: func() int { return width }}).Print(lines...); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestLinesFit(t *testing.T) {
	s := report.Summary{
		Roster: "team.csv", Rows: 3, Duration: time.Second, Status: status.Rows, Results: "team.sandbox.results.csv", Corrections: "team.sandbox.todo.csv", Sandbox: true,
		Outcomes: map[record.Outcome]int{record.Invited: 2, record.Unknown: 1}, Requests: 20, Retries: map[string]int{"server error": 3, "slowed down": 2},
		Causes: []causes.Cause{{Outcome: "unknown", Error: "invite: 502 Bad Gateway: the service says that something behind it is out", Count: 1, Examples: []causes.Example{{Line: 2, Email: "ada@x.example"}}, Hint: "run the same command again in a while"}},
	}
	want := `[sandbox] Run over team.csv: 3 rows in 1s

  invited  2
  unknown  1  sent, but whether it took effect could
              not be found out

  sent     20 requests, 5 repeats (3 server error, 2
           slowed down)
  results  team.sandbox.results.csv
  to do    team.sandbox.todo.csv

  1 unknown: invite: 502 Bad Gateway: the service
             says that something behind it is out
    line 2  ada@x.example
    hint: run the same command again in a while

This was a sandbox: nobody was mailed. Follow the
  hints in team.sandbox.todo.csv; the same command
  looks the unknown rows up again.
`
	if diff := cmp.Diff(want, atTerminal(t, 52, false, s.Lines())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	colored := atTerminal(t, 200, true, s.Lines())
	for _, want := range []string{
		"\x1b[1;35m[sandbox]\x1b[0m \x1b[1mRun over team.csv", "\x1b[32minvited  2\x1b[0m\n", "\x1b[1;31munknown  1\x1b[0m  \x1b[2msent, but",
		"  \x1b[1;31m1 unknown\x1b[0m: invite: 502", "\x1b[1mhint: \x1b[0mrun the same",
	} {
		if !strings.Contains(colored, want) {
			t.Errorf("%q lacks %q", colored, want)
		}
	}
	// The words are the same without colours.
	var plain bytes.Buffer
	if err := s.WriteText(&plain); err != nil {
		t.Fatal(err)
	}
	for _, sequence := range []string{"\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[32m", "\x1b[1;31m", "\x1b[1;35m"} {
		colored = strings.ReplaceAll(colored, sequence, "")
	}
	if diff := cmp.Diff(plain.String(), colored); diff != "" {
		t.Errorf("(-plain +colored):\n%s", diff)
	}
}

// TestEveryEndHasARole has a role for each way to end, and for each outcome that asks something of a person.
func TestEveryEndHasARole(t *testing.T) {
	for _, s := range status.All() {
		want := map[status.Status]paint.Role{
			status.Well: paint.Good, status.Rows: paint.Warn, status.Stopped: paint.Warn, status.Interrupted: paint.Warn, status.Guarded: paint.Warn,
			status.Locked: paint.Warn, status.Unexpected: paint.Bad, status.Settings: paint.Bad, status.Refused: paint.Bad, status.Roster: paint.Bad,
		}[s]
		if got := report.RoleOfStatus(s); got != want {
			t.Errorf("exit code %d: role %d, want %d", s, got, want)
		}
	}
	for _, o := range record.Outcomes() {
		got := report.RoleOf(o)
		if worst := o == record.Rejected || o == record.Invalid || o == record.Failed || o == record.Unknown; worst != (got == paint.Bad) {
			t.Errorf("%s: role %d", o, got)
		}
	}
}

func TestASandboxSaysSoInJSON(t *testing.T) {
	var out bytes.Buffer
	if err := (report.Summary{Sandbox: true}).WriteJSON(&out); err != nil || !strings.HasSuffix(out.String(), ",\"sandbox\":true}\n") {
		t.Errorf("%s, %v", out.String(), err)
	}
}
