package results_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/document"
	"rollcall/pkg/results"
	"rollcall/pkg/roster"
)

func TestCorrectionsPath(t *testing.T) {
	tests := []struct{ roster, results, want string }{
		{"team.csv", "team.results.csv", "team.todo.csv"},
		{"hr/team.xlsx", "hr/team.results.xlsx", "hr/team.todo.xlsx"},
		{"hr/team.XLSM", "out/x.csv", "out/team.todo.xlsx"},
		{"team.todo.xlsx", "team.todo.results.xlsx", "team.todo-2.xlsx"},
		{"team.todo-4.results.xlsx", "team.todo-4.results-2.xlsx", "team.todo-5.xlsx"},
		{"hr/team.csv", "out/x.jsonl", "out/team.todo.csv"},
		{"team", "/tmp/team.results.csv", "/tmp/team.todo.csv"},
		{"-", "roster.results.csv", "roster.todo.csv"},
		{".csv", "x.csv", ".csv.todo.csv"},
		{"team.todo.csv", "team.todo.results.csv", "team.todo-2.csv"},
		{"team.ToDo-9.csv", "x.csv", "team.todo-10.csv"},
		{"team.results.csv", "team.results-2.csv", "team.todo.csv"},
		{"team.todo-3.results-2.csv", "x.csv", "team.todo-4.csv"},
		{"team.todo-12345678.csv", "x.csv", "team.todo-12345678.todo.csv"},
	}
	for _, tt := range tests {
		if got := results.CorrectionsPath(tt.roster, tt.results); got != tt.want {
			t.Errorf("CorrectionsPath(%q, %q) = %q, want %q", tt.roster, tt.results, got, tt.want)
		}
	}
}

func writeCorrections(t *testing.T, path string, columns []string, rows ...[]string) (written, content string) {
	t.Helper()
	list := results.NewCorrections(path, "x.csv", columns, results.Dialect{})
	for _, row := range rows {
		list.Add(row, "=wrong", "a hint")
	}
	written, err := list.Write()
	if err != nil {
		t.Fatal(err)
	}
	bytes, err := os.ReadFile(written)
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Base(written), string(bytes)
}

