package manual_test

import (
	"slices"
	"strings"
	"testing"

	"rollcall/pkg/manual"
)

// TestEveryPageIsWhole holds the files to the form that the package describes.
func TestEveryPageIsWhole(t *testing.T) {
	names := manual.Names()
	if !slices.Contains(names, "invite") || !slices.IsSorted(names) {
		t.Errorf("the pages are %q", names)
	}
	for _, name := range names {
		page, found := manual.Of(name)
		switch {
		case !found:
			t.Errorf("%s is no page", name)
		case page.Short == "" || strings.HasSuffix(page.Short, "."):
			t.Errorf("%s: the short text is %q", name, page.Short)
		case strings.Contains(page.Long, "# Examples"):
			t.Errorf("%s: examples are the last part, below an empty line", name)
		}
		for example := range strings.Lines(page.Example) {
			if !strings.HasPrefix(example, "  rollcall ") {
				t.Errorf("%s: %q is no example of a command", name, example)
			}
		}
		for line := range strings.Lines(page.Long) {
			if text := strings.TrimSuffix(line, "\n"); strings.TrimRight(text, " ") != text || strings.Contains(text, "\t") {
				t.Errorf("%s: %q ends in blanks, or has a tab", name, text)
			}
		}
	}
}

// TestNoPage asks for pages that there are not.
func TestNoPage(t *testing.T) {
	for _, name := range []string{"", "invit", "../manual", "invite.txt"} {
		if page, found := manual.Of(name); found || page != (manual.Page{}) {
			t.Errorf("%q is the page %+v", name, page)
		}
	}
}
