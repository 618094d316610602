package roster_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/document"
	"rollcall/pkg/remedy"
	"rollcall/pkg/roster"
)

func TestReadRefusesOptions(t *testing.T) {
	tests := []struct {
		give roster.Options
		want string
	}{
		{roster.Options{Role: "managr"}, `default role: unknown role "managr" (did you mean manager?)`},
		{roster.Options{Teams: []roster.Team{{Name: "A", Role: "boss"}}}, `default teams: unknown team role "boss"`},
		{roster.Options{Teams: []roster.Team{{Name: "A"}, {Name: "a", Role: "read_only"}}}, `default teams: team "a" is there twice`},
		{roster.Options{Map: map[string]string{"mail": "x"}}, `column mapping: "mail" is none of email, role, teams`},
		{roster.Options{Format: 9}, "roster format: unknown format(9)"},
		{roster.Options{Delimiter: ':'}, "delimiter: ':' is none of , ; tab and |"},
	}
	for _, tt := range tests {
		_, err := roster.Read(t.Context(), memory("x.csv", []byte("email,role\n")), tt.give)
		if err == nil || !strings.HasPrefix(err.Error(), tt.want) || errors.As(err, new(*roster.RefusedError)) {
			t.Errorf("Read(%+v) = %v, want %s…", tt.give, err, tt.want)
		}
	}
}

func TestParseDelimiter(t *testing.T) {
	for give, want := range map[string]rune{
		",": ',', "comma": ',', ";": ';', "Semicolon": ';', "\t": '\t', `\t`: '\t', "TAB": '\t', "|": '|', "pipe": '|',
	} {
		if got, err := roster.ParseDelimiter(give); err != nil || got != want {
			t.Errorf("ParseDelimiter(%q) = %q, %v, want %q", give, got, err, want)
		}
	}
	for _, give := range []string{"", ":", ",;", "colon", "\xff"} {
		if got, err := roster.ParseDelimiter(give); err == nil {
			t.Errorf("ParseDelimiter(%q) = %q", give, got)
		}
	}
}

func TestMap(t *testing.T) {
	const table = "Login,Email,Access,Email 2\nann@x.test,b@x.test,member,c@x.test\n"
	tests := []struct {
		give map[string]string
		want string
	}{
		{map[string]string{"email": "Login", "role": "ACCESS"}, ""},
		{map[string]string{"email": " Login ", "role": "Access", "teams": "Email"}, ""},
		{map[string]string{"email": "Mail", "role": "Access"}, `x.csv:1:1: email: no column "Mail", which email is mapped to (there are "Login", "Email", "Access", "Email 2")`},
		{map[string]string{"email": "Access", "role": "Access"}, `x.csv:1:13: two fields are mapped to the column "Access" (map each to its own column)`},
	}
	for _, tt := range tests {
		r, err := roster.Read(t.Context(), memory("x.csv", []byte(table)), roster.Options{Map: tt.give})
		got := ""
		if err != nil {
			got = err.Error()
		} else if entry := first(t, r); entry.Email != "ann@x.test" || entry.Role != "member" {
			t.Errorf("with %v the entry is %+v", tt.give, entry)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("Read with %v (-want +got):\n%s", tt.give, diff)
		}
	}
}

func first(t *testing.T, r *roster.Roster) roster.Entry {
	t.Helper()
	for entry, err := range r.Entries(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		return entry
	}
	t.Fatal("no entries")
	return roster.Entry{}
}

func TestFormatOfAnUnnamedDocument(t *testing.T) {
	tests := []struct {
		give string
		want roster.Format
	}{
		{"email,role\nann@x.test,member\n", roster.CSV},
		{"\n# people\n- email: ann@x.test\n  role: member\n", roster.YAML},
		{"people:\n- {email: ann@x.test, role: member}\n", roster.YAML},
		{"---\nemail: ann@x.test\nrole: member\n", roster.YAML},
		{`[{email: "ann@x.test", role: "member"}]`, roster.YAML},
		{"{email: ann@x.test, role: member}\n", roster.YAML},
		{`[{"email": "ann@x.test", "role": "member"}]`, roster.JSON},
		{"\ufeff\n[\n  {\n    \"email\": \"ann@x.test\", \"role\": \"member\"}]", roster.JSON},
		{`{"people": [{"email": "ann@x.test", "role": "member"}]}`, roster.JSON},
		{`{"email": "ann@x.test", "role": "member"}` + "\n", roster.JSON},
		{`{"email": "ann@x.test", "role": "member"}` + "\r\n\r\n" + `{}`, roster.JSONLines},
		{"\ufeffemail: ann@x.test\nrole: member\n", roster.YAML},
		{"email;role\nann@x.test;member\n", roster.CSV},
	}
	for _, tt := range tests {
		r, err := roster.Read(t.Context(), memory("<stdin>", []byte(tt.give)), roster.Options{})
		if err != nil || r.Format != tt.want || r.Rows != 1+r.Invalid {
			t.Errorf("Read(%q) = %+v, %v, want %s", tt.give, r, err, tt.want)
		}
	}
}

