package plan_test

import (
	"errors"
	"iter"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/plan"
	"rollcall/pkg/record"
	"rollcall/pkg/remedy"
	"rollcall/pkg/roster"
)

func TestNewRecord(t *testing.T) {
	base := roster.Entry{
		Row: 2, Line: 3, Email: "ann@x.example", Role: "member", Extra: []string{"007"},
		Teams: []roster.Team{{Name: "Platform", Role: "developer"}, {Name: "Data", Role: "read_only"}},
	}
	want := record.Record{
		Row: 2, Line: 3, Email: "ann@x.example", Role: "member", Extra: []string{"007"}, Teams: "Platform:developer; Data:read_only",
	}
	if diff := cmp.Diff(want, plan.NewRecord(base, now, nil)); diff != "" {
		t.Errorf("a right entry (-want +got):\n%s", diff)
	}

	duplicate := base
	duplicate.DuplicateOf = 2
	duplicate.Findings = []roster.Finding{{Severity: roster.Warning, Field: "email", Reason: "the same person"}}
	got := plan.NewRecord(duplicate, now, nil)
	if got.Outcome != record.Duplicate || got.Hint != "the same person as line 2" || got.Error != "" || !got.UpdatedAt.Equal(now) {
		t.Errorf("a duplicate: %+v", got)
	}

	invalid := base
	invalid.Findings = []roster.Finding{
		{Field: "role", Reason: `unknown role "membr"`, Suggestion: remedy.Words("did you mean member?")},
		{Reason: "more cells than columns", Suggestion: remedy.Words("quote the comma, or say ").Use("delimiter", "tab")},
		{Severity: roster.Warning, Field: "email", Reason: "odd"},
	}
	got = plan.NewRecord(invalid, now, asFlag)
	if got.Outcome != record.Invalid || got.Error != `role: unknown role "membr"; more cells than columns` ||
		got.Hint != "did you mean member?; quote the comma, or say --delimiter tab" {
		t.Errorf("an invalid entry: %+v", got)
	}
}

func TestRecordsEndWithTheFirstError(t *testing.T) {
	torn := errors.New("torn")
	entries := func(yield func(roster.Entry, error) bool) {
		_ = yield(roster.Entry{Row: 1}, nil) && yield(roster.Entry{}, torn) && yield(roster.Entry{Row: 3}, nil)
	}
	var rows []int
	var last error
	for r, err := range plan.Records(iter.Seq2[roster.Entry, error](entries), func() time.Time { return now }, nil) {
		rows, last = append(rows, r.Row), err
	}
	if !errors.Is(last, torn) || !cmp.Equal(rows, []int{1, 0}) {
		t.Errorf("rows %v, then %v", rows, last)
	}
}
