package sqlite_test

import (
	"testing"
	"time"

	"rollcall/pkg/record"
)

// TestALedgerIsClosedWhileARunBegins has the log grow large enough to be moved by what is committed while nothing moves it any more.
func TestALedgerIsClosedWhileARunBegins(t *testing.T) {
	const rows = 40_000
	l := open(t, place(t))
	closed := make(chan error, 1)
	begin(t, l, func(yield func(record.Record, error) bool) {
		for r, err := range people(rows) {
			if r.Row == rows {
				go func() { closed <- l.Close() }()
				<-time.After(50 * time.Millisecond) // so that the end of the log's moving comes before the commit
			}
			if !yield(r, err) {
				return
			}
		}
	})
	if err := <-closed; err != nil {
		t.Error(err)
	}
}
