package overlay_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"go.yaml.in/yaml/v4"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"

	"rollcall/pkg/document"
	"rollcall/pkg/overlay"
	"rollcall/pkg/roster"
)

// person is a row to be written, as untidy as people are. A field that is missing is left out where the format allows.
type person map[string]string

var fields = []string{roster.FieldEmail, roster.FieldRole, roster.FieldTeams}

func drawPeople(t *rapid.T, note string) (people []person) {
	for range rapid.IntRange(1, 8).Draw(t, "rows") {
		p := person{"note": rapid.StringMatching(note).Draw(t, "note")}
		for i, values := range [][]string{
			{"ann@x.test", "ann@x.test", "bob@x.test ", "Ann <ann@x.test>", "no", "", " \nb@x.test"},
			{"member", "Billing Manager", " managr", "", "null"},
			{"", "A", "A:Read Only", "\"A;\":dev ; B", "A:boss", "- a", "A\nB:dev"},
		} {
			if rapid.IntRange(0, 5).Draw(t, "there") > 0 {
				p[fields[i]] = rapid.SampledFrom(values).Draw(t, fields[i])
			}
		}
		people = append(people, p)
	}
	return people
}

var corrections = []string{
	"ann@y.test", "billing_manager", "A; \"B;\":dev", `a "b"`, "a|b,c;d\te", "é ł 日 𝄞", "null", "~", "- x", "# c", "a: b", "", " ", " x ", "{a}", "[a]", "5", "1e3",
	"true", "=1+1", "'=1", "it's", "\\n", "*a", "&a", "!a", "%a", "@a", "`a", "? a", "_x0041_", "a #b", "\"", "'", "2026-01-02", "sep=;",
}

// A table of which any cell is corrected has that cell, and all others as they were, on the same lines.
func TestExactlyThatCellOfATableDiffers(t *testing.T) {
	scripts := []struct {
		encoding encoding.Encoding
		pinned   document.Encoding
		narrow   bool
	}{
		{encoding: encoding.Nop},
		{encoding: unicode.UTF8BOM},
		{encoding: unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)},
		{encoding: unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), pinned: document.UTF16BE},
		{encoding: charmap.Windows1252, narrow: true},
		{encoding: charmap.Windows1252, pinned: document.Windows1252, narrow: true},
		{encoding: charmap.ISO8859_2, pinned: "ISO-8859-2", narrow: true},
	}
	rapid.Check(t, func(t *rapid.T) {
		script := rapid.SampledFrom(scripts).Draw(t, "script")
		d := dialect{
			delimiter: rapid.SampledFrom([]string{",", ";", "\t", "|"}).Draw(t, "delimiter"),
			end:       rapid.SampledFrom([]string{"\n", "\r\n", "\r"}).Draw(t, "line end"),
			always:    rapid.Bool().Draw(t, "quoted"),
			order:     rapid.Permutation([]string{"email", "role", "teams", "note"}).Draw(t, "order"),
		}
		note, notes := "note", "[a-zé日𝄞\",;\n |\t=']{0,8}"
		if script.narrow {
			note, notes = "Übernote", "[a-zé\",;\n |\t]{0,8}"
		}
		if rapid.Bool().Draw(t, "to correct") {
			d.more = []string{"error", "hint"}
		}
		text := d.table(t, note, drawPeople(t, notes))
		content, err := script.encoding.NewEncoder().Bytes([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		checkTable(t, "x.csv", content, roster.Options{Encoding: script.pinned})
	})
}

// dialect is a way to write a table.
type dialect struct {
	delimiter, end string
	always         bool
	order, more    []string
}

func (d dialect) table(t *rapid.T, note string, people []person) string {
	var b strings.Builder
	write := func(cells []string) {
		for i, cell := range cells {
			cell = strings.ReplaceAll(cell, "\n", d.end)
			if d.always || strings.ContainsAny(cell, d.delimiter+"\"\r\n") {
				cell = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
			}
			if cells[i] = cell; i > 0 {
				b.WriteString(d.delimiter)
			}
			b.WriteString(cell)
		}
		b.WriteString(d.end)
	}
	header := slices.Clone(d.order)
	header[slices.Index(header, "note")] = note
	write(append(header, d.more...))
	for _, p := range people {
		var cells []string
		for _, name := range d.order {
			cells = append(cells, p[name])
		}
		if rapid.Bool().Draw(t, "short") {
			for len(cells) > 1 && cells[len(cells)-1] == "" {
				cells = cells[:len(cells)-1]
			}
		}
		write(cells)
		if rapid.Bool().Draw(t, "blank line") {
			b.WriteString(d.end)
		}
	}
	if rapid.Bool().Draw(t, "last line without end") {
		return strings.TrimSuffix(b.String(), d.end)
	}
	return b.String()
}

// So has a workbook.
func TestExactlyThatCellOfAWorkbookDiffers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		file := excelize.NewFile()
		defer func() { _ = file.Close() }()
		row := rapid.IntRange(1, 3).Draw(t, "top")
		column := rapid.IntRange(1, 3).Draw(t, "left")
		set := func(cells []any) {
			at, err := excelize.CoordinatesToCellName(column, row)
			if err == nil {
				err = file.SetSheetRow("Sheet1", at, &cells)
			}
			if err != nil {
				t.Fatal(err)
			}
			row += rapid.IntRange(1, 2).Draw(t, "next")
		}
		order := rapid.Permutation([]string{"email", "role", "teams", "note"}).Draw(t, "order")
		var header []any
		for _, name := range order {
			header = append(header, name)
		}
		set(header)
		for _, p := range drawPeople(t, "[a-zé]{0,5}") {
			var cells []any
			for _, name := range order {
				text, there := p[name]
				switch {
				case !there:
					cells = append(cells, nil)
				case name == "note" && text == "":
					cells = append(cells, 7.5)
				default:
					cells = append(cells, text)
				}
			}
			set(cells)
		}
		var b bytes.Buffer
		if err := file.Write(&b); err != nil {
			t.Fatal(err)
		}
		checkTable(t, "x.xlsx", b.Bytes(), roster.Options{})
	})
}

