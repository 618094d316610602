package onboard

import (
	"context"
	"errors"
	"testing"
	"time"

	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/ledgertest"
	"rollcall/pkg/quantity"
)

// unwilling is a ledger that forgets nothing.
type unwilling struct {
	ledger.Ledger
	asked int
}

func (u *unwilling) Prune(context.Context, ledger.Pruning) (ledger.Pruned, error) {
	u.asked++
	return ledger.Pruned{}, errors.New("the disk is full")
}

// TestWhatCannotBeForgottenIsAWarning prunes after a run that is over, and only then.
func TestWhatCannotBeForgottenIsAWarning(t *testing.T) {
	for name, tt := range map[string]struct {
		keep         time.Duration
		dryRun, over bool
		want         int
	}{
		"over":         {keep: MinKeep, over: true, want: 1},
		"not over":     {keep: MinKeep},
		"a dry run":    {keep: MinKeep, over: true, dryRun: true},
		"without keep": {over: true},
	} {
		t.Run(name, func(t *testing.T) {
			warned, l := 0, &unwilling{Ledger: ledgertest.NewMemory(nil)}
			s := &Session{memory: memory{ledger: l}}
			s.o.Keep, s.o.DryRun = quantity.Age(tt.keep), tt.dryRun
			s.o.Observer.Warn = func(w Warning) {
				if warned++; w.Err == nil || w.Text != "old runs could not be forgotten" {
					t.Errorf("warning = %+v", w)
				}
			}
			if s.prune(t.Context(), tt.over); l.asked != tt.want || warned != tt.want {
				t.Errorf("it was asked %d times, and %d warnings came", l.asked, warned)
			}
		})
	}
}
