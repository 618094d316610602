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

// TestDiskFillsUpMidway gives the ledger a file system with room for the run to begin and not to end. The run stops,
// keeps what is on disk and says what to do; once there is room the same command finishes.
func TestDiskFillsUpMidway(t *testing.T) {
	const people = 3000
	folder := t.TempDir()
	small := filepath.Join(folder, "small")
	if err := os.Mkdir(small, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", small, "tmpfs", 0, "size=1200k"); err != nil {
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
	if err := os.WriteFile(roster, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	bin := build(t)
	invite := func() (output string, code int) {
		command := exec.CommandContext(t.Context(), bin, "invite", roster, "--rate", "100000/s", "--grace", "50ms", "--timeout", "2s",
			"--ledger", filepath.Join(small, "ledger.db"), "--yes")
		command.Env = append(os.Environ(), service.Environment(service.URL())...)
		out, err := command.CombinedOutput()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		return string(out), command.ProcessState.ExitCode()
	}

	out, code := invite()
	if code != 1 || !strings.Contains(out, "the disk is full") || !strings.Contains(out, "hint: free some room") {
		t.Errorf("exit code %d\n%s", code, out)
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
}
