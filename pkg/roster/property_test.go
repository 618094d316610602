package roster_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"

	"rollcall/pkg/document"
	"rollcall/pkg/roster"
)

// dialect is one way to write a table.
type dialect struct {
	delimiter, end string
	// hint tells that a line "sep=" stands above, version that one of Entra ID does.
	hint, version bool
	// quoted tells that every cell stands in quotes, not only those that need to.
	quoted bool
	order  []int // where the e-mail, the role, the teams and the note stand
}

// script is one way to write text as bytes.
type script struct {
	encoding encoding.Encoding
	pinned   document.Encoding
	detected string
	// narrow tells that not every character can be written.
	narrow bool
}

var scripts = []script{
	{encoding: encoding.Nop, detected: "UTF-8"},
	{encoding: encoding.Nop, pinned: document.UTF8, detected: "UTF-8"},
	{encoding: unicode.UTF8BOM, detected: "UTF-8"},
	{encoding: unicode.UTF8BOM, pinned: document.UTF8, detected: "UTF-8"},
	{encoding: unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), detected: "UTF-16LE"},
	{encoding: unicode.UTF16(unicode.BigEndian, unicode.UseBOM), detected: "UTF-16BE"},
	{encoding: unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), pinned: document.UTF16LE, detected: "UTF-16LE"},
	{encoding: unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), pinned: document.UTF16BE, detected: "UTF-16BE"},
	{encoding: charmap.Windows1252, pinned: document.Windows1252, detected: "Windows-1252", narrow: true},
	{encoding: charmap.Windows1252, detected: "Windows-1252 (identified, 100% sure)", narrow: true},
}

// line is one row of a table to be written, and where it must be found again.
type line struct {
	Email, Role, Teams, Note string
	Line                     int
}

// A table comes back as it was written, in whatever dialect, each row from the line on which it stands.
func TestTablesComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		script := rapid.SampledFrom(scripts).Draw(t, "script")
		dialect := drawDialect(t)
		text, want := drawTable(t, dialect, script.narrow)
		encoded, err := script.encoding.NewEncoder().Bytes([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		options := roster.Options{Encoding: script.pinned}
		if rapid.Bool().Draw(t, "pin the delimiter") {
			options.Delimiter = rune(dialect.delimiter[0])
		}
		r, err := roster.Read(t.Context(), memory("x.csv", encoded), options)
		if err != nil {
			t.Fatalf("Read(%q): %v", text, err)
		}
		var got []line
		for entry, err := range r.Entries(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, line{entry.Email, entry.Role, roster.FormatTeams(entry.Teams), entry.Extra[0], entry.Line})
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q comes back otherwise (-want +got):\n%s", text, diff)
		}
		guessed := script.narrow && script.pinned == document.Auto
		if r.Clean() == guessed || r.Invalid > 0 || len(r.Findings) != r.Warnings {
			t.Errorf("%q: findings %+v in %+v", text, r.Findings, r)
		}
		if detected := dialect.describe(script); r.Detected != detected {
			t.Errorf("%q is read as %s, want %s", text, r.Detected, detected)
		}
	})
}

func drawDialect(t *rapid.T) dialect {
	return dialect{
		delimiter: rapid.SampledFrom([]string{",", ";", "\t", "|"}).Draw(t, "delimiter"),
		end:       rapid.SampledFrom([]string{"\n", "\r\n", "\r"}).Draw(t, "line end"),
		hint:      rapid.Bool().Draw(t, "hint"),
		version:   rapid.Bool().Draw(t, "version"),
		quoted:    rapid.Bool().Draw(t, "quoted"),
		order:     rapid.Permutation([]int{0, 1, 2, 3}).Draw(t, "order"),
	}
}

func (d dialect) describe(s script) string {
	between := fmt.Sprintf("%q between cells", d.delimiter)
	if d.delimiter == "\t" {
		between = "tabs between cells"
	}
	end := map[string]string{"\n": "LF", "\r\n": "CRLF", "\r": "CR"}[d.end]
	return fmt.Sprintf("CSV, %s, %s, %s line ends", s.detected, between, end)
}

// write writes one row. Lines within a cell end as all lines do.
func (d dialect) write(cells ...string) string {
	ordered := make([]string, len(cells))
	for i, at := range d.order {
		cell := strings.ReplaceAll(cells[i], "\n", d.end)
		if d.quoted || strings.ContainsAny(cell, d.delimiter+"\"\r\n") || strings.HasPrefix(cell, " ") {
			cell = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
		}
		ordered[at] = cell
	}
	return strings.Join(ordered, d.delimiter) + d.end
}

// drawTable writes a table. One that is narrow has a character that is not ASCII for certain, and is never by chance
// valid in UTF-8, too.
func drawTable(t *rapid.T, d dialect, narrow bool) (text string, rows []line) {
	var b strings.Builder
	if d.hint {
		b.WriteString("sep=" + d.delimiter + d.end)
	}
	if d.version {
		b.WriteString("version:v1.0" + strings.Repeat(d.delimiter, rapid.IntRange(0, 3).Draw(t, "filled")) + d.end)
	}
	notes, name := "[a-zé日𝄞\",;\n |\t]{0,8}", "note"
	if narrow {
		notes, name = "[a-zé\",;\n |\t]{0,8}", "Übernote"
	}
	b.WriteString(d.write("E-Mail", "Org Role", "team(s)", name))
	for i := range rapid.IntRange(1, 20).Draw(t, "rows") {
		b.WriteString(strings.Repeat(d.end, rapid.IntRange(0, 2).Draw(t, "blank lines")))
		if rapid.Bool().Draw(t, "blank row") {
			b.WriteString(d.write("", " ", "", ""))
		}
		row := line{
			Email: fmt.Sprintf("p%d@x.test", i),
			Role:  rapid.SampledFrom(roster.Roles()).Draw(t, "role"),
			Teams: rapid.SampledFrom([]string{"", "A:developer", "A:read_only; B:team_manager"}).Draw(t, "teams"),
			Note:  rapid.StringMatching(notes).Draw(t, "note"),
			Line:  strings.Count(b.String(), d.end) + 1,
		}
		b.WriteString(d.write(row.Email, row.Role, row.Teams, row.Note))
		rows = append(rows, row)
	}
	return b.String(), slices.Clip(rows)
}
