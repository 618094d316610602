package usage

import (
	"strings"

	"github.com/spf13/cobra"

	"rollcall/pkg/manual"
	"rollcall/pkg/prose"
)

// Find returns what there is to read about the command or the topic that the words name, or about both where they are called
// alike. It reports whether there is anything.
func (b *Book) Find(words []string, all bool, layout prose.Layout) (string, bool) {
	var pages []string
	if cmd, rest, err := b.Root.Find(words); err == nil && len(rest) == 0 {
		pages = append(pages, b.Help(cmd, all, layout))
	}
	if topic, found := b.Topic(strings.Join(words, " "), layout); found {
		pages = append(pages, topic)
	}
	return strings.Join(pages, "\n"), len(pages) > 0
}

// Names returns the names of all commands and topics, each with its short text behind a tabulator, as shells take them.
func (b *Book) Names() []cobra.Completion {
	var names []cobra.Completion
	known := map[string]bool{}
	for _, cmd := range b.Root.Commands() {
		if cmd.IsAvailableCommand() {
			known[cmd.Name()] = true
			names = append(names, cobra.CompletionWithDesc(cmd.Name(), cmd.Short))
		}
	}
	for _, name := range manual.Topics() {
		if page, _ := manual.Topic(name); !known[name] {
			names = append(names, cobra.CompletionWithDesc(name, page.Short))
		}
	}
	return names
}
