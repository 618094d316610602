package desk_test

import (
	"path/filepath"
	"strings"
	"testing"

	"rollcall/pkg/onboard"
	"rollcall/pkg/web/desk"
)

// What was chosen for a roster is chosen after a crash, too, and takes nothing back of what is allowed anyway.
func TestChoicesOutlastTheProcess(t *testing.T) {
	o := desk.Options{Folder: filepath.Join(t.TempDir(), "rosters"), Sync: onboard.ForSync()}
	o.Sync.Sync.CancelLeavers = true
	first := desk.New(o)
	t.Cleanup(func() {
		if err := first.Close(); err != nil { // once the second one is, so that it was as good as killed
			t.Error(err)
		}
	})
	sheet, err := first.Take(t.Context(), "team.csv", strings.NewReader("email\nada@example.com\n"))
	if err != nil {
		t.Fatal(err)
	}
	if got := first.Chosen(sheet.ID); got != (desk.Choices{}) {
		t.Errorf("before anybody has chosen it is %+v", got)
	}
	want := desk.Choices{ApplyRoles: true, RemoveAtOnce: true}
	if err := first.Choose(sheet.ID, want); err != nil {
		t.Fatal(err)
	}
	second := desk.New(o) // the first one was killed
	t.Cleanup(func() {
		if err := second.Close(); err != nil {
			t.Error(err)
		}
		if err := first.Close(); err != nil {
			t.Error(err)
		}
	})
	if got := second.Chosen(sheet.ID); got != want {
		t.Errorf("after a crash it is %+v, want %+v", got, want)
	}
	on := want.On(o.Sync)
	if follow := on.Sync; !follow.ApplyRoles || !follow.CancelLeavers || follow.RemoveAtOnce || on.PruneTeams {
		t.Errorf("a sync begins with %+v, %+v", follow, on.Teams)
	}
	if o.Sync.Sync.ApplyRoles {
		t.Error("the choice has changed the options of the desk")
	}
	if got := second.Allowed(); got != (desk.Choices{CancelLeavers: true}) {
		t.Errorf("allowed anyway is %+v", got)
	}
}
