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
	"rollcall/pkg/secret"
)

// TestPolicies is about pending@x.example, whose invitation p ends in an hour, and lapsed@x.example, whose invitation l
// has ended an hour ago.
func TestPolicies(t *testing.T) {
	const (
		never   = plan.ReinviteNever
		pending = plan.ReinvitePending
	)
	d := organization(t)
	ours := func(id string, times int, age time.Duration) plan.Past {
		return plan.Past{Times: times, At: now.Add(-age), Invitation: cybedefend.Invitation{ID: id, ExpiresAt: now.Add(-age + time.Hour)}}
	}
	tests := []struct {
		name     string
		person   string
		policy   plan.Policy
		past     plan.Past
		want     record.Outcome
		replaces string
		hint     string
	}{
		{name: "expired", person: "lapsed", want: record.WouldReinvite, hint: "the invitation has expired"},
		{name: "expired, by its name", person: "lapsed", policy: plan.Policy{Reinvite: plan.ReinviteExpired}, want: record.WouldReinvite, hint: "the invitation has expired"},
		{name: "expired, and never renewed", person: "lapsed", policy: plan.Policy{Reinvite: never}, want: record.AlreadyInvited, hint: "the invitation has expired; --reinvite expired renews it"},
		{name: "expired, and pending ones are renewed", person: "lapsed", policy: plan.Policy{Reinvite: pending}, want: record.WouldReinvite, hint: "the invitation has expired"},
		{name: "ours, and old enough", person: "lapsed", policy: plan.Policy{After: 2 * time.Hour}, past: ours("l", 1, 2*time.Hour), want: record.WouldReinvite, hint: "the invitation has expired"},
		{
			name: "ours, and too young", person: "lapsed", policy: plan.Policy{After: 3 * time.Hour}, past: ours("l", 1, 2*time.Hour), want: record.AlreadyInvited,
			hint: "the invitation has expired; it was sent 2h0m0s ago, and --reinvite-after 3h0m0s renews no younger one",
		},
		{name: "another's, expired for long", person: "lapsed", policy: plan.Policy{After: time.Hour}, want: record.WouldReinvite, hint: "the invitation has expired"},
		{
			name: "another's, expired lately", person: "lapsed", policy: plan.Policy{After: 2 * time.Hour}, want: record.AlreadyInvited,
			hint: "the invitation has expired; it expired 1h0m0s ago, and --reinvite-after 2h0m0s renews no younger one",
		},
		{
			name: "another's, and ours was sent later", person: "lapsed", policy: plan.Policy{After: time.Hour}, past: ours("gone", 1, time.Minute), want: record.AlreadyInvited,
			hint: "the invitation has expired; it was sent 1m0s ago, and --reinvite-after 1h0m0s renews no younger one",
		},
		{name: "invited too often", person: "lapsed", policy: plan.Policy{Max: 3}, past: ours("l", 3, 24*time.Hour), want: record.AlreadyInvited, hint: "invited 3 times already; --reinvite-max 4 renews it"},
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
		{name: "cancelled by somebody", person: "new", policy: plan.Policy{Reinvite: never, After: 24 * time.Hour}, past: ours("gone", 1, time.Minute), want: record.WouldInvite},
		{name: "cancelled, and invited too often", person: "new", policy: plan.Policy{Max: 2}, past: ours("gone", 2, time.Minute), want: record.AlreadyInvited, hint: "invited 2 times already; --reinvite-max 3 renews it"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			address := tt.person + "@x.example"
			got := plan.Decide(plan.Wish{Email: strings.ToUpper(address), Role: "manager"}, plan.Basis{
				Directory: d, Policy: tt.policy, Memory: plan.Memory{address: tt.past}, At: now,
			})
			if got.Outcome != tt.want || got.Replaces != tt.replaces || !strings.HasPrefix(got.Hint, tt.hint) || (tt.hint == "") != (got.Hint == "") || got.Reason == "" {
				t.Errorf("Decide = %s, replaces %q, hint %q, reason %q", got.Outcome, got.Replaces, got.Hint, got.Reason)
			}
			if got.Send() != (got.Invite.Email != "") || (got.Outcome == record.AlreadyInvited) != (got.Invitation != nil) {
				t.Errorf("Decide = %+v", got)
			}
		})
	}
}

func TestExpiredInvitationThatIsLeftIsDescribed(t *testing.T) {
	basis := plan.Basis{Directory: organization(t), Policy: plan.Policy{Reinvite: plan.ReinviteNever}, At: now}
	got := plan.Decide(plan.Wish{Email: "lapsed@x.example", Role: "member"}, basis).Apply(record.Record{}, now)
	want := record.Record{
		Outcome: record.AlreadyInvited, InvitationID: "l", Status: "pending", ExpiresAt: now.Add(-time.Hour), UpdatedAt: now,
		Hint: "the invitation has expired; --reinvite expired renews it",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Apply (-want +got):\n%s", diff)
	}
}

