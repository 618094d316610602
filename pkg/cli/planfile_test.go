package cli

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/plan"
)

func TestFlagsOfAPlanAreTakenOver(t *testing.T) {
	path := filepath.Join(t.TempDir(), "plan.json")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	saved := plan.Saved{
		OrganizationID: "o", Roster: "/people.csv",
		Flags: plan.Flags{
			Role: "member", Teams: []string{"Platform"}, Maps: []string{"email=Mail"}, Encoding: "utf-8", Delimiter: ";", Sheet: "People",
			Invalid: "skip", Reinvite: plan.ReinviteEnded, ReinviteAfter: "24h0m0s", ReinviteMax: 3, NoPreflight: true, TrustLists: true,
		},
	}
	if err := saved.Write(file); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	a, f := &app{}, inviteFlags{}
	f.plan.from = path
	if got, err := a.fromPlan(a.inviteCommand(), &f, nil); err != nil || got != saved.Roster {
		t.Fatalf("fromPlan = %q, %v", got, err)
	}
	got := plan.Flags{
		Role: f.role, Teams: f.teams, Maps: f.maps, Encoding: f.encoding, Delimiter: f.delimiter, Sheet: f.sheet,
		Invalid: f.invalid, Reinvite: plan.Reinvite(f.reinvite), ReinviteAfter: f.after.String(), ReinviteMax: f.max,
		NoPreflight: f.noPreflight, TrustLists: f.trustLists,
	}
	if diff := cmp.Diff(saved.Flags, got); diff != "" || f.after != 24*time.Hour {
		t.Errorf("flags (-plan +taken over):\n%s", diff)
	}
}
