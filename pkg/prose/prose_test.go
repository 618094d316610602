package prose_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rollcall/pkg/prose"
)

func TestParse(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       []prose.Block
	}{
		{"nothing", "\n\n", nil},
		{"a paragraph", "one\ntwo  three\n", []prose.Block{{Text: "one two three"}}},
		{"a heading", "# Roles\n\nwords", []prose.Block{{Kind: prose.Heading, Text: "Roles"}, {Text: "words"}}},
		{"code with an empty line", "  a:\n    b\n\n  c", []prose.Block{{Kind: prose.Code, Text: "a:\n  b\n\nc"}}},
		{"an insert", "{{exit-codes}}", []prose.Block{{Kind: prose.Insert, Text: "exit-codes"}}},
		{
			"terms", "role :: what\n  it is\nteams ::\n  teams",
			[]prose.Block{{Kind: prose.Terms, Terms: []prose.Term{{"role", "what it is"}, {"teams", "teams"}}}},
		},
		{
			"items", "- one\n  and more\n- two",
			[]prose.Block{{Kind: prose.Terms, Terms: []prose.Term{{prose.Bullet, "one and more"}, {prose.Bullet, "two"}}}},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, prose.Parse(test.text)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestText(t *testing.T) {
	for _, test := range []struct {
		name, text string
		layout     prose.Layout
		want       string
	}{
		{"a long word", "see https://example.com/a/very/long/address there", prose.Layout{Width: 12}, "see\nhttps://example.com/a/very/long/address\nthere\n"},
		{"never wider than prose can be read", strings.Repeat("word ", 30), prose.Layout{Width: 300}, strings.Repeat("word ", 19) + "word\n" + strings.Repeat("word ", 9) + "word\n"},
		{"a heading", "# Roles\n\nwords", prose.Layout{}, "Roles:\n  words\n"},
		{"a heading in bold", "# Roles\n\nwords", prose.Layout{Bold: true}, "\x1b[1mRoles:\x1b[0m\n  words\n"},
		{"a question", "# Why?\n\nwords", prose.Layout{}, "Why?\n  words\n"},
		{"items", "# Why?\n\n- one two\n- three", prose.Layout{Width: 10}, "Why?\n  - one\n    two\n  - three\n"},
		{"terms", "a :: one\nlonger :: two", prose.Layout{}, "  a       one\n  longer  two\n"},
		{"a term that is too long", "a :: one\n" + strings.Repeat("b", 40) + " :: two", prose.Layout{}, "  a  one\n  " + strings.Repeat("b", 40) + "\n     two\n"},
		{"where there is little room", "organization :: its name\nb :: two", prose.Layout{Width: 36}, "  organization\n      its name\n  b\n      two\n"},
		{
			"a command that is too long", "  rollcall invite team.csv --dry-run --plan team.plan.json && rollcall invite --from-plan team.plan.json",
			prose.Layout{},
			"  rollcall invite team.csv --dry-run --plan team.plan.json \\\n    && rollcall invite --from-plan team.plan.json\n",
		},
		{"code that is too long", "  " + strings.Repeat("c", 90), prose.Layout{}, "  " + strings.Repeat("c", 90) + "\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, test.layout.Text(prose.Parse(test.text))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestNothingIsLost lays out any words at any width: all of them are there, in their order, and none stands beyond the margin
// that could be moved below.
func TestNothingIsLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.StringMatching(`[a-zé]{1,14}`), 1, 60).Draw(t, "words")
		width := rapid.IntRange(20, 140).Draw(t, "width")
		blocks := []prose.Block{{Text: strings.Join(words, " ")}, {Kind: prose.Terms, Terms: []prose.Term{{Name: words[0], Text: strings.Join(words, " ")}}}}
		text := prose.Layout{Width: width}.Text(blocks)
		want := append(append(append([]string{}, words...), words[0]), words...)
		if diff := cmp.Diff(want, strings.Fields(text)); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
		for line := range strings.Lines(text) {
			if utf8.RuneCountInString(strings.TrimSuffix(line, "\n")) > min(width, 100) && len(strings.Fields(line)) > 1 {
				t.Fatalf("%d columns are not enough for %q", width, line)
			}
		}
	})
}

// TestCodeInNarrowTerminals lays out a command for terminals down to one column: it ends, and a shell would read the same words.
func TestCodeInNarrowTerminals(t *testing.T) {
	const command = "rollcall sandbox --limit 60/s -b 10 && rollcall invite é.csv | tee out > log"
	for width := 1; width <= 80; width++ {
		text := prose.Layout{Width: width}.Text([]prose.Block{{Kind: prose.Code, Text: command}})
		if diff := cmp.Diff(strings.Fields(command), strings.Fields(strings.ReplaceAll(text, "\\\n", ""))); diff != "" {
			t.Errorf("in %d columns (-want +got):\n%s", width, diff)
		}
	}
}

func TestFillAndSection(t *testing.T) {
	blocks := prose.Parse("intro\n\n# One\n\n{{table}}\n\n# Two\n\nlast")
	filled := prose.Fill(blocks, func(name string) []prose.Block { return []prose.Block{{Text: "the " + name}} })
	one, others := prose.Section(filled, "One")
	if diff := cmp.Diff([]prose.Block{{Text: "the table"}}, one); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(prose.Parse("intro\n\n# Two\n\nlast"), others); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if none, all := prose.Section(blocks, "Three"); none != nil || len(all) != len(blocks) {
		t.Errorf("no section is %v, and %d others", none, len(all))
	}
}

func TestRoff(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"what roff would take for a request", ".dot 'quote", "\\&.dot \\(aqquote\n"},
		{"flags", "with --dry-run (or -y), not re-use", "with \\fB\\-\\-dry\\-run\\fR (or \\fB\\-y\\fR), not re\\-use\n"},
		{"a backslash", `a\b`, "a\\eb\n"},
		{"items", "- one", ".IP \\(bu 2\none\n"},
		{"code", "  .rc --x", ".RS 4\n.nf\n\\&.rc \\-\\-x\n.fi\n.RE\n"},
		{"paragraphs", "one\n\ntwo", "one\n.PP\ntwo\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, prose.Roff(prose.Parse(test.text))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
