package onboard_test

import (
	"os"
	"path/filepath"
	"testing"

	"rollcall/pkg/onboard"
	"rollcall/pkg/record"
	"rollcall/pkg/sandbox"
	"rollcall/pkg/status"
)

// TestAPageThatCannotBeWritten has a folder come where the page is to be, after that was tried: everybody is invited, and the
// error says how the page is to be had.
func TestAPageThatCannotBeWritten(t *testing.T) {
	_, o := team(t, 2, sandbox.Options{})
	o.Report = filepath.Join(t.TempDir(), "page.html")
	report, err := onboard.Run(t.Context(), nil, o, func(*onboard.Preview) error { return os.Mkdir(o.Report, 0o700) })
	if report.Status != status.Unexpected || report.Outcomes[record.Invited] != 2 {
		t.Fatalf("it ended with %d and %v: %v", report.Status, report.Outcomes, err)
	}
	want := "the ledger has everything: results " + report.Run + " report " + o.Report + " ledger " + o.Ledger + " writes the page again"
	if got := onboard.RemedyOf(err).String(); got != want {
		t.Errorf("the hint is %q, want %q", got, want)
	}
}
