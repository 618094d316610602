package batch

import (
	"fmt"
	"testing"

	"rollcall/pkg/email"
	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/ledgertest"
	"rollcall/pkg/record"
)

// TestMadeIsExact has so many invitations that halves of hashes meet, and asks for each whose it is: lately made or not, none
// is another one's.
func TestMadeIsExact(t *testing.T) {
	const many = 200_000
	rows := make([]record.Record, many)
	for i := range rows {
		rows[i] = record.Record{
			Row: i + 1, Line: i + 2, Email: fmt.Sprintf("P%d@x.example", i), Outcome: record.Invited, InvitationID: fmt.Sprintf("id-%d", i),
		}
	}
	rows[many-2].InvitationID = rows[7].InvitationID      // long ago
	rows[many-1].InvitationID = rows[many-9].InvitationID // perhaps not in the ledger yet
	memory := ledgertest.NewMemory(nil)
	run, err := memory.Begin(t.Context(), ledger.Run{}, func(yield func(record.Record, error) bool) {
		for _, r := range rows[:many-10] {
			if !yield(r, nil) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	m := newMade(t.Context(), memory, run.ID)
	for i, r := range rows {
		want := 0
		switch i {
		case many - 2:
			want = rows[7].Line
		case many - 1:
			want = rows[many-9].Line
		}
		if got := m.note(r); got != want {
			t.Fatalf("row %d has the invitation of line %d, want %d", r.Row, got, want)
		}
	}
	if len(m.rest) < 3 {
		t.Fatalf("%d halves of hashes have met: the test shows nothing", len(m.rest))
	}
	for id := range m.rest {
		if row := m.rest[id]; !m.isFor(id, email.Fold(rows[row-1].Email)) {
			t.Errorf("%s is not known to be the one of row %d", id, row)
		}
	}
	for _, i := range []int{0, 7, many / 2, many - 9, many - 3} {
		r := rows[i]
		if !m.isFor(r.InvitationID, email.Fold(r.Email)) || m.isFor(r.InvitationID, "p1@x.example") || m.isFor("id", email.Fold(r.Email)) {
			t.Errorf("row %d: it is not known whose the invitation is", r.Row)
		}
	}
}
