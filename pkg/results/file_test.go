package results_test

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/record"
	"rollcall/pkg/results"
	"rollcall/pkg/workbook"
)

func create(t *testing.T, path string) *results.File {
	t.Helper()
	f, err := results.Create(path, results.Options{Extra: []string{"Department", "Desk"}})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func listing(t *testing.T, directory string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(directory)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func content(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// old puts a wider file in the way.
func old(t *testing.T, path string) {
	t.Helper()
	if err := os.WriteFile(path, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestFileAppearsWholeAndOwnerOnly(t *testing.T) {
	directory := t.TempDir()
	path := filepath.Join(directory, "team.results.csv")
	old(t, path)

	f := create(t, path)
	if err := f.Write(invited()); err != nil {
		t.Fatal(err)
	}
	if got := content(t, path); got != "old" {
		t.Errorf("before Commit the file holds %q", got)
	}
	temp := listing(t, directory)[0]
	if info, err := os.Stat(filepath.Join(directory, temp)); err != nil || info.Mode() != 0o600 {
		t.Errorf("mode of %s = %v, %v; want 0600", temp, info.Mode(), err)
	}
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := f.Discard(); err != nil {
		t.Errorf("Discard after Commit = %v", err)
	}
	if err := f.Commit(); err == nil {
		t.Error("a second Commit went through")
	}

	if want := write(t, results.CSV, []string{"Department", "Desk"}, invited()); content(t, path) != want {
		t.Errorf("the file holds %q, want %q", content(t, path), want)
	}
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
		t.Errorf("mode = %v, %v; want 0600", info.Mode(), err)
	}
	if diff := cmp.Diff([]string{"team.results.csv"}, listing(t, directory)); diff != "" {
		t.Error(diff)
	}
}

func TestDiscardLeavesNothingBehind(t *testing.T) {
	directory := t.TempDir()
	path := filepath.Join(directory, "team.results.jsonl")
	old(t, path)
	f := create(t, path)
	if err := f.Write(invited()); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := f.Discard(); err != nil {
			t.Errorf("Discard = %v", err)
		}
	}
	if err := f.Commit(); err == nil {
		t.Error("Commit after Discard went through")
	}
	if got := content(t, path); got != "old" {
		t.Errorf("the file holds %q, want the old content", got)
	}
	if diff := cmp.Diff([]string{"team.results.jsonl"}, listing(t, directory)); diff != "" {
		t.Error(diff)
	}
}

func TestCommitFailsAfterARefusedRow(t *testing.T) {
	directory := t.TempDir()
	path := filepath.Join(directory, "team.results.csv")
	old(t, path)
	f := create(t, path)
	if err := f.Write(record.Record{Row: 1}); err == nil {
		t.Fatal("a row without an outcome was written")
	}
	if err := f.Commit(); err == nil || !strings.Contains(err.Error(), "row 1") {
		t.Errorf("Commit = %v, want the refused row", err)
	}
	if err := f.Discard(); err != nil {
		t.Error(err)
	}
	if got := content(t, path); got != "old" {
		t.Errorf("the file holds %q, want the old content", got)
	}
}

func TestCreateReplacesPlainFilesOnly(t *testing.T) {
	directory := t.TempDir()
	old(t, filepath.Join(directory, "plain.csv"))
	for link, target := range map[string]string{"link.csv": "plain.csv", "dangling.csv": "nowhere", "device.csv": os.DevNull} {
		if err := os.Symlink(target, filepath.Join(directory, link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(directory, "directory.csv"), 0o700); err != nil {
		t.Fatal(err)
	}
	socket, err := new(net.ListenConfig).Listen(t.Context(), "unix", filepath.Join(directory, "socket.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = socket.Close() }()
	before := listing(t, directory)
	tests := []struct{ name, want string }{
		{"link.csv", "symbolic link; name the file"},
		{"dangling.csv", "symbolic link; name the file"},
		{"device.csv", "symbolic link; name the file"},
		{"directory.csv", "it is a directory"},
		{"socket.csv", "it is not a plain file"},
		{"results.txt", "the name must end in"},
		{"nowhere/results.csv", "no such file or directory"},
		{"plain.csv/results.csv", "not a directory"},
	}
	for _, tt := range tests {
		_, err := results.Create(filepath.Join(directory, tt.name), results.Options{})
		if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), tt.name) {
			t.Errorf("Create(%s) = %v, want %q", tt.name, err, tt.want)
		}
	}
	if diff := cmp.Diff(before, listing(t, directory)); diff != "" {
		t.Errorf("something was left behind: %s", diff)
	}
}

func TestCommitRefusesALinkPutInItsWay(t *testing.T) {
	directory := t.TempDir()
	path := filepath.Join(directory, "team.csv")
	f := create(t, path)
	if err := os.Symlink("elsewhere", path); err != nil {
		t.Fatal(err)
	}
	if err := f.Commit(); err == nil || !strings.Contains(err.Error(), "symbolic link") {
		t.Errorf("Commit = %v, want a refusal", err)
	}
	if err := f.Discard(); err != nil {
		t.Errorf("Discard = %v", err)
	}
	if diff := cmp.Diff([]string{"team.csv"}, listing(t, directory)); diff != "" {
		t.Error(diff)
	}
}

func TestCreateRefusesMoreRowsThanTheFormatHolds(t *testing.T) {
	path := filepath.Join(t.TempDir(), "team.xlsx")
	for _, rows := range []int{0, workbook.MaxRows - 1} {
		f, err := results.Create(path, results.Options{Rows: rows})
		if err != nil {
			t.Fatalf("%d rows: %v", rows, err)
		}
		if err := f.Discard(); err != nil {
			t.Fatal(err)
		}
	}
	_, err := results.Create(path, results.Options{Rows: workbook.MaxRows})
	if err == nil || !strings.HasSuffix(err.Error(), "xlsx holds 1048575 rows at most, not 1048576") {
		t.Errorf("Create = %v", err)
	}
	if f, err := results.Create(strings.TrimSuffix(path, "xlsx")+"csv", results.Options{Rows: workbook.MaxRows}); err != nil || f.Discard() != nil {
		t.Errorf("CSV: %v", err)
	}
}

func TestDefaultPath(t *testing.T) {
	tests := []struct{ give, want string }{
		{"team.csv", "team.results.csv"},
		{"people.yaml", "people.results.csv"},
		{"hr/2026.11/team.xlsx", "hr/2026.11/team.results.xlsx"},
		{"team.XLSM", "team.results.xlsx"},
		{"team.results.xlsx", "team.results-2.xlsx"},
		{"team.results-2.xlsx", "team.results-3.xlsx"},
		{"team", "team.results.csv"},
		{".csv", ".csv.results.csv"},
		{"my.results", "my.results.csv"},
		{"results.csv", "results.results.csv"},
		{"team.results.csv", "team.results-2.csv"},
		{"team.Results.CSV", "team.Results-2.csv"},
		{"hr/team.results.jsonl", "hr/team.results-2.csv"},
		{"team.results-2.csv", "team.results-3.csv"},
		{"team.results-9.csv", "team.results-10.csv"},
		{"team.results-1234567.csv", "team.results-1234567.results.csv"},
		{"-", "roster.results.csv"},
	}
	for _, tt := range tests {
		got := results.DefaultPath(tt.give)
		if got != tt.want {
			t.Errorf("DefaultPath(%q) = %q, want %q", tt.give, got, tt.want)
		}
		if strings.EqualFold(got, tt.give) {
			t.Errorf("DefaultPath(%q) is the roster itself", tt.give)
		}
	}
}
