// Package manual holds the texts of the help: a file in plain text for each command in text/, and for each topic in topic/.
//
// They are about the command line, so they may name flags: the package belongs to that face. It knows no command and no
// flag itself, and no table: what a text takes from code, such as the exit codes, is an insert that the face fills in. A
// file has a line that says what it is about, then blocks as package prose reads them. Some headings are not part of the
// text:
//
//	Invite everybody in a roster, once each
//
//	invite checks the whole roster, reads who is a member …
//
//	# Exit codes      in the text only where all is asked for, if it is the table that all commands share
//
//	# Examples        commands as a person types them
//
//	# Common flags    the names of those that the help of the command begins with; without it, it has them all
//
//	# See also        the names of topics
package manual

import (
	"embed"
	"path"
	"strings"

	"rollcall/pkg/prose"
)

//go:embed text/*.txt topic/*.txt
var texts embed.FS

// Page is what the manual says about one command or topic.
type Page struct {
	Name string
	// Short is one line, without a full stop.
	Short string
	// Text says what it is about. ExitCodes is empty where there is nothing to say about them.
	Text, ExitCodes, Examples []prose.Block
	// Common are the names of flags, and SeeAlso those of topics.
	Common, SeeAlso []string
}

// Group is some of the commands or topics, under a title.
type Group struct {
	Title string
	Names []string
}

// Commands returns the commands by what they are for, those that everybody needs first. Those below another one are named
// by its page.
func Commands() []Group {
	return []Group{
		{"Invite", strings.Fields("invite sync serve cancel")},
		{"Look", strings.Fields("check progress runs results teams members invitations organizations")},
		{"Look after", strings.Fields("doctor audit template schema sandbox")},
		{"A fleet", strings.Fields("worker jobs")},
		{"Help", strings.Fields("help completion version")},
	}
}

// Topics returns what else there is to read about, in the order in which it is read.
func Topics() []string {
	return strings.Fields("rosters results exit-codes pace safety scheduling fleet fleet-database fleet-runbook environment accessibility")
}

// Command returns the page of a command by its name, that of a command below another one with a hyphen: audit-verify. It
// reports whether there is one.
func Command(name string) (Page, bool) { return read("text", name) }

// Short returns the short text of a command's page, empty if there is none.
func Short(command string) string {
	content, _ := texts.ReadFile(path.Join("text", command+".txt"))
	short, _, _ := strings.Cut(string(content), "\n")
	return short
}

// Topic returns the page of a topic by its name. It reports whether there is one.
func Topic(name string) (Page, bool) { return read("topic", name) }

func read(dir, name string) (Page, bool) {
	content, err := texts.ReadFile(path.Join(dir, name+".txt"))
	if err != nil || strings.Contains(name, "/") {
		return Page{}, false
	}
	p := Page{Name: name}
	var text string
	p.Short, text, _ = strings.Cut(string(content), "\n")
	var common, topics []prose.Block
	p.Text = prose.Parse(text)
	p.ExitCodes, p.Text = prose.Section(p.Text, "Exit codes")
	p.Examples, p.Text = prose.Section(p.Text, "Examples")
	common, p.Text = prose.Section(p.Text, "Common flags")
	topics, p.Text = prose.Section(p.Text, "See also")
	p.Common, p.SeeAlso = words(common), words(topics)
	return p, true
}

// words returns the words in blocks.
func words(blocks []prose.Block) []string {
	var all []string
	for _, block := range blocks {
		all = append(all, strings.Fields(block.Text)...)
	}
	return all
}
