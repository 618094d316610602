package roster

import "testing"

func TestRepair(t *testing.T) {
	tests := []struct {
		kind       kind
		give, want string
	}{
		{ofEmail, "\u00a0ann@x.test\u200b", "ann@x.test"},
		{ofEmail, " Ann <ann@x.test> ", "ann@x.test"},
		{ofEmail, "Ann@X.test", "Ann@X.test"},
		{ofEmail, "ann@x.test.", "ann@x.test."},
		{ofEmail, "ann@x.test; bob@x.test", "ann@x.test; bob@x.test"},
		{ofRole, "Billing-Manager ", "billing_manager"},
		{ofRole, " admin ", "admin"},
		{ofRole, " ", ""},
		{ofTeams, "A", "A"},
		{ofTeams, " A : Team Manager ;\tB:DEVELOPER\nC;; ", "A : team_manager ;\tB:developer\nC;;"},
		{ofTeams, `"a:Developer;":Read Only;b`, `"a:Developer;":read_only;b`},
		{ofTeams, "A:boss; B:Developer", "A:boss; B:developer"},
		{ofTeams, "A:admin; B:Developer", "A:admin; B:Developer"},
		{ofTeams, "A:Developer, B:Developer", "A:Developer, B:Developer"},
		{ofTeams, ";", ";"},
		{ofTeam, " A;B:Developer ", "A;B:developer"},
		{ofTeam, "A:Developer", "A:developer"},
		{ofTeamName, " A:Developer ", "A:Developer"},
		{ofTeamRole, " Team Manager ", "team_manager"},
		{ofTeamRole, " boss ", "boss"},
	}
	for _, tt := range tests {
		got := Cell{kind: tt.kind}.Repair(tt.give)
		if got != tt.want {
			t.Errorf("%d: Repair(%q) = %q, want %q", tt.kind, tt.give, got, tt.want)
		}
		if again := (Cell{kind: tt.kind}).Repair(got); again != got {
			t.Errorf("%d: Repair(%q) = %q, and then %q", tt.kind, tt.give, got, again)
		}
	}
}
