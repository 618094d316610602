package cli

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/spf13/pflag"

	"rollcall/pkg/fileset"
	"rollcall/pkg/ledger/sqlite"
)

// TestEveryFileIsInTheSet names a file by every flag that names one: a new flag has to be added to the set of its command,
// or the file is not protected.
func TestEveryFileIsInTheSet(t *testing.T) {
	a := newApp(Process{})
	named := 0
	for _, command := range a.root().Commands() {
		command.Flags().VisitAll(func(flag *pflag.Flag) {
			if name, _ := pflag.UnquoteUsage(flag); name != "FILE" || flag.Name == "jobs" {
				return
			}
			named++
			path := filepath.Join(t.TempDir(), flag.Name)
			if err := command.Flags().Set(flag.Name, path); err != nil {
				t.Fatal(err)
			}
			names := a.files[command]
			if names == nil || !slices.ContainsFunc(names(nil), func(f fileset.File) bool { return f.Path == path && f.Option == flag.Name }) {
				t.Errorf("%s --%s names a file that is not in the set", command.Name(), flag.Name)
			}
		})
	}
	if named < 20 {
		t.Errorf("only %d flags name files", named)
	}
}

// TestWhatStandsBesideALedgerIsProtected looks at the files of an open ledger.
func TestWhatStandsBesideALedgerIsProtected(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "notes.db")
	opened, err := sqlite.Open(path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(folder)
	if err := opened.Close(); err != nil {
		t.Fatal(err)
	}
	if err != nil || len(entries) < 3 {
		t.Fatalf("%d files, %v", len(entries), err)
	}
	for _, entry := range entries {
		var files fileset.Set
		files.Add(fileset.File{Path: path, Role: fileset.Ledger})
		files.Add(fileset.File{Path: filepath.Join(folder, entry.Name()), Role: fileset.Summary})
		if _, found := files.Collision(); !found {
			t.Errorf("%s may be written over", entry.Name())
		}
	}
}

func TestCollisionText(t *testing.T) {
	roster := fileset.File{Path: "people.csv", Role: fileset.Roster}
	results := fileset.File{Path: "./people.csv", Role: fileset.Results, Option: "results"}
	drift := fileset.File{Path: "people.drift.csv", Role: fileset.Drift, Option: "results"}
	tests := []struct {
		output, other fileset.File
		want          string
	}{
		{results, roster, "--results: ./people.csv would overwrite the roster (people.csv)"},
		{drift, roster, "--results: people.drift.csv, the list of differences, would overwrite the roster (people.csv)"},
		{results, drift, "--results: ./people.csv would overwrite the list of differences (people.drift.csv)"},
		{
			fileset.File{Path: "token", Role: fileset.Log, Option: "log-file"},
			fileset.File{Path: "token", Role: fileset.Token, Option: "pat-file"},
			"--log-file: token would write into the personal access token (--pat-file token)",
		},
	}
	for _, tt := range tests {
		if got := collisionText(fileset.Collision{Output: tt.output, Other: tt.other}); got != tt.want {
			t.Errorf("collisionText = %s\nwant %s", got, tt.want)
		}
	}
}
