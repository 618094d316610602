package web_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rollcall/pkg/cli"
	"rollcall/pkg/sandbox"
	"rollcall/pkg/status"
)

// invite does on the command line what the page does, with the same ledger, and stops after so many people unless that is zero.
func (s *site) invite(t *testing.T, roster, limit string) status.Status {
	t.Helper()
	args := []string{
		"invite", roster, "--yes", "--invalid", "skip", "--api-url", s.service.URL(), "--auth-endpoint", s.service.URL(),
		"--ledger", s.ledger(t),
	}
	if limit != "" {
		args = append(args, "--limit", limit)
	}
	var said bytes.Buffer
	environment := map[string]string{"HOME": t.TempDir(), "CYBEDEFEND_PAT": s.service.PAT().Reveal()}
	code := cli.Run(context.Background(), cli.Process{
		Args: args, In: strings.NewReader(""), Out: io.Discard, Err: &said,
		Lookup:  func(name string) (string, bool) { value, ok := environment[name]; return value, ok },
		Environ: func() []string { return nil },
	})
	t.Logf("%s", said.String())
	return code
}

// ledger returns the one that the page uses.
func (s *site) ledger(t *testing.T) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(s.folder, "*.db"))
	if err == nil && len(found) == 1 {
		return found[0]
	}
	return filepath.Join(s.folder, sandbox.DefaultOrganizationID+".db")
}

// What was begun on the page goes on on the command line, and the other way round: the same content is the same work.
func TestPageAndCommandLineAreTheSameWork(t *testing.T) {
	content := people(40) + "wrong,member,\n"
	roster := filepath.Join(t.TempDir(), "team.csv")
	if err := os.WriteFile(roster, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Run("begun on the page", func(t *testing.T) {
		s := open(t, sandbox.Options{Limit: sandbox.Limit{Rate: 20}})
		id := s.put(t, "team.csv", content)
		s.agree(t, id, s.until(t, "/rosters/"+id+"/plan", "plan"))
		to := s.going(t)
		s.mailed(t, 5)
		s.submit(t, to+"/stop", nil)
		has(t, "the page", s.until(t, to, "results-0"), "Stopped: ")
		s.service.ChangeLimit(0)
		if code := s.invite(t, roster, ""); code != status.Rows {
			t.Fatalf("the command line ends with %d", code)
		}
		has(t, "the page about the run", s.until(t, to, "results-0"), "1 row needs you, 40 invited")
		once(t, s.service, 40)
	})
	t.Run("begun on the command line", func(t *testing.T) {
		s := open(t, sandbox.Options{})
		if code := s.invite(t, roster, "15"); code != status.Stopped {
			t.Fatalf("the command line ends with %d", code)
		}
		id := s.put(t, "team.csv", content)
		plan := s.until(t, "/rosters/"+id+"/plan", "plan")
		has(t, "the plan", plan, "This goes on with the run of", "done: 16, 25 rows to go", "Go on with 25 invitations")
		s.agree(t, id, plan)
		has(t, "the page", s.until(t, s.going(t), "results-0"), "1 row needs you, 40 invited")
		once(t, s.service, 40)
	})
}

// What the page writes beside a roster is what the command line writes beside its own.
func TestWhatIsWrittenBesideARoster(t *testing.T) {
	s := open(t, sandbox.Options{})
	id := s.put(t, "team.csv", people(2)+"wrong,member,\n")
	s.agree(t, id, s.until(t, "/rosters/"+id+"/plan", "plan"))
	to := s.going(t)
	s.until(t, to, "results-0")
	folder := s.server.Desk().Sheet(id).Folder()
	for name, want := range map[string]string{"team.results.csv": "person2@example.com,member,,invited,", "team.todo.csv": "wrong"} {
		text, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s has %q, %v", name, text, err)
		}
	}
	rest, _ := s.submit(t, to+"/rest", nil)
	parts := strings.Split(rest, "/")
	sheet := s.server.Desk().Sheet(parts[len(parts)-1])
	if sheet == nil || sheet.Name != "team.todo.csv" {
		t.Fatalf("the rest leads to %s, which is %+v", rest, sheet)
	}
	reading, err := sheet.Reading(t.Context())
	if err != nil || reading.Rows != 1 || reading.Wrong != 1 {
		t.Errorf("the rest is %+v, %v", reading, err)
	}
	if !slices.Contains([]string{"/rosters/" + sheet.ID}, rest) {
		t.Errorf("the rest is at %s", rest)
	}
}

// Where the list of a run is gone, its rows that need a person come from the ledger.
func TestTheRestFromTheLedger(t *testing.T) {
	s := open(t, sandbox.Options{})
	roster := filepath.Join(t.TempDir(), "team.csv")
	if err := os.WriteFile(roster, []byte(people(2)+"wrong,member,\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code := s.invite(t, roster, ""); code != status.Rows {
		t.Fatalf("the command line ends with %d", code)
	}
	runs, err := s.history().Runs(t.Context())
	if err != nil || len(runs) != 1 {
		t.Fatalf("%v, %v", runs, err)
	}
	to, _ := s.submit(t, "/runs/"+runs[0].ID+"/rest", nil)
	sheet := s.server.Desk().Sheet(strings.TrimPrefix(to, "/rosters/"))
	if sheet == nil {
		t.Fatalf("the rest leads to %s", to)
	}
	if reading, err := sheet.Reading(t.Context()); err != nil || reading.Rows != 1 || reading.Wrong != 1 {
		t.Errorf("the rest is %+v, %v", reading, err)
	}
}
