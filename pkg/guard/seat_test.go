package guard_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/guard"
)

func TestSeats(t *testing.T) {
	seated := func(people []guard.Person) []guard.Person {
		for i := range people {
			people[i].Seated = true
		}
		return people
	}
	two := crowd(2, "x.example")
	for _, tt := range []struct {
		name    string
		seats   guard.Seats
		give    []guard.Person
		leavers int
		want    []string
	}{
		{name: "no limit", seats: guard.Seats{Taken: 1_000_000}, give: two},
		{name: "just enough", seats: guard.Seats{Taken: 5, Most: new(7), Left: new(2), Total: 7}, give: two},
		{name: "too many", seats: guard.Seats{Taken: 6, Most: new(7)}, give: two, want: []string{
			"max-seats: 8 people would be members or invited afterwards, and at most 7 may: a1@x.example, a2@x.example [max-seats 8]",
		}},
		{name: "too few left", seats: guard.Seats{Taken: 6, Left: new(0), Total: 6}, give: two[:1], want: []string{
			"within-seats: 1 more seat would be needed, and 0 of 6 are left: a1@x.example [within-seats false]",
		}},
		{name: "nobody needs one", seats: guard.Seats{Taken: 9, Most: new(7), Left: new(0), Total: 7}, give: seated(crowd(3, "x.example"))},
		{name: "some need one", seats: guard.Seats{Taken: 7, Most: new(7)}, give: append(seated(crowd(3, "y.example")), two[0]), want: []string{
			"max-seats: 8 people would be members or invited afterwards, and at most 7 may: a1@x.example [max-seats 8]",
		}},
		{name: "who leaves makes room, but not yet", seats: guard.Seats{Taken: 7, Most: new(7), Left: new(0), Total: 7}, give: two[:1], leavers: 1, want: []string{
			"within-seats: 1 more seat would be needed, and 0 of 7 are left: a1@x.example [within-seats false]",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			check := guard.New(guard.Limits{Seats: tt.seats})
			for _, person := range tt.give {
				check.Add(person)
			}
			for i := range tt.leavers {
				check.Leave(fmt.Sprint("l", i))
			}
			var got []string
			for _, trip := range check.Trips(9) {
				got = append(got, fmt.Sprint(trip, " ", trip.Pass))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Trips (-want +got):\n%s", diff)
			}
		})
	}
}
