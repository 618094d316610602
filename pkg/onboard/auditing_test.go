package onboard_test

import (
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rollcall/pkg/audit"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/onboard"
	"rollcall/pkg/plan"
	"rollcall/pkg/quantity"
	"rollcall/pkg/sandbox"
	"rollcall/pkg/status"
)

// trailOf returns the lines of an audit trail that holds.
func trailOf(t *testing.T, path string) (lines []audit.Line) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := audit.Verify(strings.NewReader(string(text))); err != nil {
		t.Fatal(err)
	}
	for text := range strings.Lines(string(text)) {
		line, err := audit.Parse(strings.TrimSuffix(text, "\n"))
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	return lines
}

// told says in words what lines of a kind tell.
func told(lines []audit.Line, kind audit.Kind) string {
	var words []string
	for _, l := range lines {
		if l.Kind == kind {
			words = append(words, strings.Join(strings.Fields(strings.Join([]string{l.Option, l.Value, l.Email, l.Role, l.Before, l.Outcome}, " ")), " "))
		}
	}
	return strings.Join(words, "; ")
}

// TestWhoIsNamed has an embedding program name its caller.
func TestWhoIsNamed(t *testing.T) {
	c, o := team(t, 2, sandbox.Options{})
	token := c.service.AccessToken()
	o.Dial = onboard.At(c.service.URL(), cybedefend.AccessToken(token))
	o.Audit, o.Caller, o.Job = filepath.Join(t.TempDir(), "audit.jsonl"), "hr-portal: ada", "night"
	report, err := onboard.Run(t.Context(), nil, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	lines := trailOf(t, o.Audit)
	if len(lines) != 3 || told(lines, audit.Approval) != "program" {
		t.Fatalf("%+v", lines)
	}
	for _, l := range lines {
		if l.Who != "hr-portal: ada" || l.Job != "night" || l.Credential != cybedefend.AccessToken(token).ID() || l.Run != report.Run {
			t.Errorf("%+v", l)
		}
	}
	if l := lines[0]; l.Service != c.service.URL() || l.Organization != sandbox.DefaultOrganizationID {
		t.Errorf("an approval of nowhere: %+v", l)
	}
	whole, err := os.ReadFile(o.Audit)
	if err != nil || strings.Contains(string(whole), token.Reveal()) {
		t.Errorf("it tells the access token, or %v", err)
	}
}

func TestHowItWasAllowed(t *testing.T) {
	_, o := team(t, 1, sandbox.Options{})
	o.Audit, o.Plan, o.DryRun = filepath.Join(t.TempDir(), "audit.jsonl"), filepath.Join(t.TempDir(), "plan.json"), true
	if _, err := onboard.Run(t.Context(), nil, o, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(o.Audit); err == nil {
		t.Error("a dry run has told something")
	}
	saved, err := onboard.ReadPlan(o.Plan)
	if err != nil {
		t.Fatal(err)
	}
	approved, err := o.Approve(saved)
	if err != nil {
		t.Fatal(err)
	}
	approved.Plan, approved.DryRun = "", false
	if _, err := onboard.Run(t.Context(), nil, approved, nil); err != nil {
		t.Fatal(err)
	}
	identity := saved.Identity()
	if l := trailOf(t, o.Audit)[0]; l.Outcome != string(audit.ByPlan) || l.Plan != hex.EncodeToString(identity[:]) {
		t.Errorf("an approval by a plan: %+v", l)
	}

	_, o = team(t, 1, sandbox.Options{})
	o.Audit = filepath.Join(t.TempDir(), "audit.jsonl")
	report, err := onboard.Run(t.Context(), nil, o, func(p *onboard.Preview) error { p.Agreed(audit.AtPrompt); return nil })
	if err != nil || report.Status != status.Well || told(trailOf(t, o.Audit), audit.Approval) != "prompt" {
		t.Errorf("%v, %+v", err, trailOf(t, o.Audit))
	}
}

// TestWhatLetSomethingPass has options that let pass what would have been refused, and such as would not.
func TestWhatLetSomethingPass(t *testing.T) {
	c, o := team(t, 2, sandbox.Options{})
	roster := "email,role\nann@x.example,member\nnonsense,member\n"
	if err := os.WriteFile(o.Roster, []byte(roster), 0o600); err != nil {
		t.Fatal(err)
	}
	o.Audit, o.SkipInvalid, o.NoPreflight, o.Fresh, o.Reinvite = filepath.Join(t.TempDir(), "audit.jsonl"), true, true, true, plan.ReinviteEnded
	if report, err := onboard.Run(t.Context(), nil, o, nil); report.Status != status.Rows {
		t.Fatal(err)
	}
	if got, want := told(trailOf(t, o.Audit), audit.Override), "no-preflight; fresh; invalid skip; reinvite ended"; got != want {
		t.Errorf("told %q, want %q", got, want)
	}

	c.options.Audit = filepath.Join(t.TempDir(), "audit.jsonl")
	c.options.Ledger += ".other"
	c.name(t, 12)
	c.options.MaxAdmins = new(5) // nobody becomes one
	c.sync(t, nil, status.Well)
	if got := told(trailOf(t, c.options.Audit), audit.Override); got != "" {
		t.Errorf("told %q of guards that would have let it pass", got)
	}
	c.name(t, 2)
	c.options.Sync.MaxLeavers = quantity.Number(10)
	c.sync(t, nil, status.Well)
	lines := trailOf(t, c.options.Audit)
	if got, want := told(lines, audit.Override), "max-leavers 10; max-shrink 100%"; got != want {
		t.Errorf("told %q, want %q", got, want)
	}
	if got := strings.Count(told(lines, audit.Cancel), audit.Cancelled); got != 10 {
		t.Errorf("told of %d cancellations", got)
	}
}

// TestATrailThatCannotBeGoneOnWith is refused before anything is sent.
func TestATrailThatCannotBeGoneOnWith(t *testing.T) {
	c, o := team(t, 2, sandbox.Options{})
	o.Audit = filepath.Join(t.TempDir(), "audit.jsonl")
	if err := os.WriteFile(o.Audit, []byte("something else\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	report, err := onboard.Run(t.Context(), nil, o, nil)
	if report.Status != status.Settings || onboard.RemedyOf(err) == nil || c.service.Counts().Emails != 0 {
		t.Errorf("%v, %d e-mails: %v", report.Status, c.service.Counts().Emails, err)
	}
	o.Audit = o.Results
	if report, err = onboard.Run(t.Context(), nil, o, nil); report.Status != status.Settings {
		t.Errorf("the results would be written over the trail: %v", err)
	}
}

func TestVerifyTrail(t *testing.T) {
	_, o := team(t, 2, sandbox.Options{})
	o.Audit = filepath.Join(t.TempDir(), "audit.jsonl")
	if _, err := onboard.Run(t.Context(), nil, o, nil); err != nil {
		t.Fatal(err)
	}
	trail, err := onboard.VerifyTrail(t.Context(), o.Audit, o.Ledger)
	if err != nil || trail.Break != nil || !strings.HasPrefix(trail.String(), "3 lines, 1 run, from 2") {
		t.Errorf("%s, %v, %v", trail, trail.Break, err)
	}
	if err := os.Truncate(o.Audit, 0); err != nil {
		t.Fatal(err)
	}
	if trail, err = onboard.VerifyTrail(t.Context(), o.Audit, ""); err != nil || trail.String() != "0 lines, 0 runs" {
		t.Errorf("%s, %v", trail, err)
	}
	trail, err = onboard.VerifyTrail(t.Context(), o.Audit, o.Ledger)
	if onboard.StatusOf(err) != status.Roster || trail.Break == nil || trail.Break.Reason != audit.CutOff {
		t.Errorf("%v, %v", trail.Break, err)
	}
	if _, err = onboard.VerifyTrail(t.Context(), o.Audit+".none", ""); onboard.StatusOf(err) != status.Unexpected {
		t.Error(err)
	}
}
