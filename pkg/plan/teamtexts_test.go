package plan_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/plan"
	"rollcall/pkg/record"
)

// What is remembered of the teams of rows is what they say.
func TestTeamTexts(t *testing.T) {
	in := plan.Inputs{TeamTexts: new(plan.TeamTexts)}
	for range 2 {
		for _, text := range []string{"", "Platform:developer; Data", "Platform:boss:boss", "Data:developer; Data:read_only"} {
			r := record.Record{Row: 3, Email: "ann@x.example", Role: "member", Teams: text}
			want, wrong := plan.DesiredOf(r)
			got, err := in.DesiredOf(r)
			if diff := cmp.Diff(want, got); diff != "" || (err == nil) != (wrong == nil) || err != nil && err.Error() != wrong.Error() {
				t.Errorf("%q: %v, want %v (-want +got):\n%s", text, err, wrong, diff)
			}
		}
	}
}
