package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"rollcall/pkg/complete"
	"rollcall/pkg/onboard"
	"rollcall/pkg/roster"
	"rollcall/pkg/usage"
)

// finder finds what a word of a command line may become, given the arguments before it and what of it is there already.
type finder func(ctx context.Context, cmd *cobra.Command, args []string, begun string) []complete.Choice

// addCompletions has shells complete what commands and flags take.
func (a *app) addCompletions(root *cobra.Command) {
	for _, cmd := range root.Commands() {
		for _, one := range append(cmd.Commands(), cmd) {
			one.LocalFlags().VisitAll(func(flag *pflag.Flag) { a.completeFlag(one, flag) })
			if one.ValidArgsFunction == nil && len(one.ValidArgs) == 0 {
				one.ValidArgsFunction = a.argumentsOf(one)
			}
		}
	}
	root.PersistentFlags().VisitAll(func(flag *pflag.Flag) { a.completeFlag(root, flag) })
	if len(a.Args) > 0 && strings.HasPrefix(a.Args[0], cobra.ShellCompRequestCmd) { // which shows them as they are
		for _, cmd := range root.Commands() {
			for _, one := range append(cmd.Commands(), cmd) {
				one.Flags().VisitAll(func(flag *pflag.Flag) { flag.Usage = usage.Brief(flag) })
			}
		}
		root.PersistentFlags().VisitAll(func(flag *pflag.Flag) { flag.Usage = usage.Brief(flag) })
	}
}

// completeFlag has the value of a flag completed, which is none if nothing is known of it: a file where it names one.
func (a *app) completeFlag(cmd *cobra.Command, flag *pflag.Flag) {
	value, _ := pflag.UnquoteUsage(flag)
	find, found := a.finders()[flag.Name]
	words, names := complete.Words(cmd.Name(), flag.Name), complete.Extensions(flag.Name)
	if flag.Name == "organization-id" && cmd.Flag("pat-file") == nil { // of those that look back
		find = a.findLedgers
	}
	function := func(cmd *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		switch {
		case found && cmd.Name() != "sandbox":
			return a.find(cmd, args, begun, find)
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

// argumentsOf returns what completes the arguments of a command, by what its use calls them.
func (a *app) argumentsOf(cmd *cobra.Command) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		many, use := strings.Contains(cmd.Use, "..."), cmd.Use
		switch {
		case len(args) > 0 && !many || !strings.Contains(use, " "):
			return nil, cobra.ShellCompDirectiveNoFileComp
		case strings.Contains(use, "RUN"):
			choices, directive := a.find(cmd, args, begun, a.findRuns)
			if len(choices) == 0 && strings.Contains(use, "ROSTER") {
				return complete.Extensions("ROSTER"), cobra.ShellCompDirectiveFilterFileExt
			}
			return choices, directive
		case strings.Contains(use, "ROSTER"):
			return complete.Extensions("ROSTER"), cobra.ShellCompDirectiveFilterFileExt
		case cmd.Name() == "template":
			return complete.Extensions("TEMPLATE"), cobra.ShellCompDirectiveFilterFileExt
		}
		return nil, cobra.ShellCompDirectiveDefault
	}
}

// find has a word completed as the flags and their variables ask for it. Whatever goes wrong, nothing is offered.
func (a *app) find(cmd *cobra.Command, args []string, begun string, by finder) ([]cobra.Completion, cobra.ShellCompDirective) {
	_ = a.bindEnvironment(cmd)
	directive := cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
	choices := slices.DeleteFunc(by(cmd.Context(), cmd, args, begun), func(c complete.Choice) bool { return !strings.HasPrefix(c.Word, begun) })
	if slices.ContainsFunc(choices, func(c complete.Choice) bool { return strings.HasSuffix(c.Word, "=") || strings.HasSuffix(c.Word, ":") }) {
		directive |= cobra.ShellCompDirectiveNoSpace
	}
	return shown(choices), directive
}

func shown(choices []complete.Choice) []cobra.Completion {
	completions := make([]cobra.Completion, len(choices))
	for i, choice := range choices {
		completions[i] = cobra.CompletionWithDesc(choice.Word, strings.Join(strings.Fields(choice.About), " "))
	}
	return completions
}

// finders complete what is not known before, by flag.
func (a *app) finders() map[string]finder {
	columns := func(more string, words ...complete.Choice) finder {
		return func(ctx context.Context, cmd *cobra.Command, args []string, _ string) []complete.Choice {
			for _, name := range a.columnsOf(ctx, cmd, args) {
				words = append(words, complete.Choice{Word: name + more})
			}
			return words
		}
	}
	return map[string]finder{
		"organization-id": func(ctx context.Context, cmd *cobra.Command, _ []string, _ string) []complete.Choice {
			return complete.Organizations(ctx, a.serviceFor(cmd))
		},
		"create-team": func(ctx context.Context, cmd *cobra.Command, _ []string, _ string) []complete.Choice {
			return complete.Teams(ctx, a.serviceFor(cmd))
		},
		"team": func(ctx context.Context, cmd *cobra.Command, _ []string, begun string) (choices []complete.Choice) {
			if team, _, named := strings.Cut(begun, ":"); named {
				for _, role := range roster.TeamRoles() {
					choices = append(choices, complete.Choice{Word: team + ":" + role})
				}
				return choices
			}
			return complete.Teams(ctx, a.serviceFor(cmd))
		},
		"sheet": func(_ context.Context, _ *cobra.Command, args []string, _ string) []complete.Choice {
			return complete.Sheets(last(args))
		},
		"map": func(ctx context.Context, cmd *cobra.Command, args []string, begun string) []complete.Choice {
			return complete.Maps(a.columnsOf(ctx, cmd, args), begun)
		},
		"where":     columns("="),
		"by":        columns("", complete.Choice{Word: "domain", About: "that of the address"}),
		"id-column": columns("", complete.Choice{Word: "none", About: "there is none"}),
	}
}

func (a *app) findRuns(ctx context.Context, cmd *cobra.Command, _ []string, _ string) []complete.Choice {
	history, err := a.history(historyFlags{ledger: valueOf(cmd, "ledger"), organization: valueOf(cmd, "organization-id")})
	if err != nil {
		return nil
	}
	return complete.Runs(ctx, history.Ledgers)
}

func (a *app) findLedgers(context.Context, *cobra.Command, []string, string) []complete.Choice {
	history, err := a.history(historyFlags{})
	if err != nil {
		return nil
	}
	return complete.Ledgers(history.Ledgers)
}

func (a *app) columnsOf(ctx context.Context, cmd *cobra.Command, args []string) []string {
	return complete.Columns(ctx, last(args), roster.Settings{
		Encoding: valueOf(cmd, "encoding"), Delimiter: valueOf(cmd, "delimiter"), Sheet: valueOf(cmd, "sheet"),
	})
}

// serviceFor returns the service that the flags of a command mean. Standard input is the shell's.
func (a *app) serviceFor(cmd *cobra.Command) onboard.Service {
	p := place{
		Region: valueOf(cmd, "region"), APIURL: valueOf(cmd, "api-url"), AuthEndpoint: valueOf(cmd, "auth-endpoint"), PATFile: valueOf(cmd, "pat-file"),
		Sandbox: valueOf(cmd, "sandbox") == "true",
	}
	s := onboard.Service{OrganizationID: valueOf(cmd, "organization-id")}
	s.Dial = func(ctx context.Context) (onboard.Endpoint, error) {
		if p.PATFile == "-" {
			return onboard.Endpoint{}, usageError("", "standard input is not read")
		}
		return a.dial(ctx, p)
	}
	return s
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
