package operator_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"rollcall/pkg/fileset"
	"rollcall/pkg/fleet"
	"rollcall/pkg/fleet/store"
	"rollcall/pkg/ledger/postgres"
	"rollcall/pkg/ledger/postgres/postgrestest"
	"rollcall/pkg/operator"
)

// TestPausingResumesNothing pauses an organization whose schedule has paused after a failure: it stays so until somebody
// resumes.
func TestPausingResumesNothing(t *testing.T) {
	address := postgrestest.Address(t)
	database, err := postgres.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(database.Close)
	t.Cleanup(func() {
		_, err := database.Pool().Exec(context.WithoutCancel(t.Context()), "DROP SCHEMA "+database.Schema()+"_river CASCADE")
		if err != nil {
			t.Error(err)
		}
	})
	f, err := fleet.Open(database)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	order := store.Order{Organization: "one", Command: store.Sync, Options: "{}", Source: "https://rosters.example/one.csv"}
	later := time.Now().Add(time.Hour)
	nightly := store.Schedule{Name: "nightly", Order: order, Timing: []byte("{}"), Slot: later, DueAt: later}
	if _, err := f.Apply(t.Context(), "set", nil, []store.Schedule{nightly}); err != nil {
		t.Fatal(err)
	}
	if err := f.PauseSchedule(t.Context(), "set", "nightly", "its last job has failed"); err != nil {
		t.Fatal(err)
	}
	do := func(what string) string {
		var out bytes.Buffer
		root := &cobra.Command{Use: "rollcall"}
		root.AddCommand((&operator.Host{
			Out: &out, JSON: func() bool { return true }, NoArguments: cobra.NoArgs, Files: map[*cobra.Command]func([]string) []fileset.File{},
		}).Command())
		root.SetArgs([]string{"jobs", what, "one", "--ledger", address})
		if err := root.ExecuteContext(t.Context()); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	paused := func() (schedule, organization bool) {
		schedules, err := f.Schedules(t.Context(), "set")
		if err != nil || len(schedules) != 1 {
			t.Fatal(schedules, err)
		}
		organizations, err := f.PausedOrganizations(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return schedules[0].Paused != "", organizations["one"] != ""
	}
	if got, want := do("pause"), `{"name":"one","state":"paused"}`+"\n"; got != want {
		t.Errorf("it says %q, want %q", got, want)
	}
	if schedule, organization := paused(); !schedule || !organization {
		t.Errorf("after pausing the schedule is paused: %t, the organization: %t", schedule, organization)
	}
	do("resume")
	if schedule, organization := paused(); schedule || organization {
		t.Errorf("after resuming the schedule is paused: %t, the organization: %t", schedule, organization)
	}
}
