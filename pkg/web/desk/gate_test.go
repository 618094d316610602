package desk_test

import (
	"os"
	"path/filepath"
	"testing"

	"rollcall/pkg/web/desk"
)

// TestAGateIsThatOfTheFile holds a ledger by one path, and looks at it by another one: a second descriptor of a file that is
// closed gives its locks up.
func TestAGateIsThatOfTheFile(t *testing.T) {
	folder := t.TempDir()
	t.Chdir(folder)
	path, link := filepath.Join(folder, "ledger.db"), filepath.Join(folder, "link.db")
	for _, name := range []string{"ledger.db", "other.db"} {
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, to := range map[string]string{"link.db": path, "folder": folder} {
		if err := os.Symlink(to, filepath.Join(folder, name)); err != nil {
			t.Skipf("no link can be made here: %v", err)
		}
	}
	for _, other := range []string{path, "ledger.db", link, filepath.Join(folder, "folder", "ledger.db"), folder + "/./ledger.db", "folder/link.db"} {
		if !desk.KeepsApart(path, other) || !desk.KeepsApart(other, path) {
			t.Errorf("%s is not %s", other, path)
		}
	}
	if desk.KeepsApart(path, filepath.Join(folder, "other.db")) {
		t.Error("two ledgers have one gate")
	}
	if !desk.KeepsApart(filepath.Join(folder, "new.db"), "folder/new.db") {
		t.Error("a ledger that is about to be made has two gates")
	}
}
