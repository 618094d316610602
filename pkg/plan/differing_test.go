package plan_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
	"rollcall/pkg/roster"
)

// sent is a history in which an invitation was sent so long ago, as that.
func sent(id string, age time.Duration, role string, teams ...roster.Team) plan.History {
	return plan.History{
		Times: 1, At: now.Add(-age), Invitation: cybedefend.Invitation{ID: id, ExpiresAt: now.Add(time.Hour)},
		Sent: plan.Desired{Email: "ann@x.example", Role: role, Teams: teams},
	}
}

// replacing is a history in which another invitation was cancelled for it.
func replacing(h plan.History, cancelled string) plan.History {
	h.Cancelled = map[string]time.Time{cancelled: h.At}
	return h
}

// TestDiffers has the pending invitation p of ann@x.example.
func TestDiffers(t *testing.T) {
	platform, security := roster.Team{Name: "Platform", Role: "developer"}, roster.Team{Name: "Security", Role: "developer"}
	lead, byID := roster.Team{Name: "Platform", Role: "team_manager"}, roster.Team{Name: platformID, Role: "developer"}
	const role, in = "the pending invitation has the role manager, the roster wants member", "the pending invitation was sent with "
	tests := []struct {
		name      string
		has       string
		wants     string
		defaulted bool
		teams     []roster.Team
		usual     []roster.Team
		past      plan.History
		want      string
		tried     bool
	}{
		{name: "the same role", has: "member", wants: "member"},
		{name: "another role", has: "manager", wants: "member", want: role},
		{name: "another role, which is nobody's wish", has: "manager", wants: "member", defaulted: true},
		{name: "another spelling of the role", has: "Member", wants: "member"},
		{name: "another spelling of another role", has: "MANAGER", wants: "member", want: "the pending invitation has the role MANAGER, the roster wants member"},
		{name: "two words", has: "Billing Manager", wants: "billing_manager"},
		{name: "a word that is no role", has: "overlord", wants: "member"},
		{name: "no role", wants: "member"},
		{name: "ours, as it was asked for", has: "manager", wants: "member", past: sent("p", time.Hour, "member")},
		{name: "ours, in another letter case", has: "manager", wants: "member", past: sent("P", time.Hour, "member")},
		{name: "ours, and the roster has changed", has: "manager", wants: "member", past: sent("p", time.Hour, "manager"), want: role},
		{name: "perhaps ours, as it was asked for", has: "manager", wants: "member", past: sent("", time.Hour, "member")},
		{name: "perhaps ours, and the roster has changed", has: "manager", wants: "member", past: sent("", time.Hour, "manager"), want: role},
		{name: "another's", has: "manager", wants: "member", past: sent("gone", time.Hour, "member"), want: role},
		{name: "replaced, and the list is late", has: "manager", wants: "member", past: replacing(sent("new", 24*time.Hour, "member"), "p")},
		{name: "cancelled, and nothing was sent", has: "manager", wants: "member", past: plan.History{Times: 1, Cancelled: map[string]time.Time{"p": now}}, want: role},
		{name: "replaced, and another's again", has: "manager", wants: "member", past: replacing(sent("new", 24*time.Hour, "member"), "old"), want: role, tried: true},
		{name: "replaced by another role, and another's again", has: "manager", wants: "member", past: replacing(sent("new", 24*time.Hour, "manager"), "old"), want: role},

		{name: "the same teams", teams: []roster.Team{platform, security}, past: sent("p", time.Hour, "member", security, byID)},
		{name: "other teams", teams: []roster.Team{security}, past: sent("p", time.Hour, "member", platform), want: in + "the teams Platform:developer, the roster wants the teams Security:developer"},
		{name: "one team more", teams: []roster.Team{platform, security}, past: sent("p", time.Hour, "member", platform), want: in + "the teams Platform:developer, the roster wants the teams Platform:developer; Security:developer"},
		{name: "another role in a team", teams: []roster.Team{lead}, past: sent("p", time.Hour, "member", platform), want: in + "the teams Platform:developer, the roster wants the teams Platform:team_manager"},
		{name: "sent with none", teams: []roster.Team{platform}, past: sent("p", time.Hour, "member"), want: in + "no teams, the roster wants the teams Platform:developer"},
		{name: "nobody knows with which", teams: []roster.Team{platform}},
		{name: "nobody knows any more with which", teams: []roster.Team{platform}, past: sent("p", time.Hour, "")},
		{name: "with which another was sent", teams: []roster.Team{platform}, past: sent("gone", time.Hour, "member")},
		{name: "no teams of its own", past: sent("p", time.Hour, "member", platform)},
		{name: "the usual teams", teams: []roster.Team{security}, usual: []roster.Team{security}, past: sent("p", time.Hour, "member", platform)},
		{name: "sent with a team that is gone", teams: []roster.Team{security}, past: sent("p", time.Hour, "member", roster.Team{Name: "Legal"})},
		{name: "a team that there is not", teams: []roster.Team{{Name: "Legal"}}, past: sent("p", time.Hour, "member", platform)},
		{
			name: "both", has: "manager", wants: "member", teams: []roster.Team{security}, past: sent("p", time.Hour, "manager", platform),
			want: role + "; " + in + "the teams Platform:developer, the roster wants the teams Security:developer",
		},
	}
	d := organization(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := directory.Membership{Pending: &cybedefend.Invitation{ID: "p", Email: "ann@x.example", Status: "pending", OrganizationRole: tt.has, ExpiresAt: now.Add(time.Hour)}}
			desired := plan.Desired{Email: "Ann@x.example", Role: tt.wants, Teams: tt.teams, RoleDefaulted: tt.defaulted}
			inputs := plan.Inputs{Directory: d, At: now, Defaults: tt.usual, Histories: plan.HistoriesOf(map[string]plan.History{"ann@x.example": tt.past})}
			got, text, tried := inputs.Differs(desired, m), "", false
			if got != nil {
				text, tried = got.String(), got.Tried
			}
			if text != tt.want || tried != tt.tried {
				t.Errorf("%q, tried %t", text, tried)
			}
			for policy, want := range map[plan.Reinvite]bool{
				plan.ReinviteExpired: false, plan.ReinviteDiffering: tt.want != "" && !tt.tried, plan.ReinvitePending: true,
			} {
				inputs.Policy = plan.Policy{Reinvite: policy}
				v := plan.Decide(desired, m, inputs)
				if wrong := v.Outcome == record.Invalid; v.Send() != want && !wrong || (v.Differs != nil) != (tt.want != "") || v.Send() && v.Replaces != "p" {
					t.Errorf("%s: %s, replaces %q, differs %v", policy, v.Outcome, v.Replaces, v.Differs)
				}
			}
		})
	}
	member := directory.Membership{Member: &cybedefend.User{}, Pending: &cybedefend.Invitation{OrganizationRole: "manager"}}
	if got := (plan.Inputs{Directory: d}).Differs(plan.Desired{Role: "member"}, member); got != nil {
		t.Errorf("of a member: %v", got)
	}
}

