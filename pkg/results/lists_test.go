package results_test

import (
	"crypto/sha256"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/results"
)

// list is a list of one row with that address.
func list(path, address string) *results.Corrections {
	l := results.NewCorrections(path, "x.csv", []string{"email"}, results.Dialect{})
	l.Add([]string{address}, "wrong", "")
	return l
}

// put writes a list and returns what is remembered of it.
func put(t *testing.T, path, address string) results.Lists {
	t.Helper()
	l := list(path, address)
	written, err := l.Write()
	if err != nil || written != path {
		t.Fatalf("Write = %s, %v", written, err)
	}
	return results.Lists{path: l.Digest()}
}

func TestAnUntouchedListIsReplaced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.todo.csv")
	earlier := put(t, path, "a")
	if got, err := list(path, "b").Write(); err != nil || filepath.Base(got) != "x.todo-2.csv" {
		t.Errorf("Write = %s, %v", got, err)
	}
	if got, err := list(path, "c").Replace(earlier); err != nil || got != path {
		t.Errorf("Replace = %s, %v", got, err)
	}
	if got, err := list(path, "d").Replace(earlier); err != nil || filepath.Base(got) != "x.todo-3.csv" {
		t.Errorf("Replace of another one = %s, %v", got, err)
	}
}

func TestOnlyUntouchedListsAreRemoved(t *testing.T) {
	directory := t.TempDir()
	at := func(name string) string { return filepath.Join(directory, name) }
	lists := put(t, at("same.todo.csv"), "a")
	for _, name := range []string{"edited.todo.csv", "kept.todo.csv", "linked.todo.csv", "missing.todo.csv"} {
		maps.Copy(lists, put(t, at(name), name))
	}
	other := put(t, at("unknown.todo.csv"), "a")
	edited, err := os.OpenFile(at("edited.todo.csv"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := edited.WriteString("\n"); err != nil {
		t.Fatal(err)
	}
	if err := edited.Close(); err != nil {
		t.Fatal(err)
	}
	for _, move := range [][2]string{{"linked.todo.csv", "real"}, {"missing.todo.csv", "moved"}} {
		if err := os.Rename(at(move[0]), at(move[1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("real", at("linked.todo.csv")); err != nil {
		t.Fatal(err)
	}
	gone, err := lists.Remove(at("kept.todo.csv"))
	slices.Sort(gone)
	if diff := cmp.Diff([]string{at("missing.todo.csv"), at("same.todo.csv")}, gone); diff != "" || err != nil {
		t.Errorf("Remove: %v (-want +got):\n%s", err, diff)
	}
	for _, name := range []string{"edited.todo.csv", "kept.todo.csv", "linked.todo.csv", "real", "moved", "unknown.todo.csv"} {
		if _, err := os.Lstat(at(name)); err != nil {
			t.Error(err)
		}
	}
	if !other.Untouched(at("unknown.todo.csv")) || lists.Untouched(at("edited.todo.csv")) || (results.Lists{directory: sha256.Sum256(nil)}).Untouched(directory) {
		t.Error("what is untouched is not told from what is not")
	}
}

func TestIsList(t *testing.T) {
	directory := t.TempDir()
	for name, tt := range map[string]struct {
		content string
		want    bool
	}{
		"a list":        {"email,error,hint,rollcall_corrections\n", true},
		"an edited one": {"\"E-Mail\",\"Rollcall Corrections\"\na,b", true},
		"a German one":  {"\ufeffName;E-Mail;error;hint;rollcall_corrections\r\nx;y;z;;a.csv\r\n", true},
		"with tabs":     {"email\terror\thint\trollcall_corrections", true},
		"x.xlsx":        {"no workbook", false},
		"no list":       {"email,role\n", false},
		"nothing":       {"", false},
		"no table":      {"\"", false},
	} {
		path := filepath.Join(directory, name)
		if err := os.WriteFile(path, []byte(tt.content), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := results.IsList(path); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if results.IsList(directory) || results.IsList(filepath.Join(directory, "missing")) {
		t.Error("a folder, or nothing, is taken for a list")
	}
}
