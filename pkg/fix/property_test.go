package fix_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
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

// person is a row to be written, as untidy as people are.
type person struct{ email, role, teams, note string }

func drawPeople(t *rapid.T, blanks []string, notes string) (people []person) {
	blank := rapid.SampledFrom(blanks)
	around := func(text string) string { return blank.Draw(t, "before") + text + blank.Draw(t, "after") }
	for range rapid.IntRange(1, 12).Draw(t, "rows") {
		address := fmt.Sprintf("p%d@x.test", rapid.IntRange(0, 5).Draw(t, "who"))
		form := rapid.SampledFrom([]string{"%s", "%s", "Ann <%s>", "mailto:%s", "<%s>", "%s; q@x.test", "no", ""}).Draw(t, "form")
		if strings.Contains(form, "%s") {
			form = fmt.Sprintf(form, address)
		}
		people = append(people, person{
			email: around(form),
			role:  around(rapid.SampledFrom([]string{"member", "Member", "Billing Manager", "managr", ""}).Draw(t, "role")),
			teams: around(rapid.SampledFrom([]string{"", "A", "A:Read Only", "\"A;\":Developer ; B", "A:developer; a:Developer", "A:boss", "a:b"}).Draw(t, "teams")),
			note:  rapid.StringMatching(notes).Draw(t, "note"),
		})
	}
	return people
}

// entry is what must not change.
type entry struct {
	Email, Role, Teams string
	Extra              []string
	Findings           []string
}

// entries returns those of a roster but for its duplicates, without what is said about forms that can be fixed.
func entries(t *rapid.T, name string, content []byte, options roster.Options) (all []entry, duplicates int) {
	r, err := roster.Read(t.Context(), memory(name, content), options)
	if err != nil {
		t.Fatalf("%q: %v", content, err)
	}
	for e, err := range r.Entries(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if e.DuplicateOf > 0 {
			duplicates++
			continue
		}
		one := entry{e.Email, e.Role, roster.FormatTeams(e.Teams), e.Extra, nil}
		for _, finding := range e.Findings {
			if !strings.Contains(finding.Reason, "is also on") { // which names lines
				one.Findings = append(one.Findings, finding.Field+finding.Reason)
			}
		}
		all = append(all, one)
	}
	return all, duplicates
}

// check fixes a roster, and makes sure that it says the same as before, and that nothing is left to fix.
func check(t *rapid.T, name string, content []byte, options roster.Options) {
	fixed, _, err := do(t.Context(), name, content, options)
	if err != nil {
		t.Fatalf("%q: %v", content, err)
	}
	unwrapping := options
	unwrapping.Unwrap = true
	want, _ := entries(t, name, content, unwrapping)
	got, duplicates := entries(t, name, fixed, options)
	if diff := cmp.Diff(want, got); diff != "" || duplicates > 0 {
		t.Errorf("%q becomes %q with %d duplicates (-want +got):\n%s", content, fixed, duplicates, diff)
	}
	again, changes, err := do(t.Context(), name, fixed, options)
	if err != nil || !bytes.Equal(again, fixed) || len(changes) > 0 {
		t.Errorf("%q becomes %q and then %q by %q, %v", content, fixed, again, changes, err)
	}
}