// rawRow is what must be the same.
type rawRow struct {
	Line int
	All  []string
}

// rawRows returns the rows of a table, all as long as its header.
func rawRows(t *rapid.T, source document.Source, options roster.Options) (rows []rawRow, r *roster.Roster) {
	r, err := roster.Read(t.Context(), source, options)
	if err != nil {
		t.Skip(err.Error()) // there may be no row at all
	}
	for row, err := range r.RawRows(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		all := append(slices.Clone(row.All), make([]string, max(0, len(r.Columns)-len(row.All)))...)
		rows = append(rows, rawRow{row.Line, all})
	}
	return rows, r
}

func checkTable(t *rapid.T, name string, content []byte, options roster.Options) {
	want, r := rawRows(t, memory(name, content), options)
	row := rapid.IntRange(0, len(want)-1).Draw(t, "row")
	field := rapid.SampledFrom(fields).Draw(t, "field")
	text := rapid.SampledFrom(corrections).Draw(t, "text")
	corrected, err := overlay.Correct(t.Context(), memory(name, content), options, overlay.Corrections{Cells: cells{row + 1: {field: text}}})
	want[row].All[r.Field(field).At] = text
	if errors.Is(err, overlay.ErrBlank) && strings.TrimSpace(strings.Join(want[row].All, "")) == "" {
		return
	}
	if err != nil {
		t.Fatalf("%.400q with %q in %s of row %d: %v", content, text, field, row+1, err)
	}
	got, _ := rawRows(t, corrected.Source(), corrected.Options)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%q with %q becomes %.400q (-want +got):\n%s", content, text, corrected.Content, diff)
	}
}

// So has a list of people in whatever style.
func TestExactlyThatValueDiffers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		style := rapid.SampledFrom([]string{"x.json", "x.jsonl", "flow.yaml", "block.yaml", "stream.yaml"}).Draw(t, "style")
		content := list(t, style, drawPeople(t, "[a-z]{0,3}"))
		before, err := values(style, content)
		if err != nil {
			t.Fatalf("%q: %v", content, err)
		}
		change := cells{}
		for _, row := range rapid.SliceOfNDistinct(rapid.IntRange(0, len(before)-1), 1, min(2, len(before)), rapid.ID).Draw(t, "at") {
			change[row+1] = texts{}
			for _, field := range rapid.SliceOfNDistinct(rapid.SampledFrom(fields), 1, 2, rapid.ID).Draw(t, "fields") {
				text := rapid.SampledFrom(corrections).Draw(t, "text")
				change[row+1][field], before[row][field] = text, text
			}
		}
		options := roster.Options{Role: "member"}
		corrected, err := overlay.Correct(t.Context(), memory(style, []byte(content)), options, overlay.Corrections{Cells: change})
		if err != nil {
			t.Fatalf("%q with %v: %v", content, change, err)
		}
		after, err := values(style, string(corrected.Content))
		if diff := cmp.Diff(before, after); diff != "" || err != nil {
			t.Fatalf("%q with %v becomes %q, %v (-want +got):\n%s", content, change, corrected.Content, err, diff)
		}
		if diff := cmp.Diff(lines(t, memory(style, []byte(content)), options), lines(t, corrected.Source(), options)); diff != "" {
			t.Fatalf("%q with %v becomes %q (-want +got):\n%s", content, change, corrected.Content, diff)
		}
		if a, b := strings.Count(content, "# remark"), strings.Count(string(corrected.Content), "# remark"); a != b {
			t.Fatalf("%q with %v becomes %q, and loses comments", content, change, corrected.Content)
		}
	})
}

func lines(t *rapid.T, source document.Source, options roster.Options) (all []int) {
	r, err := roster.Read(t.Context(), source, options)
	if err != nil {
		t.Fatal(err)
	}
	for entry, err := range r.Entries(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, entry.Line)
	}
	return all
}

