package plan_test

import (
	"iter"
	"testing"
	"time"

	"rollcall/pkg/plan"
	"rollcall/pkg/record"
)

// TestUndoing has an invitation be cancelled for good, and other things happen before and after.
func TestUndoing(t *testing.T) {
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	rec := func(id string, at time.Time, outcome record.Outcome) record.Record {
		return record.Record{Email: "Ann@x.example", InvitationID: id, UpdatedAt: at, Outcome: outcome}
	}
	list := func(records ...record.Record) iter.Seq2[record.Record, error] {
		return func(yield func(record.Record, error) bool) {
			for _, r := range records {
				if !yield(r, nil) {
					return
				}
			}
		}
	}
	undone := list(rec("I1", noon, record.Unset))
	for _, test := range []struct {
		name string
		give plan.Remembered
		want string
	}{
		{"nothing else", plan.Remembered{Undone: undone}, "i1"},
		{"nothing at all", plan.Remembered{}, ""},
		{"what was sent before", plan.Remembered{Undone: undone, Invited: list(rec("i1", noon.Add(-time.Hour), record.Invited))}, "i1"},
		{"what was sent before, by another clock", plan.Remembered{Undone: undone, Invited: list(rec("i1", noon.Add(time.Second), record.Invited))}, "i1"},
		{"what was sent since", plan.Remembered{Undone: undone, Invited: list(rec("i2", noon.Add(time.Second), record.Invited))}, ""},
		{"what was renewed since", plan.Remembered{Undone: undone, Invited: list(rec("i1", noon.Add(time.Minute), record.Invited))}, ""},
		{"what was seen before", plan.Remembered{Undone: undone, Sighted: list(rec("i0", noon.Add(-time.Hour), record.AlreadyInvited))}, "i1"},
		{"what was seen since", plan.Remembered{Undone: undone, Sighted: list(rec("i2", noon.Add(time.Hour), record.AlreadyInvited))}, ""},
		{"what a late list has shown since", plan.Remembered{Undone: undone, Sighted: list(rec("i1", noon.Add(time.Hour), record.AlreadyInvited))}, "i1"},
		{"the last of two", plan.Remembered{Undone: list(rec("i3", noon.Add(time.Hour), record.Unset), rec("i1", noon, record.Unset))}, "i3"},
		{"before the person joined anew", plan.Remembered{Undone: undone, Joined: map[string]time.Time{"ann@x.example": noon.Add(time.Hour)}}, ""},
	} {
		histories, err := plan.Remember(test.give)
		if err != nil {
			t.Fatal(err)
		}
		if id, at := histories.Of("ann@x.example").Undoing(); id != test.want || (id == "") != at.IsZero() {
			t.Errorf("%s: %q at %s, want %q", test.name, id, at, test.want)
		}
	}
	histories, _ := plan.Remember(plan.Remembered{Undone: undone})
	if h := histories.Of("ann@x.example"); !h.FoundGone("I1") || h.FoundGone("i2") {
		t.Error("what was cancelled is not gone, or something else is")
	}
}
