// Package manual holds the texts of the help, a file in plain text for each command, and no code that says the same.
//
// They are about the command line, so they may name flags: the package belongs to that face. It knows no command, no flag
// and no table: what a text takes from code, such as the table of the exit codes, is a line of its own like {{exit-codes}},
// which the face fills in.
//
//	Invite everybody in a roster, once each      the short text, one line
//
//	invite checks the whole roster, reads …      the long text
//
//	# Examples
//
//	  rollcall invite team.csv --dry-run         as a person types them
package manual

import (
	"embed"
	"path"
	"slices"
	"strings"
)

//go:embed text/*.txt
var texts embed.FS

// examples is the heading of the last part of a text.
const examples = "\n# Examples\n\n"

// Page is what the manual says about one command.
type Page struct {
	// Short is one line, without a full stop.
	Short string
	// Long says what the command does, and Example has its uses, a line each. Both are empty where there is nothing to say.
	Long, Example string
}

// Of returns the page of a command by its name, that of a command below another one with a hyphen: audit-verify. It
// reports whether there is one.
func Of(name string) (Page, bool) {
	text, err := texts.ReadFile(path.Join("text", name+".txt"))
	if err != nil {
		return Page{}, false
	}
	long, example, _ := strings.Cut(string(text), examples)
	short, long, _ := strings.Cut(long, "\n")
	return Page{Short: short, Long: strings.Trim(long, "\n"), Example: strings.TrimRight(example, "\n")}, true
}

// Names returns the names of all pages, sorted.
func Names() []string {
	// Reading what is embedded never fails.
	entries, _ := texts.ReadDir("text")
	names := make([]string, len(entries))
	for i, entry := range entries {
		names[i] = strings.TrimSuffix(entry.Name(), ".txt")
	}
	slices.Sort(names)
	return names
}
