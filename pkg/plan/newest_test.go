package plan_test

import (
	"cmp"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rollcall/pkg/plan"
	"rollcall/pkg/record"
)

// The newest invitations are those that come first if all are sorted, without those of which the service has said nothing.
func TestNewest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var invited []record.Record
		var want []plan.Sent
		for r, err := range people(rapid.IntRange(0, 400).Draw(t, "people")) {
			if err != nil {
				t.Fatal(err)
			}
			r.UpdatedAt = now.Add(time.Duration(rapid.IntRange(-90, 90).Draw(t, "seconds")) * time.Second)
			switch rapid.IntRange(0, 9).Draw(t, "kind") {
			case 0:
				r.InvitationID = ""
			case 1:
				r.Trail.Confirmed, r.Status = true, ""
			default:
				want = append(want, plan.Sent{Person: r.Email, InvitationID: r.InvitationID, At: r.UpdatedAt})
			}
			invited = append(invited, r)
		}
		slices.SortFunc(want, func(a, b plan.Sent) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Person, b.Person)) })
		want = want[:min(len(want), plan.MostNewest)]
		histories, err := plan.Remember(plan.Remembered{Invited: yield(nil, invited...)})
		if err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff(want, histories.Newest()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}
