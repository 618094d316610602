package results_test

import (
	"encoding/csv"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rollcall/pkg/record"
	"rollcall/pkg/results"
	"rollcall/pkg/secret"
	"rollcall/pkg/workbook"
)

// fataler is what *testing.T and *rapid.T share.
type fataler interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

func readCSV(t fataler, text string) (names []string, rows [][]string) {
	t.Helper()
	all, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return all[0], all[1:]
}

func readObjects(t fataler, text string) []map[string]any {
	t.Helper()
	var objects []map[string]any
	for line := range strings.Lines(text) {
		var object map[string]any
		if err := json.Unmarshal([]byte(line), &object); err != nil {
			t.Fatal(err)
		}
		// A key that occurs twice would be lost in the map.
		if keys := tokens(t, line); len(keys) != len(object) {
			t.Fatalf("%d keys, %d of them different: %q", len(keys), len(object), keys)
		}
		objects = append(objects, object)
	}
	return objects
}

// tokens returns the keys of a flat object in their order.
func tokens(t fataler, object string) (keys []string) {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(object))
	for i := -1; decoder.More() || i < 0; i++ {
		token, err := decoder.Token()
		if err != nil {
			t.Fatal(err)
		}
		if i >= 0 && i%2 == 0 {
			key, ok := token.(string)
			if !ok {
				t.Fatalf("%v is no key", token)
			}
			keys = append(keys, key)
		}
	}
	return keys
}

