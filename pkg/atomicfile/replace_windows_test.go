package atomicfile_test

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/windows"

	"rollcall/pkg/atomicfile"
)

// TestWhatIsOpenElsewhereIsRefused has a file open as Excel has it: others may read it, and nobody may write.
func TestWhatIsOpenElsewhereIsRefused(t *testing.T) {
	path := filepath.Join(os.TempDir(), "open in Excel.csv") // Wine cannot remove whole folders
	if err := atomicfile.Write(path, 0o600, []byte("old")); err != nil {
		t.Fatal(err)
	}
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		t.Fatal(err)
	}
	handle, err := windows.CreateFile(name, windows.GENERIC_READ|windows.GENERIC_WRITE, windows.FILE_SHARE_READ, nil, windows.OPEN_EXISTING, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	want := "another program, such as Excel, has it open; close it there"
	if err := atomicfile.Check(path); err == nil || err.Error() != want {
		t.Errorf("Check = %v, want %s", err, want)
	}
	if err := windows.CloseHandle(handle); err != nil {
		t.Fatal(err)
	}
	if err := atomicfile.Write(path, 0o600, []byte("new")); err != nil {
		t.Error(err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "new" { //nolint:gosec // it is the test's own
		t.Errorf("%s, %v", text, err)
	}
	_ = os.Remove(path) // one that stays does no harm
}
