package plan_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
	"rollcall/pkg/remedy"
	"rollcall/pkg/secret"
)

// TestPolicies is about pending@x.example, whose invitation p ends in an hour, and lapsed@x.example, whose invitation l
// has ended an hour ago.
// asFlag shows a remedy as a command line does.
func asFlag(r remedy.Remedy) string { return "--" + r.String() }

// TestPerhapsAMember has somebody who was invited before, and a member whose address reaches the same mailbox.
func TestPerhapsAMember(t *testing.T) {
	member := &cybedefend.User{ID: "u", Email: "ann@gmail.com"}
	i := cybedefend.Invitation{ID: "i", Email: "a.nn@gmail.com"}
	nameless := cybedefend.Invitation{Email: "a.nn@gmail.com"}
	sent := plan.History{Times: 1, At: now.Add(-time.Hour), Invitation: i}
	perhaps := "ann@gmail.com is a member, which may be the same mailbox: look in the dashboard; if that is somebody else, --trust-lists has the same command send it"
	tests := []struct {
		name    string
		give    directory.Membership
		history plan.History
		policy  plan.Reinvite
		trust   bool
		want    record.Outcome
		hint    string
	}{
		{name: "never invited", give: directory.Membership{Perhaps: member}, want: record.WouldInvite},
		{name: "expired", give: directory.Membership{Perhaps: member, Expired: &i}, want: record.Skipped, hint: perhaps},
		{name: "vanished", give: directory.Membership{Perhaps: member, Ended: &i}, want: record.Skipped, hint: perhaps},
		{name: "vanished, and renewed", give: directory.Membership{Perhaps: member, Ended: &i}, policy: plan.ReinviteEnded, want: record.Skipped, hint: perhaps},
		{name: "remembered", give: directory.Membership{Perhaps: member}, history: sent, want: record.Skipped, hint: perhaps},
		{name: "a member before", give: directory.Membership{Perhaps: member}, history: plan.History{SeenAs: record.AlreadyMember}, want: record.Skipped, hint: perhaps},
		{name: "kept back for that before", give: directory.Membership{Perhaps: member}, history: plan.History{SeenAs: record.Skipped}, want: record.Skipped, hint: perhaps},
		{name: "cancelled by a run", give: directory.Membership{Perhaps: member}, history: plan.History{Times: 1}, want: record.WouldInvite},
		{name: "pending", give: directory.Membership{Perhaps: member, Pending: &i}, history: sent, want: record.AlreadyInvited},
		{name: "pending, and replaced", give: directory.Membership{Perhaps: member, Pending: &i}, policy: plan.ReinvitePending, history: sent, want: record.WouldReinvite, hint: "the pending invitation is cancelled first"},
		{
			name: "pending, and not to be cancelled", give: directory.Membership{Pending: &nameless}, policy: plan.ReinvitePending, want: record.AlreadyInvited,
			hint: "the list does not name the id of the pending invitation, so it cannot be cancelled: renew it in the dashboard",
		},
		{name: "expired, and the lists are trusted", give: directory.Membership{Perhaps: member, Expired: &i}, trust: true, want: record.WouldReinvite, hint: "the invitation has expired"},
		{name: "expired, and nobody is similar", give: directory.Membership{Expired: &i}, history: sent, want: record.WouldReinvite, hint: "the invitation has expired"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := plan.Inputs{
				Directory: organization(t), At: now, TrustLists: tt.trust, Policy: plan.Policy{Reinvite: tt.policy},
				Histories: plan.HistoriesOf(map[string]plan.History{"a.nn@gmail.com": tt.history}),
			}
			got := plan.Decide(plan.Desired{Email: "a.nn@gmail.com", Role: "member"}, tt.give, in)
			if got.Outcome != tt.want || got.Hint.Render(asFlag) != tt.hint {
				t.Errorf("Decide = %s, hint %q", got.Outcome, got.Hint.Render(asFlag))
			}
		})
	}
}

