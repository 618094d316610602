package completion_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/spf13/cobra"

	"rollcall/pkg/completion"
	"rollcall/pkg/onboard"
)

// TestNothingIsOfferedThatATerminalObeys completes a column of a roster that somebody else has written.
func TestNothingIsOfferedThatATerminalObeys(t *testing.T) {
	path := filepath.Join(t.TempDir(), "people.csv")
	if err := os.WriteFile(path, []byte("email,\u202enimda,Cost center\na@x.example,1,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	invite := &cobra.Command{Use: "invite ROSTER", Run: func(*cobra.Command, []string) {}}
	invite.Flags().StringArray("where", nil, "the rows with `COLUMN=VALUE`")
	root := &cobra.Command{Use: "rollcall"}
	root.AddCommand(invite)
	args := []string{cobra.ShellCompRequestCmd, "invite", path, "--where", ""}
	completion.Add(root, args, completion.Source{
		Bind:    func(*cobra.Command) {},
		Ledgers: func(func(string) string) []string { return nil },
		Service: func(func(string) string) onboard.Service { return onboard.Service{} },
	})
	var out bytes.Buffer
	root.SetArgs(args)
	root.SetOut(&out)
	root.SetErr(&bytes.Buffer{})
	if err := root.Execute(); err != nil || out.String() != "email=\nCost center=\n:38\n" {
		t.Errorf("%q, %v", out.String(), err)
	}
}
