// Package usage makes the help of a command line, and its manual pages, from the commands themselves and from the texts of
// package manual. It carries out nothing, and prints nothing.
package usage

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"rollcall/pkg/manual"
	"rollcall/pkg/prose"
)

// Book is all that there is to read about a command line.
type Book struct {
	// Root is the program.
	Root *cobra.Command
	// Table returns what the texts take from code, by the names of their inserts, nil for a name that it does not know. The
	// variables of flags are known here.
	Table func(name string) []prose.Block
	// Variable returns the variable of the environment that stands for a flag.
	Variable func(flag string) string
}

// Describe gives the program, and every command below it, the short texts that lists of commands show.
func (b *Book) Describe() {
	for _, cmd := range b.all() {
		cmd.Short = manual.Short(nameOf(cmd))
	}
}

// all returns every command that has a page, those below another one after it.
func (b *Book) all() []*cobra.Command {
	var all []*cobra.Command
	var add func(*cobra.Command)
	add = func(cmd *cobra.Command) {
		all = append(all, cmd)
		for _, below := range cmd.Commands() {
			if !below.Hidden {
				add(below)
			}
		}
	}
	add(b.Root)
	return all
}

// nameOf returns the name of a command's page: rollcall, invite, audit-verify.
func nameOf(cmd *cobra.Command) string {
	return strings.ReplaceAll(strings.TrimPrefix(cmd.CommandPath(), cmd.Root().Name()+" "), " ", "-")
}

// Help returns the help of a command. All has every flag in its group and the exit codes; otherwise a command with very
// many flags shows those that everybody needs.
func (b *Book) Help(cmd *cobra.Command, all bool, layout prose.Layout) string {
	page, _ := manual.Command(nameOf(cmd))
	blocks := b.fill(page.Text)
	if len(blocks) == 0 && cmd.Short != "" {
		blocks = append(blocks, prose.Block{Text: cmd.Short + "."})
	}
	add := func(title string, more ...prose.Block) {
		if len(more) > 0 {
			blocks = append(append(blocks, prose.Block{Kind: prose.Heading, Text: title}), more...)
		}
	}
	add("Usage", prose.Block{Kind: prose.Code, Text: useLine(cmd)})
	add("Examples", page.Examples...)
	for _, group := range b.commands(cmd) {
		add(group.title, group.block())
	}
	if !cmd.HasParent() {
		list := prose.Block{Kind: prose.Terms}
		for _, name := range manual.Topics() {
			page, _ := manual.Topic(name)
			list.Terms = append(list.Terms, prose.Term{Name: name, Text: page.Short})
		}
		add("Topics, as in "+cmd.Name()+" help "+list.Terms[0].Name, list)
	}
	groups := groupsOf(cmd)
	if shown, more := common(groups, page.Common); !all && more > 0 {
		add("Flags", shown.block(), prose.Block{Text: fmt.Sprintf("and %d more: %s --help --all", more, cmd.CommandPath())})
	} else {
		for _, group := range groups {
			add(group.title, group.block())
		}
	}
	if all || !cmd.HasParent() || !isTable(page.ExitCodes) {
		add("Exit codes", b.fill(page.ExitCodes)...)
	} else if len(page.ExitCodes) > 0 {
		page.SeeAlso = append([]string{"exit-codes"}, page.SeeAlso...)
	}
	add("See also", b.topics(page.SeeAlso)...)
	return layout.Text(blocks)
}

// isTable reports whether exit codes are those that all commands share.
func isTable(blocks []prose.Block) bool {
	return len(blocks) == 0 || len(blocks) == 1 && blocks[0].Kind == prose.Insert
}

// Topic returns what there is to read about a topic. It reports whether there is such a topic.
func (b *Book) Topic(name string, layout prose.Layout) (string, bool) {
	page, found := manual.Topic(name)
	if !found {
		return "", false
	}
	blocks := append([]prose.Block{{Text: page.Short + "."}}, b.fill(page.Text)...)
	for _, part := range []struct {
		title  string
		blocks []prose.Block
	}{{"Examples", page.Examples}, {"See also", b.topics(page.SeeAlso)}} {
		if len(part.blocks) > 0 {
			blocks = append(append(blocks, prose.Block{Kind: prose.Heading, Text: part.title}), part.blocks...)
		}
	}
	return layout.Text(blocks), true
}

// fill puts tables in the place of inserts.
func (b *Book) fill(blocks []prose.Block) []prose.Block {
	return prose.Fill(blocks, func(name string) []prose.Block {
		if name == "variables" {
			return []prose.Block{b.variables()}
		}
		return b.Table(name)
	})
}

// topics lists topics as they are asked for.
func (b *Book) topics(names []string) []prose.Block {
	if len(names) == 0 {
		return nil
	}
	list := prose.Block{Kind: prose.Terms}
	for _, name := range names {
		if page, found := manual.Topic(name); found {
			list.Terms = append(list.Terms, prose.Term{Name: "rollcall help " + name, Text: page.Short})
		}
	}
	return []prose.Block{list}
}

// variables lists the variables of all flags, with the commands that have them.
func (b *Book) variables() prose.Block {
	of := map[string][]string{}
	add := func(flag *pflag.Flag, command string) {
		if !flag.Hidden && flag.Name != "help" {
			of[flag.Name] = append(of[flag.Name], command)
		}
	}
	b.Root.PersistentFlags().VisitAll(func(flag *pflag.Flag) { add(flag, "every command") })
	for _, cmd := range b.all()[1:] {
		cmd.LocalFlags().VisitAll(func(flag *pflag.Flag) {
			if b.Root.PersistentFlags().Lookup(flag.Name) == nil {
				add(flag, strings.ReplaceAll(nameOf(cmd), "-", " "))
			}
		})
	}
	list := prose.Block{Kind: prose.Terms}
	for name, commands := range of {
		list.Terms = append(list.Terms, prose.Term{Name: b.Variable(name), Text: "--" + name + " of " + few(commands)})
	}
	slices.SortFunc(list.Terms, func(x, y prose.Term) int { return strings.Compare(x.Name, y.Name) })
	return list
}

// few names commands, those that everybody needs first, or counts what are many.
func few(commands []string) string {
	order := map[string]int{}
	for _, group := range manual.Commands() {
		for _, name := range group.Names {
			order[name] = len(order) + 1
		}
	}
	slices.SortStableFunc(commands, func(x, y string) int {
		return cmp.Compare(cmp.Or(order[x], len(order)+1), cmp.Or(order[y], len(order)+1))
	})
	const most = 4
	if more := len(commands) - most + 1; more > 1 {
		return fmt.Sprintf("%s and %d more", strings.Join(commands[:most-1], ", "), more)
	}
	return strings.Join(commands, ", ")
}

// useLine is how a command is typed.
func useLine(cmd *cobra.Command) string {
	switch {
	case !cmd.HasParent():
		return cmd.Name() + " COMMAND [flags]"
	case cmd.HasSubCommands() && !strings.Contains(cmd.Use, " "):
		return cmd.CommandPath() + " COMMAND [flags]"
	}
	return cmd.UseLine()
}
