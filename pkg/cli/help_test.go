package cli

import (
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"rollcall/pkg/manual"
)

// TestEveryCommandHasAPage holds the commands and the pages of the manual to each other.
func TestEveryCommandHasAPage(t *testing.T) {
	unused := manual.Names()
	var visit func(*cobra.Command)
	visit = func(cmd *cobra.Command) {
		if cmd.Short == "" {
			t.Errorf("%s: it has no page in the manual", cmd.CommandPath())
		}
		if strings.Contains(cmd.Long, "{{") {
			t.Errorf("%s: something is not filled in: %s", cmd.CommandPath(), cmd.Long)
		}
		name := strings.ReplaceAll(strings.TrimPrefix(cmd.CommandPath(), "rollcall "), " ", "-")
		unused = slices.DeleteFunc(unused, func(page string) bool { return page == name })
		for _, below := range cmd.Commands() {
			visit(below)
		}
	}
	visit(newApp(Process{}).root())
	if len(unused) > 0 {
		t.Errorf("the manual has pages of no command: %q", unused)
	}
}
