package results_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/results"
)

func TestRemovedPath(t *testing.T) {
	for give, want := range map[string]string{
		"out/team.results.csv": "out/team.removed-r1.csv",
		"team.xlsx":            "team.removed-r1.csv",
		"/state/org.db":        "/state/org.removed-r1.csv",
	} {
		if got := filepath.ToSlash(results.RemovedPath(filepath.FromSlash(give), "r1")); got != want {
			t.Errorf("beside %s: %s, want %s", give, got, want)
		}
	}
}

// TestRemovedAreWrittenDownOnce has a run that goes on after a crash: who stands in a file already is not written again, and no
// file is written over.
func TestRemovedAreWrittenDownOnce(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "team.removed-r1.csv")
	ann := results.Removed{Email: "ann@x.example", Role: "manager", Teams: `=Ops:developer; "A;B":team_manager`}
	bo, cy := results.Removed{Email: "-bo@x.example", Role: "member"}, results.Removed{Email: "cy@x.example", Role: "member"}
	for _, step := range []struct {
		give []results.Removed
		want string
	}{
		{[]results.Removed{ann, bo}, "team.removed-r1.csv"},
		{[]results.Removed{bo}, "team.removed-r1.csv"},
		{[]results.Removed{bo, cy}, "team.removed-r1-2.csv"},
		{[]results.Removed{{Email: "ann@x.example", Role: "member"}, cy}, "team.removed-r1-2.csv"},
	} {
		got, err := results.WriteRemoved(path, results.Dialect{}, step.give)
		if err != nil || filepath.Base(got) != step.want {
			t.Errorf("%v is in %s, %v; want %s", step.give, got, err, step.want)
		}
	}
	for name, want := range map[string]string{
		"team.removed-r1.csv":   "email,role,teams\nann@x.example,manager,\"'=Ops:developer; \"\"A;B\"\":team_manager\"\n'-bo@x.example,member,\n",
		"team.removed-r1-2.csv": "email,role,teams\ncy@x.example,member,\n",
	} {
		content, err := os.ReadFile(filepath.Join(folder, name))
		if diff := cmp.Diff(want, string(content)); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
		if info, err := os.Stat(filepath.Join(folder, name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}

	// It is so in another dialect, too.
	german := results.Dialect{Delimiter: ';', Marked: true, CRLF: true}
	path = filepath.Join(folder, "german.csv")
	for range 2 {
		if got, err := results.WriteRemoved(path, german, []results.Removed{bo, ann}); err != nil || got != path {
			t.Errorf("german: %s, %v", got, err)
		}
	}
	content, err := os.ReadFile(path)
	want := "\ufeffemail;role;teams\r\n'-bo@x.example;member;\r\nann@x.example;manager;\"'=Ops:developer; \"\"A;B\"\":team_manager\"\r\n"
	if diff := cmp.Diff(want, string(content)); diff != "" || err != nil {
		t.Errorf("german: %v %s", err, diff)
	}

	// What stands there and is no list of such stays as it is, too.
	foreign := filepath.Join(folder, "team.removed-r2.csv")
	if err := os.WriteFile(foreign, []byte("a \"diary\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := results.WriteRemoved(foreign, results.Dialect{}, []results.Removed{ann}); err != nil || filepath.Base(got) != "team.removed-r2-2.csv" {
		t.Errorf("beside something else it is in %s, %v", got, err)
	}
	if content, err := os.ReadFile(foreign); err != nil || string(content) != "a \"diary\n" {
		t.Errorf("something else is %q now, %v", content, err)
	}
	if _, err := results.WriteRemoved(filepath.Join(folder, "none", "team.removed-r1.csv"), results.Dialect{}, []results.Removed{ann}); err == nil {
		t.Error("a file is written in no folder")
	}
}