// TestBlind lets the memory stand in for a reading of the people.
func TestBlind(t *testing.T) {
	memory := plan.Memory{}
	remember := func(person string, sent, expires time.Duration) {
		invitation := cybedefend.Invitation{ID: "id-" + person, Token: secret.New("t"), OrganizationRole: "member"}
		if expires != 0 {
			invitation.ExpiresAt = now.Add(expires)
		}
		memory[person+"@x.example"] = plan.Past{Times: 1, At: now.Add(sent), Invitation: invitation}
	}
	remember("pending", -time.Hour, time.Hour)
	remember("lapsed", -3*time.Hour, -time.Hour)
	remember("endless", -time.Hour, 0)
	tests := []struct {
		person   string
		policy   plan.Policy
		want     record.Outcome
		replaces string
	}{
		{person: "new", want: record.WouldInvite},
		{person: "member", want: record.WouldInvite}, // which the reading would know
		{person: "pending", want: record.AlreadyInvited},
		{person: "endless", want: record.AlreadyInvited},
		{person: "lapsed", want: record.WouldReinvite},
		{person: "lapsed", policy: plan.Policy{Reinvite: plan.ReinviteNever}, want: record.AlreadyInvited},
		{person: "lapsed", policy: plan.Policy{After: 4 * time.Hour}, want: record.AlreadyInvited},
		{person: "lapsed", policy: plan.Policy{After: 3 * time.Hour}, want: record.WouldReinvite},
		{person: "pending", policy: plan.Policy{Reinvite: plan.ReinvitePending}, want: record.WouldReinvite, replaces: "id-pending"},
	}
	for _, tt := range tests {
		got := plan.Decide(plan.Wish{Email: tt.person + "@x.example", Role: "member"}, plan.Basis{
			Directory: &directory.Directory{}, Blind: true, Memory: memory, Policy: tt.policy, At: now,
		})
		if got.Outcome != tt.want || got.Replaces != tt.replaces {
			t.Errorf("%s with %+v: %s, replaces %q", tt.person, tt.policy, got.Outcome, got.Replaces)
		}
		if got.Outcome == record.AlreadyInvited && got.Apply(record.Record{}, now).InvitationID != "id-"+tt.person {
			t.Errorf("%s: invitation %+v", tt.person, got.Invitation)
		}
	}
}

func TestRoles(t *testing.T) {
	all := "administrator manager billing_manager member"
	for caller, want := range map[string]string{
		"creator": all, "Creator": all, "administrator": "manager billing_manager member", "manager": "manager member",
		"billing_manager": "", "member": "", "": all, "overlord": all,
	} {
		granted := strings.ReplaceAll(want, " ", ", ")
		if granted == "" {
			granted = "nobody"
		}
		var may []string
		for _, role := range cybedefend.Roles() {
			got := plan.Decide(plan.Wish{Email: "new@x.example", Role: string(role)}, plan.Basis{Directory: callBy(&directory.Directory{}, caller)})
			if got.Send() {
				may = append(may, string(role))
				continue
			}
			r := got.Apply(record.Record{}, now)
			wantError := "role: your own role " + caller + " may not grant " + string(role)
			wantHint := "you may invite " + granted + ": ask somebody with more rights, or write another role"
			if r.Outcome != record.Rejected || r.Error != wantError || r.Hint != wantHint {
				t.Errorf("%s as %s: %s, error %q, hint %q", role, caller, r.Outcome, r.Error, r.Hint)
			}
		}
		if got := strings.Join(may, " "); got != want {
			t.Errorf("%q may grant %q, want %q", caller, got, want)
		}
	}
	// What is not sent needs no right.
	got := plan.Decide(plan.Wish{Email: "member@x.example", Role: "administrator"}, plan.Basis{Directory: callBy(organization(t), "manager")})
	if got.Outcome != record.AlreadyMember {
		t.Errorf("a member: %s", got.Outcome)
	}
}

// callBy returns the directory as a caller with that role reads it.
func callBy(d *directory.Directory, role string) *directory.Directory {
	d.Caller.Role = role
	return d
}

func TestRemember(t *testing.T) {
	record := func(address, id string, at time.Duration) record.Record {
		return record.Record{Email: address, InvitationID: id, Token: secret.New("t-" + id), Status: "pending", OrganizationRole: "member", ExpiresAt: now, UpdatedAt: now.Add(at)}
	}
	memory, err := plan.Remember(yield(nil, record("Ann@x.example", "1", 0), record("bo@x.example", "2", 0), record("ann@X.example", "3", time.Hour), record("ann@x.example", "4", -time.Hour)))
	if err != nil {
		t.Fatal(err)
	}
	want := plan.Past{Times: 3, At: now.Add(time.Hour), Invitation: cybedefend.Invitation{
		ID: "3", Token: secret.New("t-3"), Email: "ann@X.example", Status: "pending", OrganizationRole: "member", ExpiresAt: now,
	}}
	if diff := cmp.Diff(want, memory.Of("ANN@x.example")); diff != "" || len(memory) != 2 {
		t.Errorf("%d people (-want +got):\n%s", len(memory), diff)
	}
	if got := plan.Memory(nil).Of("ann@x.example"); got.Times != 0 {
		t.Errorf("no memory remembers %+v", got)
	}
	broken := errors.New("broken")
	if _, err := plan.Remember(yield(broken, record("a@x.example", "1", 0))); !errors.Is(err, broken) {
		t.Errorf("Remember = %v", err)
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