func TestUnreadableRosterIsRefused(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "people.csv")
	broken := errors.New("disk on fire")
	half := document.Source{Name: "half.csv", Open: func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader("email,role\nann@x.test,boss\n"+strings.Repeat("bob@x.test,member\n", 9000)), iotest.ErrReader(broken))), nil
	}}
	yaml := document.Source{Name: "half.yaml", Open: func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader("- email: ann@x.test\n"+strings.Repeat("# padding\n", 9000)), iotest.ErrReader(broken))), nil
	}}
	halfJSON := document.Source{Name: "half.json", Open: func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader(`[{"email": "ann@x.test", "role": "mem`), iotest.ErrReader(broken))), nil
	}}
	tests := []struct {
		give  document.Source
		want  string
		cause error
	}{
		{document.File(missing), missing + ": cannot open: no such file or directory", fs.ErrNotExist},
		{half, "half.csv:2:12: role: unknown role \"boss\" (one of administrator, manager, billing_manager, member)\nhalf.csv: cannot read: disk on fire", broken},
		{yaml, "half.yaml: cannot read: disk on fire", broken},
		{halfJSON, "half.json: cannot read: disk on fire", broken},
	}
	for _, tt := range tests {
		_, err := roster.Read(t.Context(), tt.give, roster.Options{})
		if !errors.As(err, new(*roster.RefusedError)) || !errors.Is(err, tt.cause) {
			t.Errorf("Read(%s) = %v, want a refusal because of %v", tt.give.Name, err, tt.cause)
		} else if diff := cmp.Diff(tt.want, err.Error()); diff != "" {
			t.Errorf("Read(%s) (-want +got):\n%s", tt.give.Name, diff)
		}
	}
}

func TestRefusalShowsSomeFindingsAndCountsTheRest(t *testing.T) {
	content := "email,role\n" + strings.Repeat("ann,member\n", 150) + "\"ann,member\n"
	_, err := roster.Read(t.Context(), memory("x.csv", []byte(content)), roster.Options{})
	var refused *roster.RefusedError
	if !errors.As(err, &refused) || len(refused.Findings) != 101 || refused.More != 50 {
		t.Fatalf("Read = %v", err)
	}
	if want := "x.csv:152:1: "; !strings.HasPrefix(refused.Findings[100].String(), want) {
		t.Errorf("the last finding is %s, want %s…", refused.Findings[100], want)
	}
	if !strings.HasSuffix(err.Error(), "\nand 50 more findings") {
		t.Errorf("Error() ends in …%s", err.Error()[len(err.Error())-80:])
	}
}

func TestRunawayQuoteDoesNotFillTheMemory(t *testing.T) {
	for _, opening := range []string{"ann@x.test,\"member\n", "\"ann@x.test,member\n"} {
		rows := io.MultiReader(strings.NewReader("email,role\n\"b@x.test\",\"member\"\n"+opening), &endless{row: []byte("bob@x.test,member\n")})
		source := document.Source{Name: "x.csv", Open: func() (io.ReadCloser, error) { return io.NopCloser(rows), nil }}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := roster.Read(t.Context(), source, roster.Options{})
		runtime.ReadMemStats(&after)
		if want := "x.csv:3:1: a record starts here that has not ended after 1 MiB: a quote is not closed"; err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("Read = %v, want %s…", err, want)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 32<<20 {
			t.Errorf("Read took %d MiB", used>>20)
		}
	}
}

// endless repeats a row for ever.
type endless struct {
	row  []byte
	next int
}

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = e.row[e.next%len(e.row)]
		e.next++
	}
	return len(p), nil
}

