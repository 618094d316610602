package main_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"rollcall/pkg/sandbox"
)

// smallDisk is a roster, a service, and a file system with little room.
type smallDisk struct {
	*sandbox.Running
	// roster is a file with so many people, small the folder that has little room, and folder one that has more.
	roster, small, folder string
	bin                   string
}

// newSmallDisk makes a file system of a size, as mount takes it.
func newSmallDisk(t *testing.T, size string, people int) *smallDisk {
	t.Helper()
	folder := t.TempDir()
	d := &smallDisk{folder: folder, small: filepath.Join(folder, "small"), roster: filepath.Join(folder, "roster.csv"), bin: build(t)}
	if err := os.Mkdir(d.small, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", d.small, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("only root can mount a small file system: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(d.small, 0); err != nil {
			t.Error(err)
		}
	})
	var err error
	if d.Running, err = sandbox.Start(t.Context(), "", sandbox.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	var b bytes.Buffer
	fmt.Fprintln(&b, "email,role")
	for i := range people {
		fmt.Fprintf(&b, "person%d@x.example,member\n", i)
	}
	if err := os.WriteFile(d.roster, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return d
}

// grow gives the file system more room.
func (d *smallDisk) grow(t *testing.T) {
	t.Helper()
	if err := syscall.Mount("tmpfs", d.small, "tmpfs", syscall.MS_REMOUNT, "size=20m"); err != nil {
		t.Fatal(err)
	}
}

// run runs a command of the program.
func (d *smallDisk) run(t *testing.T, args ...string) (output string, code int) {
	t.Helper()
	command := exec.CommandContext(t.Context(), d.bin, args...)
	command.Env = append(os.Environ(), d.Environment(d.URL())...)
	out, err := command.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(out), command.ProcessState.ExitCode()
}

// TestDiskFillsUpMidway gives the ledger a file system with room for the run to begin and not to end. The run stops,
// keeps what is on disk and says what to do; once there is room the same command finishes.
func TestDiskFillsUpMidway(t *testing.T) {
	const people = 3000
	d := newSmallDisk(t, "1200k", people)
	invite := func() (output string, code int) {
		return d.run(t, "invite", d.roster, "--rate", "100000/s", "--grace", "50ms", "--timeout", "2s",
			"--ledger", filepath.Join(d.small, "ledger.db"), "--yes")
	}

	out, code := invite()
	if code != 1 || !strings.Contains(out, "the disk is full") || !strings.Contains(out, "hint: free some room") {
		t.Errorf("exit code %d\n%s", code, out)
	}
	if sent := d.Counts().Emails; sent == 0 || sent == people {
		t.Errorf("%d e-mails before the disk was full", sent)
	}
	d.grow(t)
	out, code = invite()
	if counts := d.Counts(); code != 0 || counts.Emails != people || counts.MailedTwice != 0 {
		t.Errorf("exit code %d, %d e-mails, %d people mailed twice\n%s", code, counts.Emails, counts.MailedTwice, out)
	}
}

// TestDiskOfTheAuditTrailFillsUp gives the file of the audit trail a file system with room for some lines. Nothing is sent
// where nothing can be told, sending stops once the disk is full, and once there is room the same command tells all of it.
func TestDiskOfTheAuditTrailFillsUp(t *testing.T) {
	const people, room = 1200, 160 << 10
	d := newSmallDisk(t, "160k", people)
	filler := filepath.Join(d.small, "filler")
	if err := os.WriteFile(filler, make([]byte, room), 0o600); err != nil {
		t.Fatal(err)
	}
	trail, ledger := filepath.Join(d.small, "audit.jsonl"), filepath.Join(d.folder, "ledger.db")
	invite := func() (string, int) {
		return d.run(t, "invite", d.roster, "--rate", "100000/s", "--concurrency", "8", "--ledger", ledger, "--audit", trail, "--yes")
	}

	out, code := invite()
	if sent := d.Counts().Emails; code != 1 || sent != 0 || !strings.Contains(out, "append to audit trail "+trail) {
		t.Errorf("on a full disk: exit code %d, %d e-mails\n%s", code, sent, out)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	out, code = invite()
	if code != 1 || !strings.Contains(out, "append to audit trail "+trail) || !strings.Contains(out, "hint: make room for it") {
		t.Errorf("on a disk that fills up: exit code %d\n%s", code, out)
	}
	if sent := d.Counts().Emails; sent == 0 || sent == people {
		t.Errorf("%d e-mails before the disk was full", sent)
	}
	d.grow(t)
	out, code = invite()
	if counts := d.Counts(); code != 0 || counts.Emails != people || counts.MailedTwice != 0 {
		t.Errorf("exit code %d, %d e-mails, %d people mailed twice\n%s", code, counts.Emails, counts.MailedTwice, out)
	}
	out, code = d.run(t, "audit", "verify", trail, "--ledger", ledger)
	if want := fmt.Sprintf("%d lines, 1 run, ", people+3); code != 0 || !strings.Contains(out, want) {
		t.Errorf("verify: exit code %d: %s, want %s", code, out, want)
	}
}