// values returns what a document says by the libraries alone.
func values(style, content string) (people []map[string]any, err error) {
	switch style {
	case "x.json":
		return people, json.Unmarshal([]byte(content), &people)
	case "x.jsonl":
		for in := json.NewDecoder(strings.NewReader(content)); ; {
			var one map[string]any
			switch err := in.Decode(&one); {
			case errors.Is(err, io.EOF):
				return people, nil
			case err != nil:
				return nil, err
			}
			people = append(people, one)
		}
	case "stream.yaml":
		for in := yaml.NewDecoder(strings.NewReader(content)); ; {
			var one map[string]any
			switch err := in.Decode(&one); {
			case errors.Is(err, io.EOF):
				return people, nil
			case err != nil:
				return nil, err
			}
			people = append(people, one)
		}
	}
	var top struct{ People []map[string]any }
	err = yaml.Unmarshal([]byte(content), &top)
	return top.People, err
}

// list writes people in a style.
func list(t *rapid.T, style string, people []person) string {
	var items []string
	for _, p := range people {
		items = append(items, item(t, style, p))
	}
	switch style {
	case "x.json":
		return "[" + strings.Join(items, rapid.SampledFrom([]string{",", " ,\n  ", ",\r\n\t"}).Draw(t, "between")) + "]"
	case "flow.yaml":
		return "people: [" + strings.Join(items, rapid.SampledFrom([]string{",", " ,\n  ", ", # remark\n "}).Draw(t, "between")) + " ]"
	case "x.jsonl":
		return strings.Join(items, rapid.SampledFrom([]string{"\n", "\r\n", "\n\n"}).Draw(t, "between"))
	case "block.yaml":
		text := "people:\n" + strings.Join(items, rapid.SampledFrom([]string{"", "\n", "# remark\n", "  # remark\n    # remark\n"}).Draw(t, "between"))
		if rapid.Bool().Draw(t, "last line without end") {
			return strings.TrimRight(text, "\n")
		}
		return text
	}
	return strings.Join(items, "---\n")
}

func item(t *rapid.T, style string, p person) string {
	if _, there := p[roster.FieldEmail]; !there && style == "stream.yaml" {
		p[roster.FieldEmail] = "" // by which a person is known
	}
	names := rapid.Permutation(slices.Sorted(maps.Keys(p))).Draw(t, "order")
	block := style == "stream.yaml" || style == "block.yaml" && rapid.Bool().Draw(t, "block")
	comment := func() string {
		return rapid.SampledFrom([]string{"", " # remark"}).Draw(t, "comment")
	}
	var parts []string
	for _, name := range names {
		key, text := name+":", ""
		if strings.HasPrefix(style, "x.") {
			key = `"` + name + `":`
		}
		manner := "scalar"
		if name == roster.FieldTeams {
			manner = rapid.SampledFrom([]string{"scalar", "list", "block list", "block list"}).Draw(t, "manner")
		}
		switch {
		case name == "note":
			key, text = strings.Replace(key, "note", "extra", 1), `{"note": "`+p[name]+`"}`
		case manner == "block list" && block:
			text = "\n    - team: A" + comment() + "\n      role: dev\n    - B:dev"
		case manner != "scalar":
			text = `[{"team": "A", "role": "dev"}, "B:dev"]`
		default:
			text = scalar(t, style, block, p[name])
		}
		if parts = append(parts, key+" "+text); block && !strings.HasPrefix(text, "|") && !strings.HasPrefix(text, ">-") {
			parts[len(parts)-1] += comment()
		}
	}
	switch {
	case !block && style == "block.yaml":
		return "  - {" + strings.Join(parts, ", ") + "} # remark\n"
	case !block:
		return "{" + strings.Join(parts, ", ") + "}"
	case len(parts) == 0:
		return "{}\n"
	case style == "stream.yaml":
		return strings.ReplaceAll(strings.Join(parts, "\n"), "\n    ", "\n  ") + "\n"
	}
	return "  - " + strings.Join(parts, "\n    ") + "\n"
}

func scalar(t *rapid.T, style string, block bool, text string) string {
	quoted, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(style, ".yaml") {
		return rapid.SampledFrom([]string{string(quoted), "null", "5"}).Draw(t, "manner")
	}
	simple := !strings.ContainsAny(text, "\n:;\"<>#") && strings.TrimSpace(text) == text && text != "" && !strings.HasPrefix(text, "-")
	switch manner := rapid.SampledFrom([]string{"plain", "single", "double", "none", "null", "folded", "literal", "lines"}).Draw(t, "manner"); {
	case manner == "plain" && simple:
		return text
	case manner == "single" && !strings.Contains(text, "\n"):
		return "'" + strings.ReplaceAll(text, "'", "''") + "'"
	case manner == "none" && block:
		return ""
	case manner == "null":
		return "~"
	case manner == "folded" && block:
		return ">-\n      a b\n      c"
	case manner == "literal" && block:
		return "|\n      a: b\n\n      c"
	case manner == "lines" && block:
		return rapid.SampledFrom([]string{"a\n      b", "\"a\n      b\"", "'a\n\n      b'"}).Draw(t, "lines")
	}
	return string(quoted)
}
