package manual_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rollcall/pkg/manual"
	"rollcall/pkg/prose"
)

// TestEveryPageIsWhole holds the files to the form that the package describes.
func TestEveryPageIsWhole(t *testing.T) {
	for _, dir := range []string{"text", "topic"} {
		files, err := filepath.Glob(dir + "/*.txt")
		if err != nil || len(files) == 0 {
			t.Fatalf("%v: %d files in %s", err, len(files), dir)
		}
		for _, file := range files {
			name := strings.TrimSuffix(filepath.Base(file), ".txt")
			page, found := manual.Command(name)
			if dir == "topic" {
				page, found = manual.Topic(name)
				if !slices.Contains(manual.Topics(), name) {
					t.Errorf("%s: it is not among the topics", file)
				}
			}
			switch {
			case !found || page.Name != name:
				t.Errorf("%s is no page", file)
			case page.Short == "" || strings.HasSuffix(page.Short, "."):
				t.Errorf("%s: the short text is %q", file, page.Short)
			}
			for _, block := range page.Examples {
				for example := range strings.Lines(block.Text) {
					if block.Kind != prose.Code || !strings.Contains(example, "rollcall ") {
						t.Errorf("%s: %q is no example of a command", file, example)
					}
				}
			}
			for _, topic := range page.SeeAlso {
				if _, found := manual.Topic(topic); !found {
					t.Errorf("%s: there is no topic %q", file, topic)
				}
			}
			for _, block := range page.Text {
				for _, term := range block.Terms {
					if strings.Contains(term.Name+term.Text, "::") {
						t.Errorf("%s: the term %q shows how it is written: %q", file, term.Name, term.Text)
					}
				}
			}
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for i, line := range strings.Split(string(content), "\n") {
				if strings.TrimRight(line, " ") != line || strings.Contains(line, "\t") {
					t.Errorf("%s:%d: %q ends in blanks, or has a tab", file, i+1, line)
				}
			}
		}
	}
	for _, name := range manual.Topics() {
		if _, found := manual.Topic(name); !found {
			t.Errorf("the topic %s has no page", name)
		}
	}
}

// TestNoPage asks for pages that there are not.
func TestNoPage(t *testing.T) {
	for _, name := range []string{"", "invit", "../text/invite", "invite.txt"} {
		for _, of := range []func(string) (manual.Page, bool){manual.Command, manual.Topic} {
			if page, found := of(name); found {
				t.Errorf("%q is the page %+v", name, page)
			}
		}
	}
}
