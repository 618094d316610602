package desk_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"rollcall/pkg/web/desk"
)

// TestASheetWhoseFilesWereRemovedIsTakenAgain has somebody else clear the folder up: the same file, brought again, is the sheet
// that it was, with its corrections, and can be read.
func TestASheetWhoseFilesWereRemovedIsTakenAgain(t *testing.T) {
	for name, gone := range map[string]string{"all": "", "the upload": "upload", "corrections": "corrected", "what is known": "sheet.json"} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			d := at(t, folder)
			s := take(t, d, "team.csv")
			if _, err := s.Correct(t.Context(), []desk.Edit{{Spot: desk.Spot{Row: 2, Field: "email"}, Shown: "bob.example.com", Text: "bob@example.com"}}); err != nil {
				t.Fatal(err)
			}
			before, digest := content(t, s), s.Digest()
			if err := os.RemoveAll(filepath.Join(folder, s.ID, gone)); err != nil {
				t.Fatal(err)
			}
			again := take(t, d, "team.csv")
			if again.ID != s.ID || again.Digest() != digest {
				t.Errorf("it is another sheet: %s instead of %s", again.ID, s.ID)
			}
			if got := content(t, again); got != before {
				t.Errorf("it says %q instead of %q", got, before)
			}
			if later := at(t, folder).Sheet(s.ID); later == nil || later.Digest() != digest {
				t.Error("a later process does not find it")
			}
		})
	}
}

// TestOnlySomeSheetsAreKnownRowByRow brings one roster after the other: those of long ago take no memory, and are read again.
func TestOnlySomeSheetsAreKnownRowByRow(t *testing.T) {
	d := at(t, t.TempDir())
	var all []*desk.Sheet
	for i := range 40 {
		all = append(all, take(t, d, fmt.Sprintf("team%d.csv", i)))
	}
	known := 0
	for _, s := range all {
		if s.IsRead() {
			known++
		}
	}
	if known != desk.MostRead || !all[len(all)-1].IsRead() {
		t.Errorf("%d of %d are known", known, len(all))
	}
	if r := read(t, all[0]); r.Rows != 4 || !all[0].IsRead() {
		t.Errorf("the first is read as %+v", r)
	}
}

// TestASheetThatAnotherProcessKeepsStays has a second desk on the same folder end, which knows nothing of the run that the first
// one has begun since.
func TestASheetThatAnotherProcessKeepsStays(t *testing.T) {
	folder := t.TempDir()
	first := at(t, folder)
	s := take(t, first, "team.csv")
	beside := desk.New(desk.Options{Folder: folder})
	if beside.Sheet(s.ID) == nil {
		t.Fatal("the second one does not know the roster")
	}
	if err := s.Keep(s.Digest()); err != nil {
		t.Fatal(err)
	}
	if err := beside.Close(); err != nil {
		t.Fatal(err)
	}
	if content(t, s); at(t, folder).Sheet(s.ID) == nil {
		t.Error("the roster of the run is gone")
	}
}