func TestYAMLIsBounded(t *testing.T) {
	for _, row := range []string{"# " + strings.Repeat("a long comment ", 1000) + "\n", "- #\n"} {
		source := document.Source{Name: "x.yaml", Open: func() (io.ReadCloser, error) {
			return io.NopCloser(io.MultiReader(strings.NewReader("- email: ann@x.test\n"), &endless{row: []byte(row)})), nil
		}}
		_, err := roster.Read(t.Context(), source, roster.Options{})
		if want := "x.yaml: a YAML document may have 16 MiB and some 200,000 values at most"; err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("Read of many %.10q = %v, want %s…", row, err, want)
		}
	}
}

func TestYAMLStreamsHaveNoBound(t *testing.T) {
	const documents = 26_000 // of eight signs each: more than one content may have
	text := strings.Repeat("---\n- {email: ann@x.test, role: member}\n", documents)
	r, err := roster.Read(t.Context(), memory("x.yaml", []byte(text)), roster.Options{})
	if err != nil || r.Rows != documents || r.Duplicates != documents-1 {
		t.Errorf("Read = %+v, %v", r, err)
	}
}

func TestJSONIsBounded(t *testing.T) {
	tests := []struct{ begin, again, want string }{
		{`[{"email": "ann@x.test", "role": "member"}, {"email": "`, "x", "x.json:1:45: what begins here has not ended after 1 MiB (look for a bracket or a quote that is not closed)"},
		{"[", "[", "x.json:1:66: lists and objects are nested more than 64 deep"},
		{`{"defaults": {"role": "member"}, "people": [{"email": "ann@x.test", "teams": [`, `"A",`, "x.json:1:45: what begins here has not ended after 1 MiB (look for a bracket or a quote that is not closed)"},
		{`{"version": [`, "1, ", "x.json:1:1: what begins here has not ended after 1 MiB (look for a bracket or a quote that is not closed)"},
	}
	for _, tt := range tests {
		source := document.Source{Name: "x.json", Open: func() (io.ReadCloser, error) {
			return io.NopCloser(io.MultiReader(strings.NewReader(tt.begin), &endless{row: []byte(tt.again)})), nil
		}}
		if _, err := roster.Read(t.Context(), source, roster.Options{}); err == nil || err.Error() != tt.want {
			t.Errorf("Read(%s…) = %v, want %s", tt.begin, err, tt.want)
		}
	}
}

// However long the list, one person at a time is in memory.
func TestJSONIsStreamed(t *testing.T) {
	const rows = 20_000 // as a whole, they would take 40 MiB
	row := `{"email": "ann@x.test", "role": "member", "teams": [{"team": "Platform", "role": "developer"}]}`
	for name, text := range map[string]string{
		"x.json": `{"people": [` + strings.Repeat(row+",", rows-1) + row + "]}", "x.jsonl": strings.Repeat(row+"\n", rows),
	} {
		r, err := roster.Read(t.Context(), memory(name, []byte(text)), roster.Options{})
		if err != nil || r.Rows != rows {
			t.Fatalf("Read(%s) = %+v, %v", name, r, err)
		}
		var before, now runtime.MemStats
		runtime.ReadMemStats(&before)
		most := uint64(0)
		for entry, err := range r.Entries(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			if entry.Row%5000 == 0 {
				runtime.GC()
				runtime.ReadMemStats(&now)
				most = max(most, now.HeapAlloc)
			}
		}
		if most > before.HeapAlloc+8<<20 {
			t.Errorf("%s: reading took %d MiB on top of %d MiB", name, (most-before.HeapAlloc)>>20, before.HeapAlloc>>20)
		}
	}
}

