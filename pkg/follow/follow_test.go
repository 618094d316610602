package follow

import (
	"testing"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/plan"
)

func TestLeavers(t *testing.T) {
	tests := []struct {
		give         string
		people, want int
	}{
		{"20%", 100, 20},
		{"20%", 20, 4},
		{"20%", 5, 3},
		{"20%", 0, 3},
		{"0%", 100, 3},
		{"100%", 40, 40},
		{"0", 100, 0},
		{"1", 100, 1},
		{"50", 10, 50},
	}
	for _, tt := range tests {
		var o Options
		if err := o.MaxLeavers.Set(tt.give); err != nil {
			t.Fatal(err)
		}
		if got := o.Leavers(tt.people); got != tt.want {
			t.Errorf("%s of %d people = %d, want %d", tt.give, tt.people, got, tt.want)
		}
	}
}

// TestOwners has one id that the service has given to two people, and one from before somebody left.
func TestOwners(t *testing.T) {
	sent := func(id string) cybedefend.Invitation { return cybedefend.Invitation{ID: id} }
	got := ownersOf(plan.HistoriesOf(map[string]plan.History{
		"a": {Invitation: sent("SHARED"), Seen: sent("own")}, "b": {Invitation: sent("shared")}, "c": {Earlier: []string{"Before"}},
		"d": {},
	}))
	for id, want := range map[string]string{"shared": "", "own": "a", "before": "c", "": ""} {
		if got[id] != want {
			t.Errorf("%q is of %q, want %q", id, got[id], want)
		}
	}
}
