// Package completion has shells complete a command line: it binds what package complete finds to commands and flags.
//
// What a flag takes is known by its name and by what its text calls its value; what a command takes, by what its use calls its
// arguments: ROSTER, RUN, FILE. Completing changes nothing, and whatever goes wrong, nothing is offered.
package completion

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"rollcall/pkg/complete"
	"rollcall/pkg/onboard"
	"rollcall/pkg/paint"
	"rollcall/pkg/roster"
	"rollcall/pkg/usage"
)

// Source is where the program looks for what its flags mean. All fields are required.
type Source struct {
	// Bind gives the flags of a command the values that they have elsewhere, such as in the environment.
	Bind func(*cobra.Command)
	// Ledgers returns the files of the ledgers that flags mean, by what value says that they have.
	Ledgers func(value func(flag string) string) []string
	// Service returns the service that flags mean, by what value says that they have.
	Service func(value func(flag string) string) onboard.Service
}

// finder finds what a word of a command line may become, given the arguments before it and what of it is there already.
type finder func(ctx context.Context, cmd *cobra.Command, args []string, begun string) []complete.Choice

// Add has shells complete what the commands of a program, and their flags, take, and has flags explained in one sentence, as a
// shell shows them. Args are those of the program: it does nothing unless they are a shell's question.
func Add(root *cobra.Command, args []string, s Source) {
	if len(args) == 0 || !strings.HasPrefix(args[0], cobra.ShellCompRequestCmd) {
		return
	}
	add := func(cmd *cobra.Command, flags *pflag.FlagSet) {
		flags.VisitAll(func(flag *pflag.Flag) {
			s.completeFlag(cmd, flag)
			flag.Usage = usage.Brief(flag)
		})
	}
	for _, cmd := range root.Commands() {
		for _, one := range append(cmd.Commands(), cmd) {
			add(one, one.LocalFlags())
			if one.ValidArgsFunction == nil && len(one.ValidArgs) == 0 {
				one.ValidArgsFunction = s.arguments
			}
		}
	}
	add(root, root.PersistentFlags())
}