func TestPolicies(t *testing.T) {
	const (
		never   = plan.ReinviteNever
		pending = plan.ReinvitePending
		ended   = plan.ReinviteEnded
	)
	d := organization(t)
	ours := func(id string, times int, age time.Duration) plan.History {
		return plan.History{Times: times, At: now.Add(-age), Invitation: cybedefend.Invitation{ID: id, ExpiresAt: now.Add(-age + time.Hour)}}
	}
	tests := []struct {
		name     string
		person   string
		policy   plan.Policy
		past     plan.History
		want     record.Outcome
		replaces string
		hint     string
	}{
		{name: "expired", person: "lapsed", want: record.WouldReinvite, hint: "the invitation has expired"},
		{name: "expired, by its name", person: "lapsed", policy: plan.Policy{Reinvite: plan.ReinviteExpired}, want: record.WouldReinvite, hint: "the invitation has expired"},
		{name: "expired, and never renewed", person: "lapsed", policy: plan.Policy{Reinvite: never}, want: record.Skipped, hint: "the invitation has expired; --reinvite expired renews it"},
		{name: "expired, and pending ones are renewed", person: "lapsed", policy: plan.Policy{Reinvite: pending}, want: record.WouldReinvite, hint: "the invitation has expired"},
		{name: "ours, and old enough", person: "lapsed", policy: plan.Policy{After: 2 * time.Hour}, past: ours("l", 1, 2*time.Hour), want: record.WouldReinvite, hint: "the invitation has expired"},
		{
			name: "ours, and too young", person: "lapsed", policy: plan.Policy{After: 3 * time.Hour}, past: ours("l", 1, 2*time.Hour), want: record.Skipped,
			hint: "the invitation has expired; it was sent 2h0m0s ago, and --reinvite-after 3h0m0s renews no younger one",
		},
		{name: "another's, expired for long", person: "lapsed", policy: plan.Policy{After: time.Hour}, want: record.WouldReinvite, hint: "the invitation has expired"},
		{
			name: "another's, expired lately", person: "lapsed", policy: plan.Policy{After: 2 * time.Hour}, want: record.Skipped,
			hint: "the invitation has expired; it expired 1h0m0s ago, and --reinvite-after 2h0m0s renews no younger one",
		},
		{
			name: "another's, and ours was sent later", person: "lapsed", policy: plan.Policy{After: time.Hour}, past: ours("gone", 1, time.Minute), want: record.Skipped,
			hint: "the invitation has expired; it was sent 1m0s ago, and --reinvite-after 1h0m0s renews no younger one",
		},
		{name: "invited too often", person: "lapsed", policy: plan.Policy{Max: 3}, past: ours("l", 3, 24*time.Hour), want: record.Skipped, hint: "invited 3 times already; --reinvite-max 4 renews it"},
		{name: "invited twice of three times", person: "lapsed", policy: plan.Policy{Max: 3}, past: ours("l", 2, 24*time.Hour), want: record.WouldReinvite, hint: "the invitation has expired"},
		{name: "pending", person: "pending", want: record.AlreadyInvited},
		{name: "pending, whatever the age", person: "pending", policy: plan.Policy{Reinvite: pending}, want: record.WouldReinvite, replaces: "p", hint: "the pending invitation is cancelled first"},
		{
			name: "pending since nobody knows when", person: "pending", policy: plan.Policy{Reinvite: pending, After: time.Minute}, want: record.AlreadyInvited,
			hint: "the invitation is pending, and nobody knows since when; --reinvite-after 0s renews it",
		},
		{name: "pending, not the one we sent", person: "pending", policy: plan.Policy{Reinvite: pending, After: time.Minute}, past: ours("gone", 1, 24*time.Hour), want: record.AlreadyInvited, hint: "the invitation is pending, and nobody knows"},
		{name: "pending, ours, and old enough", person: "pending", policy: plan.Policy{Reinvite: pending, After: 24 * time.Hour}, past: ours("p", 1, 24*time.Hour), want: record.WouldReinvite, replaces: "p", hint: "the pending invitation is cancelled first"},
		{
			name: "pending, ours, and too young", person: "pending", policy: plan.Policy{Reinvite: pending, After: 24 * time.Hour}, past: ours("p", 1, 23*time.Hour), want: record.AlreadyInvited,
			hint: "the invitation is pending; it was sent 23h0m0s ago, and --reinvite-after 24h0m0s renews no younger one",
		},
		{name: "pending, and invited too often", person: "pending", policy: plan.Policy{Reinvite: pending, Max: 1}, past: ours("p", 1, 24*time.Hour), want: record.AlreadyInvited, hint: "invited 1 times already"},
		{name: "a member", person: "member", policy: plan.Policy{Reinvite: pending}, past: ours("m", 9, 0), want: record.AlreadyMember, hint: "the member has the role member"},
		{name: "invited too often, and nothing else known", person: "new", policy: plan.Policy{Max: 2}, past: ours("gone", 2, time.Minute), want: record.Skipped, hint: "invited 2 times already; --reinvite-max 3 renews it"},
		{name: "cancelled", person: "cancelled", want: record.Skipped, hint: "the invitation was cancelled; --reinvite ended renews it"},
		{name: "declined, and pending ones are renewed", person: "declined", policy: plan.Policy{Reinvite: pending}, want: record.Skipped, hint: "the invitation was declined; --reinvite ended renews it"},
		{name: "accepted under another address", person: "elsewhere", policy: plan.Policy{Reinvite: never}, want: record.Skipped, hint: "the invitation was accepted, but nobody of this address is a member; --reinvite ended renews it"},
		{name: "ended ones are renewed", person: "elsewhere", policy: plan.Policy{Reinvite: ended}, want: record.WouldReinvite, hint: "the invitation was accepted, but nobody of this address is a member"},
		{name: "ended ones are renewed, and expired ones", person: "lapsed", policy: plan.Policy{Reinvite: ended}, want: record.WouldReinvite, hint: "the invitation has expired"},
		{name: "ended ones are renewed, not pending ones", person: "pending", policy: plan.Policy{Reinvite: ended}, want: record.AlreadyInvited},
		{name: "ended ones are renewed, but too often", person: "declined", policy: plan.Policy{Reinvite: ended, Max: 1}, past: ours("d", 1, time.Hour), want: record.Skipped, hint: "invited 1 times already"},
		{
			name: "ended ones are renewed, but it is too young", person: "declined", policy: plan.Policy{Reinvite: ended, After: 2 * time.Hour}, past: ours("d", 1, time.Hour), want: record.Skipped,
			hint: "the invitation was declined; it was sent 1h0m0s ago, and --reinvite-after 2h0m0s renews no younger one",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			address := tt.person + "@x.example"
			got := plan.Decide(plan.Desired{Email: strings.ToUpper(address), Role: "manager"}, d.Person(address), plan.Inputs{
				Directory: d, Policy: tt.policy, Histories: plan.HistoriesOf(map[string]plan.History{address: tt.past}), At: now,
			})
			if got.Outcome != tt.want || got.Replaces != tt.replaces || !strings.HasPrefix(got.Hint.Render(asFlag), tt.hint) || (tt.hint == "") != (got.Hint.String() == "") || got.Reason == "" {
				t.Errorf("Decide = %s, replaces %q, hint %q, reason %q", got.Outcome, got.Replaces, got.Hint, got.Reason)
			}
			if got.Send() != (got.Invite.Email != "") || (got.Outcome == record.AlreadyInvited || got.Outcome == record.Skipped) != (got.Invitation != nil) {
				t.Errorf("Decide = %+v", got)
			}
		})
	}
}

