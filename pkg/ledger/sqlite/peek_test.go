package sqlite_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/sqlite"
)

// around returns what the folder of a ledger has, by name.
func around(t *testing.T, path string) map[string]string {
	t.Helper()
	files := map[string]string{}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		content, err := os.ReadFile(filepath.Join(filepath.Dir(path), entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		info, err := entry.Info()
		if err != nil {
			t.Fatal(err)
		}
		files[entry.Name()] = info.ModTime().String() + string(content)
	}
	return files
}

// TestPeekLeavesEverythingAsItIs peeks into ledgers in every state, and compares what is in their folders.
func TestPeekLeavesEverythingAsItIs(t *testing.T) {
	whole := place(t)
	l, err := sqlite.Open(whole, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	begin(t, l, people(3))
	shut(t, l)
	old := place(t)
	makeEarlier(t, old, 4)
	gone := place(t)
	empty := place(t)
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, path string
		runs       int
		want       error
	}{
		{"a whole one", whole, 1, nil},
		{"one of an earlier version", old, 0, sqlite.ErrUnfinished},
		{"one whose process died", midway(t), 0, sqlite.ErrUnfinished},
		{"none", gone, 0, fs.ErrNotExist},
		{"an empty file", empty, 0, fs.ErrNotExist},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := around(t, test.path)
			l, err := sqlite.Peek(test.path)
			if !errors.Is(err, test.want) {
				t.Fatalf("Peek = %v, want %v", err, test.want)
			}
			if l != nil {
				if runs := collect(t, l.Runs(t.Context())); len(runs) != test.runs {
					t.Errorf("%d runs, want %d", len(runs), test.runs)
				}
				if diff := cmp.Diff(before, around(t, test.path)); diff != "" {
					t.Errorf("while it is open (-before +then):\n%s", diff)
				}
				if err := l.End(t.Context(), collect(t, l.Runs(t.Context()))[0].ID, 0); !errors.Is(err, ledger.ErrReadOnly) {
					t.Errorf("End = %v, want ErrReadOnly", err)
				}
				shut(t, l)
			}
			if diff := cmp.Diff(before, around(t, test.path)); diff != "" {
				t.Errorf("(-before +after):\n%s", diff)
			}
		})
	}
}

// TestPeekFollowsALink has the journal beside the ledger, and not beside the link to it.
func TestPeekFollowsALink(t *testing.T) {
	link := place(t)
	if err := os.Symlink(midway(t), link); err != nil {
		t.Skipf("no links can be made here: %v", err)
	}
	if _, err := sqlite.Peek(link); !errors.Is(err, sqlite.ErrUnfinished) {
		t.Errorf("Peek = %v, want ErrUnfinished", err)
	}
}
