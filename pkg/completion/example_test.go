package completion_test

import (
	"fmt"

	"github.com/spf13/cobra"

	"rollcall/pkg/completion"
	"rollcall/pkg/onboard"
)

// A shell asks what the value of a flag may become.
func Example() {
	invite := &cobra.Command{Use: "invite ROSTER", Run: func(*cobra.Command, []string) {}}
	invite.Flags().String("invalid", "refuse", "`WHAT` to do about invalid rows")
	root := &cobra.Command{Use: "rollcall"}
	root.AddCommand(invite)
	args := []string{cobra.ShellCompRequestCmd, "invite", "--invalid", ""}
	completion.Add(root, args, completion.Source{
		Bind:    func(*cobra.Command) {},
		Ledgers: func(func(string) string) []string { return nil },
		Service: func(func(string) string) onboard.Service { return onboard.Service{} },
	})
	root.SetArgs(args)
	fmt.Println(root.Execute())
	// Output:
	// refuse	one invalid row and nothing is sent
	// skip	invite the others
	// :36
	// <nil>
}
