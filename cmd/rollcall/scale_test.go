package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestThousandMixedPeople holds the verdicts of a dry run to who everybody is, in an organization of 2,000 members, 300
// pending invitations and 100 expired ones, and then the outcomes of the run and the sandbox's mails to the verdicts.
func TestThousandMixedPeople(t *testing.T) {
	var s stage
	environment, err := s.start([]string{"--members", "2000", "--pending", "300", "--expired", "100", "--caller-role", "administrator"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := s.stop(); err != nil {
			t.Error(err)
		}
	})
	url := environment["CYBEDEFEND_API_URL"]
	kinds := []struct {
		count                     int
		email, role, verdict, end string
	}{
		{400, "Member%d@acme.example", "member", "already_member", "already_member"},
		{150, "pending%d@ACME.example", "member", "already_invited", "already_invited"},
		{100, "expired%d@acme.example", "member", "would_reinvite", "invited"},
		{250, "new%d@acme.example", "manager", "would_invite", "invited"},
		{40, "boss%d@acme.example", "administrator", "would_invite", "rejected"},
		{30, "lost%d@acme.example", "member", "invalid", "invalid"}, // in a team that there is not
		{30, "wrong%d.acme.example", "member", "invalid", "invalid"},
	}
	var rows []string
	verdicts, ends, mailed := map[string]string{}, map[string]string{}, map[string]bool{}
	for _, kind := range kinds {
		for n := range kind.count {
			address := fmt.Sprintf(kind.email, n+1)
			team := "Platform"
			if strings.HasPrefix(address, "lost") {
				team = "Nowhere"
			}
			rows = append(rows, address+","+kind.role+","+team)
			verdicts[address], ends[address] = kind.verdict, kind.end
			if kind.end == "invited" {
				mailed[address] = true
			}
		}
	}
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	dir := t.TempDir()
	roster := filepath.Join(dir, "people.csv")
	if err := os.WriteFile(roster, []byte("email,role,teams\n"+strings.Join(rows, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	variables := []string{"HOME=" + dir, "PATH=" + os.Getenv("PATH"), "GORACE=halt_on_error=1 atexit_sleep_ms=0"}
	for name, value := range environment {
		variables = append(variables, name+"="+value)
	}
	run := func(results string, flags ...string) map[string]string {
		t.Helper()
		path := filepath.Join(dir, results)
		args := append([]string{"invite", roster, "--invalid", "skip", "--rate", "1000/s", "--quiet", "--yes", "--results", path}, flags...)
		command := exec.CommandContext(t.Context(), "rollcall", args...)
		command.Env = variables
		output, err := command.CombinedOutput()
		if code := command.ProcessState.ExitCode(); code != 3 {
			t.Fatalf("exit code %d, %v\n%s", code, err, output)
		}
		return outcomesIn(t, path)
	}
	compareOutcomes(t, "dry run", verdicts, run("plan.csv", "--dry-run"))
	var mails map[string]int
	if err := ask(url+"/sandbox/mails", &mails); err != nil || len(mails) > 0 {
		t.Fatalf("the dry run mailed %d people, %v", len(mails), err)
	}
	compareOutcomes(t, "run", ends, run("results.csv"))
	if err := ask(url+"/sandbox/mails", &mails); err != nil {
		t.Fatal(err)
	}
	for address, n := range mails {
		if n != 1 || !mailed[address] {
			t.Errorf("%s got %d mails", address, n)
		}
	}
	if len(mails) != len(mailed) {
		t.Errorf("%d people were mailed, want %d", len(mails), len(mailed))
	}
}

func outcomesIn(t *testing.T, path string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	outcomes := map[string]string{}
	for _, row := range rows[1:] {
		outcomes[row[2]] = row[5]
	}
	return outcomes
}

func compareOutcomes(t *testing.T, what string, want, got map[string]string) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d rows, want %d", what, len(got), len(want))
	}
	for address, outcome := range want {
		if got[address] != outcome {
			t.Errorf("%s: %s is %q, want %q", what, address, got[address], outcome)
		}
	}
}
