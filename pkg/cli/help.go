package cli

import (
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"rollcall/pkg/prose"
	"rollcall/pkg/results"
	"rollcall/pkg/roster"
	"rollcall/pkg/status"
	"rollcall/pkg/twin"
	"rollcall/pkg/usage"
	"rollcall/pkg/version"
)

// helpAll asks for the whole help of a command, beside --help or behind help. No command has such a flag.
const helpAll = "--all"

// splitHelpAll returns the arguments without the one that asks for the whole help, where help is asked for, and whether it was
// there.
func splitHelpAll(args []string) (rest []string, all bool) {
	asks := func(arg string) bool { return arg == "--help" || arg == "-h" || arg == "help" && args[0] == arg }
	if len(args) == 0 || !slices.ContainsFunc(args, asks) || !slices.Contains(args, helpAll) {
		return args, false
	}
	return slices.DeleteFunc(slices.Clone(args), func(arg string) bool { return arg == helpAll }), true
}

// addHelp gives the program its help, and the commands that are about the program itself.
func (a *app) addHelp(root *cobra.Command, all bool) {
	book := &usage.Book{Root: root, Table: table, Variable: twin.Name}
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetHelpCommand(a.helpCommand(book, all))
	root.AddCommand(a.completionCommand(), a.manualCommand(book), a.versionCommand())
	root.InitDefaultHelpCmd()
	a.addCompletions(root)
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		_ = a.show(book.Help(cmd, all, a.layout())) // a closed pipe has read enough
	})
	book.Describe()
}

// layout is what a page on standard output looks like.
func (a *app) layout() prose.Layout {
	paper := a.paper()
	if paper.Width == nil {
		return prose.Layout{}
	}
	return prose.Layout{Width: paper.Width(), Bold: paper.Color}
}

// table returns the tables that texts of the manual take from code.
func table(name string) []prose.Block {
	terms := prose.Block{Kind: prose.Terms}
	switch name {
	case "exit-codes":
		for _, one := range status.All() {
			terms.Terms = append(terms.Terms, prose.Term{Name: strconv.Itoa(int(one)), Text: one.Meaning(asFlag)})
		}
	case "roles":
		terms.Terms = []prose.Term{
			{Name: "in the organization", Text: strings.Join(roster.Roles(), ", ")}, {Name: "in a team", Text: strings.Join(roster.TeamRoles(), ", ")},
		}
	case "result-columns":
		return []prose.Block{{Text: strings.Join(results.Columns(), ", ")}}
	default:
		return nil
	}
	return []prose.Block{terms}
}

// aboutItself is for commands that are about the program itself: nothing in the environment keeps them from their work.
func (a *app) aboutItself(cmd *cobra.Command) *cobra.Command {
	cmd.PersistentPreRunE = func(*cobra.Command, []string) error { return a.open() }
	return cmd
}

func (a *app) helpCommand(book *usage.Book, all bool) *cobra.Command {
	return a.aboutItself(&cobra.Command{
		Use: "help [COMMAND|TOPIC]",
		RunE: func(_ *cobra.Command, args []string) error {
			if page, found := book.Find(args, all, a.layout()); found {
				return a.show(page)
			}
			var known []string
			for _, name := range book.Names() {
				word, _, _ := strings.Cut(name, "\t")
				known = append(known, word)
			}
			hint, name := "rollcall help lists them", strings.Join(args, " ")
			if meant := roster.Nearest(name, known); meant != "" {
				hint = "did you mean rollcall help " + meant + "?"
			}
			return usageError(hint, "there is neither a command nor a topic %q", name)
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return book.Names(), cobra.ShellCompDirectiveNoFileComp
		},
	})
}

func (a *app) completionCommand() *cobra.Command {
	shells := []string{"bash", "zsh", "fish", "powershell"}
	return a.aboutItself(&cobra.Command{
		Use: "completion SHELL", ValidArgs: shells,
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			switch strings.Join(args, " ") {
			case "bash":
				return root.GenBashCompletionV2(a.Out, true)
			case "zsh":
				return root.GenZshCompletion(a.Out)
			case "fish":
				return root.GenFishCompletion(a.Out, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(a.Out)
			}
			hint := "see rollcall completion --help"
			if meant := roster.Nearest(strings.Join(args, " "), shells); meant != "" {
				hint = "did you mean rollcall completion " + meant + "?"
			}
			return usageError(hint, "name one shell: bash, zsh, fish or powershell")
		},
	})
}

// manualCommand writes the manual pages, for packages of the program.
func (a *app) manualCommand(book *usage.Book) *cobra.Command {
	return a.aboutItself(&cobra.Command{
		Use: "manual DIR", Hidden: true,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError("name the folder that the pages go into", "rollcall manual takes one folder, not %d", len(args))
			}
			built := version.Get()
			date, err := usage.Date(a.getenv("SOURCE_DATE_EPOCH"), built.Date)
			if err != nil {
				return usageError("", "SOURCE_DATE_EPOCH: %w", err)
			}
			return usage.Write(book.Sheets(built.Version, date), args[0])
		},
	})
}

// isCompletion reports whether a command is what a shell asks to complete another one.
func isCompletion(cmd *cobra.Command) bool {
	return cmd.Name() == cobra.ShellCompRequestCmd || cmd.Name() == cobra.ShellCompNoDescRequestCmd
}