func TestExpiredInvitationThatIsLeftIsDescribed(t *testing.T) {
	d := organization(t)
	in := plan.Inputs{Directory: d, Policy: plan.Policy{Reinvite: plan.ReinviteNever}, At: now}
	got := plan.Decide(plan.Desired{Email: "lapsed@x.example", Role: "member"}, d.Person("lapsed@x.example"), in).Apply(record.Record{}, now, asFlag)
	want := record.Record{
		Outcome: record.Skipped, InvitationID: "l", Status: "pending", ExpiresAt: now.Add(-time.Hour), UpdatedAt: now,
		Hint: "the invitation has expired; --reinvite expired renews it",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Apply (-want +got):\n%s", diff)
	}
}

// TestVerdictsCarryRemedies has verdicts name what would change them as data, for a face that shows no text.
func TestVerdictsCarryRemedies(t *testing.T) {
	d := organization(t)
	sent := plan.History{Times: 3, At: now.Add(-time.Hour), Invitation: cybedefend.Invitation{ID: "l"}}
	for _, tt := range []struct {
		person  string
		policy  plan.Policy
		history plan.History
		want    []remedy.Remedy
	}{
		{person: "new"},
		{person: "lapsed"},
		{person: "lapsed", policy: plan.Policy{Reinvite: plan.ReinviteNever}, want: []remedy.Remedy{{Option: "reinvite", Value: "expired"}}},
		{person: "cancelled", want: []remedy.Remedy{{Option: "reinvite", Value: "ended"}}},
		{person: "lapsed", policy: plan.Policy{Max: 3}, history: sent, want: []remedy.Remedy{{Option: "reinvite-max", Value: "4"}}},
		{person: "lapsed", policy: plan.Policy{After: 2 * time.Hour}, history: sent, want: []remedy.Remedy{{Option: "reinvite-after", Value: "2h0m0s"}}},
		{person: "pending", policy: plan.Policy{Reinvite: plan.ReinvitePending, After: time.Hour}, want: []remedy.Remedy{{Option: "reinvite-after", Value: "0s"}}},
	} {
		address := tt.person + "@x.example"
		in := plan.Inputs{Directory: d, Policy: tt.policy, Histories: plan.HistoriesOf(map[string]plan.History{address: tt.history}), At: now}
		got := plan.Decide(plan.Desired{Email: address, Role: "manager"}, d.Person(address), in)
		if diff := cmp.Diff(tt.want, got.Hint.Remedies()); diff != "" {
			t.Errorf("%s by %+v (-want +got):\n%s", tt.person, tt.policy, diff)
		}
	}
}