// TestReplaceDiffering has the invitation p of a manager, who is to be a member.
func TestReplaceDiffering(t *testing.T) {
	const differs = "the pending invitation has the role manager, the roster wants member"
	spent := sent("p", 48*time.Hour, "manager")
	spent.Times = 3
	tests := []struct {
		name   string
		id     string
		policy plan.Policy
		past   plan.History
		want   record.Outcome
		hint   string
	}{
		{name: "old enough to be replaced", id: "p", past: sent("p", 25*time.Hour, "manager"), want: record.AlreadyInvited, hint: differs + "; --reinvite differing replaces it"},
		{name: "too young", id: "p", past: sent("p", 23*time.Hour, "manager"), want: record.AlreadyInvited, hint: differs + "; --reinvite differing --reinvite-after 0s replaces it"},
		{name: "too young for what was asked for", id: "p", policy: plan.Policy{After: 48 * time.Hour}, past: sent("p", 25*time.Hour, "manager"), want: record.AlreadyInvited, hint: differs + "; --reinvite differing --reinvite-after 0s replaces it"},
		{name: "another's", id: "p", want: record.AlreadyInvited, hint: differs + "; --reinvite differing --reinvite-after 0s replaces it"},
		{name: "invited as often as allowed", id: "p", policy: plan.Policy{Max: 3}, past: spent, want: record.AlreadyInvited, hint: differs + "; --reinvite differing --reinvite-max 4 replaces it"},
		{name: "no id", past: sent("p", 25*time.Hour, "manager"), want: record.AlreadyInvited, hint: differs + ": change it in the dashboard"},
		{name: "replaced", id: "p", policy: plan.Policy{Reinvite: plan.ReinviteDiffering, After: 24 * time.Hour}, past: sent("p", 24*time.Hour, "manager"), want: record.WouldReinvite, hint: differs + ": it is cancelled first"},
		{
			name: "replaced, but too young", id: "p", policy: plan.Policy{Reinvite: plan.ReinviteDiffering, After: 24 * time.Hour}, past: sent("p", 23*time.Hour, "manager"), want: record.AlreadyInvited,
			hint: differs + "; the invitation is pending; it was sent 23h0m0s ago, and --reinvite-after 24h0m0s renews no younger one",
		},
		{
			name: "replaced, but another's", id: "p", policy: plan.Policy{Reinvite: plan.ReinviteDiffering, After: 24 * time.Hour}, want: record.AlreadyInvited,
			hint: differs + "; the invitation is pending, and nobody knows since when; --reinvite-after 0s renews it",
		},
		{name: "replaced, whatever the age", id: "p", policy: plan.Policy{Reinvite: plan.ReinviteDiffering}, want: record.WouldReinvite, hint: differs + ": it is cancelled first"},
		{name: "replaced, but too often", id: "p", policy: plan.Policy{Reinvite: plan.ReinviteDiffering, Max: 3}, past: spent, want: record.AlreadyInvited, hint: differs + "; invited 3 times already; --reinvite-max 4 renews it"},
		{name: "replaced, but no id", policy: plan.Policy{Reinvite: plan.ReinviteDiffering}, want: record.AlreadyInvited, hint: differs + ": change it in the dashboard"},
		{
			name: "replaced before", id: "p", policy: plan.Policy{Reinvite: plan.ReinviteDiffering}, past: replacing(sent("new", 48*time.Hour, "member"), "old"), want: record.AlreadyInvited,
			hint: differs + ": it was sent anew for that already; change it in the dashboard",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := directory.Membership{Pending: &cybedefend.Invitation{ID: tt.id, Email: "ann@x.example", OrganizationRole: "manager", ExpiresAt: now.Add(time.Hour)}}
			got := plan.Decide(plan.Desired{Email: "ann@x.example", Role: "member"}, m, plan.Inputs{
				Directory: organization(t), At: now, Policy: tt.policy, Histories: plan.HistoriesOf(map[string]plan.History{"ann@x.example": tt.past}),
			})
			if got.Outcome != tt.want || got.Hint.Render(asFlag) != tt.hint || got.Differs == nil {
				t.Errorf("Decide = %s, hint %q, differs %v", got.Outcome, got.Hint.Render(asFlag), got.Differs)
			}
		})
	}
}

