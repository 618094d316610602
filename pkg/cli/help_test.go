package cli

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"rollcall/pkg/manual"
	"rollcall/pkg/status"
)

// wholeRoot returns the program with all its commands.
func wholeRoot() *cobra.Command {
	a := newApp(Process{Lookup: func(string) (string, bool) { return "", false }})
	root := a.root()
	a.addHelp(root, false)
	return root
}

// TestEveryCommandHasAPage holds the commands and the pages of the manual to each other, and the flags that a page names to
// those that the command has.
func TestEveryCommandHasAPage(t *testing.T) {
	root := wholeRoot()
	var grouped []string
	for _, group := range manual.Commands() {
		grouped = append(grouped, group.Names...)
	}
	var visit func(*cobra.Command)
	visit = func(cmd *cobra.Command) {
		if cmd.Hidden {
			return
		}
		name := strings.ReplaceAll(strings.TrimPrefix(cmd.CommandPath(), "rollcall "), " ", "-")
		page, found := manual.Command(name)
		switch {
		case !found || cmd.Short == "":
			t.Errorf("%s: it has no page in the manual", cmd.CommandPath())
		case cmd.Parent() == root && !slices.Contains(grouped, name):
			t.Errorf("%s: it is in no group of the manual", cmd.CommandPath())
		}
		for _, flag := range page.Common {
			if cmd.Flag(flag) == nil {
				t.Errorf("%s: its page names the flag %q, which it does not have", cmd.CommandPath(), flag)
			}
		}
		grouped = slices.DeleteFunc(grouped, func(one string) bool { return one == name })
		for _, below := range cmd.Commands() {
			visit(below)
		}
	}
	visit(root)
	if len(grouped) > 0 {
		t.Errorf("the manual has groups with no commands: %q", grouped)
	}
}

// TestEveryTextIsFilledIn looks for tables that no code has.
func TestEveryTextIsFilledIn(t *testing.T) {
	for _, topic := range append(manual.Topics(), "help", "invite", "sync") {
		var out bytes.Buffer
		code := Run(t.Context(), Process{Args: []string{"help", topic, "--all"}, Out: &out, Err: &out, Lookup: func(string) (string, bool) { return "", false }})
		if code != status.Well || strings.Contains(out.String(), "{{") || strings.Contains(out.String(), "\n\n\n") {
			t.Errorf("%s: exit code %d\n%s", topic, code, out.String())
		}
	}
}