// However the bytes come in, and wherever a block ends in the middle of a character, the text is the same.
func TestBlocksMayCutCharacters(t *testing.T) {
	for padding := range 4 {
		content := "email,role,note\nann@x.test,member," + strings.Repeat("x", padding) + strings.Repeat("日本é𝄞", 20_000) + "\nbob@x.test,member,ß\n"
		for name, wrap := range map[string]func(io.Reader) io.Reader{
			"whole": func(r io.Reader) io.Reader { return r }, "half": iotest.HalfReader, "byte": iotest.OneByteReader, "with EOF": iotest.DataErrReader,
		} {
			source := document.Source{Name: "x.csv", Open: func() (io.ReadCloser, error) { return io.NopCloser(wrap(strings.NewReader(content))), nil }}
			r, err := roster.Read(t.Context(), source, roster.Options{})
			if err != nil {
				t.Fatalf("%s, padding %d: %v", name, padding, err)
			}
			if note := first(t, r).Extra[0]; r.Rows != 2 || !strings.HasSuffix(content, note+"\nbob@x.test,member,ß\n") || len(note) != padding+240_000 {
				t.Errorf("%s, padding %d: %d rows, a note of %d bytes", name, padding, r.Rows, len(note))
			}
			cut := document.Source{Name: "x.csv", Open: func() (io.ReadCloser, error) {
				return io.NopCloser(wrap(strings.NewReader(content[:len(content)-2]))), nil
			}}
			if _, err := roster.Read(t.Context(), cut, roster.Options{}); err == nil || err.Error() != "x.csv:3:19: not valid UTF-8, while line 2 is: the document is damaged, or made of two (save it as CSV UTF-8, or say encoding windows-1252 if that is what it is)" {
				t.Errorf("%s, padding %d, cut: %v", name, padding, err)
			}
		}
	}
}

func TestEntriesNoticeAChangedDocument(t *testing.T) {
	const original = "email,role\nann@x.test,member\nbob@x.test,member\n"
	for _, changed := range []string{
		"email,role\nann@x.test,member\nbob@x.test,manager\n", "email,role\nann@x.test,member\n", "email,role\n", "", "role\n",
		original + "\n", "email,role\nann@x.test,\"member\n",
	} {
		path := filepath.Join(t.TempDir(), "people.csv")
		write(t, path, original)
		r, err := roster.Read(t.Context(), document.File(path), roster.Options{})
		if err != nil {
			t.Fatal(err)
		}
		write(t, path, changed)
		var last error
		for _, err := range r.Entries(t.Context()) {
			if last != nil {
				t.Errorf("an entry after the error, in %q", changed)
			}
			last = err
		}
		if !errors.Is(last, roster.ErrChanged) || !errors.As(last, new(*roster.RefusedError)) {
			t.Errorf("after a change to %q the last error is %v", changed, last)
		}
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestEntriesCanBeLeftEarlyAndReadAgain(t *testing.T) {
	closed := 0
	content := cleanCSV(5000)
	source := document.Source{Name: "x.csv", Open: func() (io.ReadCloser, error) {
		return closer{bytes.NewReader(content), &closed}, nil
	}}
	r, err := roster.Read(t.Context(), source, roster.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for stop := range 4 {
		for entry, err := range r.Entries(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			if entry.Row == stop*1000+1 {
				break
			}
		}
	}
	if closed != 5 {
		t.Errorf("the document was closed %d times, want 5", closed)
	}
}

type closer struct {
	io.Reader
	closed *int
}

func (c closer) Close() error {
	*c.closed++
	return nil
}

func TestCancellation(t *testing.T) {
	source := memory("x.csv", cleanCSV(5000))
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := roster.Read(canceled, source, roster.Options{}); !errors.Is(err, context.Canceled) || errors.As(err, new(*roster.RefusedError)) {
		t.Errorf("Read = %v, want context.Canceled, and no refusal", err)
	}
	r, err := roster.Read(t.Context(), source, roster.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	rows, last := 0, error(nil)
	for _, err := range r.Entries(ctx) {
		if rows++; rows == 10 {
			cancel()
		}
		last = err
	}
	if !errors.Is(last, context.Canceled) || rows != 11 {
		t.Errorf("Entries ended after %d with %v, want 11 with context.Canceled", rows, last)
	}
}

func TestEntryAt(t *testing.T) {
	r, err := roster.Read(t.Context(), memory("x.csv", []byte("Name,Email,Role,Teams\n\"A\nB\",ann@x.test,member,Platform\n")), roster.Options{})
	if err != nil {
		t.Fatal(err)
	}
	entry := first(t, r)
	for field, want := range map[string]string{
		roster.FieldEmail: "x.csv:3:4: email: r (s)", roster.FieldRole: "x.csv:3:15: role: r (s)",
		roster.FieldTeams: "x.csv:3:22: teams: r (s)", "": "x.csv:2:1: r (s)",
	} {
		if got := entry.At(field, "r", remedy.Words("s")).String(); got != want {
			t.Errorf("At(%q) = %s, want %s", field, got, want)
		}
	}
	if entry.Key() != "ann@x.test" || entry.Invalid() {
		t.Errorf("entry = %+v", entry)
	}
}

func TestFindingAsJSON(t *testing.T) {
	give := roster.Finding{File: "x.csv", Line: 14, Column: 3, Field: "role", Severity: roster.Warning, Reason: "r", Suggestion: remedy.Words("s"), Code: "c", Args: []string{"a"}, Meant: "m"}
	text, err := json.Marshal(give)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"file":"x.csv","line":14,"column":3,"field":"role","severity":"warning","reason":"r","suggestion":"s","code":"c","args":["a"],"meant":"m"}`; string(text) != want {
		t.Errorf("Marshal = %s, want %s", text, want)
	}
	var got roster.Finding
	if err := json.Unmarshal(text, &got); err != nil || !cmp.Equal(got, give) {
		t.Errorf("Unmarshal = %+v, %v", got, err)
	}
	if err := json.Unmarshal([]byte(`{"severity":"fatal"}`), &got); err == nil {
		t.Error("an unknown severity was read")
	}
}

// TestFindingsCarryRemedies has findings name the options that help as data, and the refusal show them as the caller does.
func TestFindingsCarryRemedies(t *testing.T) {
	tests := []struct {
		document string
		options  roster.Options
		want     []remedy.Remedy
		plain    string // the refusal
		flag     string
	}{
		{
			document: "mail,Rang\nann@x.test,member\n", want: []remedy.Remedy{{Option: "map", Value: "role=COLUMN"}, {Option: "role"}},
			plain: `x.csv:1:1: role: no column for the roles among "mail", "Rang" (call it "role", or name it with map role=COLUMN, or give everybody the same with role)`,
			flag:  `x.csv:1:1: role: no column for the roles among "mail", "Rang" (call it "role", or name it with --map role=COLUMN, or give everybody the same with --role)`,
		},
		{
			document: "email,role\nann@x.test,member\n", options: roster.Options{Sheet: "People"}, want: []remedy.Remedy{{Option: "sheet"}},
			plain: "x.csv:1:1: a sheet is named, and this is not an Excel workbook (leave out sheet)",
			flag:  "x.csv:1:1: a sheet is named, and this is not an Excel workbook (leave out --sheet)",
		},
	}
	for _, tt := range tests {
		_, err := roster.Read(t.Context(), memory("x.csv", []byte(tt.document)), tt.options)
		refused, ok := errors.AsType[*roster.RefusedError](err)
		if !ok || len(refused.Findings) != 1 {
			t.Fatalf("Read = %v, want one finding", err)
		}
		if diff := cmp.Diff(tt.want, refused.Findings[0].Suggestion.Remedies()); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.document, diff)
		}
		if got := refused.In(asFlag).Error(); got != tt.flag {
			t.Errorf("In = %s\nwant %s", got, tt.flag)
		}
		if got := err.Error(); got != tt.plain {
			t.Errorf("Error = %s\nwant  %s", got, tt.plain)
		}
	}
}

func TestManyDuplicates(t *testing.T) {
	var b strings.Builder
	b.WriteString("email,role,n\n")
	for i := range 3000 {
		fmt.Fprintf(&b, "p%d@x.test,member,%d\n", i%1000, i)
	}
	r, err := roster.Read(t.Context(), memory("x.csv", []byte(b.String())), roster.Options{})
	if err != nil || r.Rows != 3000 || r.Duplicates != 2000 || r.Warnings != 2000 || r.Invalid != 0 || r.Clean() {
		t.Fatalf("Read = %+v, %v", r, err)
	}
	for entry, err := range r.Entries(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		want := 0
		if entry.Row > 1000 {
			want = (entry.Row-1)%1000 + 2
		}
		if entry.DuplicateOf != want {
			t.Fatalf("row %d is a duplicate of line %d, want %d", entry.Row, entry.DuplicateOf, want)
		}
	}
}

func TestNamesTeams(t *testing.T) {
	for give, want := range map[string]bool{
		"email,role,teams\nann@x.example,member,\nbob@x.example,member,Data\n": true,
		"email,role,teams\nann@x.example,member,\nbob@x.example,member,\n":     false,
	} {
		r, err := roster.Read(t.Context(), memory("people.csv", []byte(give)), roster.Options{})
		if err != nil || r.NamesTeams != want {
			t.Errorf("%q: NamesTeams = %v, %v; want %v", give, r.NamesTeams, err, want)
		}
	}
}
