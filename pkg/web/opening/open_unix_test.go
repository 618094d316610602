//go:build unix

package opening_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"rollcall/pkg/web/opening"
)

const address = "http://127.0.0.1:4321/open/TICKET"

// browser makes a command that writes its arguments, what it can see of a variable, and its session, to a file.
func browser(t *testing.T, name string, status int) (command, told string) {
	t.Helper()
	dir := t.TempDir()
	command, told = filepath.Join(dir, name), filepath.Join(dir, "told")
	script := fmt.Sprintf("#!/bin/sh\necho aloud\necho aloud >&2\necho \"$*|$SEEN|$(ps -o sid= -p $$ | tr -d ' ')\" >>'%s'\nexit %d\n", told, status)
	if err := os.WriteFile(command, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return command, told
}

func open(t *testing.T, value string) error {
	t.Helper()
	way := opening.Decide(opening.Surroundings{System: "linux", Lookup: environment(map[string]string{"BROWSER": value})})
	done := make(chan error)
	way.Open(address, []string{"PATH=" + os.Getenv("PATH"), "SEEN=seen"}, func(err error) { done <- err })
	return <-done
}

// saw returns what a browser was told, without its session, which is never ours.
func saw(t *testing.T, told string) string {
	t.Helper()
	text, err := os.ReadFile(told)
	if err != nil {
		return ""
	}
	var what []string
	for line := range strings.Lines(string(text)) {
		parts := strings.Split(strings.TrimSpace(line), "|")
		own, err := unix.Getsid(0)
		if err != nil || parts[2] == strconv.Itoa(own) || parts[2] == "" {
			t.Errorf("session %s, ours is %d: Ctrl-C would end the browser", parts[2], own)
		}
		what = append(what, parts[0]+" "+parts[1])
	}
	return strings.Join(what, "\n")
}

func TestOpen(t *testing.T) {
	good, told := browser(t, "good", 0)
	spaced, toldSpaced := browser(t, "a good one", 0)
	bad, toldBad := browser(t, "bad", 3)
	for _, tt := range []struct{ value, told, want string }{
		{good, told, address + " seen"},
		{good + " -new-window", told, "-new-window " + address + " seen"},
		{good + " -page=%s x", told, "-page=" + address + " x seen"},
		{spaced, toldSpaced, address + " seen"},
		{bad + ":" + good, told, address + " seen"},
		{good + ":" + bad, toldBad, ""},
		{"no-such-browser::" + good, told, address + " seen"},
	} {
		_ = os.Remove(tt.told)
		if err := open(t, tt.value); err != nil {
			t.Errorf("%s: %v", tt.value, err)
		}
		if got := saw(t, tt.told); got != tt.want {
			t.Errorf("%s: it was told %q, want %q", tt.value, got, tt.want)
		}
		_ = os.Remove(toldBad)
	}
}

func TestOpenSaysWhyNot(t *testing.T) {
	bad, _ := browser(t, "bad", 3)
	err := open(t, "no-such-browser:"+bad)
	want := "exec: \"no-such-browser\": executable file not found in $PATH\nexec: \"" + bad + "\": exit status 3"
	if err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

// A browser that stays is waited for by nobody.
func TestOpenReturnsAtOnce(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := unix.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	way := opening.Decide(opening.Surroundings{System: "linux", Lookup: environment(map[string]string{"BROWSER": "sh -c cat<" + pipe})})
	done := make(chan error, 1)
	way.Open(address, os.Environ(), func(err error) { done <- err })
	select {
	case err := <-done:
		t.Errorf("the browser has ended: %v", err)
	default:
	}
	writer, err := os.OpenFile(pipe, os.O_WRONLY, 0) // which waits for the browser
	if err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestOpenDoesNothingWhereItShouldNot(t *testing.T) {
	good, told := browser(t, "good", 0)
	way := opening.Decide(opening.Surroundings{System: "linux", Lookup: environment(map[string]string{"BROWSER": good}), Unwanted: true})
	way.Open(address, os.Environ(), func(error) { t.Error("done with what was not begun") })
	if got := saw(t, told); got != "" {
		t.Errorf("it was told %q", got)
	}
}

// Without a choice, what the desktop calls its browser opens the address.
func TestOpenOnADesktop(t *testing.T) {
	good, told := browser(t, "x-www-browser", 0)
	bad, _ := browser(t, "xdg-open", 3)
	t.Setenv("PATH", filepath.Dir(bad)+":"+filepath.Dir(good)+":"+os.Getenv("PATH"))
	way := opening.Decide(opening.Surroundings{
		System: "linux", Lookup: environment(map[string]string{"DISPLAY": ":0"}), Exists: func(string) bool { return false },
	})
	done := make(chan error)
	way.Open(address, append(os.Environ(), "SEEN=seen"), func(err error) { done <- err })
	if err := <-done; err != nil {
		t.Error(err)
	}
	if got := saw(t, told); got != address+" seen" {
		t.Errorf("it was told %q", got)
	}
}