// TestDifferingRenewsWhatHasExpired, and leaves open ones that do not differ.
func TestDifferingRenewsWhatHasExpired(t *testing.T) {
	d := organization(t)
	in := plan.Inputs{Directory: d, At: now, Policy: plan.Policy{Reinvite: plan.ReinviteDiffering}}
	for address, want := range map[string]record.Outcome{
		"lapsed@x.example": record.WouldReinvite, "pending@x.example": record.AlreadyInvited, "cancelled@x.example": record.Skipped,
	} {
		if got := plan.Decide(plan.Desired{Email: address, Role: "manager"}, d.Person(address), in); got.Outcome != want {
			t.Errorf("%s: %s", address, got.Outcome)
		}
	}
}

// TestRememberWhatWasSent has one invitation whose row was reopened, so that nobody knows any more what was asked for.
func TestRememberWhatWasSent(t *testing.T) {
	invited := record.Record{Outcome: record.Invited, Email: "ann@x.example", Role: "manager", Teams: "Platform:team_manager", InvitationID: "1", UpdatedAt: now}
	for _, tt := range []struct {
		name    string
		records []record.Record
		want    string
	}{
		{"once", []record.Record{invited}, "manager in Platform:team_manager"},
		{"reopened", []record.Record{{Outcome: record.Invited, Email: "ann@x.example", InvitationID: "1", UpdatedAt: now}}, " in "},
		{"later, and reopened", []record.Record{invited, {Outcome: record.Invited, Email: "ann@x.example", InvitationID: "2", UpdatedAt: now.Add(time.Hour)}}, " in "},
		{"with teams that cannot be read", []record.Record{{Outcome: record.Invited, Email: "ann@x.example", Role: "manager", Teams: ";:", UpdatedAt: now}}, " in "},
	} {
		histories, err := plan.Remember(plan.Remembered{Invited: yield(nil, tt.records...)})
		if err != nil {
			t.Fatal(err)
		}
		if sent := histories.Of("ann@x.example").Sent; sent.Role+" in "+roster.FormatTeams(sent.Teams) != tt.want {
			t.Errorf("%s: %+v", tt.name, sent)
		}
	}
}

// TestRowsThatNameNoRole wish for none.
func TestRowsThatNameNoRole(t *testing.T) {
	in := plan.Inputs{RoleDefaulted: func(row int) bool { return row == 2 }}
	for row, want := range map[int]bool{1: false, 2: true} {
		got, err := in.DesiredOf(record.Record{Row: row, Email: "ann@x.example", Role: "member", Teams: "Platform"})
		if err != nil || got.RoleDefaulted != want || got.Role != "member" || len(got.Teams) != 1 {
			t.Errorf("row %d: %+v, %v", row, got, err)
		}
	}
	if got, err := (plan.Inputs{}).DesiredOf(record.Record{Row: 2}); err != nil || got.RoleDefaulted {
		t.Errorf("%+v, %v", got, err)
	}
}

// What an entry wants is what its record says that it wants.
func TestDesiredBy(t *testing.T) {
	for _, teams := range [][]roster.Team{nil, {{Name: "A;B", Role: "developer", RoleDefaulted: true}, {Name: `"Blue`, Role: "team_manager"}}} {
		entry := roster.Entry{Row: 3, Email: "ann@x.example", Role: "member", Teams: teams}
		for _, in := range []plan.Inputs{{}, {RoleDefaulted: func(row int) bool { return row == 3 }}} {
			want, err := in.DesiredOf(plan.NewRecord(entry, now, nil))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, in.DesiredBy(entry), cmpopts.IgnoreFields(roster.Team{}, "RoleDefaulted")); diff != "" {
				t.Error(diff)
			}
		}
	}
}
