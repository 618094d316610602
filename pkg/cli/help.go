package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"rollcall/pkg/manual"
)

// describe gives a command, and those below it, the texts of the manual's pages, which are called as the commands are.
func describe(cmd *cobra.Command, name string) {
	page, _ := manual.Of(name)
	cmd.Short, cmd.Example = page.Short, page.Example
	cmd.Long = strings.ReplaceAll(page.Long, "{{exit-codes}}", exitCodeTable())
	for _, below := range cmd.Commands() {
		describe(below, strings.TrimPrefix(name+"-"+below.Name(), "rollcall-"))
	}
}

// flagGroups are the flags of a command as its help shows them: under titles, in the order in which they were added.
type flagGroups struct {
	groups []flagGroup
	named  []string
}

type flagGroup struct {
	title string
	flags *pflag.FlagSet
}

// group puts the flags that add adds to the command under a title.
func (g *flagGroups) group(cmd *cobra.Command, title string, add func(*cobra.Command)) {
	cmd.Flags().SortFlags = false
	add(cmd)
	flags := pflag.NewFlagSet(title, pflag.ContinueOnError)
	flags.SortFlags = false
	cmd.Flags().VisitAll(func(flag *pflag.Flag) {
		if !slices.Contains(g.named, flag.Name) {
			g.named = append(g.named, flag.Name)
			flags.AddFlag(flag)
		}
	})
	g.groups = append(g.groups, flagGroup{title, flags})
}

// usage prints how the command is used, with its flags in groups. Flags in no group come last.
func (g *flagGroups) usage(cmd *cobra.Command) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Usage:\n  %s\n", cmd.UseLine())
	if cmd.HasExample() {
		fmt.Fprintf(&b, "\nExamples:\n%s\n", cmd.Example)
	}
	for _, group := range g.groups {
		fmt.Fprintf(&b, "\n%s:\n%s", group.title, group.flags.FlagUsages())
	}
	others := pflag.NewFlagSet("", pflag.ContinueOnError)
	others.SortFlags = false
	for _, flags := range []*pflag.FlagSet{cmd.LocalFlags(), cmd.InheritedFlags()} {
		flags.VisitAll(func(flag *pflag.Flag) {
			if !slices.Contains(g.named, flag.Name) {
				others.AddFlag(flag)
			}
		})
	}
	fmt.Fprintf(&b, "\nOther flags:\n%s", others.FlagUsages())
	_, err := fmt.Fprint(cmd.OutOrStderr(), b.String())
	return err
}
