package roster_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"

	"rollcall/pkg/roster"
)

// line is one row of a table to be written, and where it must be found again.
type line struct {
	Email, Role, Teams, Note string
	Line                     int
}

// A table comes back as it was written, in whatever dialect, each row from the line on which it stands.
func TestTablesComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, want := drawTable(t)
		encoded, err := rapid.SampledFrom([]encoding.Encoding{
			encoding.Nop, unicode.UTF8BOM, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), unicode.UTF16(unicode.BigEndian, unicode.UseBOM),
		}).Draw(t, "encoding").NewEncoder().Bytes([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		people, err := roster.Read(t.Context(), memory("x.csv", encoded), roster.Options{})
		if err != nil {
			t.Fatalf("Read(%q): %v", text, err)
		}
		var got []line
		for entry, err := range people.Entries(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, line{entry.Email, entry.Role, roster.FormatTeams(entry.Teams), entry.Extra[0], entry.Line})
		}
		if diff := cmp.Diff(want, got); diff != "" || !people.Clean() {
			t.Errorf("%q comes back otherwise (-want +got):\n%s", text, diff)
		}
	})
}

func drawTable(t *rapid.T) (text string, rows []line) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Comma = rapid.SampledFrom([]rune(",;\t|")).Draw(t, "delimiter")
	w.UseCRLF = rapid.Bool().Draw(t, "CRLF")
	if rapid.Bool().Draw(t, "hint") {
		fmt.Fprintf(&b, "sep=%c\n", w.Comma)
	}
	order := rapid.Permutation([]int{0, 1, 2, 3}).Draw(t, "order")
	put := func(cells ...string) {
		ordered := make([]string, len(cells))
		for i, at := range order {
			ordered[at] = cells[i]
		}
		if err := w.Write(ordered); err != nil {
			t.Fatal(err)
		}
		w.Flush()
	}
	put("E-Mail", "Org Role", "team(s)", "note")
	for i := range rapid.IntRange(1, 20).Draw(t, "rows") {
		b.WriteString(strings.Repeat("\n", rapid.IntRange(0, 2).Draw(t, "blank lines")))
		if rapid.Bool().Draw(t, "blank row") {
			put("", " ", "", "")
		}
		row := line{
			Email: fmt.Sprintf("p%d@x.test", i),
			Role:  rapid.SampledFrom(roster.Roles()).Draw(t, "role"),
			Teams: rapid.SampledFrom([]string{"", "A:developer", "A:read_only; B:team_manager"}).Draw(t, "teams"),
			Note:  rapid.StringMatching("[a-zé\",;\n |\t]{0,8}").Draw(t, "note"),
			Line:  bytes.Count(b.Bytes(), []byte{'\n'}) + 1,
		}
		put(row.Email, row.Role, row.Teams, row.Note)
		rows = append(rows, row)
	}
	return b.String(), slices.Clip(rows)
}
