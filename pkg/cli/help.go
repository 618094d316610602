package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"rollcall/pkg/manual"
	"rollcall/pkg/prose"
	"rollcall/pkg/results"
	"rollcall/pkg/roster"
	"rollcall/pkg/status"
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
	book := &usage.Book{Root: root, Table: table, Variable: environmentName}
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetHelpCommand(a.helpCommand(book))
	root.AddCommand(a.completionCommand(), a.manualCommand(book), a.versionCommand())
	root.InitDefaultHelpCmd()
	a.addCompletions(root)
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		// A closed pipe has read enough.
		_, _ = fmt.Fprint(a.Out, book.Help(cmd, all, a.layout()))
	})
	book.Describe()
}

// layout is what a page on standard output looks like.
func (a *app) layout() prose.Layout {
	terminal, width := terminalOf(a.Out)
	if !terminal {
		return prose.Layout{}
	}
	_, noColor := a.Lookup("NO_COLOR")
	return prose.Layout{Width: width(), Bold: !noColor && !a.common.noColor}
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

func (a *app) helpCommand(book *usage.Book) *cobra.Command {
	return a.aboutItself(&cobra.Command{
		Use: "help [COMMAND|TOPIC]",
		RunE: func(cmd *cobra.Command, args []string) error {
			name := strings.Join(args, " ")
			text, topic := book.Topic(name, a.layout())
			if found, rest, err := cmd.Root().Find(args); err == nil && len(rest) == 0 {
				if err := found.Help(); !topic || err != nil {
					return err
				}
				text = "\n" + text // one may be called as a command is
			}
			if text != "" {
				_, err := fmt.Fprint(a.Out, text)
				return err
			}
			hint, known := "rollcall help lists them", manual.Topics()
			for _, command := range cmd.Root().Commands() {
				known = append(known, command.Name())
			}
			if meant := roster.Nearest(name, known); meant != "" {
				hint = "did you mean rollcall help " + meant + "?"
			}
			return usageError(hint, "there is neither a command nor a topic %q", name)
		},
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) (choices []cobra.Completion, _ cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			for _, command := range cmd.Root().Commands() {
				if command.IsAvailableCommand() {
					choices = append(choices, cobra.CompletionWithDesc(command.Name(), command.Short))
				}
			}
			for _, name := range manual.Topics() {
				page, _ := manual.Topic(name)
				if choice := cobra.CompletionWithDesc(name, page.Short); !slices.ContainsFunc(choices, func(c cobra.Completion) bool { return strings.HasPrefix(c, name+"\t") }) {
					choices = append(choices, choice)
				}
			}
			return choices, cobra.ShellCompDirectiveNoFileComp
		},
	})
}

func (a *app) completionCommand() *cobra.Command {
	shells := []string{"bash", "zsh", "fish", "powershell"}
	return a.aboutItself(&cobra.Command{
		Use: "completion SHELL", ValidArgs: shells,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 || !slices.Contains(shells, args[0]) {
				hint := "see rollcall completion --help"
				if meant := roster.Nearest(strings.Join(args, " "), shells); meant != "" {
					hint = "did you mean rollcall completion " + meant + "?"
				}
				return usageError(hint, "name one shell: bash, zsh, fish or powershell")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			switch root := cmd.Root(); args[0] {
			case "bash":
				return root.GenBashCompletionV2(a.Out, true)
			case "zsh":
				return root.GenZshCompletion(a.Out)
			case "fish":
				return root.GenFishCompletion(a.Out, true)
			default:
				return root.GenPowerShellCompletionWithDesc(a.Out)
			}
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
			date, _ := time.Parse(time.RFC3339, built.Date) // zero if it is not known
			if text := a.getenv("SOURCE_DATE_EPOCH"); text != "" {
				seconds, err := strconv.ParseInt(text, 10, 64)
				if err != nil {
					return usageError("give it in seconds since 1970", "SOURCE_DATE_EPOCH: %w", plainFlagError(err))
				}
				date = time.Unix(seconds, 0)
			}
			if err := os.MkdirAll(args[0], 0o755); err != nil { //nolint:gosec // everybody reads manual pages
				return err
			}
			for _, sheet := range book.Sheets(built.Version, date) {
				if err := os.WriteFile(filepath.Join(args[0], sheet.File), []byte(sheet.Text), 0o644); err != nil { //nolint:gosec // likewise
					return err
				}
			}
			return nil
		},
	})
}

// isCompletion reports whether a command is what a shell asks to complete another one.
func isCompletion(cmd *cobra.Command) bool {
	return cmd.Name() == cobra.ShellCompRequestCmd || cmd.Name() == cobra.ShellCompNoDescRequestCmd
}
