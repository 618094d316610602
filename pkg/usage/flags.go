package usage

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"rollcall/pkg/manual"
	"rollcall/pkg/prose"
)

// annotation is where a flag has the title of its group.
const annotation = "rollcall_group"

// Group puts the flags that add adds to the command under a title, in the order in which they are added.
func Group(cmd *cobra.Command, title string, add func(*cobra.Command)) {
	flags := cmd.Flags()
	flags.SortFlags = false
	before := 0
	flags.VisitAll(func(*pflag.Flag) { before++ })
	add(cmd)
	flags.VisitAll(func(flag *pflag.Flag) { // in the order in which they were added
		if before--; before < 0 {
			// It has such a flag.
			_ = flags.SetAnnotation(flag.Name, annotation, []string{title})
		}
	})
}

// group is some of the flags, or of the commands, of a command.
type group struct {
	title string
	terms []prose.Term
	names []string
	brief []prose.Term // the terms with the first sentence of each
}

func (g group) block() prose.Block { return prose.Block{Kind: prose.Terms, Terms: g.terms} }

// add adds a flag.
func (g *group) add(flag *pflag.Flag) {
	g.names = append(g.names, flag.Name)
	long := term(flag)
	g.terms = append(g.terms, long)
	g.brief = append(g.brief, prose.Term{Name: long.Name, Text: withUsual(Brief(flag), flag)})
}

// groupsOf returns the flags of a command in their groups, those of every command last.
func groupsOf(cmd *cobra.Command) []group {
	var groups []group
	into := func(title string, flag *pflag.Flag) {
		if flag.Hidden {
			return
		}
		i := slices.IndexFunc(groups, func(g group) bool { return g.title == title })
		if i < 0 {
			i = len(groups)
			groups = append(groups, group{title: title})
		}
		groups[i].add(flag)
	}
	cmd.InheritedFlags() // which makes them known
	everybodys := cmd.Root().PersistentFlags()
	cmd.LocalFlags().VisitAll(func(flag *pflag.Flag) {
		title := "Flags"
		if named := flag.Annotations[annotation]; len(named) > 0 {
			title = named[0]
		}
		if everybodys.Lookup(flag.Name) != flag {
			into(title, flag)
		}
	})
	everybodys.VisitAll(func(flag *pflag.Flag) {
		if cmd.HasParent() {
			into("Flags of every command", flag)
		} else {
			into("Flags", flag)
		}
	})
	return groups
}

// common returns the flags with the names, in their order, and how many others there are. Without names there are none.
func common(groups []group, names []string) (shown group, more int) {
	if len(names) == 0 {
		return shown, 0
	}
	for _, name := range names {
		for _, group := range groups {
			if i := slices.Index(group.names, name); i >= 0 {
				shown.terms = append(shown.terms, group.brief[i])
			}
		}
	}
	for _, group := range groups {
		more += len(group.terms)
	}
	return shown, more - len(shown.terms)
}

// commands returns the commands below one, in groups where the manual has them so.
func (b *Book) commands(cmd *cobra.Command) []group {
	term := func(below *cobra.Command) prose.Term { return prose.Term{Name: below.Name(), Text: below.Short} }
	visible := slices.DeleteFunc(slices.Clone(cmd.Commands()), func(below *cobra.Command) bool { return below.Hidden })
	var groups []group
	if cmd == b.Root {
		for _, g := range manual.Commands() {
			some := group{title: g.Title}
			for _, name := range g.Names {
				if i := slices.IndexFunc(visible, func(below *cobra.Command) bool { return below.Name() == name }); i >= 0 {
					some.terms = append(some.terms, term(visible[i]))
					visible = slices.Delete(visible, i, i+1)
				}
			}
			groups = append(groups, some)
		}
	}
	rest := group{title: "Commands"}
	for _, below := range visible {
		rest.terms = append(rest.terms, term(below))
	}
	groups = append(groups, rest)
	return slices.DeleteFunc(groups, func(g group) bool { return len(g.terms) == 0 })
}

// kinds are what a value is called where its flag's text does not say.
var kinds = map[string]string{"string": "TEXT", "stringArray": "TEXT", "int": "N", "duration": "DURATION"}

// term returns a flag, what its value is called, what it is for, and what it is usually.
func term(flag *pflag.Flag) prose.Term {
	value, text := pflag.UnquoteUsage(flag)
	if named, ok := kinds[value]; ok {
		value = named
	}
	name := "    --" + flag.Name
	if flag.Shorthand != "" {
		name = "-" + flag.Shorthand + ", --" + flag.Name
	}
	if value != "" {
		name += " " + value
	}
	return prose.Term{Name: name, Text: withUsual(strings.Join(strings.Fields(text), " "), flag)}
}

// withUsual returns the text with what the flag's value is usually.
func withUsual(text string, flag *pflag.Flag) string {
	if usual := usualOf(flag); usual != "" {
		return fmt.Sprintf("%s (default %s)", text, usual)
	}
	return text
}

// zeros are defaults that say nothing.
var zeros = []string{"", "false", "0", "0s", "[]", "<nil>"}

// Brief returns the first sentence of what a flag is for, without the quotes around what its value is called.
func Brief(flag *pflag.Flag) string {
	_, text := pflag.UnquoteUsage(flag)
	sentence, _, _ := strings.Cut(strings.Join(strings.Fields(text), " "), ". ")
	return sentence
}

// usualOf returns the value of a flag that nobody has set, empty if that says nothing.
func usualOf(flag *pflag.Flag) string {
	usual := flag.DefValue
	if slices.Contains(zeros, usual) {
		return ""
	}
	if minutes, round := strings.CutSuffix(usual, "m0s"); round && flag.Value.Type() == "duration" {
		if hours, round := strings.CutSuffix(minutes, "h0"); round {
			return hours + "h"
		}
		return minutes + "m"
	}
	return usual
}
