package desk_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/pkg/roster"
	"rollcall/pkg/web/desk"
)

const team = "email,role,teams\nann@example.com,member,\nbob.example.com,managr,A:devloper\ncid@example.com,managr,\nann@example.com,member,\n"

func at(t *testing.T, folder string) *desk.Desk {
	t.Helper()
	d := desk.New(desk.Options{Folder: folder})
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func take(t *testing.T, d *desk.Desk, name string) *desk.Sheet {
	t.Helper()
	s, err := d.Take(t.Context(), name, strings.NewReader(team))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func read(t *testing.T, s *desk.Sheet) *desk.Reading {
	t.Helper()
	r, err := s.Reading(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func content(t *testing.T, s *desk.Sheet) string {
	t.Helper()
	file, err := s.Document().Source.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	text, err := io.ReadAll(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestASheetIsCountedAndCorrected(t *testing.T) {
	d := at(t, t.TempDir())
	s := take(t, d, `C:\Users\x\team.csv`)
	if s.Name != "team.csv" {
		t.Errorf("the name is %q", s.Name)
	}
	if r := read(t, s); r.Rows != 4 || r.Wrong != 2 || r.Repeated != 1 || r.Ready != 1 || len(r.Words) != 2 {
		t.Errorf("it is read as %+v", r)
	}
	before := s.Digest()
	said, err := s.Correct(t.Context(), []desk.Edit{
		{Spot: desk.Spot{Row: 2, Field: "email"}, Shown: "bob.example.com", Text: "bob@example.com"},
		{Spot: desk.Spot{Row: 2, Field: "role"}, Shown: "managr", Text: "managre"},
		{Spot: desk.Spot{Row: 3, Field: "role"}, Shown: "somebody saw this", Text: "member"},
		{Spot: desk.Spot{Row: 3, Field: "email"}, Shown: "cid@example.com", Text: "cid@\x00example.com"},
	})
	if err != nil || said.Err != nil {
		t.Fatal(err, said.Err)
	}
	if said.Done != 1 || !said.Wrong[desk.Spot{Row: 2, Field: "role"}] || said.Overtaken[desk.Spot{Row: 3, Field: "role"}] != "member" ||
		said.Refused[desk.Spot{Row: 3, Field: "email"}].Err == nil {
		t.Errorf("the answer is %+v", said)
	}
	if s.Digest() == before {
		t.Error("the corrected roster has the digest of the other")
	}
	want := strings.Replace(strings.Replace(team, "bob.example", "bob@example", 1), "managr", "managre", 1)
	if got := content(t, s); got != want {
		t.Errorf("the content is %q", got)
	}
	if _, err = s.Mean(t.Context(), []desk.Meaning{{Field: roster.FieldTeamRole, Word: "devloper", Role: "developer"}, {Field: roster.FieldRole, Word: "managr", Role: "manager"}}); err != nil {
		t.Fatal(err)
	}
	if r := read(t, s); r.Wrong != 1 || r.Corrected != 1 {
		t.Errorf("after the words: %+v, %q", r, content(t, s))
	}
	if _, err = s.Undo(t.Context(), desk.Spot{Row: 2, Field: "role"}); err != nil {
		t.Fatal(err)
	}
	if r := read(t, s); r.Wrong != 0 || r.Ready != 3 {
		t.Errorf("after one was taken back: %+v, %q", r, content(t, s))
	}
	if _, err = s.UndoAll(t.Context()); err != nil || s.Digest() != before || content(t, s) != team {
		t.Errorf("after all were taken back: %v, %q", err, content(t, s))
	}
}

func TestASheetOutlivesTheProcess(t *testing.T) {
	folder := t.TempDir()
	s := take(t, at(t, folder), "team.csv")
	correct := func(s *desk.Sheet) {
		t.Helper()
		if _, err := s.Correct(t.Context(), []desk.Edit{{Spot: desk.Spot{Row: 2, Field: "email"}, Shown: "bob.example.com", Text: "bob@example.com"}}); err != nil {
			t.Fatal(err)
		}
	}
	correct(s)
	second := desk.New(desk.Options{Folder: folder}) // the first one was killed
	again := take(t, second, "team.csv")
	if again.ID != s.ID || again.Digest() != s.Digest() || len(second.Sheets()) != 1 {
		t.Errorf("it is %s, not %s", again.ID, s.ID)
	}
	other := take(t, second, "team (1).csv")
	if other.ID == s.ID || other.Digest() != s.Digest() {
		t.Error("the same content under another name is not a sheet that begins with the corrections")
	}
	if err := again.Keep(again.Digest()); err != nil {
		t.Fatal(err)
	}
	run := again.Digest()
	if _, err := again.UndoAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := second.Close(); err != nil {
		t.Fatal(err)
	}
	third := at(t, folder)
	if sheets := third.Sheets(); len(sheets) != 1 || sheets[0].ID != s.ID {
		t.Fatalf("%d sheets are left", len(sheets))
	}
	kept, document, found := third.Find(run)
	if !found || kept.Digest() == run {
		t.Fatal("the document of the run is gone")
	}
	if r, err := roster.Read(t.Context(), document.Source, roster.Options{}); err != nil || document.Digest(r.Digest) != run {
		t.Errorf("the document is another one: %v", err)
	}
	if err := kept.Keep(kept.Digest()); err != nil { // of a run over what the sheet says now
		t.Fatal(err)
	}
	if _, _, found := third.Find(run); found {
		t.Error("the document of a run that another one has overtaken is kept")
	}
	if err := kept.Drop(kept.Digest()); err != nil {
		t.Fatal(err)
	}
	if err := kept.Keep(kept.Digest()); err != nil {
		t.Fatal(err)
	}
	third.Sweep(0)
	if err := kept.Drop(kept.Digest()); err != nil || len(third.Sheets()) != 1 {
		t.Errorf("a sheet that is kept is gone: %v", err)
	}
	third.Sweep(time.Hour)
	if len(third.Sheets()) != 1 {
		t.Error("a sheet is gone within the hour")
	}
	third.Sweep(0)
	if entries, _ := os.ReadDir(folder); len(third.Sheets()) != 0 || len(entries) != 0 {
		t.Errorf("%d files are left of a sheet that nobody needs", len(entries))
	}
	if err := kept.Keep(kept.Digest()); err == nil {
		t.Error("a sheet that is gone is kept")
	}
	if _, err := kept.Reading(t.Context()); err == nil {
		t.Error("a sheet that is gone is read")
	}
}

func TestNobodyElseReadsASheet(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "rosters")
	s := take(t, at(t, folder), "team.csv")
	if _, err := s.Correct(t.Context(), []desk.Edit{{Spot: desk.Spot{Row: 2, Field: "email"}, Shown: "bob.example.com", Text: "bob@example.com"}}); err != nil {
		t.Fatal(err)
	}
	files := 0
	err := filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		if files++; info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has the mode %s", path, info.Mode())
		}
		return nil
	})
	if err != nil || files < 7 {
		t.Errorf("%d files, %v", files, err)
	}
}

func TestFileName(t *testing.T) {
	for give, want := range map[string]string{
		"team.csv": "team.csv", `C:\fakepath\team.csv`: "team.csv", "../../etc/passwd": "passwd", "": "roster", "..": "roster", ".csv": "roster.csv",
		"a\x00b\u202ec.csv": "abc.csv", "who?*.xlsx": "who__.xlsx", "con.csv": "rostercon.csv", "team.csv. ": "team.csv", "COM1": "rosterCOM1",
		strings.Repeat("ä", 200) + ".xlsx": strings.Repeat("ä", 57) + ".xlsx", "Neue Leute (März).xlsx": "Neue Leute (März).xlsx",
	} {
		if got := desk.FileName(give); got != want {
			t.Errorf("%q becomes %q, want %q", give, got, want)
		}
	}
}

func TestASheetGoesAnHourAfterItsLastUse(t *testing.T) {
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		d := at(t, folder)
		s := take(t, d, "team.csv")
		kept := take(t, d, "kept.csv")
		if err := kept.Keep(kept.Digest()); err != nil {
			t.Fatal(err)
		}
		<-time.After(50 * time.Minute)
		if d.Sheet(s.ID) == nil {
			t.Fatal("it is gone before its time")
		}
		<-time.After(50 * time.Minute)
		if d.Sheet(s.ID) == nil {
			t.Error("it is gone, although somebody has used it")
		}
		<-time.After(70 * time.Minute)
		if d.Sheet(s.ID) != nil || d.Sheet(kept.ID) == nil {
			t.Errorf("after an hour the desk has %d sheets", len(d.Sheets()))
		}
		if err := kept.Drop(kept.Digest()); err != nil {
			t.Fatal(err)
		}
	})
}
