package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestBareService holds what benchmarks compare with to what they rest on: the bare loop mails everybody, the service lists whom
// it has mailed, so that the program finds them, and it counts whoever is mailed twice.
func TestBareService(t *testing.T) {
	const first, all = 130, 150
	folder := t.TempDir()
	in, stop := io.Pipe()
	said, out := io.Pipe()
	served := make(chan error, 1)
	service := bareService{members: 41, pending: 21}
	go func() { served <- service.serve(in, out) }()
	variables := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + folder, "GORACE=halt_on_error=1 atexit_sleep_ms=0"}
	for lines := bufio.NewScanner(said); len(variables) < 6 && lines.Scan(); {
		variables = append(variables, lines.Text())
	}
	run := func(name string, args ...string) {
		t.Helper()
		command := exec.CommandContext(t.Context(), name, args...)
		command.Env = variables
		if output, err := command.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", command, err, output)
		}
	}
	roster := func(people int) string {
		path, text := filepath.Join(folder, fmt.Sprintf("%d.csv", people)), []byte("email,role,teams\n")
		for i := range people {
			text = fmt.Appendf(text, "person%d@x.example,member,%s:developer\n", i, bareTeamID)
		}
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	counted := func(want bareCounts) {
		t.Helper()
		var got bareCounts
		_, url, _ := strings.Cut(variables[3], "=")
		if err := ask(url+"/counts", &got); err != nil {
			t.Fatal(err)
		}
		if (got.Lists > 0) != (got.Listed > 0) || got.Read < got.Listed {
			t.Errorf("%d pages, from %d to %d", got.Lists, got.Listed, got.Read)
		}
		got = bareCounts{Invited: got.Invited, Twice: got.Twice}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	lines := func(path string) int {
		t.Helper()
		text, err := os.ReadFile(filepath.Join(folder, path))
		if err != nil {
			t.Fatal(err)
		}
		return strings.Count(string(text), "\n")
	}

	run("benchmark", "-workers", "4", "-journal", filepath.Join(folder, "journal"), "loop", roster(first), filepath.Join(folder, "bare.csv"))
	counted(bareCounts{Invited: first})
	if got := []int{lines("bare.csv"), lines("journal")}; got[0] != first+1 || got[1] != 2*first {
		t.Errorf("%d lines of results and of the journal, want %d and %d", got, first+1, 2*first)
	}
	run("rollcall", "invite", roster(all), "--yes", "--rate", "1000/s", "--ledger", filepath.Join(folder, "ledger.db"))
	counted(bareCounts{Invited: all})
	into := filepath.Join(folder, "taken.json")
	run("benchmark", "-times", "2", "meter", into, "benchmark", "loop", roster(first), filepath.Join(folder, "again.csv"))
	counted(bareCounts{Invited: all, Twice: 2 * first})
	var took taken
	text, err := os.ReadFile(into)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &took); err != nil || took.Wall <= 0 || took.CPU <= 0 {
		t.Errorf("the meter has %s, %v", text, err)
	}
	if err := stop.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-served; err != nil {
		t.Fatal(err)
	}
}
