package cli

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/spf13/pflag"

	"rollcall/pkg/fileset"
	"rollcall/pkg/ledger/sqlite"
)

// TestEveryFileIsInTheSet has a new flag that names a file be added to the table, or the file is not protected.
func TestEveryFileIsInTheSet(t *testing.T) {
	known := map[string]bool{"results": true}
	for _, option := range fileOptions {
		known[option.flag] = true
	}
	a := &app{}
	files := 0
	for _, command := range a.root().Commands() {
		look := func(flag *pflag.Flag) {
			if name, _ := pflag.UnquoteUsage(flag); name != "FILE" {
				return
			}
			if files++; !known[flag.Name] {
				t.Errorf("%s --%s names a file that is not in the set", command.Name(), flag.Name)
			}
		}
		command.Flags().VisitAll(look)
		command.InheritedFlags().VisitAll(look)
	}
	if files < len(fileOptions) {
		t.Errorf("only %d flags name files", files)
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
