package cli

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"rollcall/pkg/config"
	"rollcall/pkg/drift"
	"rollcall/pkg/manual"
	"rollcall/pkg/pager"
	"rollcall/pkg/prose"
	"rollcall/pkg/record"
	"rollcall/pkg/statedir"
	"rollcall/pkg/status"
	"rollcall/pkg/twin"
	"rollcall/pkg/usage"
)

// TestHelpFitsTheTerminal lays out every page at several widths. Only code may be wider than a narrow terminal, and a word that
// cannot be parted.
func TestHelpFitsTheTerminal(t *testing.T) {
	book := &usage.Book{Root: wholeRoot(), Table: table, Variable: twin.Name}
	for _, width := range []int{50, 60, 80, 100, 160} {
		layout := prose.Layout{Width: width}
		var pages []string
		for _, name := range manual.Topics() {
			page, _ := book.Topic(name, layout)
			pages = append(pages, page)
		}
		for _, cmd := range book.Root.Commands() {
			pages = append(pages, book.Help(cmd, false, layout), book.Help(cmd, true, layout))
		}
		for _, page := range append(pages, book.Help(book.Root, false, layout)) {
			for line := range strings.Lines(page) {
				if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > max(width, 80) {
					t.Errorf("%d columns, and this has %d: %q", width, n, line)
				}
			}
		}
	}
}

// wholeRoot returns the program with all its commands.
func wholeRoot() *cobra.Command {
	a := newApp(Process{Lookup: func(string) (string, bool) { return "", false }})
	root := a.root()
	a.addHelp(root, false)
	return root
}

// TestEveryCommandHasAPage holds the commands and the pages of the manual to each other, and the flags that a page names to
// those that the command has.
func TestEveryCommandHasAPage(t *testing.T) {
	root := wholeRoot()
	var grouped []string
	for _, group := range manual.Commands() {
		grouped = append(grouped, group.Names...)
	}
	var visit func(*cobra.Command)
	visit = func(cmd *cobra.Command) {
		if cmd.Hidden {
			return
		}
		name := strings.ReplaceAll(strings.TrimPrefix(cmd.CommandPath(), "rollcall "), " ", "-")
		page, found := manual.Command(name)
		switch {
		case !found || cmd.Short == "":
			t.Errorf("%s: it has no page in the manual", cmd.CommandPath())
		case cmd.Parent() == root && !slices.Contains(grouped, name):
			t.Errorf("%s: it is in no group of the manual", cmd.CommandPath())
		}
		for _, flag := range page.Common {
			if cmd.Flag(flag) == nil {
				t.Errorf("%s: its page names the flag %q, which it does not have", cmd.CommandPath(), flag)
			}
		}
		grouped = slices.DeleteFunc(grouped, func(one string) bool { return one == name })
		for _, below := range cmd.Commands() {
			visit(below)
		}
	}
	visit(root)
	if len(grouped) > 0 {
		t.Errorf("the manual has groups with no commands: %q", grouped)
	}
}

// readManual returns the texts of the manual, by the names of their files.
func readManual(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "manual", "t*", "*.txt"))
	if err != nil || len(files) < 20 {
		t.Fatalf("%v: %d texts", err, len(files))
	}
	texts := map[string]string{}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		texts[file] = string(content)
	}
	return texts
}

// TestTheManualNamesFlagsThatThereAre looks for flags, commands and variables of ours that no command has.
func TestTheManualNamesFlagsThatThereAre(t *testing.T) {
	root := wholeRoot()
	flags, commands := map[string]bool{"all": true}, map[string]bool{"ROSTER": true, "COMMAND": true}
	var visit func(*cobra.Command)
	visit = func(cmd *cobra.Command) {
		commands[cmd.Name()] = true
		cmd.InheritedFlags()
		cmd.Flags().VisitAll(func(flag *pflag.Flag) { flags[flag.Name] = true })
		for _, below := range cmd.Commands() {
			visit(below)
		}
	}
	visit(root)
	for file, text := range readManual(t) {
		for _, named := range regexp.MustCompile(`(?:^|[^\w-])--([a-z][a-z-]*)`).FindAllStringSubmatch(text, -1) {
			if !flags[named[1]] {
				t.Errorf("%s names the flag --%s, which no command has", file, named[1])
			}
		}
		for _, named := range regexp.MustCompile(`ROLLCALL_([A-Z_]+)`).FindAllStringSubmatch(text, -1) {
			if named[0] != pager.Variable && !flags[strings.ToLower(strings.ReplaceAll(named[1], "_", "-"))] {
				t.Errorf("%s names the variable %s, which no flag has", file, named[0])
			}
		}
		for _, named := range regexp.MustCompile(`(?m)^  .*?\brollcall ([a-z]+)`).FindAllStringSubmatch(text, -1) {
			if !commands[named[1]] {
				t.Errorf("%s shows the command rollcall %s, which there is not", file, named[1])
			}
		}
	}
}

