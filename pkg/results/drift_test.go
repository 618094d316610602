package results_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/results"
)

const driftHeader = "kind,email,has_role,wanted_role,user_id,invitation_id,expires_at,action,error\n"

func TestWriteDrift(t *testing.T) {
	tests := []struct {
		name string
		give []results.DriftLine
		want string
	}{
		{"no difference", nil, ""},
		{
			"every column, and the zone of a time",
			[]results.DriftLine{
				{
					Kind: "leaver_invited", Email: "ada@example.com", HasRole: "member", WantedRole: "manager", UserID: "u-1", InvitationID: "i-1",
					ExpiresAt: time.Date(2026, 11, 23, 1, 2, 3, 456, time.FixedZone("", 3600)), Action: "failed", Error: "gone, it says",
				},
				{Kind: "leaver", Email: "bob@example.com", Action: "reported"},
			},
			"leaver_invited,ada@example.com,member,manager,u-1,i-1,2026-11-23T00:02:03Z,failed,\"gone, it says\"\n" +
				"leaver,bob@example.com,,,,,,reported,\n",
		},
		{
			"a column that only some need",
			[]results.DriftLine{{Kind: "team_extra", Email: "ada@example.com", Team: "=Platform"}, {Kind: "leaver", Email: "bob@example.com"}},
			"team_extra,ada@example.com,,,,,,,,'=Platform\nleaver,bob@example.com,,,,,,,,\n",
		},
		{
			"another one",
			[]results.DriftLine{{Kind: "renamed", Email: "ada@example.com", NewEmail: "ada@example.net"}},
			"renamed,ada@example.com,,,,,,,,ada@example.net\n",
		},
		{
			"both",
			[]results.DriftLine{{Kind: "team_extra", Email: "bob@example.com", Team: "Data"}, {Kind: "renamed", Email: "ada@example.com", NewEmail: "=n"}},
			"team_extra,bob@example.com,,,,,,,,Data,\nrenamed,ada@example.com,,,,,,,,,'=n\n",
		},
		{
			"formulas",
			[]results.DriftLine{{Kind: "=k", Email: "=e", HasRole: "+h", WantedRole: "-w", UserID: "@u", InvitationID: "=i", Action: "=a", Error: "=x"}},
			"'=k,'=e,'+h,'-w,'@u,'=i,,'=a,'=x\n",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "team.drift.csv")
			if err := os.WriteFile(path, []byte("the one before"), 0o644); err != nil {
				t.Fatal(err)
			}
			if err := results.WriteDrift(path, results.Dialect{}, slices.Values(tt.give)); err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			header := driftHeader
			if slices.ContainsFunc(tt.give, func(l results.DriftLine) bool { return l.Team != "" }) {
				header = strings.TrimSuffix(driftHeader, "\n") + ",team\n"
			}
			if slices.ContainsFunc(tt.give, func(l results.DriftLine) bool { return l.NewEmail != "" }) {
				header = strings.TrimSuffix(header, "\n") + ",new_email\n"
			}
			if diff := cmp.Diff(header+tt.want, string(got)); diff != "" {
				t.Error(diff)
			}
			if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
				t.Errorf("mode = %v, %v; want 0600", info.Mode(), err)
			}
		})
	}
}

func TestWriteDriftToNoPlainFile(t *testing.T) {
	directory := t.TempDir()
	for _, path := range []string{directory, filepath.Join(directory, "nowhere", "team.drift.csv")} {
		if err := results.WriteDrift(path, results.Dialect{}, slices.Values([]results.DriftLine{{Kind: "role"}})); err == nil {
			t.Errorf("%s was written", path)
		}
	}
}

func TestDriftPath(t *testing.T) {
	tests := []struct{ give, want string }{
		{"team.results.csv", "team.drift.csv"},
		{"out/team.results.xlsx", "out/team.drift.csv"},
		{"out/team.results-2.csv", "out/team.results-2.drift.csv"},
		{"last.jsonl", "last.drift.csv"},
		{"dir.results/last.csv", "dir.results/last.drift.csv"},
	}
	for _, tt := range tests {
		if got := results.DriftPath(tt.give); got != tt.want {
			t.Errorf("DriftPath(%q) = %q, want %q", tt.give, got, tt.want)
		}
	}
}
