package onboard

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/plan"
	"rollcall/pkg/remedy"
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

// TestAnotherPlanMeansTheSame reads the hint about another plan, which names what is not as usual, and nothing else.
func TestAnotherPlanMeansTheSame(t *testing.T) {
	render := func(remedies []remedy.Remedy) string {
		var words strings.Builder
		for _, r := range remedies {
			words.WriteString(" " + r.Option + " " + r.Value)
		}
		return words.String()
	}
	usual := plan.Flags{Invalid: "refuse", Reinvite: plan.ReinviteExpired, ReinviteAfter: "0s", Settings: roster.Settings{Encoding: "auto"}}
	pending := usual
	pending.Reinvite, pending.ReinviteAfter = plan.ReinvitePending, "24h0m0s"
	other := plan.Flags{
		Settings: roster.Settings{
			Role: "manager", Teams: []string{"Platform:developer", "Security"}, Maps: []string{"email=Login"}, Encoding: "utf-8", Delimiter: ";", Sheet: "Staff",
			Where: []string{"Department=Research"}, IncludeInactive: true,
		},
		Invalid: "skip", Reinvite: plan.ReinviteEnded, ReinviteAfter: "1h0m0s", ReinviteMax: 3, NoPreflight: true, TrustLists: true,
	}
	for _, tt := range []struct {
		give plan.Flags
		want string
	}{
		{usual, ""},
		{pending, " reinvite pending"},
		{other, " map email=Login where Department=Research include-inactive  role manager team Platform:developer team Security encoding utf-8 delimiter ; sheet Staff invalid skip" +
			" reinvite ended reinvite-after 1h0m0s reinvite-max 3 no-preflight  trust-lists "},
	} {
		a := &approval{Saved: &plan.Saved{Flags: tt.give, Roster: "people.csv"}, file: "plan.json"}
		if got := render(a.settings()); got != tt.want {
			t.Errorf("settings = %q, want %q", got, tt.want)
		}
		hint := RemedyOf(a.refuse(nil, "no")).Remedies()
		if want := "  people.csv" + tt.want + " dry-run  force  plan plan.json"; render(hint) != want {
			t.Errorf("hint %q, want %q", render(hint), want)
		}
	}
}