// TestTheManualHasTheWordsOfTheCode holds lists in the manual to those in code.
func TestTheManualHasTheWordsOfTheCode(t *testing.T) {
	var outcomes, drifts, codes []string
	for _, outcome := range record.Outcomes() {
		outcomes = append(outcomes, outcome.String())
	}
	for _, kind := range drift.Kinds() {
		drifts = append(drifts, string(kind))
	}
	for _, one := range status.All() {
		codes = append(codes, strconv.Itoa(int(one)))
	}
	for _, test := range []struct {
		topic, heading string
		want           []string
	}{
		{"results", "Outcomes", outcomes},
		{"results", "What a sync finds to differ", drifts},
		{"exit-codes", "What to do", codes},
	} {
		page, _ := manual.Topic(test.topic)
		section, _ := prose.Section(page.Text, test.heading)
		var got []string
		for _, block := range section {
			for _, term := range block.Terms {
				got = append(got, strings.Split(term.Name, ", ")...)
			}
		}
		slices.Sort(got)
		slices.Sort(test.want)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s, %s (-code +manual):\n%s", test.topic, test.heading, diff)
		}
	}
}

// TestTheManualKnowsTheFiles holds what the manual says of files to where they are.
func TestTheManualKnowsTheFiles(t *testing.T) {
	page, _ := manual.Topic("environment")
	section, _ := prose.Section(page.Text, "Files")
	text := prose.Layout{}.Text(section)
	text = strings.Join(strings.Fields(filepath.ToSlash(strings.ReplaceAll(text, `\`, "/"))), " ")
	home := t.TempDir()
	paths := append(config.Files(home), config.Login(home))
	for _, system := range []string{"linux", "darwin", "windows"} {
		dir, err := statedir.Of("rollcall", statedir.Surroundings{
			System: system, Home: func() (string, error) { return home, nil }, Exists: func(string) bool { return false },
			Lookup: func(name string) (string, bool) { return filepath.Join(home, "%LocalAppData%"), name == "LOCALAPPDATA" },
		})
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, filepath.Join(dir, "ID.db"))
	}
	for _, path := range paths {
		path = strings.Replace(filepath.ToSlash(path), filepath.ToSlash(home), "~", 1)
		if path = strings.TrimPrefix(path, "~/%"); filepath.Ext(path) != ".yml" && !strings.Contains(text, path) {
			t.Errorf("the manual lacks %s in\n%s", path, text)
		}
	}
}

// TestManualPages has mandoc look for mistakes in the manual pages.
func TestManualPages(t *testing.T) {
	mandoc, err := exec.LookPath("mandoc")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("mandoc is not installed: apt-get install mandoc")
	}
	dir := t.TempDir()
	code := Run(t.Context(), Process{
		Args: []string{"manual", dir}, Out: io.Discard, Err: io.Discard,
		Lookup: func(name string) (string, bool) { return "1790000000", name == "SOURCE_DATE_EPOCH" },
	})
	pages, err := filepath.Glob(filepath.Join(dir, "*.[17]"))
	if code != status.Well || err != nil || len(pages) < 20 {
		t.Fatalf("exit code %d, %v, %d pages", code, err, len(pages))
	}
	output, err := exec.CommandContext(t.Context(), mandoc, append([]string{"-T", "lint", "-W", "warning"}, pages...)...).CombinedOutput()
	if err != nil || len(output) > 0 {
		t.Errorf("%v\n%s", err, output)
	}
}

// TestEveryTextIsFilledIn looks for tables that no code has.
func TestEveryTextIsFilledIn(t *testing.T) {
	for _, topic := range append(manual.Topics(), "help", "invite", "sync") {
		var out bytes.Buffer
		code := Run(t.Context(), Process{Args: []string{"help", topic, "--all"}, Out: &out, Err: &out, Lookup: func(string) (string, bool) { return "", false }})
		if code != status.Well || strings.Contains(out.String(), "{{") || strings.Contains(out.String(), "\n\n\n") {
			t.Errorf("%s: exit code %d\n%s", topic, code, out.String())
		}
	}
}
