package disk_test

import (
	"errors"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/sqlite/disk"
)

// TestHintsSayWhatAnotherFileCosts has the errors about a file that can't be used as it is: whoever takes another one may
// have people invited a second time.
func TestHintsSayWhatAnotherFileCosts(t *testing.T) {
	for _, err := range []error{
		ledger.ErrDamaged, ledger.ErrForeign, ledger.ErrLink, ledger.ErrNewer, fs.ErrPermission, syscall.EROFS, syscall.ELOOP,
	} {
		problem, ok := errors.AsType[*ledger.Error](disk.Explain("ledger.db", err))
		if !ok || !strings.Contains(problem.Hint, "remembers no claim and nobody who was invited") {
			t.Errorf("%v: %+v", err, problem)
		}
	}
	if problem, ok := errors.AsType[*ledger.Error](disk.Explain("ledger.db", ledger.ErrDiskFull)); !ok || strings.Contains(problem.Hint, "another") {
		t.Errorf("a full disk: %+v", problem)
	}
}
