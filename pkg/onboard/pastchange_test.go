package onboard_test

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/audit"
	"rollcall/pkg/ledger/sqlite"
	"rollcall/pkg/onboard"
)

// What a run has changed is told once for each change, by what came of it last; invitations and other runs are left out.
func TestChangesOfARun(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	l, err := sqlite.Open(path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	const run = "20261128T013000Z-3f2a9c"
	if err := l.Note(t.Context(),
		audit.Event{Kind: audit.Role, Run: run, Email: "ada@example.com", Before: "member", After: "manager", Outcome: audit.InDoubt},
		audit.Event{Kind: audit.Invite, Run: run, Email: "bruno@example.com", Outcome: "invited"},
		audit.Event{Kind: audit.Cancel, Run: run, Email: "chen@example.com", Before: "one", Outcome: audit.Cancelled},
		audit.Event{Kind: audit.Cancel, Run: run, Email: "chen@example.com", Before: "two", Outcome: audit.Refused},
		audit.Event{Kind: audit.Team, Run: run, Email: "ada@example.com", Team: "Platform", After: "developer", Outcome: audit.Changed},
		audit.Event{Kind: audit.Remove, Run: "another", Email: "dalia@example.com", Outcome: audit.Changed},
		audit.Event{Kind: audit.Role, Run: run, Email: "ada@example.com", Before: "member", After: "manager", Outcome: audit.Changed},
	); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	made, err := onboard.History{Ledgers: []string{path}}.Changes(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, line := range made {
		got = append(got, string(line.Kind)+" "+line.Email+" "+line.Team+line.Before+" "+line.Outcome)
	}
	want := []string{
		"role ada@example.com member changed", "cancel chen@example.com one cancelled", "cancel chen@example.com two refused", "team ada@example.com Platform changed",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the changes of the run (-want +got):\n%s", diff)
	}
}
