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

// TestDiskOfTheAuditTrailFillsUp gives the file of the audit trail a file system with room for some lines. Nothing is sent
// where nothing can be told, sending stops once the disk is full, and once there is room the same command tells all of it.
func TestDiskOfTheAuditTrailFillsUp(t *testing.T) {
	const people = 1200
	folder := t.TempDir()
	small := filepath.Join(folder, "small")
	if err := os.Mkdir(small, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", small, "tmpfs", 0, "size=160k"); err != nil {
		t.Skipf("only root can mount a small file system: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(small, 0); err != nil {
			t.Error(err)
		}
	})
	service, err := sandbox.Start(t.Context(), "", sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := service.Close(); err != nil {
			t.Error(err)
		}
	})
	roster := filepath.Join(folder, "roster.csv")
	var b bytes.Buffer
	fmt.Fprintln(&b, "email,role")
	for i := range people {
		fmt.Fprintf(&b, "person%d@x.example,member\n", i)
	}
	filler := filepath.Join(small, "filler")
	if err := errors.Join(os.WriteFile(roster, b.Bytes(), 0o600), os.WriteFile(filler, make([]byte, 160<<10), 0o600)); err != nil {
		t.Fatal(err)
	}
	bin, trail, ledger := build(t), filepath.Join(small, "audit.jsonl"), filepath.Join(folder, "ledger.db")
	run := func(args ...string) (output string, code int) {
		t.Helper()
		command := exec.CommandContext(t.Context(), bin, args...)
		command.Env = append(os.Environ(), service.Environment(service.URL())...)
		out, err := command.CombinedOutput()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		return string(out), command.ProcessState.ExitCode()
	}
	invite := func() (string, int) {
		return run("invite", roster, "--rate", "100000/s", "--concurrency", "8", "--ledger", ledger, "--audit", trail, "--yes")
	}

	out, code := invite()
	if sent := service.Counts().Emails; code != 1 || sent != 0 || !strings.Contains(out, "append to audit trail "+trail) {
		t.Errorf("on a full disk: exit code %d, %d e-mails\n%s", code, sent, out)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	out, code = invite()
	if code != 1 || !strings.Contains(out, "append to audit trail "+trail) || !strings.Contains(out, "hint: make room for it") {
		t.Errorf("on a disk that fills up: exit code %d\n%s", code, out)
	}
	if sent := service.Counts().Emails; sent == 0 || sent == people {
		t.Errorf("%d e-mails before the disk was full", sent)
	}
	if err := syscall.Mount("tmpfs", small, "tmpfs", syscall.MS_REMOUNT, "size=20m"); err != nil {
		t.Fatal(err)
	}
	out, code = invite()
	if counts := service.Counts(); code != 0 || counts.Emails != people || counts.MailedTwice != 0 {
		t.Errorf("exit code %d, %d e-mails, %d people mailed twice\n%s", code, counts.Emails, counts.MailedTwice, out)
	}
	out, code = run("audit", "verify", trail, "--ledger", ledger)
	if want := fmt.Sprintf("%d lines, 1 run, ", people+3); code != 0 || !strings.Contains(out, want) {
		t.Errorf("verify: exit code %d: %s, want %s", code, out, want)
	}
}