// TestRoles warns of what the caller may perhaps not grant: who may grant what is not documented, so the service decides.
func TestRoles(t *testing.T) {
	all := "administrator manager billing_manager member"
	for caller, want := range map[string]string{
		"creator": all, "Creator": all, "administrator": "manager billing_manager member", "manager": "manager member",
		"billing_manager": "", "member": "", "": all, "overlord": all,
	} {
		var may []string
		for _, role := range cybedefend.Roles() {
			got := plan.Decide(plan.Desired{Email: "new@x.example", Role: string(role)}, directory.Membership{}, plan.Inputs{Directory: callBy(&directory.Directory{}, caller)})
			if !got.Send() {
				t.Errorf("%s as %s: %s", role, caller, got.Outcome)
			}
			if len(got.Hint) == 0 {
				may = append(may, string(role))
			} else if want := "your own role " + caller + " may perhaps not grant " + string(role) + ": the service decides"; got.Hint.String() != want {
				t.Errorf("%s as %s: hint %q", role, caller, got.Hint)
			}
		}
		if got := strings.Join(may, " "); got != want {
			t.Errorf("%q may grant %q, want %q", caller, got, want)
		}
	}
}

// callBy returns the directory as a caller with that role reads it.
func callBy(d *directory.Directory, role string) *directory.Directory {
	d.Caller.Role = role
	return d
}

func TestRemember(t *testing.T) {
	at := func(address, id string, after time.Duration) record.Record {
		return record.Record{
			Outcome: record.Invited, Email: address, InvitationID: id, Token: secret.New("t-" + id), Status: "pending",
			OrganizationRole: "member", ExpiresAt: now, UpdatedAt: now.Add(after),
		}
	}
	histories, err := plan.Remember(plan.Remembered{Invited: yield(nil, at("Ann@x.example", "1", 0), at("bo@x.example", "2", 0), at("ann@X.example", "3", time.Hour), at("ann@x.example", "4", -time.Hour))})
	if err != nil {
		t.Fatal(err)
	}
	want := plan.History{Times: 3, At: now.Add(time.Hour), Invitation: cybedefend.Invitation{
		ID: "3", Token: secret.New("t-3"), Email: "ann@X.example", Status: "pending", OrganizationRole: "member", ExpiresAt: now,
	}}
	if diff := cmp.Diff(want, histories.Of("ANN@x.example")); diff != "" || histories.Len() != 2 {
		t.Errorf("%d people (-want +got):\n%s", histories.Len(), diff)
	}
	if got := (plan.Histories{}).Of("ann@x.example"); got.Times != 0 {
		t.Errorf("no memory remembers %+v", got)
	}
	broken := errors.New("broken")
	for name, remembered := range map[string]plan.Remembered{
		"invited": {Invited: yield(broken, at("a@x.example", "1", 0))}, "sighted": {Sighted: yield(broken)},
		"cancelled": {Cancelled: yield(broken)},
	} {
		if _, err := plan.Remember(remembered); !errors.Is(err, broken) {
			t.Errorf("%s: Remember = %v", name, err)
		}
	}
}

