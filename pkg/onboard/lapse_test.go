package onboard_test

import (
	"context"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"rollcall/pkg/journey"
	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/sqlite"
	"rollcall/pkg/onboard"
	"rollcall/pkg/record"
	"rollcall/pkg/sandbox"
	"rollcall/pkg/status"
)

// forgetful is a ledger that has lapsed.
type forgetful struct {
	ledger.Ledger
	at time.Time
}

func (f forgetful) Lapse(context.Context) (time.Time, error) { return f.at, nil }

// forgets has a session hold a new ledger that has lapsed at an instant.
func forgets(t *testing.T, o onboard.Options, at time.Time) onboard.Options {
	t.Helper()
	o.Ledger = filepath.Join(t.TempDir(), "restored.db")
	o.Hold = func(context.Context) (ledger.Ledger, error) {
		l, err := sqlite.Open(o.Ledger, sqlite.Options{})
		return forgetful{l, at}, err
	}
	return o
}

// TestALedgerThatHasLapsedIsNotTrusted has nobody be invited as long as somebody may have been whom neither the ledger nor the lists
// show.
func TestALedgerThatHasLapsedIsNotTrusted(t *testing.T) {
	c, o := team(t, 3, sandbox.Options{})
	o = forgets(t, o, time.Now())
	stop := make(chan struct{})
	var once sync.Once
	o.Observer.Warn = func(w onboard.Warning) {
		if strings.Contains(w.Text, "restored") && strings.Contains(w.Text, "10m") {
			once.Do(func() { close(stop) })
		}
	}
	report, err := onboard.Run(t.Context(), stop, o, nil)
	if report.Status != status.Interrupted || err == nil || c.service.Counts().Emails != 0 {
		t.Errorf("%v, %+v, %d mails", err, report, c.service.Counts().Emails)
	}
}

// TestALapseOfLongAgo has people be found in the lists whom the ledger has forgotten, also by a run that was told not to look.
func TestALapseOfLongAgo(t *testing.T) {
	c, o := team(t, 3, sandbox.Options{})
	if report, err := onboard.Run(t.Context(), nil, o, nil); err != nil || report.Outcomes[record.Invited] != 3 {
		t.Fatalf("%v, %+v", err, report)
	}
	for _, blind := range []bool{false, true} {
		o := forgets(t, o, time.Now().Add(-2*journey.MemoryCounts))
		o.NoPreflight = blind
		var said []string
		o.Observer.Warn = func(w onboard.Warning) { said = append(said, w.Text) }
		report, err := onboard.Run(t.Context(), nil, o, nil)
		if err != nil || report.Outcomes[record.AlreadyInvited] != 3 || c.service.Counts().Emails != 3 {
			t.Errorf("blind %t: %v, %+v, %d mails", blind, err, report, c.service.Counts().Emails)
		}
		if all := strings.Join(said, "\n"); strings.Contains(all, "looked up all the same") != blind || strings.Contains(all, "for the next") {
			t.Errorf("blind %t: said %q", blind, said)
		}
	}
}
