package main

import (
	_ "embed"
	"fmt"
	"regexp"
)

//go:embed linux/unit.txt
var unitHead string

// unitEdits make the unit of a package out of the sample: the program is where packages put programs, and what each
// organization has of its own is in a file of settings, so that nobody needs to edit a unit.
var unitEdits = []struct {
	find    *regexp.Regexp
	replace string
}{
	{regexp.MustCompile(`(?s)\A.*?\n\n(\[Unit\])`), "${1}"},
	{regexp.MustCompile(`(?m)^Environment=XDG_STATE_HOME=.*\n`), "${0}EnvironmentFile=/etc/rollcall/rollcall.env\n"},
	{regexp.MustCompile(`(?m)^LoadCredential=notify:.*\n`), ""},
	{regexp.MustCompile(`(?m)^(ExecStartPre=-)/usr/local/bin/`), "${1}/usr/bin/"},
	{regexp.MustCompile(`(?m)^ExecStart=(.*\\\n)+.*\n`), "ExecStart=/usr/bin/rollcall sync --pat-file %d/pat -- $${ROSTER}\n"},
	{regexp.MustCompile(`(?m)^(ReadWritePaths=)/`), "${1}-/"},
}

// unit makes rollcall.service for a package out of samples/schedule/rollcall.service. An edit that no longer finds its
// place, or finds two, is an error: somebody has changed the sample and must say what that means here.
func unit(sample []byte) ([]byte, error) {
	for _, edit := range unitEdits {
		if n := len(edit.find.FindAllIndex(sample, -1)); n != 1 {
			return nil, fmt.Errorf("samples/schedule/rollcall.service: %s is there %d times, want once", edit.find, n)
		}
		sample = edit.find.ReplaceAll(sample, []byte(edit.replace))
	}
	return append([]byte(unitHead), sample...), nil
}
