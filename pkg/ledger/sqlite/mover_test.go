package sqlite_test

import (
	"os"
	"path/filepath"
	"testing"
)

// TestTheLogStaysShort writes several times as much as the log may hold, and reads meanwhile.
func TestTheLogStaysShort(t *testing.T) {
	const rows, most = 3000, 32 << 20
	path := filepath.Join(quickDir(t), "ledger.db")
	l := open(t, path)
	run := begin(t, l, people(rows))
	written := int64(0)
	for row := 1; row <= rows; row++ {
		claim(t, l, run, row)
		settle(t, l, run, invited(row))
		if row%100 != 0 {
			continue
		}
		for _, err := range l.Records(t.Context(), run.ID, row-50) {
			if err != nil {
				t.Fatal(err)
			}
			break
		}
		log, err := os.Stat(path + "-wal")
		if err != nil {
			t.Fatal(err)
		}
		if log.Size() > most {
			t.Fatalf("after %d rows the log has %d bytes", row, log.Size())
		}
		written = max(written, log.Size())
	}
	if written < 4<<20 {
		t.Errorf("the log never had more than %d bytes: nothing was to be moved", written)
	}
	same(t, "rows", len(collect(t, l.Records(t.Context(), run.ID, 0))), rows)
}
