package main_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"rollcall/pkg/ledger/postgres/postgrestest"
	"rollcall/pkg/sandbox"
)

// machine is a place where the program is run: it has a home and a folder of its own.
type machine struct {
	bin, folder string
	environment []string
	log         bytes.Buffer
}

// machineFor returns a machine that uses a service, whose roster has so many people.
func machineFor(t *testing.T, bin string, service *sandbox.Sandbox, url string, people int) *machine {
	t.Helper()
	m := &machine{bin: bin, folder: t.TempDir()}
	m.environment = append(append(os.Environ(), service.Environment(url)...), "HOME="+m.folder, "ROLLCALL_GRACE=50ms", "ROLLCALL_TIMEOUT=2s")
	var roster strings.Builder
	roster.WriteString("email,role\n")
	for i := range people {
		fmt.Fprintf(&roster, "person%03d@x.example,member\n", i)
	}
	if err := os.WriteFile(filepath.Join(m.folder, "people.csv"), []byte(roster.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return m
}

// command returns a command of the program.
func (m *machine) command(ctx context.Context, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, m.bin, args...)
	c.Dir, c.Env = m.folder, m.environment
	c.Stdout, c.Stderr = &m.log, &m.log
	return c
}

// run runs a command, and returns what it has printed and its exit code.
func (m *machine) run(t *testing.T, args ...string) (out string, code int) {
	t.Helper()
	c := m.command(t.Context(), args...)
	c.Stdout = nil
	printed, err := c.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return string(printed), exit.ExitCode()
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(printed), 0
}

// TestWhoeverWasFrozenSendsNothingAfterATakeover freezes a process, has another machine finish its run, and wakes it up.
func TestWhoeverWasFrozenSendsNothingAfterATakeover(t *testing.T) {
	const people = 80
	address := postgrestest.Address(t)
	service, err := sandbox.New(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(service)
	defer server.Close()
	bin := build(t)
	one, two := machineFor(t, bin, service, server.URL, people), machineFor(t, bin, service, server.URL, people)
	frozen := one.command(t.Context(), "invite", "people.csv", "--yes", "--rate", "40/s", "--ledger", address)
	if err := frozen.Start(); err != nil {
		t.Fatal(err)
	}
	await(t, &one.log, func() bool { return service.Counts().Emails >= people/4 })
	if err := frozen.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	if _, code := two.run(t, "invite", "people.csv", "--yes", "--ledger", address); code != 6 {
		t.Errorf("exit code %d as long as nobody knows that it is frozen, want 6\n%s", code, two.log.String())
	}
	if err := postgrestest.Silence(t.Context(), address); err != nil {
		t.Fatal(err)
	}
	out, code := two.run(t, "invite", "people.csv", "--yes", "--json", "--ledger", address)
	if code != 0 || !strings.Contains(out, `"invited":80`) {
		t.Errorf("exit code %d, want 0\n%s%s", code, out, two.log.String())
	}
	if err := frozen.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	err = frozen.Wait()
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != 6 || !strings.Contains(one.log.String(), "another process has taken the organization over") {
		t.Errorf("it ends with %v, want exit code 6\n%s", err, one.log.String())
	}
	if counts := service.Counts(); counts.Emails != people || counts.MailedTwice != 0 {
		t.Errorf("%d e-mails to %d people, twice to %v", counts.Emails, people, counts.Twice)
	}
	if out, code := two.run(t, "runs", "--json", "--ledger", address); code != 0 || strings.Count(out, "\n") != 1 || !strings.Contains(out, `"invited":80`) {
		t.Errorf("exit code %d\n%s", code, out)
	}
}

// chance matches what differs from one time to the next.
var chance = regexp.MustCompile(`\d{8}T\d{6}Z-[0-9a-f]{6}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}` +
	`|\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?Z?|127\.0\.0\.1:\d+|tok_[0-9A-Za-z_-]+|"duration_s":[0-9.]+|"(requests|retries)":\d+|sent +\d+ requests|in [0-9.]+m?s` +
	`|"prev":"[0-9a-f]*"|"sum":"[0-9a-f]*"|"chain":"[0-9a-f]*"`)

// TestBothKindsOfLedgerTellTheSame tells one story with a ledger in a file and with one in a database.
func TestBothKindsOfLedgerTellTheSame(t *testing.T) {
	bin := build(t)
	story := func(ledger string) (told []string) {
		service, err := sandbox.New(sandbox.Options{})
		if err != nil {
			t.Fatal(err)
		}
		server := httptest.NewServer(service)
		defer server.Close()
		m := machineFor(t, bin, service, server.URL, 12)
		if err := os.WriteFile(filepath.Join(m.folder, "staff.csv"), []byte("email,role\nperson003@x.example,member\nnew@x.example,member\nnobody,member\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, command := range [][]string{
			{"runs"},
			{"invite", "people.csv", "--limit", "5"},
			{"runs"},
			{"results"},
			{"invite", "people.csv", "--json"},
			{"invite", "people.csv"},
			{"runs", "--json"},
			{"results"},
			{"sync", "staff.csv"},
			{"sync", "staff.csv", "--invalid", "skip", "--max-shrink", "off", "--cancel-leavers", "--json"},
			{"sync", "staff.csv", "--invalid", "skip", "--json"},
			{"runs"},
			{"results"},
			{"cancel", "people.csv", "--dry-run"},
			{"cancel", "people.csv", "--max-cancels", "100%", "--json"},
			{"runs", "--json"},
			{"audit", "export"},
			{"doctor"},
		} {
			args := append(slices.Clone(command), "--ledger", ledger, "--quiet")
			if command[0] == "invite" || command[0] == "cancel" {
				args = append(args, "--yes")
			}
			m.log.Reset()
			out, code := m.run(t, args...)
			text := strings.NewReplacer("'"+ledger+"'", "LEDGER", ledger, "LEDGER", strings.ReplaceAll(ledger, "&", `\u0026`), "LEDGER", m.folder, "FOLDER").
				Replace(out + m.log.String())
			told = append(told, fmt.Sprintf("%s: %d\n%s", strings.Join(command, " "), code, chance.ReplaceAllString(text, "…")))
		}
		return told
	}
	file, database := story(filepath.Join(t.TempDir(), "ledger.db")), story(postgrestest.Address(t))
	for i := range file {
		if file[i] != database[i] {
			t.Errorf("with a file:\n%s\nwith a database:\n%s", file[i], database[i])
		}
	}
}
