package onboard

import (
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/plan"
	"rollcall/pkg/roster"
)

func TestAPlanSaysWhatCounts(t *testing.T) {
	saved := plan.Saved{
		OrganizationID: "o", Roster: "/people.csv",
		Flags: plan.Flags{
			Settings: roster.Settings{
				Role: "member", Teams: []string{"Platform"}, Maps: []string{"email=Mail"}, Encoding: "utf-8", Delimiter: ";", Sheet: "People",
			},
			Invalid: "skip", Reinvite: plan.ReinviteEnded, ReinviteAfter: "24h0m0s", ReinviteMax: 3, NoPreflight: true, TrustLists: true,
		},
	}
	mine := Options{Document: Document{Roster: "mine.csv"}, Reinviting: Reinviting{Reinvite: plan.ReinvitePending}, Course: Course{Ledger: "mine.db"}}
	got, err := mine.Approve(saved)
	if err != nil {
		t.Fatal(err)
	}
	want := Options{
		Document: Document{Roster: "/people.csv", Settings: saved.Flags.Settings, SkipInvalid: true},
		Service:  Service{OrganizationID: "o"},
		Reinviting: Reinviting{
			Reinvite: plan.ReinviteEnded, ReinviteAfter: new(24 * time.Hour), ReinviteMax: 3, NoPreflight: true, TrustLists: true,
		},
		Course: Course{Ledger: "mine.db"}, Approved: &saved,
	}
	if diff := cmp.Diff(want, got, cmp.Exporter(func(reflect.Type) bool { return true })); diff != "" {
		t.Errorf("options (-want +got):\n%s", diff)
	}
	saved.Flags.ReinviteAfter = "soon"
	if _, err := mine.Approve(saved); err == nil {
		t.Error("an age that cannot be read is accepted")
	}
}
