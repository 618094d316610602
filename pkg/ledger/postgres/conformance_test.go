package postgres_test

import (
	"testing"
	"time"

	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/ledgertest"
	"rollcall/pkg/ledger/postgres"
	"rollcall/pkg/ledger/postgres/postgrestest"
)

func TestLedgerKeepsTheContract(t *testing.T) { ledgertest.Run(t, openEmpty) }

func TestPruningChangesNoAnswer(t *testing.T) { ledgertest.RunPruning(t, 5, openEmpty) }

// openEmpty opens an empty ledger, which can be opened again.
func openEmpty(t *testing.T, now func() time.Time) (ledger.Ledger, func() ledger.Ledger) {
	t.Helper()
	address := postgrestest.Address(t)
	l := open(t, address, postgres.Options{Now: now})
	return l, func() ledger.Ledger {
		shut(t, l)
		l = open(t, address, postgres.Options{Now: now})
		return l
	}
}

// open opens a ledger that is closed when the test ends.
func open(tb testing.TB, address string, o postgres.Options) *postgres.Ledger {
	tb.Helper()
	l, err := postgres.Open(tb.Context(), address, o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { shut(tb, l) })
	return l
}

// shut closes a ledger, once more perhaps.
func shut(tb testing.TB, l *postgres.Ledger) {
	tb.Helper()
	if err := l.Close(); err != nil {
		tb.Error(err)
	}
}
