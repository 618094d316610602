// Package shell knows what the shells of each system take a word for, and what they leave to the programs that they start.
package shell

import (
	"path/filepath"
	"strings"
)

// windows is the system whose shells are not those of Unix, as runtime.GOOS calls it.
const windows = "windows"

// What a shell would take for something else than a part of a word.
const (
	specialUnix    = " \t\n\"'$`\\*?[]{}()<>|&;#~!"
	specialWindows = " \t\n\"'$`{}()<>|&;,#@^%" // of cmd and of PowerShell
)

// Quote returns a word as the shells of a system take it.
func Quote(system, word string) string {
	special := specialUnix
	if system == windows {
		special = specialWindows
	}
	switch {
	case word != "" && !strings.ContainsAny(word, special):
		return word
	case system == windows: // both know double quotes
		return `"` + strings.ReplaceAll(word, `"`, `\"`) + `"`
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// Expand puts the files that a pattern such as *.csv stands for in its place, where no shell has done that: on Windows. A
// pattern that no file has stays, and so does an address.
func Expand(system string, words []string) []string {
	if system != windows {
		return words
	}
	var all []string
	for _, word := range words {
		found, err := filepath.Glob(word)
		if err != nil || len(found) == 0 || strings.Contains(word, "://") {
			found = []string{word}
		}
		all = append(all, found...)
	}
	return all
}
