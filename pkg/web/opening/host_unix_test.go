//go:build unix

package opening_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"rollcall/pkg/web/opening"
)

// host returns one that tells the channel what is printed and told, with a browser of one's choice.
func host(said chan<- string, browser string) opening.Host {
	return opening.Host{
		Way: opening.Decide(opening.Surroundings{System: "linux", Lookup: environment(map[string]string{"BROWSER": browser}), Unwanted: browser == ""}),
		Env: append(os.Environ(), "SEEN=seen"), Print: func(text string) { said <- "address " + text }, Tell: func(text string) { said <- text },
	}
}

func TestGreet(t *testing.T) {
	said := make(chan string, 16)
	tickets := make(chan string, 3)
	tickets <- "first"
	tickets <- "second"
	tickets <- "third"
	keys, press := io.Pipe()
	t.Cleanup(func() { _ = press.Close() })
	host(said, "").Greet("127.0.0.1:4321", func() string { return <-tickets }, keys)
	for range 2 {
		if _, err := io.WriteString(press, "\n"); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for range 6 {
		got = append(got, <-said)
	}
	if diff := cmp.Diff([]string{
		"Open this address in a browser on this computer:", "address first", "It lets in one browser, once, within two minutes: press Enter for a fresh one.",
		"Ctrl-C ends the program, and so does Quit on the page. Closing the page stops nothing.", "address second", "address third",
	}, got); diff != "" {
		t.Error(diff)
	}
}

func TestGreetWhereNobodyPressesKeys(t *testing.T) {
	said := make(chan string, 16)
	host(said, "").Greet("127.0.0.1:4321", func() string { return "only" }, nil)
	close(said)
	var got []string
	for text := range said {
		got = append(got, text)
	}
	if len(got) != 3 || got[1] != "address only" || strings.Contains(got[2], "Enter") {
		t.Errorf("%q", got)
	}
}

func TestLeave(t *testing.T) {
	good, told := browser(t, "good", 0)
	said := make(chan string, 16)
	if err := host(said, good).Leave(t.Context(), address); err != nil {
		t.Error(err)
	}
	if got := saw(t, told); got != address+" seen" {
		t.Errorf("when it has left, the browser was told %q", got)
	}
	bad, _ := browser(t, "bad", 3)
	if err := host(said, bad).Leave(t.Context(), address); err != nil {
		t.Error(err)
	}
	if got := []string{<-said, <-said, <-said}; got[0] != "address "+address || got[1] != got[0] || !strings.HasPrefix(got[2], "No browser could be opened: ") || strings.Contains(got[2], "\n") {
		t.Errorf("%q", got)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(io.EOF)
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := unix.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := host(said, "sh -c cat<"+pipe).Leave(ctx, address); !errors.Is(err, io.EOF) { // it stays for as long as nobody writes
		t.Error(err)
	}
	writer, err := os.OpenFile(pipe, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Error(err)
	}
}

func TestWithout(t *testing.T) {
	env := []string{"PATH=/bin", "CYBEDEFEND_PAT=x", "CYBEDEFEND_API_URL=y", "XCYBEDEFEND_PAT=z"}
	if diff := cmp.Diff([]string{"PATH=/bin", "XCYBEDEFEND_PAT=z"}, opening.Without("CYBEDEFEND_", env)); diff != "" {
		t.Error(diff)
	}
	if opening.Without("X", nil) != nil || env[1] != "CYBEDEFEND_PAT=x" {
		t.Error("what was given has changed")
	}
}
