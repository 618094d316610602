package template_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/xuri/excelize/v2"

	"rollcall/pkg/document"
	"rollcall/pkg/roster"
	"rollcall/pkg/template"
)

func write(t *testing.T, format string, o template.Options) []byte {
	t.Helper()
	var content bytes.Buffer
	if err := template.Write(&content, format, o); err != nil {
		t.Fatal(err)
	}
	return content.Bytes()
}

// read reads a roster.
func read(t *testing.T, name string, content []byte) (*roster.Roster, error) {
	t.Helper()
	source, discard, err := document.Spool(name, bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := discard(); err != nil {
			t.Error(err)
		}
	})
	return roster.Read(t.Context(), source, roster.Options{})
}

// people are the entries of a roster: address, role and teams.
func people(t *testing.T, name string, content []byte) (people []string) {
	t.Helper()
	r, err := read(t, name, content)
	if err != nil {
		t.Fatal(err)
	}
	for entry, err := range r.Entries(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if len(entry.Findings) > 0 {
			t.Errorf("%s: %v", entry.Email, entry.Findings)
		}
		people = append(people, fmt.Sprintf("%s %s %s", entry.Email, entry.Role, roster.FormatTeams(entry.Teams)))
	}
	return people
}

// odd are names of teams that have to be quoted somewhere.
var odd = []string{"R&D: \"core\"", "One; two\nthree", "Empty - #1"}

// TestTemplateHasNoPeople reads every template as a roster: what it says about itself is no person.
func TestTemplateHasNoPeople(t *testing.T) {
	for _, format := range template.Formats() {
		for _, teams := range [][]string{nil, {"Mobile"}, odd} {
			_, err := read(t, "team."+format, write(t, format, template.Options{Teams: teams, Next: "Then upload it."}))
			if err == nil || !strings.Contains(err.Error(), "no people") {
				t.Errorf("%s with the teams %q: %v", format, teams, err)
			}
		}
	}
}

// TestYAMLExamples makes the examples in the comments people, who have the teams that the template names.
func TestYAMLExamples(t *testing.T) {
	tests := []struct {
		teams         []string
		first, second string
	}{
		{nil, "Platform", "Security"},
		{[]string{"Mobile"}, "Mobile", "Security"},
		{odd, odd[0], odd[1]},
	}
	for _, tt := range tests {
		content := write(t, template.YAML, template.Options{Teams: tt.teams})
		head, examples, found := strings.Cut(string(content), "people:\n")
		if !found {
			t.Fatalf("no people in %s", content)
		}
		for _, team := range tt.teams {
			if !strings.Contains(head, fmt.Sprintf("#   - %q\n", team)) {
				t.Errorf("the team %q is not listed in %s", team, head)
			}
		}
		if listed := strings.Contains(head, "Your teams"); listed != (len(tt.teams) > 0) {
			t.Errorf("teams are listed for %q: %v", tt.teams, listed)
		}
		filled := head + "people:\n" + strings.ReplaceAll("\n"+examples, "\n#", "\n")
		teams := []roster.Team{{Name: tt.first, Role: "team_manager"}, {Name: tt.second, Role: roster.DefaultTeamRole}}
		want := []string{"ada@example.com member ", "bruno@example.com manager " + roster.FormatTeams(teams)}
		if diff := cmp.Diff(want, people(t, "team.yaml", []byte(filled))); diff != "" {
			t.Errorf("%q: %s", tt.teams, diff)
		}
	}
}

// columns are the columns of a sheet, without the empty cells.
func columns(t *testing.T, book *excelize.File, sheet string) [][]string {
	t.Helper()
	all, err := book.GetCols(sheet)
	if err != nil {
		t.Fatal(err)
	}
	for i := range all {
		all[i] = slices.DeleteFunc(all[i], func(cell string) bool { return cell == "" })
	}
	return all
}

func TestWorkbook(t *testing.T) {
	const next = "Then upload it."
	for _, tt := range []struct {
		name          string
		options       template.Options
		choices       []string
		example, hint string
	}{
		{
			"nothing is known",
			template.Options{},
			nil,
			"Platform:developer; Security:team_manager", "Write TEAM:ROLE, and a semicolon between several. Empty: no team.",
		},
		{
			"teams and what comes next",
			template.Options{Teams: []string{"Mobile", "A; B"}, Next: next},
			[]string{
				"Mobile:developer", "Mobile:team_manager", "Mobile:analyst_developer", "Mobile:read_only",
				`"A; B":developer`, `"A; B":team_manager`, `"A; B":analyst_developer`, `"A; B":read_only`,
			},
			`Mobile:developer; "A; B":team_manager`, "Choose one of the list. For several, write them with a semicolon between. Empty: no team.",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			book, err := excelize.OpenReader(bytes.NewReader(write(t, template.XLSX, tt.options)))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([][]string{{"email"}, {"role"}, {"teams"}}, columns(t, book, "People")); diff != "" {
				t.Error(diff)
			}
			help := columns(t, book, "How to fill it in")[0]
			if !slices.ContainsFunc(help, func(line string) bool {
				return strings.HasPrefix(line, "teams: ") && strings.HasSuffix(line, " "+tt.example)
			}) {
				t.Errorf("no line about teams with the example %s in %q", tt.example, help)
			}
			if last := help[len(help)-1]; (last == next) != (tt.options.Next != "") {
				t.Errorf("the last line is %q, want %q", last, tt.options.Next)
			}
			choices := [][]string{nil, roster.Roles()}
			if len(tt.choices) > 0 {
				choices = append(choices, tt.choices)
			}
			if diff := cmp.Diff(choices, columns(t, book, "Lists"), cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
			offers, err := book.GetDataValidations("People")
			if err != nil || len(offers) != 2 || offers[1].Prompt == nil || *offers[1].Prompt != tt.hint {
				t.Errorf("offers = %+v, %v; want a last hint %q", offers, err, tt.hint)
			}
		})
	}
}

func TestFormatOf(t *testing.T) {
	for path, want := range map[string]string{
		"team.csv": template.CSV, "a.b/TEAM.XLSX": template.XLSX, "team.yaml": template.YAML, "team.yml": template.YAML,
		"team.xlsm": "", "team.txt": "", "csv": "", "-": "", "": "", "csv/team": "",
	} {
		if got, known := template.FormatOf(path); got != want || known != (want != "") {
			t.Errorf("FormatOf(%q) = %q, %v; want %q", path, got, known, want)
		}
	}
	for _, format := range template.Formats() {
		if got, _ := template.FormatOf("x." + format); got != format {
			t.Errorf("FormatOf(x.%s) = %q", format, got)
		}
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

var errFull = errors.New("disk full")

func TestWriteErrors(t *testing.T) {
	for _, format := range template.Formats() {
		if err := template.Write(full{}, format, template.Options{}); !errors.Is(err, errFull) {
			t.Errorf("%s: Write = %v, want the stream's error", format, err)
		}
	}
	var content bytes.Buffer
	if err := template.Write(&content, "ods", template.Options{}); err == nil || err.Error() != `write template: unknown format "ods"` || content.Len() > 0 {
		t.Errorf("Write = %v, and it wrote %q", err, content.String())
	}
}
