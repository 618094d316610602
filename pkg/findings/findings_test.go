package findings_test

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"rollcall/pkg/document"
	"rollcall/pkg/findings"
	"rollcall/pkg/onboard"
	"rollcall/pkg/remedy"
	"rollcall/pkg/roster"
)

// odd is a roster whose name and values have whatever a format takes for its own.
const odd = "email,role,teams\n" +
	"\"ann:,%::\nx@example.com\",member,\n" + // a line break and signs of workflow commands
	"bob@example.com,\"ma\"\"na,ger:\u009b[31m%0A\",\n" +
	"cid@example.com,member,n/a\n" +
	"dan@example.com,chief,\neve@example.com,chief,\nfay@example.com,chief,\ngus@example.com,chief,\n"

const oddName = "päople, 100%:\"a\".csv"

// write writes what is found in rosters, by their names.
func write(t *testing.T, o findings.Options, rosters ...document.Source) string {
	t.Helper()
	var out bytes.Buffer
	w := findings.New(&out, o)
	together := &onboard.Together{}
	for _, source := range rosters {
		checked, err := onboard.Check(t.Context(), onboard.Document{Source: source, Roster: source.Name},
			onboard.Checking{Together: together, Guards: onboard.Guards{MinRows: 100}}, onboard.Observer{})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Write(t.Context(), checked); err != nil {
			t.Fatal(err)
		}
		if err := checked.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func source(name, content string) document.Source {
	return document.Source{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil }}
}

func flag(r remedy.Remedy) string { return "--" + r.String() }

func TestText(t *testing.T) {
	got := write(t, findings.Options{Render: flag},
		source("A\u202e", "email,role\nann@example.com,boss\nbob@example.com,member\n"), source("b.csv", "email,role\nBOB@example.com,member\n"))
	want := `A\u202e: min-rows: the roster has 2 rows, and at least 100 are expected (if that is right, it passes with --min-rows 2)
A\u202e:2:17: role: unknown role "boss" (one of administrator, manager, billing_manager, member)
b.csv: min-rows: the roster has 1 row, and at least 100 are expected (if that is right, it passes with --min-rows 1)
b.csv:2:1: email: "BOB@example.com" is in A\u202e on line 3, too [warning]
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestColors(t *testing.T) {
	got := write(t, findings.Options{Color: true, Width: func() int { return 60 }}, source("a.csv", "email,role,teams\nann@example.com,boss,\nbob@example.com,member,n/a\n"))
	for _, want := range []string{
		"\x1b[1ma.csv:2:17\x1b[0m: \x1b[1;31mrole\x1b[0m: unknown role \"boss\" (one of administrator,\n    manager, ",
		"\x1b[1ma.csv:3:24\x1b[0m: \x1b[1;35mteams\x1b[0m: \"n/a\" is read",
		") \x1b[1;35m[warning]\x1b[0m\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q lacks %q", got, want)
		}
	}
}

func TestFirstOnes(t *testing.T) {
	got := write(t, findings.Options{First: true}, source("a.csv", "email,role\n"+strings.Repeat("x,member\ny,boss\nz,\n", 10)))
	if lines := strings.Split(got, "\n"); !strings.HasPrefix(lines[0], "a.csv: min-rows: ") || len(lines) > onboard.Shown+2 {
		t.Errorf("%q", lines)
	}
}

func TestJSON(t *testing.T) {
	got := write(t, findings.Options{Format: findings.JSON}, source(oddName, odd), source("b.csv", "email,role\nann@example.com,member\n"))
	lines := strings.Split(strings.TrimSuffix(got, "\n"), "\n")
	if len(lines) != 2 {
		t.Fatalf("%d lines:\n%s", len(lines), got)
	}
	var report struct {
		Roster                                       string
		Rows, Invalid, Duplicates, Skipped, Warnings int
		ExitCode                                     int `json:"exit_code"`
		Refused                                      bool
		Findings                                     []roster.Finding
	}
	if err := json.Unmarshal([]byte(lines[0]), &report); err != nil {
		t.Fatal(err)
	}
	if report.Roster != oddName || report.Rows != 7 || report.Invalid != 6 || report.Warnings != 1 || report.ExitCode != 5 || len(report.Findings) != 5 {
		t.Errorf("%+v", report)
	}
	if last := report.Findings[4]; last.Rows != 4 || !cmp.Equal(last.Lines, []int{6, 7, 8, 9}) {
		t.Errorf("%+v", last)
	}
}

// TestGitHub holds the workflow commands to what a runner reads: what stands between the first and the second "::", cut at
// commas, and the rest of the line, each without its escapes.
func TestGitHub(t *testing.T) {
	unescape := strings.NewReplacer("%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",", "%25", "%")
	var got []string
	out := write(t, findings.Options{Format: findings.GitHub, Render: flag}, source(oddName, odd))
	for line := range strings.Lines(out) {
		command, found := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "::")
		head, data, more := strings.Cut(command, "::")
		if !found || !more {
			t.Fatalf("no workflow command: %q", line)
		}
		name, properties, _ := strings.Cut(head, " ")
		parts := []string{name}
		for property := range strings.SplitSeq(properties, ",") {
			key, value, _ := strings.Cut(property, "=")
			parts = append(parts, key+"="+unescape.Replace(value))
		}
		got = append(got, strings.Join(parts, " ")+" | "+unescape.Replace(data))
	}
	const file = "file=" + oddName
	want := []string{
		"error " + file + " title=min-rows | the roster has 7 rows, and at least 100 are expected (if that is right, it passes with --min-rows 7)",
		"error " + file + ` line=2 col=1 title=email | "ann:,%::\nx@example.com" has a space in it`,
		"error " + file + ` line=4 col=17 title=role | unknown role "ma\"na,ger:\u009b[31m%0A" (one of administrator, manager, billing_manager, member)`,
		"warning " + file + ` line=5 col=24 title=teams | "n/a" is read as the name of a team (if it says that there is none, leave it empty or say --map teams:n/a=)`,
		"error " + file + ` line=6 col=17 title=role | unknown role "chief" on lines 6, 7, 8 and 9 (one of administrator, manager, billing_manager, member; --map role:chief=ROLE says what it means, --map role= that the column is no role)`,
	}
	got[1] = strings.SplitAfter(got[1], "@example.com\"")[0] + " has a space in it" // whose words are those of another package
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestCells names the cells of a workbook.
func TestCells(t *testing.T) {
	for format, want := range map[findings.Format]string{findings.GitHub: ",title=active::", findings.SARIF: `"startLine":4,"startColumn":3`} {
		got := write(t, findings.Options{Format: format}, document.File("../../testdata/cases/columns/suspended-formula.xlsx"))
		if !strings.Contains(got, "[C4]") || !strings.Contains(got, want) {
			t.Errorf("%s:\n%s", format, got)
		}
	}
}

// TestSARIF holds logs to the schema of SARIF 2.1.0 by OASIS.
func TestSARIF(t *testing.T) {
	schema, err := os.Open("testdata/sarif-schema-2.1.0.json")
	if err != nil {
		t.Fatal(err)
	}
	defer schema.Close() //nolint:errcheck // it is only read
	document, err := jsonschema.UnmarshalJSON(schema)
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource("sarif.json", document); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile("sarif.json")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"of no roster":     write(t, findings.Options{Format: findings.SARIF}),
		"of a refused one": write(t, findings.Options{Format: findings.SARIF, Version: "1.2"}, source("a.csv", "")),
		"of several": write(t, findings.Options{Format: findings.SARIF, Render: flag}, source(oddName, odd), source("/x/b c.csv", odd),
			source("https://x.test/people.csv", odd)),
	} {
		log, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, text)
		}
		if err := compiled.Validate(log); err != nil {
			t.Errorf("%s: %v\n%s", name, err, text)
		}
	}
}

func TestSARIFResults(t *testing.T) {
	var log struct {
		Runs []struct {
			Tool struct {
				Driver struct{ Rules []struct{ ID string } }
			}
			Results []struct {
				RuleID, Level    string
				Message          struct{ Text string }
				Locations        []location
				RelatedLocations []location
			}
		}
	}
	text := write(t, findings.Options{Format: findings.SARIF}, source(oddName, odd))
	if err := json.Unmarshal([]byte(text), &log); err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, rule := range log.Runs[0].Tool.Driver.Rules {
		known[rule.ID] = true
	}
	for _, result := range log.Runs[0].Results {
		if !known[result.RuleID] {
			t.Errorf("no rule %q", result.RuleID)
		}
	}
	last := log.Runs[0].Results[4]
	if last.RuleID != "role" || last.Level != "error" || !strings.HasPrefix(last.Message.Text, `role: unknown role "chief"`) || len(last.RelatedLocations) != 3 {
		t.Errorf("%+v", last)
	}
	if at := last.Locations[0].PhysicalLocation; at.Region.StartLine != 6 || at.Region.StartColumn != 17 || at.ArtifactLocation.URI != "./p%C3%A4ople,%20100%25:%22a%22.csv" {
		t.Errorf("%+v", at)
	}
	if warning := log.Runs[0].Results[3]; warning.Level != "warning" {
		t.Errorf("%+v", warning)
	}
}

// location is that of a result.
type location struct {
	PhysicalLocation struct {
		ArtifactLocation struct{ URI string }
		Region           struct{ StartLine, StartColumn int }
	}
}

func TestParseFormat(t *testing.T) {
	for give, want := range map[string]findings.Format{"": findings.Text, "JSON": findings.JSON, "sarif": findings.SARIF, "github": findings.GitHub} {
		if got, err := findings.ParseFormat(give); got != want || err != nil {
			t.Errorf("%q: %q, %v", give, got, err)
		}
	}
	if _, err := findings.ParseFormat("xml"); err == nil {
		t.Error("xml is taken")
	}
}

// TestErrorsOfWriting tells that what cannot be written is told.
func TestErrorsOfWriting(t *testing.T) {
	for _, format := range findings.Formats() {
		checked, err := onboard.Check(t.Context(), onboard.Document{Source: source("a.csv", "email,role\nx,boss\n")}, onboard.Checking{}, onboard.Observer{})
		if err != nil {
			t.Fatal(err)
		}
		w := findings.New(broken{}, findings.Options{Format: format})
		if err := w.Write(t.Context(), checked); err == nil {
			t.Errorf("%s: no error", format)
		}
		if err := checked.Close(); err != nil {
			t.Error(err)
		}
	}
}

// broken cannot be written to.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }
