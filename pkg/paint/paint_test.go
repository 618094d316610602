package paint_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/paint"
)

// hostile is text that would do something to a terminal, or to whoever reads it.
var hostile = map[string]string{
	"\x1b]0;owned\a":    `\x1b]0;owned\a`,
	"\x1b[31mred":       `\x1b[31mred`,
	"\u009b2J":          `\u009b2J`,
	"\x9b2J":            "\ufffd2J",
	"a\u202eb\u2066c":   `a\u202eb\u2066c`,
	"over\rwritten\n":   `over\rwritten\n`,
	"nul\x00, del\x7f":  `nul\x00, del\x7f`,
	"\xff\xfeinvalid":   "\ufffd\ufffdinvalid",
	"\u2028\u2029":      `\u2028\u2029`,
	"tag\U000e0041":     `tag\U000e0041`,
	"\b\f\v\t":          `\b\f\v\t`,
	"日本語 é is harmless": "日本語 é is harmless",
}

func TestClean(t *testing.T) {
	for give, want := range hostile {
		if got := paint.Clean(give); got != want {
			t.Errorf("Clean(%q) = %q, want %q", give, got, want)
		}
		for _, role := range []paint.Role{paint.Plain, paint.Good, paint.Bad, paint.Warn, paint.Dim, paint.Strong} {
			line := paint.Line{}.In(role, give)
			if got := line.Render(false); got != want {
				t.Errorf("%q without colours: %q", give, got)
			}
			if got := strings.ReplaceAll(line.Render(true), want, ""); strings.Count(got, "\x1b") > 2 || strings.ContainsAny(got, "\r\n\a\x00") {
				t.Errorf("%q in role %d: %q", give, role, got)
			}
		}
	}
}

func TestVisible(t *testing.T) {
	for give, want := range map[string]string{
		"plain": "plain", "a\tb\r\nc": "a b  c", "a\u200bb": `a\u200bb`, "a\u00adb": `a\u00adb`, "\ufeffa": `\ufeffa`, "a\u202eb": `a\u202eb`, "a\x1bb": `a\x1bb`,
		"a\xffb": "a\ufffdb", "\U000e0100": `\U000e0100`, "a\u200db": "a\u200db",
	} {
		if got := paint.Visible(give); got != want {
			t.Errorf("Visible(%q) = %q, want %q", give, got, want)
		}
	}
}

func TestRender(t *testing.T) {
	line := paint.Words("rows ").In(paint.Good, "3").In(paint.Plain, "").In(paint.Bad, " ").In(paint.Warn, "1!")
	if got, want := line.Render(true), "rows \x1b[32m3\x1b[0m \x1b[1;35m1!\x1b[0m"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := line.Render(false); got != "rows 3 1!" || line.String() != got {
		t.Errorf("%q", got)
	}
	other, another := line.Words(" a"), line.Words(" b")
	if other.String() != "rows 3 1! a" || another.String() != "rows 3 1! b" || line.String() != "rows 3 1!" {
		t.Errorf("a line has changed: %s, %s, %s", other, another, line)
	}
}

