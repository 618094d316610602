package main

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/testscript"
)

// ownSequences are the sequences that the program itself may send to a terminal: colours, and the erasing of the live line.
var ownSequences = regexp.MustCompile(`\x1b\[[0-9;]*m|\r\x1b\[K`)

// harmless runs a command at a terminal, ending with the exit code, and looks at what the terminal was sent: the text is there, as
// a person sees it, and nothing in it does anything else than to be read.
func harmless(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: harmless N text command [args...]")
	}
	const width = "200"
	status(ts, false, append([]string{args[0], "terminal", width}, args[2:]...))
	shown := ownSequences.ReplaceAllString(ts.ReadFile("stdout"), "")
	if !strings.Contains(shown, args[1]) {
		ts.Fatalf("it was not sent %q", args[1])
	}
	if !utf8.ValidString(shown) {
		ts.Fatalf("it was sent what is not UTF-8: %q", shown)
	}
	for _, r := range shown {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
			ts.Fatalf("it was sent %q in %q", r, shown)
		}
	}
}
