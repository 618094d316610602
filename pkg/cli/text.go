package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"rollcall/pkg/order"
	"rollcall/pkg/roster"
)

// noArguments is for commands that take none. At the root, what was typed is meant to be a command.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var below []string
	for _, command := range cmd.Commands() {
		below = append(below, command.Name())
	}
	if meant := roster.Nearest(args[0], below); cmd.HasParent() && meant != "" {
		return usageError("did you mean "+cmd.CommandPath()+" "+meant+"?", "unknown command %q", cmd.CommandPath()+" "+args[0])
	}
	if cmd.HasParent() {
		return usageError("see "+cmd.CommandPath()+" --help", "%s takes no arguments, and got %q", cmd.CommandPath(), args[0])
	}
	hint := "see rollcall --help"
	if meant := cmd.SuggestionsFor(args[0]); len(meant) > 0 {
		hint = "did you mean rollcall " + strings.Join(meant, " or rollcall ") + "?"
	} else if strings.Contains(args[0], ".") {
		hint = "a roster comes after a command: rollcall invite " + order.Quoted(args[0])
	}
	return usageError(hint, "unknown command %q", args[0])
}

// command returns what was typed, without secrets, for a person to type again.
func (a *app) command() string {
	words := []string{"rollcall"}
	for _, word := range a.Args {
		for _, redactor := range a.redactors {
			word = redactor.Text(word)
		}
		words = append(words, order.Quoted(word))
	}
	return strings.Join(words, " ")
}
