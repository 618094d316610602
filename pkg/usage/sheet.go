package usage

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"rollcall/pkg/manual"
	"rollcall/pkg/prose"
)

// Sheet is a manual page as man reads it.
type Sheet struct {
	// File is what its file is called, such as rollcall-invite.1.
	File string
	Text string
}

// The sections of manual pages.
const (
	sectionCommands = 1
	sectionTopics   = 7
)

// Sheets returns the manual pages of a version: one for each command and each topic. They are the same for the same
// version and date; without a date they have none.
func (b *Book) Sheets(version string, date time.Time) []Sheet {
	day := ""
	if !date.IsZero() {
		day = date.UTC().Format(time.DateOnly)
	}
	var sheets []Sheet
	add := func(page manual.Page, section int, blocks []prose.Block) {
		title := sheetOf(page.Name)
		head := fmt.Sprintf(".TH %s %d %q %q\n.nh\n.ad l\n.SH NAME\n%s \\- %s\n", prose.Escape(strings.ToUpper(title)), section, day, "rollcall "+version, prose.Escape(title), prose.Escape(page.Short))
		sheets = append(sheets, Sheet{fmt.Sprintf("%s.%d", title, section), head + prose.Roff(blocks)})
	}
	for _, cmd := range b.all() {
		page, _ := manual.Command(nameOf(cmd))
		page.Name = nameOf(cmd)
		add(page, sectionCommands, b.commandSheet(cmd, page))
	}
	for _, name := range manual.Topics() {
		page, _ := manual.Topic(name)
		blocks := append([]prose.Block{heading("DESCRIPTION")}, below(b.fill(page.Text))...)
		if len(page.Examples) > 0 {
			blocks = append(append(blocks, heading("EXAMPLES")), page.Examples...)
		}
		add(page, sectionTopics, append(blocks, heading("SEE ALSO"), b.seeAlso(nil, page)))
	}
	return sheets
}

// Date returns the date of the manual pages: the SOURCE_DATE_EPOCH of a build that can be repeated, which is empty or in seconds,
// else the time of the build's commit, as RFC 3339 has it, else none.
func Date(epoch, commit string) (time.Time, error) {
	if epoch == "" {
		date, _ := time.Parse(time.RFC3339, commit) // zero if it is not known
		return date, nil
	}
	seconds, err := strconv.ParseInt(epoch, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is no number of seconds since 1970", epoch)
	}
	return time.Unix(seconds, 0), nil
}

// Write writes the sheets into a folder, which is made if it is not there. Everybody may read them.
func Write(sheets []Sheet, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // everybody reads manual pages
		return err
	}
	for _, sheet := range sheets {
		if err := os.WriteFile(filepath.Join(dir, sheet.File), []byte(sheet.Text), 0o644); err != nil { //nolint:gosec // likewise
			return err
		}
	}
	return nil
}

// sheetOf returns the name of a page.
func sheetOf(name string) string {
	if name == "rollcall" {
		return name
	}
	return "rollcall-" + name
}

func heading(text string) prose.Block { return prose.Block{Kind: prose.Heading, Text: text} }

// below returns the blocks of a text whose headings stand below one.
func below(blocks []prose.Block) []prose.Block {
	for i, block := range blocks {
		if block.Kind == prose.Heading {
			blocks[i].Kind = prose.Subheading
		}
	}
	return blocks
}

// commandSheet returns what the manual page of a command has below its name.
func (b *Book) commandSheet(cmd *cobra.Command, page manual.Page) []prose.Block {
	blocks := []prose.Block{heading("SYNOPSIS"), {Text: useLine(cmd)}, heading("DESCRIPTION")}
	text := below(b.fill(page.Text))
	if len(text) == 0 {
		text = []prose.Block{{Text: page.Short + "."}}
	}
	blocks = append(blocks, text...)
	sub := func(title string, groups []group) {
		if len(groups) > 0 {
			blocks = append(blocks, heading(title))
		}
		for _, group := range groups {
			blocks = append(blocks, prose.Block{Kind: prose.Subheading, Text: group.title}, group.block())
		}
	}
	sub("COMMANDS", b.commands(cmd))
	sub("OPTIONS", groupsOf(cmd))
	codes := page.ExitCodes
	if len(codes) == 0 {
		codes = []prose.Block{{Kind: prose.Insert, Text: "exit-codes"}}
	}
	blocks = append(append(blocks, heading("EXIT STATUS")), b.fill(codes)...)
	for _, shared := range []struct{ title, of string }{{"ENVIRONMENT", "Variables"}, {"FILES", "Files"}} {
		environment, _ := manual.Topic("environment")
		if part, _ := prose.Section(environment.Text, shared.of); len(part) > 0 {
			blocks = append(append(blocks, heading(shared.title)), b.fill(part)...)
		}
	}
	if len(page.Examples) > 0 {
		blocks = append(append(blocks, heading("EXAMPLES")), page.Examples...)
	}
	return append(blocks, heading("SEE ALSO"), b.seeAlso(cmd, page))
}

// seeAlso names the pages that belong to one: what it names itself, and the program's, or all of them for the program.
func (b *Book) seeAlso(cmd *cobra.Command, page manual.Page) prose.Block {
	var names []string
	name := func(page string, section int) { names = append(names, fmt.Sprintf("%s(%d)", sheetOf(page), section)) }
	if cmd == b.Root {
		for _, other := range b.all()[1:] {
			name(nameOf(other), sectionCommands)
		}
		page.SeeAlso = manual.Topics()
	} else {
		name("rollcall", sectionCommands)
		if cmd != nil && cmd.Parent() != b.Root {
			name(nameOf(cmd.Parent()), sectionCommands)
		}
		if cmd != nil {
			for _, other := range cmd.Commands() {
				name(nameOf(other), sectionCommands)
			}
			page.SeeAlso = append([]string{"exit-codes"}, page.SeeAlso...)
		}
	}
	for _, topic := range page.SeeAlso {
		name(topic, sectionTopics)
	}
	return prose.Block{Text: strings.Join(names, ", ")}
}