// completeFlag has the value of a flag completed, which is none if nothing is known of it: a file where it names one.
func (s Source) completeFlag(cmd *cobra.Command, flag *pflag.Flag) {
	value, _ := pflag.UnquoteUsage(flag)
	find, found := s.finders()[flag.Name]
	words, names := complete.Words(cmd.Name(), flag.Name), complete.Extensions(flag.Name)
	if flag.Name == "organization-id" && cmd.Flag("pat-file") == nil { // of those that look back
		find = s.findLedgers
	}
	if few, ok := flag.Value.(interface{ Words() []string }); ok {
		for _, word := range few.Words() {
			words = append(words, complete.Choice{Word: word})
		}
	}
	function := func(cmd *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		switch {
		case found && cmd.Name() != "sandbox":
			return s.find(cmd, args, begun, find)
		case len(words) > 0:
			return shown(words), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
		case len(names) > 0:
			return names, cobra.ShellCompDirectiveFilterFileExt
		case strings.Contains(value, "FILE"):
			return nil, cobra.ShellCompDirectiveDefault
		}
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	_ = cmd.RegisterFlagCompletionFunc(flag.Name, function) // it has the flag, and no other function for it
}

// arguments completes the arguments of a command, by what its use calls them.
func (s Source) arguments(cmd *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
	many, use := strings.Contains(cmd.Use, "..."), cmd.Use
	switch {
	case len(args) > 0 && !many || !strings.Contains(use, " "):
		return nil, cobra.ShellCompDirectiveNoFileComp
	case strings.Contains(use, "RUN"):
		if choices, directive := s.find(cmd, args, begun, s.findRuns); len(choices) > 0 || !strings.Contains(use, "ROSTER") {
			return choices, directive
		}
		return complete.Extensions("ROSTER"), cobra.ShellCompDirectiveFilterFileExt
	case strings.Contains(use, "ROSTER"):
		return complete.Extensions("ROSTER"), cobra.ShellCompDirectiveFilterFileExt
	case cmd.Name() == "template":
		return complete.Extensions("TEMPLATE"), cobra.ShellCompDirectiveFilterFileExt
	}
	return nil, cobra.ShellCompDirectiveDefault
}

// find has a word completed as the flags and their variables ask for it. Whatever goes wrong, nothing is offered.
func (s Source) find(cmd *cobra.Command, args []string, begun string, by finder) ([]cobra.Completion, cobra.ShellCompDirective) {
	s.Bind(cmd)
	directive := cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
	choices := slices.DeleteFunc(by(cmd.Context(), cmd, args, begun), func(c complete.Choice) bool { return !strings.HasPrefix(c.Word, begun) })
	if slices.ContainsFunc(choices, func(c complete.Choice) bool { return strings.HasSuffix(c.Word, "=") || strings.HasSuffix(c.Word, ":") }) {
		directive |= cobra.ShellCompDirectiveNoSpace
	}
	return shown(choices), directive
}

// shown returns choices as a shell takes them. A word that a terminal would obey is not offered: nobody could type it.
func shown(choices []complete.Choice) []cobra.Completion {
	completions := make([]cobra.Completion, 0, len(choices))
	for _, choice := range choices {
		if paint.Clean(choice.Word) == choice.Word {
			completions = append(completions, cobra.CompletionWithDesc(choice.Word, paint.Clean(strings.Join(strings.Fields(choice.About), " "))))
		}
	}
	return completions
}

// finders complete what is not known before, by flag.
func (s Source) finders() map[string]finder {
	columns := func(more string, words ...complete.Choice) finder {
		return func(ctx context.Context, cmd *cobra.Command, args []string, _ string) []complete.Choice {
			choices := slices.Clone(words)
			for _, name := range s.columnsOf(ctx, cmd, args) {
				choices = append(choices, complete.Choice{Word: name + more})
			}
			return choices
		}
	}
	return map[string]finder{
		"organization-id": func(ctx context.Context, cmd *cobra.Command, _ []string, _ string) []complete.Choice {
			return complete.Organizations(ctx, s.service(cmd))
		},
		"create-team": func(ctx context.Context, cmd *cobra.Command, _ []string, _ string) []complete.Choice {
			return complete.Teams(ctx, s.service(cmd))
		},
		"team": func(ctx context.Context, cmd *cobra.Command, _ []string, begun string) (choices []complete.Choice) {
			if team, _, named := strings.Cut(begun, ":"); named {
				for _, role := range roster.TeamRoles() {
					choices = append(choices, complete.Choice{Word: team + ":" + role})
				}
				return choices
			}
			return complete.Teams(ctx, s.service(cmd))
		},
		"sheet": func(_ context.Context, _ *cobra.Command, args []string, _ string) []complete.Choice {
			return complete.Sheets(last(args))
		},
		"map": func(ctx context.Context, cmd *cobra.Command, args []string, begun string) []complete.Choice {
			return complete.Maps(s.columnsOf(ctx, cmd, args), begun)
		},
		"where":     columns("="),
		"by":        columns("", complete.Choice{Word: "domain", About: "that of the address"}),
		"id-column": columns("", complete.Choice{Word: "none", About: "there is none"}),
	}
}

func (s Source) findRuns(ctx context.Context, cmd *cobra.Command, _ []string, _ string) []complete.Choice {
	return complete.Runs(ctx, s.Ledgers(func(flag string) string { return valueOf(cmd, flag) }))
}

// findLedgers finds the ledgers of all organizations.
func (s Source) findLedgers(_ context.Context, cmd *cobra.Command, _ []string, _ string) []complete.Choice {
	return complete.Ledgers(s.Ledgers(func(flag string) string {
		if flag == "ledger" || flag == "organization-id" {
			return ""
		}
		return valueOf(cmd, flag)
	}))
}

func (s Source) columnsOf(ctx context.Context, cmd *cobra.Command, args []string) []string {
	return complete.Columns(ctx, last(args), roster.Settings{
		Encoding: valueOf(cmd, "encoding"), Delimiter: valueOf(cmd, "delimiter"), Sheet: valueOf(cmd, "sheet"),
	})
}

func (s Source) service(cmd *cobra.Command) onboard.Service {
	return s.Service(func(flag string) string { return valueOf(cmd, flag) })
}

// valueOf returns the value of a flag, empty if the command has no such flag.
func valueOf(cmd *cobra.Command, name string) string {
	if flag := cmd.Flag(name); flag != nil {
		return flag.Value.String()
	}
	return ""
}

func last(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[len(args)-1]
}
