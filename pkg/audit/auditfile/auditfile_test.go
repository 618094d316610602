package auditfile_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"rollcall/pkg/audit"
	"rollcall/pkg/audit/auditfile"
)

var at = time.Date(2026, 11, 23, 1, 30, 0, 0, time.UTC)

// trail is the trail of a ledger in memory.
type trail struct {
	end   audit.Chain
	lines []string
}

func newTrail(n int) *trail {
	t := &trail{end: audit.Begin()}
	t.grow(n)
	return t
}

func (t *trail) grow(n int) {
	for range n {
		var text string
		text, t.end = t.end.Next(at, audit.Author{Who: "ada@laptop"}, audit.Event{Kind: audit.Invite, Email: fmt.Sprintf("p%d@x.example", t.end.Number+1)})
		t.lines = append(t.lines, text)
	}
}

func (t *trail) source(_ context.Context, after int) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, text := range t.lines[min(after, len(t.lines)):] {
			if !yield(text, nil) {
				return
			}
		}
	}
}

func (t *trail) text() string { return strings.Join(t.lines, "\n") + "\n" }

// follow has the file at path follow a trail.
func follow(t *testing.T, path string, tr *trail) *auditfile.File {
	t.Helper()
	file, err := auditfile.Open(t.Context(), path, tr.source)
	if err == nil {
		err = file.CatchUp(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestFollows(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	tr := newTrail(0)
	file := follow(t, path, tr)
	if got := read(t, path); got != "" {
		t.Errorf("a trail without lines left %q", got)
	}
	tr.grow(3)
	for range 2 { // the second time nothing is missing
		if err := file.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	tr.grow(2)
	follow(t, path, tr)
	if got := read(t, path); got != tr.text() {
		t.Errorf("the file has\n%s, want\n%s", got, tr.text())
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode = %v, %v", info.Mode(), err)
	}
	if err := os.Remove(path); err != nil { // put aside: another file gets all lines
		t.Fatal(err)
	}
	tr.grow(1)
	if err := file.CatchUp(t.Context()); err != nil || len(read(t, path)) != len(tr.text()) {
		t.Errorf("CatchUp = %v, and the file has\n%s", err, read(t, path))
	}
}

// TestPutAsideUnderOtherLedgers has the file put aside in the middle of a run, and begun anew by another ledger.
func TestPutAsideUnderOtherLedgers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	tr, other := newTrail(3), newTrail(2)
	file := follow(t, path, tr)
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	follow(t, path, other)
	tr.grow(1)
	if err := file.CatchUp(t.Context()); err != nil || read(t, path) != other.text()+tr.text() {
		t.Errorf("CatchUp = %v, and the file has\n%s", err, read(t, path))
	}
}

// TestGoesOnAfterACrash cuts the file off at every byte of its last line.
func TestGoesOnAfterACrash(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	tr := newTrail(3)
	whole, keep := tr.text(), len(tr.lines[0])+len(tr.lines[1])+2
	for n := keep; n < len(whole); n++ {
		write(t, path, whole[:n])
		follow(t, path, tr)
		if got := read(t, path); got != whole {
			t.Fatalf("cut off at byte %d: %q", n, got)
		}
	}
}

// TestRestOfAnotherLedger has the process of another ledger die in the middle of a line.
func TestRestOfAnotherLedger(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	one, other := newTrail(2), newTrail(2)
	write(t, path, one.text()+other.lines[0]+"\n"+other.lines[1][:100])
	one.grow(1)
	follow(t, path, one)
	if got, want := read(t, path), one.lines[0]+"\n"+one.lines[1]+"\n"+other.lines[0]+"\n"+one.lines[2]+"\n"; got != want {
		t.Errorf("the file has\n%s, want\n%s", got, want)
	}
	follow(t, path, other)
	report, err := audit.Verify(strings.NewReader(read(t, path)))
	if err != nil || report.Lines != 5 {
		t.Errorf("%d lines, %v", report.Lines, err)
	}
}

func TestRefuses(t *testing.T) {
	tr, copied := newTrail(3), &trail{}
	*copied = trail{end: tr.end, lines: append([]string(nil), tr.lines...)}
	tr.grow(1)
	copied.grow(1)
	text, _ := audit.End(copied.lines[2])
	copied.lines[3], copied.end = text.Next(at, audit.Author{Who: "eve@x"}, audit.Event{Kind: audit.Remove})
	for name, give := range map[string]string{
		"another byte":      strings.Replace(tr.text(), "p2@", "p9@", 1),
		"a line is missing": tr.lines[0] + "\n" + tr.lines[2] + "\n",
		"a line of a copy":  copied.text(),
		"lines that the ledger has lost": tr.text() + func() string {
			next, _ := tr.end.Next(at, audit.Author{}, audit.Event{Kind: audit.Invite})
			return next + "\n"
		}(),
		"a rest of something else": tr.text() + `{"chain":"` + tr.end.ID + `","seq":99`,
		"something else":           "email,role\n",
		"something else, one line": "email,role",
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "audit.jsonl")
			write(t, path, give)
			_, err := auditfile.Open(t.Context(), path, tr.source)
			if refused, ok := errors.AsType[*auditfile.RefusedError](err); !ok || refused.Path != path {
				t.Errorf("Open = %v", err)
			}
			if got := read(t, path); got != give {
				t.Errorf("the file was changed to %q", got)
			}
		})
	}
	t.Run("a folder", func(t *testing.T) {
		if _, err := auditfile.Open(t.Context(), t.TempDir(), tr.source); !errors.Is(err, auditfile.ErrNotPlain) {
			t.Errorf("Open = %v", err)
		}
	})
	t.Run("a link", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "audit.jsonl")
		if err := os.Symlink(path+".other", path); err != nil {
			t.Fatal(err)
		}
		_, err := auditfile.Open(t.Context(), path, tr.source)
		if _, statErr := os.Stat(path + ".other"); err == nil || !errors.Is(statErr, fs.ErrNotExist) {
			t.Errorf("Open = %v, and the target: %v", err, statErr)
		}
	})
}

// TestManyAtOnce has several ledgers append to one file.
func TestManyAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	const ledgers, rounds = 4, 10
	var all sync.WaitGroup
	for range ledgers {
		all.Go(func() {
			tr := newTrail(0)
			file, err := auditfile.Open(t.Context(), path, tr.source)
			for range rounds {
				if err == nil {
					tr.grow(3)
					err = file.CatchUp(t.Context())
				}
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	report, err := audit.Verify(strings.NewReader(read(t, path)))
	if err != nil || report.Lines != ledgers*rounds*3 || len(report.Ends) != ledgers {
		t.Errorf("%d lines, %d chains, %v", report.Lines, len(report.Ends), err)
	}
}

func TestCompare(t *testing.T) {
	tr := newTrail(3)
	for _, tt := range []struct {
		name, give string
		number     int
		want       audit.Reason
	}{
		{"the same", tr.text(), 3, ""},
		{"cut off", tr.lines[0] + "\n", 1, audit.CutOff},
		{"empty", "", 0, audit.CutOff},
	} {
		report, err := audit.Verify(strings.NewReader(tt.give))
		if err != nil {
			t.Fatal(err)
		}
		number, err := auditfile.Compare(t.Context(), report, tr.source)
		broken, _ := errors.AsType[*audit.BreakError](err)
		if number != tt.number || (broken == nil) != (tt.want == "") || broken != nil && broken.Reason != tt.want {
			t.Errorf("%s: Compare = %d, %v", tt.name, number, err)
		}
	}
}