func TestWrap(t *testing.T) {
	for _, tt := range []struct {
		name  string
		give  paint.Line
		cells int
		want  []string
	}{
		{"it fits", paint.Words("  name  a b c"), 13, []string{"  name  a b c"}},
		{"it hangs", paint.Words("  name  one two three four five").Hanging(8), 28, []string{"  name  one two three four", "        five"}},
		{"no room to hang", paint.Words("  name  one two three").Hanging(8), 16, []string{"  name  one two", "  three"}},
		{"a long word stays whole", paint.Words("  name  /a/very/long/path/that/nobody/breaks and more").Hanging(8), 30, []string{"  name  /a/very/long/path/that/nobody/breaks", "        and more"}},
		{"nobody knows", paint.Words(strings.Repeat("x ", 100)), 0, []string{strings.Repeat("x ", 100)}},
		{"roles within a word", paint.Words("aaa (").In(paint.Warn, "bbb").Words("), ccc"), 9, []string{"aaa", "(bbb),", "ccc"}},
		{"wide runes", paint.Words("日本 日本 日本"), 9, []string{"日本 日本", "日本"}},
		{"empty", paint.Line{}, 10, []string{""}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, line := range tt.give.Wrap(tt.cells) {
				got = append(got, line.String())
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestPad(t *testing.T) {
	for _, tt := range []struct{ give, want string }{{"ab", "ab   "}, {"abcdef", "abcd…"}, {"日本語", "日本…"}, {"日本", "日本 "}} {
		if got := paint.Pad(tt.give, 5); got != tt.want {
			t.Errorf("Pad(%q) = %q, want %q", tt.give, got, tt.want)
		}
	}
}

func TestPaper(t *testing.T) {
	var out bytes.Buffer
	paper := paint.Paper{Out: &out, Color: true, Width: func() int { return 25 }}
	if err := paper.Print(paint.Words("  a  ").In(paint.Dim, "one two three four five").Hanging(5), paint.Line{}); err != nil {
		t.Fatal(err)
	}
	dim := func(word string) string { return "\x1b[2m" + word + "\x1b[0m" }
	want := "  a  " + dim("one") + " " + dim("two") + " " + dim("three") + " " + dim("four") + "\n     " + dim("five") + "\n\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

func TestColors(t *testing.T) {
	for _, tt := range []struct {
		env      string
		terminal bool
		want     bool
	}{
		{"", true, true},
		{"", false, false},
		{"NO_COLOR=1", true, false},
		{"NO_COLOR=", true, true},
		{"TERM=dumb", true, false},
		{"TERM=xterm-256color", true, true},
		{"CLICOLOR=0", true, false},
		{"FORCE_COLOR=1", false, true},
		{"FORCE_COLOR=0", false, false},
		{"CLICOLOR_FORCE=1", false, true},
		{"CLICOLOR_FORCE=1 TERM=dumb", false, true},
		{"CLICOLOR_FORCE=1 NO_COLOR=1", true, false},
	} {
		lookup := func(name string) (string, bool) {
			for field := range strings.FieldsSeq(tt.env) {
				if key, value, _ := strings.Cut(field, "="); key == name {
					return value, true
				}
			}
			return "", false
		}
		if got := paint.Colors(tt.terminal, lookup); got != tt.want {
			t.Errorf("%q at a terminal (%t): %t", tt.env, tt.terminal, got)
		}
	}
}

// TestFilter writes text in pieces of every size.
func TestFilter(t *testing.T) {
	const give = "email,role\nadä@x.example\t日本,\x1b]0;t\a\u009b1m\r\u202e\x00\x7f\xff\U000e0041\xe6\x97"
	want := "email,role\nadä@x.example\t日本," + `\u001b]0;t\u0007\u009b1m\u000d\u202e\u0000\u007f` + "\ufffd" + `\U000e0041` + "\ufffd\ufffd"
	for size := 1; size <= len(give); size++ {
		var out bytes.Buffer
		f := paint.NewFilter(&out)
		for rest := give; rest != ""; {
			piece := rest[:min(size, len(rest))]
			rest = rest[len(piece):]
			if n, err := f.Write([]byte(piece)); n != len(piece) || err != nil {
				t.Fatalf("Write = %d, %v", n, err)
			}
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, out.String()); diff != "" {
			t.Fatalf("in pieces of %d bytes: %s", size, diff)
		}
	}
}

func TestTable(t *testing.T) {
	rows := [][]paint.Cell{
		{{paint.Strong, "NAME"}, {paint.Plain, "N"}, {paint.Plain, "WHAT"}},
		{{paint.Plain, "日本\x1b"}, {paint.Plain, "100"}, {paint.Plain, "one two three four five six"}},
		{{paint.Plain, "a"}, {paint.Plain, ""}, {paint.Plain, ""}},
	}
	var out bytes.Buffer
	paper := paint.Paper{Out: &out, Width: func() int { return 36 }}
	if err := paper.Print(paint.Table(rows)...); err != nil {
		t.Fatal(err)
	}
	want := "NAME      N    WHAT\n日本\\x1b  100  one two three four\n               five six\na\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}
