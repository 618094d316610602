package roster_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rollcall/pkg/document"
	"rollcall/pkg/email"
	"rollcall/pkg/roster"
)

// seed adds the documents whose name ends so.
func seed(f *testing.F, pattern string) {
	f.Helper()
	files, err := filepath.Glob(rosters + "/" + pattern)
	if err != nil || len(files) == 0 {
		f.Fatalf("no seeds %s: %v", pattern, err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		if len(content) < 8<<10 {
			f.Add(content)
		}
	}
}

// readAll holds what must be true of every document.
func readAll(t *testing.T, source document.Source, options roster.Options) {
	t.Helper()
	r, err := roster.Read(t.Context(), source, options)
	if err != nil {
		var refused *roster.RefusedError
		if !errors.As(err, &refused) || len(refused.Findings) == 0 || r != nil {
			t.Errorf("Read = %+v, %v, want a refusal", r, err)
			return
		}
		for _, finding := range refused.Findings {
			if wrong := uncoded(finding); wrong != "" {
				t.Error(wrong)
			}
		}
		return
	}
	rows, invalid, duplicates, warnings, line := 0, 0, 0, len(r.Findings), 0
	for entry, err := range r.Entries(t.Context()) {
		if err != nil {
			t.Fatalf("the second reading fails: %v", err)
		}
		rows++
		if entry.Row != rows || entry.Line < line || entry.Line == 0 || len(entry.Extra) != 0 && len(entry.Extra) != len(r.Extra) {
			t.Errorf("row %d, after line %d: %+v", rows, line, entry)
		}
		line = entry.Line
		if entry.Invalid() {
			invalid++
		} else if _, err := roster.ParseRole(entry.Role); err != nil {
			t.Errorf("a good entry has the role %q", entry.Role)
		}
		if entry.DuplicateOf > 0 {
			duplicates++
		}
		for _, finding := range entry.Findings {
			if finding.Severity == roster.Warning {
				warnings++
			}
			if finding.Reason == "" || finding.Line < entry.Line || finding.Column < 1 || uncoded(finding) != "" {
				t.Errorf("finding %+v: %s", finding, uncoded(finding))
			}
		}
	}
	got := [...]int{rows, invalid, duplicates, warnings}
	if diff := cmp.Diff([...]int{r.Rows, r.Invalid, r.Duplicates, r.Warnings}, got); diff != "" {
		t.Errorf("rows, invalid, duplicates and warnings differ (-counted +found):\n%s", diff)
	}
}

func FuzzCSV(f *testing.F) {
	seed(f, "*.csv")
	f.Fuzz(func(t *testing.T, content []byte) {
		readAll(t, memory("x.csv", content), roster.Options{})
		readAll(t, memory("x", content), roster.Options{Role: "member", Map: map[string]string{"email": "Name"}})
		readAll(t, memory("x.csv", content), roster.Options{Encoding: document.Windows1252, Delimiter: ';'})
		asStandard(t, content)
	})
}

// asStandard reads a table whose dialect leaves no choice as the standard reader does: the same rows, on the same lines.
func asStandard(t *testing.T, content []byte) {
	t.Helper()
	table := append([]byte("email,role,a,b\n"), content...)
	r, err := roster.Read(t.Context(), memory("x.csv", table), roster.Options{Encoding: document.UTF8, Delimiter: ','})
	if err != nil || r.Detected != `CSV, UTF-8, "," between cells, LF line ends` {
		return
	}
	standard := csv.NewReader(bytes.NewReader(table))
	standard.FieldsPerRecord = -1
	if _, err := standard.Read(); err != nil {
		t.Fatal(err)
	}
	for entry, err := range r.Entries(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		cells, err := standard.Read()
		for err == nil && !slices.ContainsFunc(cells, func(cell string) bool { return email.Trim(cell) != "" }) {
			cells, err = standard.Read()
		}
		if errors.As(err, new(*csv.ParseError)) {
			return
		}
		line, _ := standard.FieldPos(0)
		want := append(cells, "", "", "", "")[:4]
		want[0] = email.Trim(want[0])
		got := append([]string{entry.Email, want[1]}, entry.Extra...) // roles are spelled otherwise
		if diff := cmp.Diff(want, got); diff != "" || entry.Line != line {
			t.Errorf("%q: line %d, want %d (-want +got):\n%s", table, entry.Line, line, diff)
		}
	}
}

func FuzzYAML(f *testing.F) {
	seed(f, "*.yaml")
	f.Fuzz(func(t *testing.T, content []byte) {
		readAll(t, memory("x.yaml", content), roster.Options{})
	})
}

// What encoding/json takes for JSON, and only that, is not refused as broken JSON.
func FuzzJSON(f *testing.F) {
	seed(f, "*.json")
	f.Fuzz(func(t *testing.T, content []byte) {
		readAll(t, memory("x.json", content), roster.Options{})
		readAll(t, memory("x", content), roster.Options{Format: roster.JSON, Role: "member"})
		if !utf8.Valid(content) { // UTF-16, or refused
			return
		}
		content = bare(content)
		_, err := roster.Read(t.Context(), memory("x", content), roster.Options{Format: roster.JSON})
		broken := err != nil && (strings.Contains(err.Error(), "not valid JSON") || strings.Contains(err.Error(), "something follows"))
		if valid := json.Valid(content); !valid && !values(content) && err == nil || valid && broken && !halfCharacter.Match(content) {
			t.Errorf("json.Valid is %t for %q, Read says %v", valid, content, err)
		}
	})
}

// bare returns a text without what other programs leave at its ends.
func bare(content []byte) []byte {
	for {
		shorter := bytes.TrimPrefix(bytes.TrimPrefix(content, []byte("\ufeff")), []byte("ï»¿"))
		if len(shorter) == len(content) {
			break
		}
		content = shorter
	}
	end := len(bytes.TrimRight(content, "\x1a\r\n\t "))
	if at := bytes.IndexByte(content[end:], 0x1a); at >= 0 {
		return content[:end+at]
	}
	return content
}

// values reports whether a text is JSON values, one behind the other.
func values(content []byte) bool {
	values := json.NewDecoder(bytes.NewReader(content))
	for {
		err := values.Decode(new(json.RawMessage))
		if err != nil {
			return errors.Is(err, io.EOF)
		}
	}
}

// halfCharacter matches what encoding/json reads as U+FFFD, and we do not.
var halfCharacter = regexp.MustCompile(`\\u[dD][89a-fA-F]`)

func FuzzJSONLines(f *testing.F) {
	seed(f, "*.jsonl")
	f.Fuzz(func(t *testing.T, content []byte) {
		readAll(t, memory("x.jsonl", content), roster.Options{})
		r, err := roster.Read(t.Context(), memory("x.jsonl", content), roster.Options{})
		if err != nil || !utf8.Valid(content) {
			return
		}
		// The rows are the values that encoding/json finds.
		values := json.NewDecoder(bytes.NewReader(bare(content)))
		for row := range r.Rows + 1 {
			if err := values.Decode(new(json.RawMessage)); (row < r.Rows) != (err == nil) {
				t.Errorf("%d rows in %q, and encoding/json says %v about number %d", r.Rows, content, err, row+1)
			}
		}
	})
}

// A cell is either refused or means the same once it is written again.
func FuzzTeams(f *testing.F) {
	for _, cell := range []string{"Platform:developer; Security", `"a;b":read_only`, "A:b:c", ":", `"`, "a\r\nb", "A:dev", "A:developer, B:developer"} {
		f.Add(cell)
	}
	f.Fuzz(func(t *testing.T, cell string) {
		teams, err := roster.ParseTeams(cell)
		if err != nil {
			return
		}
		again, err := roster.ParseTeams(roster.FormatTeams(teams))
		if diff := cmp.Diff(teams, again, cmpopts.IgnoreFields(roster.Team{}, "RoleDefaulted")); diff != "" || err != nil {
			t.Errorf("%q becomes %q (-want +got, error %v):\n%s", cell, roster.FormatTeams(teams), err, diff)
		}
	})
}

// Whatever the first line is, header, hint or neither, both readings make the same of it.
func FuzzHeader(f *testing.F) {
	for _, header := range []string{"email,role", "e-mail;name;role", "\"email\"\t\"role\"", "sep=;", "mail|role", "email", "Rôle;Courriel"} {
		f.Add(header)
	}
	f.Fuzz(func(t *testing.T, header string) {
		content := bytes.Join([][]byte{[]byte(header), []byte("ann@x.test,member"), []byte("ann@x.test;member;x")}, []byte("\n"))
		readAll(t, memory("x.csv", content), roster.Options{Role: "member"})
	})
}