// A fixed table says the same as before, in whatever dialect, and nothing is left to fix.
func TestTablesSayTheSame(t *testing.T) {
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
	}
	rapid.Check(t, func(t *rapid.T) {
		script := rapid.SampledFrom(scripts).Draw(t, "script")
		delimiter := rapid.SampledFrom([]string{",", ";", "\t", "|"}).Draw(t, "delimiter")
		end := rapid.SampledFrom([]string{"\n", "\r\n", "\r"}).Draw(t, "line end")
		always := rapid.Bool().Draw(t, "quoted")
		order := rapid.Permutation([]int{0, 1, 2, 3}).Draw(t, "order")
		note, blanks, notes := "note", []string{"", " ", "\u00a0", "\u200b", end}, "[a-zé日𝄞\",;\n |\t=']{0,8}"
		if script.narrow {
			note, blanks, notes = "Übernote", []string{"", " ", "\u00a0", end}, "[a-zé\",;\n |\t]{0,8}"
		}
		var b strings.Builder
		write := func(cells ...string) {
			var row []string
			for _, i := range order {
				cell := strings.ReplaceAll(cells[i], "\n", end)
				if always || strings.ContainsAny(cell, delimiter+"\"\r\n") {
					cell = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
				}
				row = append(row, cell)
			}
			b.WriteString(strings.Join(row, delimiter) + end)
		}
		if rapid.Bool().Draw(t, "hint") {
			b.WriteString("sep=" + delimiter + end)
		}
		header := []string{"email", "role", "teams", note}
		if rapid.Bool().Draw(t, "to correct") {
			header = append(header, "error", "hint")
			order = append(order, 4, 5)
		}
		write(header...)
		for _, p := range drawPeople(t, blanks, notes) {
			write(p.email, p.role, p.teams, p.note, "", "=x")
			if rapid.Bool().Draw(t, "blank line") {
				b.WriteString(end)
			}
		}
		text := b.String()
		if rapid.Bool().Draw(t, "last line without end") {
			text = strings.TrimSuffix(text, end)
		}
		content, err := script.encoding.NewEncoder().Bytes([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		check(t, "x.csv", content, roster.Options{Encoding: script.pinned})
	})
}

// So do lists of people in whatever style.
func TestListsSayTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		people := drawPeople(t, []string{"", " ", "\u00a0", "\n"}, "x?")
		style := rapid.SampledFrom([]string{"x.json", "x.jsonl", "flow.yaml", "block.yaml", "stream.yaml"}).Draw(t, "style")
		var items []string
		for _, p := range people {
			items = append(items, item(t, style, p))
		}
		text := ""
		switch style {
		case "x.json":
			text = "[" + strings.Join(items, rapid.SampledFrom([]string{",", " ,\n  ", ",\r\n"}).Draw(t, "between")) + "]"
		case "flow.yaml":
			text = "people: [" + strings.Join(items, rapid.SampledFrom([]string{",", " ,\n  ", ", # , c\n "}).Draw(t, "between")) + " ]"
		case "x.jsonl":
			text = strings.Join(items, rapid.SampledFrom([]string{"\n", "\r\n", "\n\n"}).Draw(t, "between"))
		case "block.yaml":
			text = "people:\n" + strings.Join(items, rapid.SampledFrom([]string{"", "\n", "# c\n", "  # c\n    # d\n"}).Draw(t, "between"))
		case "stream.yaml":
			text = strings.Join(items, "---\n")
		}
		check(t, style, []byte(text), roster.Options{})
	})
}

// item writes a person.
func item(t *rapid.T, style string, p person) string {
	fields := [][2]string{{"email", p.email}, {"role", p.role}, {"teams", p.teams}}
	slices.SortFunc(fields, func(_, _ [2]string) int { return rapid.IntRange(-1, 1).Draw(t, "order") })
	var parts []string
	for _, field := range fields {
		parts = append(parts, key(style, field[0])+" "+value(t, style, field[1]))
	}
	switch style {
	case "block.yaml":
		if rapid.Bool().Draw(t, "in braces") {
			return "  - {" + strings.Join(parts, ", ") + "} # c\n"
		}
		return "  - " + strings.Join(parts, "\n    ") + "\n"
	case "stream.yaml":
		return strings.Join(parts, "\n") + "\n"
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func key(style, name string) string {
	if strings.HasPrefix(style, "x.") {
		return `"` + name + `":`
	}
	return name + ":"
}

func value(t *rapid.T, style, text string) string {
	quoted, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	switch simple := !strings.ContainsAny(text, "\n\u00a0:;\"<>") && strings.TrimSpace(text) == text && text != ""; {
	case strings.HasSuffix(style, ".yaml") && simple && rapid.Bool().Draw(t, "plain"):
		return text
	case strings.HasSuffix(style, ".yaml") && !strings.Contains(text, "\n") && rapid.Bool().Draw(t, "single"):
		return "'" + strings.ReplaceAll(text, "'", "''") + "'"
	}
	return string(quoted)
}

// Whatever can be read can be fixed, or it is said why not; and then it can be read.
func FuzzFix(f *testing.F) {
	files, err := filepath.Glob("../../testdata/rosters/*")
	if err != nil || len(files) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, file := range files {
		if info, err := os.Stat(file); err != nil || info.IsDir() {
			continue
		}
		content, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		if len(content) < 4<<10 && filepath.Ext(file) != ".golden" {
			f.Add(filepath.Ext(file), content)
		}
	}
	for _, e := range table {
		f.Add(filepath.Ext(e.file), []byte(e.give))
	}
	f.Fuzz(func(t *testing.T, extension string, content []byte) {
		name := "x" + extension
		options := roster.Options{Role: "member"}
		if _, err := roster.Read(t.Context(), memory(name, content), options); err != nil {
			return
		}
		fixed, _, err := do(t.Context(), name, content, options)
		if err != nil {
			t.Fatalf("%q: %v", content, err)
		}
		again, changes, err := do(t.Context(), name, fixed, options)
		if err != nil || !bytes.Equal(again, fixed) || len(changes) > 0 {
			t.Errorf("%q becomes %q and then %q by %q, %v", content, fixed, again, changes, err)
		}
	})
}