// TestWhatCountsOfAHistory is about what runs saw beside what they sent.
func TestWhatCountsOfAHistory(t *testing.T) {
	invited := record.Record{Outcome: record.Invited, Email: "ann@x.example", InvitationID: "1", Status: "pending", UpdatedAt: now, ExpiresAt: now.Add(time.Hour)}
	seen := func(outcome record.Outcome, id string, after time.Duration) record.Record {
		return record.Record{Outcome: outcome, Email: "ann@x.example", InvitationID: id, UpdatedAt: now.Add(after), ExpiresAt: now.Add(time.Hour)}
	}
	confirmed := invited
	confirmed.InvitationID, confirmed.Status, confirmed.Trail.Confirmed = "", "", true
	replaced := record.Record{Email: "Ann@x.example", Trail: record.Trail{Cancelled: "1"}}
	tests := []struct {
		name   string
		give   plan.Remembered
		last   string
		times  int
		unsure bool
		gone   bool // invitation 1 was found to have ended
		anew   bool
	}{
		{name: "sent", give: plan.Remembered{Invited: yield(nil, invited)}, last: "1", times: 1},
		{name: "seen later", give: plan.Remembered{Invited: yield(nil, invited), Sighted: yield(nil, seen(record.AlreadyInvited, "2", time.Minute))}, last: "2", times: 1},
		{name: "seen before it was sent", give: plan.Remembered{Invited: yield(nil, invited), Sighted: yield(nil, seen(record.AlreadyInvited, "2", -time.Minute))}, last: "1", times: 1},
		{name: "found gone before it expired", give: plan.Remembered{Invited: yield(nil, invited), Sighted: yield(nil, seen(record.Skipped, "1", time.Minute))}, last: "1", times: 1, gone: true},
		{name: "found expired", give: plan.Remembered{Invited: yield(nil, invited), Sighted: yield(nil, seen(record.Skipped, "1", 2*time.Hour))}, last: "1", times: 1},
		{name: "cancelled to be replaced", give: plan.Remembered{Invited: yield(nil, invited), Cancelled: yield(nil, replaced)}, times: 1},
		{name: "confirmed and never described", give: plan.Remembered{Invited: yield(nil, confirmed)}, times: 1, unsure: true},
		{name: "before the present joining", give: plan.Remembered{Invited: yield(nil, invited), Joined: map[string]time.Time{"ann@x.example": now.Add(time.Second)}}, anew: true},
		{name: "in the present joining", give: plan.Remembered{Invited: yield(nil, invited), Joined: map[string]time.Time{"ann@x.example": now}}, last: "1", times: 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			histories, err := plan.Remember(tt.give)
			if err != nil {
				t.Fatal(err)
			}
			h := histories.Of("ann@x.example")
			if last, _, _ := h.Last(); last.ID != tt.last || h.Times != tt.times || h.Unsure != tt.unsure || h.FoundGone("1") != tt.gone || h.Anew() != tt.anew {
				t.Errorf("last %q, %d times, unsure %t, gone %t, anew %t", last.ID, h.Times, h.Unsure, h.FoundGone("1"), h.Anew())
			}
		})
	}
}

// yield yields records, then err if there is one.
func yield(err error, records ...record.Record) func(func(record.Record, error) bool) {
	return func(yield func(record.Record, error) bool) {
		for _, r := range records {
			if !yield(r, nil) {
				return
			}
		}
		if err != nil {
			yield(record.Record{}, err)
		}
	}
}
