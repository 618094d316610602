package ledger_test

import (
	"testing"
	"time"

	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
)

func TestPaceIsRememberedPerOrganization(t *testing.T) {
	path := place(t)
	now := time.Date(2026, 11, 23, 1, 30, 0, 0, time.UTC)
	l, err := ledger.Open(path, ledger.Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	recall := func(l *ledger.Ledger, organizationID string, want float64, wantAt time.Time) {
		t.Helper()
		got, at, err := l.Pace(t.Context(), organizationID)
		if err != nil || got != want || !at.Equal(wantAt) {
			t.Errorf("Pace(%s) = %v of %s, %v; want %v of %s", organizationID, got, at, err, want, wantAt)
		}
	}
	recall(l, organization, 0, time.Time{})
	for _, rate := range []float64{10, 59.5} {
		if err := l.LearnPace(t.Context(), organization, rate); err != nil {
			t.Fatal(err)
		}
	}
	shut(t, l)
	l = open(t, path)
	recall(l, organization, 59.5, now)
	recall(l, "another", 0, time.Time{})
}

// TestLedgerWithoutPacesIsKept opens a ledger from before paces were remembered.
func TestLedgerWithoutPacesIsKept(t *testing.T) {
	path := place(t)
	l := open(t, path)
	run := begin(t, l, list(nil, record.Record{Row: 1, Line: 2, Email: "ada@example.com", Role: "member"}))
	shut(t, l)
	execute(t, path, "DROP TABLE pace; ALTER TABLE run DROP COLUMN whole; PRAGMA user_version = 2")
	l = open(t, path)
	same(t, "rows", len(collect(t, l.Records(t.Context(), run.ID))), 1)
	if err := l.LearnPace(t.Context(), organization, 10); err != nil {
		t.Error(err)
	}
}