func TestCorrectionsRows(t *testing.T) {
	tests := map[string]struct {
		columns []string
		rows    [][]string
		want    string
	}{
		"columns are added": {
			columns: []string{"Name", "E-Mail"},
			rows:    [][]string{{"=1", "ann@x.test"}, {"Bob"}, {"Cid, Lee", "+c", "too", "many"}},
			want: "Name,E-Mail,error,hint,rollcall_corrections\n'=1,ann@x.test,'=wrong,a hint,x.csv\nBob,,'=wrong,a hint,x.csv\n" +
				"\"Cid, Lee\",'+c,'=wrong,a hint,x.csv,too,many\n",
		},
		"columns are replaced": {
			columns: []string{"hint", "email", "rollcall_corrections", "error", "note"},
			rows:    [][]string{{"old", "ann@x.test", "old.csv", "old", "n", "more"}},
			want:    "hint,email,rollcall_corrections,error,note\na hint,ann@x.test,x.csv,'=wrong,n,more\n",
		},
		"one is replaced": {
			columns: []string{"error", "email"},
			rows:    [][]string{{"old", "ann@x.test", "more"}, {}},
			want:    "error,email,hint,rollcall_corrections\n'=wrong,ann@x.test,a hint,x.csv,more\n'=wrong,,a hint,x.csv\n",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, got := writeCorrections(t, filepath.Join(t.TempDir(), "x.todo.csv"), tt.columns, tt.rows...)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCorrectionsNeverReplaceAFile(t *testing.T) {
	directory := t.TempDir()
	path := filepath.Join(directory, "x.todo.csv")
	columns := []string{"email"}
	for _, tt := range []struct{ row, want string }{
		{"ann", "x.todo.csv"}, {"ann", "x.todo.csv"}, {"bob", "x.todo-2.csv"}, {"cid", "x.todo-4.csv"}, {"bob", "x.todo-2.csv"},
	} {
		if tt.row == "cid" { // what is no file is in the way, too
			if err := os.Mkdir(filepath.Join(directory, "x.todo-3.csv"), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		if got, _ := writeCorrections(t, path, columns, []string{tt.row}); got != tt.want {
			t.Errorf("%s is written to %s, want %s", tt.row, got, tt.want)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
		t.Errorf("mode = %v, %v; want 0600", info.Mode(), err)
	}
	if _, err := results.NewCorrections(filepath.Join(directory, "nowhere", "x.todo.csv"), "x.csv", columns, results.Dialect{}).Write(); err == nil {
		t.Error("a file in no directory was written")
	}
}

// A list for a workbook is one: its cells are exact, and only what is wrong is coloured.
func TestCorrectionsOfAWorkbook(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "x.todo.xlsx")
	rows := [][]string{{"=1;'=2", "+ann@x.test"}, {"'=Bob"}, {"Cid", "c", "too", "many"}}
	name, content := writeCorrections(t, path, []string{"Name", "email"}, rows...)
	if name != "x.todo.xlsx" {
		t.Errorf("it is written to %s", name)
	}
	want := [][]string{
		{"Name", "email", "error", "hint", "rollcall_corrections"},
		{"=1;'=2", "+ann@x.test", "=wrong", "a hint", "x.csv"},
		{"'=Bob", "", "=wrong", "a hint", "x.csv"},
		{"Cid", "c", "=wrong", "a hint", "x.csv", "too", "many"},
	}
	if diff := cmp.Diff(want, readSheet(t, content)); diff != "" {
		t.Error(diff)
	}
	if again, _ := writeCorrections(t, path, []string{"Name", "email"}, rows...); again != name {
		t.Errorf("the same list is written to %s", again)
	}
	if other, _ := writeCorrections(t, path, []string{"Name", "email"}, rows[:1]...); other != "x.todo-2.xlsx" {
		t.Errorf("another list is written to %s", other)
	}
	if !results.IsList(path) {
		t.Error("it is not taken for a list")
	}
	read, err := roster.Read(t.Context(), document.File(path), roster.Options{Role: "member"})
	if err != nil || !results.HasCorrections(read.Columns) {
		t.Fatalf("roster.Read: %v", err)
	}
	for entry, err := range read.Entries(t.Context()) {
		if err != nil || entry.Row == 1 && (entry.Email != "+ann@x.test" || entry.Extra[0] != "=1;'=2") || entry.Row == 2 && entry.Extra[0] != "'=Bob" {
			t.Errorf("%+v, %v", entry, err)
		}
	}

	// What no workbook holds is CSV.
	wide := make([]string, 16_384)
	if name, _ := writeCorrections(t, path, wide, nil); name != "x.todo.csv" || !results.CorrectionsNames(path)(name) {
		t.Errorf("a wide list is written to %s", name)
	}
}

func TestCorrectionsInADialect(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.todo.csv")
	list := results.NewCorrections(path, "x.csv", []string{"Name", "email"}, results.Dialect{Delimiter: ';', Marked: true, CRLF: true})
	list.Add([]string{"Ann;=1+1", "+ann@x.test"}, "a, b", "")
	if _, err := list.Write(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	want := "\ufeffName;email;error;hint;rollcall_corrections\r\n\"Ann;'=1+1\";'+ann@x.test;a, b;;x.csv\r\n"
	if diff := cmp.Diff(want, string(content)); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
	if !results.IsList(path) {
		t.Error("it is not taken for a list")
	}
}

func TestHasCorrections(t *testing.T) {
	for _, columns := range [][]string{{"rollcall_corrections"}, {"email", "Rollcall Corrections"}, {"ROLLCALL-CORRECTIONS ", "role"}} {
		if !results.HasCorrections(columns) {
			t.Errorf("HasCorrections(%q) = false", columns)
		}
	}
	for _, columns := range [][]string{nil, {"email", "role", "error", "hint"}, {"corrections"}, {"rollcall"}, {""}} {
		if results.HasCorrections(columns) {
			t.Errorf("HasCorrections(%q) = true", columns)
		}
	}
}

func TestCorrectionsNames(t *testing.T) {
	names := results.CorrectionsNames("people.todo.xlsx")
	for name, want := range map[string]bool{"people.todo.xlsx": true, "people.todo-3.xlsx": true, "people.todo.csv": true, "people.xlsx": false, "people.todo.xlsm": false} {
		if names(name) != want {
			t.Errorf("CorrectionsNames of a workbook (%q) = %v", name, !want)
		}
	}
	for _, path := range []string{"out/people.todo.csv", "people.todo-2.csv"} {
		names := results.CorrectionsNames(path)
		for name, want := range map[string]bool{
			"people.todo.csv": true, "people.todo-2.csv": true, "people.todo-17.csv": true,
			"people.csv": false, "people.todo-1.csv": false, "people.todo.json": false, "person.todo.csv": false, "people.results.csv": false,
		} {
			if names(name) != want {
				t.Errorf("CorrectionsNames(%q)(%q) = %v", path, name, !want)
			}
		}
	}
}
