package sqlite_test

import (
	"testing"
	"time"

	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/ledgertest"
	"rollcall/pkg/ledger/sqlite"
)

func TestLedgerKeepsTheContract(t *testing.T) {
	for name, options := range map[string]sqlite.Options{"log": {}, "no log": sqlite.WithoutLog(sqlite.Options{})} {
		t.Run(name, func(t *testing.T) {
			ledgertest.Run(t, func(t *testing.T, now func() time.Time) (ledger.Ledger, func() ledger.Ledger) {
				t.Helper()
				path := place(t)
				options := options
				options.Now = now
				var l *sqlite.Ledger
				open := func() ledger.Ledger {
					var err error
					if l, err = sqlite.Open(path, options); err != nil {
						t.Fatal(err)
					}
					return l
				}
				t.Cleanup(func() { shut(t, l) })
				return open(), func() ledger.Ledger {
					shut(t, l)
					return open()
				}
			})
		})
	}
}