// readSheet returns the cells of the workbook's only sheet, as many in each row as in the first.
func readSheet(t fataler, document string) (rows [][]string) {
	t.Helper()
	book, err := workbook.Open([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	for row, err := range book.Sheets[0].Rows() {
		if err != nil {
			t.Fatal(err)
		}
		if row.Number != len(rows)+1 {
			t.Fatalf("row %d follows row %d", row.Number, len(rows))
		}
		cells := make([]string, row.Cells[len(row.Cells)-1].Column)
		if len(rows) > 0 {
			cells = make([]string, max(len(rows[0]), len(cells)))
		}
		for _, cell := range row.Cells {
			cells[cell.Column-1] = cell.Text
		}
		rows = append(rows, cells)
	}
	return rows
}

// shown is a text as a cell shows it.
func shown(text string) string {
	text = strings.NewReplacer("\x00", "\ufffd", "\ufffe", "\ufffd", "\uffff", "\ufffd").Replace(string([]rune(text)))
	return strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
}

// plain undoes what CSV does to a cell that looks like a formula.
func plain(cell string) string {
	return hiding.ReplaceAllString(running.ReplaceAllString(cell, "$1$2"), "$1")
}

var (
	running = regexp.MustCompile("(^|[,;|\t\r\n])'('*[=+@＝＋－＠-])")
	hiding  = regexp.MustCompile("^'('*[\t\r\n])")
)

// fields are a record as a results file shows it, fixed columns first.
func fields(r record.Record, width int) []string {
	number := func(n int) string {
		if n == 0 {
			return ""
		}
		return strconv.Itoa(n)
	}
	stamp := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.UTC().Format(time.RFC3339)
	}
	cells := []string{
		strconv.Itoa(r.Row), strconv.Itoa(r.Line), r.Email, r.Role, r.Teams, r.Outcome.String(), r.InvitationID,
		r.Token.Reveal(), r.Status, r.OrganizationID, r.OrganizationName, r.OrganizationRole, stamp(r.ExpiresAt),
		strconv.Itoa(r.Attempts), number(r.HTTPStatus), r.Error, r.Hint, stamp(r.UpdatedAt),
	}
	cells = append(cells, r.Extra...)
	for len(cells) < len(results.Columns())+width {
		cells = append(cells, "")
	}
	return cells
}

func text() *rapid.Generator[string] {
	awkward := []string{
		"", " ", `"`, `""`, ",", ";", "a,b", "'", "'=1", "=1", "a;=1", "a;'=1", "\n=1", "-", "\r", "\n", "\r\n", "\t", "\x00", "\x1b[31m", "\ufeff",
		"\u2028", "<&>", `\`, `\.`, "nul\x00", "naïve", "日本", "👩‍🚀", "\xff", "a\xc3", "null", "007", "1e3",
	}
	return rapid.OneOf(rapid.SampledFrom(awkward), rapid.String(), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string {
		return string(b)
	}))
}

func instant() *rapid.Generator[time.Time] {
	return rapid.Custom(func(t *rapid.T) time.Time {
		if rapid.Bool().Draw(t, "zero") {
			return time.Time{}
		}
		return time.Unix(rapid.Int64Range(0, 1<<33).Draw(t, "seconds"), 5).In(time.FixedZone("", 5400))
	})
}

func records(t *rapid.T, width int) []record.Record {
	var row int
	return rapid.SliceOf(rapid.Custom(func(t *rapid.T) record.Record {
		row += rapid.IntRange(1, 3).Draw(t, "step")
		s := func(name string) string { return text().Draw(t, name) }
		return record.Record{
			Row: row, Line: rapid.IntRange(0, 1<<20).Draw(t, "line"), Email: s("email"), Role: s("role"), Teams: s("teams"),
			Extra:        rapid.SliceOfN(text(), 0, width).Draw(t, "extra"),
			Outcome:      rapid.SampledFrom(record.Outcomes()).Draw(t, "outcome"),
			InvitationID: s("id"), Token: secret.New(s("token")), Status: s("status"),
			OrganizationID: s("organization id"), OrganizationName: s("organization"), OrganizationRole: s("organization role"),
			ExpiresAt: instant().Draw(t, "expires"), Attempts: rapid.IntRange(0, 9).Draw(t, "attempts"),
			HTTPStatus: rapid.SampledFrom([]int{0, 201, 503}).Draw(t, "status"),
			Error:      s("error"), Hint: s("hint"), UpdatedAt: instant().Draw(t, "updated"),
		}
	})).Draw(t, "records")
}

func TestReadingBackGivesWhatWasWritten(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		extra := rapid.SliceOfN(rapid.OneOf(text(), rapid.SampledFrom(results.Columns())), 0, 4).Draw(rt, "extra names")
		give := records(rt, len(extra))

		names, rows := readCSV(rt, write(t, results.CSV, extra, give...))
		want := make([][]string, len(give))
		for i, r := range give {
			want[i] = fields(r, len(extra))
			// A reader of CSV takes every line break inside a cell for a line feed.
			for j, cell := range want[i] {
				want[i][j] = strings.ReplaceAll(cell, "\r\n", "\n")
			}
		}
		for _, row := range rows {
			for i, cell := range row {
				row[i] = plain(cell)
			}
		}
		if len(give)+len(rows) > 0 {
			if diff := cmp.Diff(want, rows); diff != "" {
				rt.Fatalf("CSV: %s", diff)
			}
		}
		folded := make(map[string]bool)
		for _, name := range names {
			folded[strings.ToLower(name)] = true
		}
		if len(folded) != len(results.Columns())+len(extra) {
			rt.Fatalf("the header is ambiguous: %q", names)
		}

		sheet := readSheet(rt, write(t, results.XLSX, extra, give...))
		if len(sheet) != len(give)+1 {
			rt.Fatalf("%d rows for %d records", len(sheet), len(give))
		}
		for i, row := range sheet[1:] {
			for j, want := range fields(give[i], len(extra)) {
				if j < len(row) && row[j] != shown(want) || j >= len(row) && want != "" {
					rt.Fatalf("column %d of row %d: %q for %q", j, i, row, want)
				}
			}
		}

		text := write(t, results.JSONLines, extra, give...)
		objects := readObjects(rt, text)
		if len(objects) != len(give) {
			rt.Fatalf("%d objects for %d records", len(objects), len(give))
		}
		for i, line := range slices.Collect(strings.Lines(text)) {
			want := fields(give[i], len(extra))
			for j, key := range tokens(rt, line) {
				got := objects[i][key]
				switch value := got.(type) {
				case nil:
					got = ""
				case float64:
					got = strconv.FormatFloat(value, 'f', -1, 64)
				}
				// Each byte that is not UTF-8 is replaced.
				if want := string([]rune(want[j])); got != want {
					rt.Fatalf("%q of object %d = %q, want %q; keys %q", key, i, got, want, slices.Collect(maps.Keys(objects[i])))
				}
			}
		}
	})
}
