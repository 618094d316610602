package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// underWine are the scripts that the program for Windows has to pass under Wine: what is different there is the terminal,
// paths, locks, how files take each other's place, and how a process ends.
var underWine = []string{
	"audit-killed", "invite-fix", "invite-killed", "invite-two-processes", "leavers-killed", "results",
}

// TestWindows runs the program that is built for Windows. The service, the scripts and what disturbs it are of this system.
func TestWindows(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("the program for Windows is built for amd64")
	}
	wine, err := exec.LookPath("wine")
	if err != nil {
		missing(t, "wine", "apt-get install wine")
	}
	tools := t.TempDir()
	environment := winePrefix(t, wine, filepath.Join(tools, "prefix"))
	program := forWindows(t, filepath.Join(tools, "rollcall.exe"), "build", ".")
	wrapper := "#!/bin/sh\nXDG_STATE_HOME=\"Z:$XDG_STATE_HOME\"\nexport XDG_STATE_HOME\nexec " + wine + " " + program + " \"$@\"\n"
	if err := os.WriteFile(filepath.Join(tools, "rollcall"), []byte(wrapper), 0o700); err != nil {
		t.Fatal(err)
	}

	t.Run("atomicfile", func(t *testing.T) {
		tests := forWindows(t, filepath.Join(tools, "atomicfile.exe"), "test", "-c", "rollcall/pkg/atomicfile")
		run := exec.CommandContext(t.Context(), wine, tests, "-test.run=TestWhatIsOpenElsewhereIsRefused", "-test.v")
		run.Env = append(os.Environ(), environment...)
		if out, err := run.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS") {
			t.Errorf("%v: %s", err, out)
		}
	})

	p := scriptParams()
	for _, name := range underWine {
		p.Files = append(p.Files, filepath.Join(p.Dir, name+".txtar"))
	}
	p.Dir = ""
	p.Cmds["mode"] = func(*testscript.TestScript, bool, []string) {} // the files' owner is for Windows to say, in other ways
	p.Setup = func(env *testscript.Env) error {
		for _, variable := range environment {
			name, value, _ := strings.Cut(variable, "=")
			env.Setenv(name, value)
		}
		err := setUp(env)
		env.Setenv("XDG_STATE_HOME", filepath.Dir(env.Getenv("STATE")))
		env.Setenv("PATH", tools+string(filepath.ListSeparator)+env.Getenv("PATH"))
		return err
	}
	testscript.Run(t, p)
}

// forWindows has Go make a program for Windows, and returns its path.
func forWindows(t *testing.T, path, command string, args ...string) string {
	t.Helper()
	build := exec.CommandContext(t.Context(), "go", append([]string{command, "-o", path}, args...)...)
	build.Env = append(os.Environ(), "GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return path
}

// winePrefix makes what Wine takes for a disk, and returns the environment in which it is found.
func winePrefix(t *testing.T, wine, folder string) []string {
	t.Helper()
	environment := []string{"WINEPREFIX=" + folder, "WINEDEBUG=-all", "WINEDLLOVERRIDES=mscoree,mshtml,winemenubuilder.exe="}
	run := func(ctx context.Context, name, arg string) error {
		command := exec.CommandContext(ctx, name, arg)
		command.Env = append(os.Environ(), environment...)
		return command.Run()
	}
	if err := run(t.Context(), wine, "wineboot"); err != nil {
		t.Fatal(err)
	}
	// What the boot has started goes on behind it, and a program that begins meanwhile may be ended without a word.
	if err := run(t.Context(), "wineserver", "--wait"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// It may have ended by itself. The test's own context has.
		_ = run(context.WithoutCancel(t.Context()), "wineserver", "--kill")
		_ = run(context.WithoutCancel(t.Context()), "wineserver", "--wait")
	})
	if err := giveProcessPrng(filepath.Join(folder, "drive_c", "windows", "system32", "bcryptprimitives.dll")); err != nil {
		t.Fatal(err)
	}
	return environment
}

// giveProcessPrng writes a library that Wine lacks before its version 9 and Go needs since 1.22. It has one function, which
// leads to that of another library which does the same.
func giveProcessPrng(path string) error {
	if _, err := os.Stat(path); err == nil || !errors.Is(err, os.ErrNotExist) {
		return err
	}
	const section, directory, headers = 0x1000, 40, 0x200
	var texts bytes.Buffer
	at := func(text string) uint32 {
		address := section + directory + 4 + 4 + 2 + uint32(texts.Len())
		texts.WriteString(text + "\x00")
		return address
	}
	library, function, target := at("bcryptprimitives.dll"), at("ProcessPrng"), at("ADVAPI32.SystemFunction036")
	little := binary.LittleEndian
	numbers := func(to []byte, all ...uint32) []byte {
		for _, n := range all {
			to = little.AppendUint32(to, n)
		}
		return to
	}
	exports := numbers(nil, 0, 0, 0, library, 1, 1, 1, section+directory, section+directory+4, section+directory+8, target, function)
	exports = append(append(exports, 0, 0), texts.Bytes()...)
	size := uint32(len(exports))

	file := make([]byte, 0x40, 0x400)
	copy(file, "MZ")
	little.PutUint32(file[0x3c:], 0x40)
	file = append(file, "PE\x00\x00\x64\x86\x01\x00"...)                                             // for x86-64, one section
	file = append(numbers(file, 0, 0, 0), 240, 0, 0x22, 0x20)                                        // a library
	file = numbers(file, 0x0e_020b, 0, headers, 0, 0, section)                                       // PE32+
	file = numbers(file, 0x8000_0000, 1, 0x1000, 0x200, 6, 0, 6, 0, 0x2000, headers, 0, 0x0160_0003) // at 6 GiB, for all versions
	file = numbers(file, 0x10_0000, 0, 0x1000, 0, 0x10_0000, 0, 0x1000, 0, 0, 16)
	file = append(numbers(file, section, size), make([]byte, 15*8)...)
	file = append(file, ".rdata\x00\x00"...)
	file = numbers(file, size, section, headers, headers, 0, 0, 0, 0x4000_0040)
	file = append(file, make([]byte, headers-len(file))...)
	file = append(file, exports...)
	return os.WriteFile(path, append(file, make([]byte, 2*headers-len(file))...), 0o600)
}

// missing ends a test that needs what is not there. Where everything has to be there, it fails.
func missing(t *testing.T, what, remedy string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is missing: %s", what, remedy)
	}
	t.Skipf("%s is missing: %s", what, remedy)
}
