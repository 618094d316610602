package main_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/onboard"
	"rollcall/pkg/record"
	"rollcall/pkg/sandbox"
	"rollcall/pkg/web/desk"
)

// TestPageAndCommandLineAreTheSameWork begins a run on the page that the command line goes on with, and the other way round: the
// same content is the same work, whoever does it, and nobody is mailed twice.
func TestPageAndCommandLineAreTheSameWork(t *testing.T) {
	bin := build(t)
	const people = 40
	var b strings.Builder
	b.WriteString("email,role\n")
	for i := range people {
		b.WriteString("person" + string(rune('a'+i/10)) + string(rune('0'+i%10)) + "@example.com,member\n")
	}
	b.WriteString("wrong,member\n")
	roster := filepath.Join(t.TempDir(), "team.csv")
	if err := os.WriteFile(roster, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, pageFirst := range map[string]bool{"page first": true, "command line first": false} {
		t.Run(name, func(t *testing.T) {
			service, err := sandbox.Start(context.WithoutCancel(t.Context()), "", sandbox.Options{})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := service.Close(); err != nil {
					t.Error(err)
				}
			})
			ledger := filepath.Join(t.TempDir(), "ledger.db")
			limit := new(15)
			if !pageFirst {
				limit = nil
				invite(t, bin, service, ledger, 7, roster, "--limit", "15")
			}
			work := onPage(t, service, ledger, roster, limit)
			if pageFirst {
				invite(t, bin, service, ledger, 3, roster)
			} else if work.Report.Outcomes[record.Invited] != people || !work.Report.Resumed {
				t.Errorf("the page ends with %+v", work.Report)
			}
			mailed := map[string]int{}
			for one := range service.Invited() {
				mailed[one.Email]++
			}
			if len(mailed) != people || service.Counts().Emails != people {
				t.Errorf("%d people got %d e-mails, not %d", len(mailed), service.Counts().Emails, people)
			}
			runs, err := onboard.History{Ledgers: []string{ledger}}.Runs(t.Context())
			if err != nil || len(runs) != 1 || runs[0].Resumed != 1 || runs[0].EndedAt.IsZero() || runs[0].ID != work.Run {
				t.Errorf("the runs are %+v, %v", runs, err)
			}
		})
	}
}

// invite has the command do it, which ends with a code.
func invite(t *testing.T, bin string, service *sandbox.Running, ledger string, code int, args ...string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), bin, append([]string{
		"invite", "--yes", "--invalid", "skip", "--api-url", service.URL(), "--auth-endpoint", service.URL(), "--ledger", ledger,
	}, args...)...)
	command.Env = append(os.Environ(), "CYBEDEFEND_PAT="+service.PAT().Reveal())
	if out, err := command.CombinedOutput(); command.ProcessState.ExitCode() != code {
		t.Fatalf("invite ends with %v: %s", err, out)
	}
}

// onPage does what somebody at the page does, and returns how it has ended.
func onPage(t *testing.T, service *sandbox.Running, ledger, roster string, limit *int) desk.State {
	t.Helper()
	d := desk.New(desk.Options{
		Order: onboard.Options{Course: onboard.Course{Limit: limit}},
		Dial: func(context.Context, desk.Place) (onboard.Endpoint, error) {
			return onboard.Endpoint{URL: service.URL(), Credentials: cybedefend.PersonalAccessToken{Token: service.PAT(), AuthEndpoint: service.URL()}}, nil
		},
		LedgerOf: func(bool, string) (string, error) { return ledger, nil },
		Ledgers:  func(bool) ([]string, error) { return []string{ledger}, nil },
		Folder:   t.TempDir(),
	})
	defer func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}()
	content, err := os.Open(roster)
	if err != nil {
		t.Fatal(err)
	}
	sheet, err := d.Take(t.Context(), filepath.Base(roster), content)
	if err != nil {
		t.Fatal(err)
	}
	if err := content.Close(); err != nil {
		t.Fatal(err)
	}
	planning := d.Plan(sheet, desk.Invite)
	for !planning.State().Done {
		<-planning.Changed()
	}
	seen := planning.State()
	if seen.Preview == nil || seen.Err != nil {
		t.Fatalf("the plan is %+v", seen)
	}
	if (limit == nil) != (seen.Preview.Resumed != nil) {
		t.Errorf("the plan goes on with %+v", seen.Preview.Resumed)
	}
	work, err := d.Send(sheet, desk.Invite, seen.Preview.Digest(), false)
	if err != nil {
		t.Fatal(err)
	}
	<-work.Done()
	return work.State()
}
