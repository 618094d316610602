package follow

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/amend"
	"rollcall/pkg/directory"
	"rollcall/pkg/drift"
	"rollcall/pkg/ledger"
	"rollcall/pkg/report"
)

// reading is a roster that was let through first on that night, and again until another one. Its content is told by a letter.
func reading(since, at int, content byte) ledger.Accepted {
	return ledger.Accepted{Roster: "people.csv", Since: day(since), At: day(at), Content: [32]byte{content}, Whole: true}
}

// lapsed is the reading, in which rows were invalid; the run names whom it names.
func lapsed(a ledger.Accepted, run string) ledger.Accepted {
	a.Whole, a.Run = false, run
	return a
}

// TestWaits has somebody whom a roster named last on the first night, readings of the series since, the last one first, and the
// content of the roster now.
func TestWaits(t *testing.T) {
	const week = 7 * 24 * time.Hour
	for _, tt := range []struct {
		name  string
		now   int
		read  []ledger.Accepted
		give  byte
		grace time.Duration
		want  string
	}{
		{"the first roster without the person", 2, nil, 'b', week, "absent since 2026-11-02 02:00:00 UTC, and removed from 2026-11-09 02:00:00 UTC on; no two different rosters have lacked the person yet"},
		{"the second one", 3, []ledger.Accepted{reading(2, 2, 'b')}, 'c', week, "absent since 2026-11-02 02:00:00 UTC, and removed from 2026-11-09 02:00:00 UTC on"},
		{"a week later", 9, []ledger.Accepted{reading(2, 2, 'b')}, 'c', week, ""},
		{"a moment less", 8, []ledger.Accepted{reading(2, 2, 'b')}, 'c', week, "absent since 2026-11-02 02:00:00 UTC, and removed from 2026-11-09 02:00:00 UTC on"},
		{"a stuck export", 29, []ledger.Accepted{reading(2, 28, 'b')}, 'b', week, "no two different rosters have lacked the person yet"},
		{"one that was stuck", 29, []ledger.Accepted{reading(2, 28, 'b')}, 'c', week, ""},
		{"two before, and the same now", 12, []ledger.Accepted{reading(4, 11, 'c'), reading(2, 3, 'b')}, 'c', week, ""},
		{"without a grace", 2, nil, 'b', 0, "no two different rosters have lacked the person yet"},
		{"without a grace, the second one", 2, []ledger.Accepted{reading(2, 2, 'b')}, 'c', 0, ""},
		{"what was before the person was named", 9, []ledger.Accepted{reading(1, 1, 'a')}, 'b', 0, "no two different rosters have lacked the person yet"},
		{"invalid rows say nothing of anybody", 9, []ledger.Accepted{lapsed(reading(2, 2, 'b'), "others")}, 'c', 0, "no two different rosters have lacked the person yet"},
		{"and are no interruption", 9, []ledger.Accepted{lapsed(reading(4, 4, 'x'), "others"), reading(2, 3, 'b')}, 'c', week, ""},
		{"unless one names the person", 9, []ledger.Accepted{reading(5, 5, 'd'), lapsed(reading(4, 4, 'x'), "ann"), reading(2, 3, 'b')}, 'c', week, "absent since 2026-11-05 02:00:00 UTC, and removed from 2026-11-12 02:00:00 UTC on"},
		{"or nobody knows", 9, []ledger.Accepted{reading(5, 5, 'd'), lapsed(reading(4, 4, 'x'), ""), reading(2, 3, 'b')}, 'c', week, "absent since 2026-11-05 02:00:00 UTC, and removed from 2026-11-12 02:00:00 UTC on"},
	} {
		a := Absence{
			mailboxes: map[string]time.Time{"ann@x.example": day(1)}, now: day(tt.now), edition: Edition{Content: [32]byte{tt.give}}, readings: tt.read,
			inRun:  map[string]map[string]bool{"ann": {"ann@x.example": true}, "others": {"bo@x.example": true}},
			ledger: unread{},
		}
		if got, err := a.waits(t.Context(), "ann+work@x.example", tt.grace); got != tt.want || err != nil {
			t.Errorf("%s: %q, %v; want %q", tt.name, got, err, tt.want)
		}
	}
}

// unread is a ledger that is not looked at.
type unread struct{ ledger.Ledger }

func TestARosterThatIsFollowedAsWellSaysItself(t *testing.T) {
	a := Absence{
		mailboxes: map[string]time.Time{"ann@x.example": day(3)}, now: day(20), edition: Edition{Name: "people.csv", Content: [32]byte{'c'}},
		live: map[string]bool{}, inRun: map[string]map[string]bool{},
	}
	team, other := reading(3, 3, 't'), reading(5, 19, 'u')
	team.Roster, other.Roster = "team.csv", "team.csv"
	for _, live := range [][]ledger.Accepted{{other}, nil} {
		a.readings, a.others, a.live = nil, nil, map[string]bool{}
		a.order([]ledger.Accepted{other, reading(4, 4, 'b'), team}, live)
		got, err := a.waits(t.Context(), "ann@x.example", time.Hour)
		want := ""
		if live != nil {
			want = "team.csv has named the person last, and is followed as well: it is for that roster to lack the person"
		}
		if got != want || err != nil {
			t.Errorf("live %v: %q, %v; want %q", live, got, err, want)
		}
	}
}

func TestLeaverRules(t *testing.T) {
	at := day(20)
	ann := drift.Difference{Kind: drift.Leaver, Email: "Ann@x.example", Has: "member", UserID: "U1"}
	manager, admin, creator, odd, none := ann, ann, ann, ann, ann
	manager.Has, admin.Has, creator.Has, odd.Has, none.Has = "Manager", "administrator", "Creator", "auditor", ""
	boss := directory.Caller{ID: "u9", Email: "boss@x.example"}
	demoted := func(on time.Time, action amend.Action) map[string]ledger.Change {
		return map[string]ledger.Change{"u1": {Has: "manager", At: on, Action: string(action)}}
	}
	changed := func(from, to string) map[string]ledger.RoleChange {
		return map[string]ledger.RoleChange{"ann@x.example": {UserID: "U1", From: from, To: to, At: at.Add(-time.Hour)}}
	}
	for _, tt := range []struct {
		name   string
		give   drift.Difference
		set    func(*leaverRules)
		step   amend.Step
		want   amend.Action
		held   string
		coming bool
	}{
		{"due", ann, nil, amend.Remove, amend.Due, "", false},
		{"protected under another spelling", ann, func(r *leaverRules) { r.ground.Protected.Add("ann+vip@X.example") }, amend.Remove, amend.Reported, "the person is protected", false},
		{"an unknown caller", ann, func(r *leaverRules) { r.roles.caller = directory.Caller{} }, amend.Remove, amend.Reported, "the service does not say who calls it, and nobody may remove themselves", false},
		{"the caller", ann, func(r *leaverRules) { r.roles.caller.ID = "u1" }, amend.Remove, amend.Reported, "these are the credentials in use: nobody removes themselves", false},
		{"the creator", creator, nil, amend.Remove, amend.Reported, "this is the creator of the organization, who stays", false},
		{"an odd role", odd, nil, amend.Remove, amend.Reported, `"auditor" is no role that a roster can give`, false},
		{"no role", none, nil, amend.Remove, amend.Reported, "the service does not say which role the member has", false},
		{"an invalid row", ann, func(r *leaverRules) { r.invalid = 2 }, amend.Remove, amend.Reported, "2 rows of the roster cannot be read, and may mean anybody", false},
		{"in doubt", ann, func(r *leaverRules) { r.ground.Doubtful = map[string]bool{"ann@x.example": true} }, amend.Remove, amend.Reported, heldInDoubt, false},
		{"named under another spelling", ann, func(r *leaverRules) { clear(r.absence.named) }, amend.Remove, amend.Reported, "an earlier roster has named another spelling of this address", false},
		{
			"within the grace",
			ann,
			func(r *leaverRules) { r.LeaverGrace = 400 * time.Hour },
			amend.Remove, amend.Reported, "absent since 2026-11-04 02:00:00 UTC, and removed from 2026-11-20 18:00:00 UTC on", true,
		},
		{"demoted first", manager, nil, amend.Demote, amend.Due, "", false},
		{"at once", manager, func(r *leaverRules) { r.RemoveAtOnce = true }, amend.Remove, amend.Due, "", false},
		{
			"demoted today",
			ann,
			func(r *leaverRules) { r.demoted = demoted(at.Add(-11*time.Hour), amend.Demoted) },
			amend.Remove, amend.Reported, "the role was taken away first, at 2026-11-19 15:00:00 UTC: the next night removes the person", true,
		},
		{
			"perhaps demoted, when a run was cut short",
			ann,
			func(r *leaverRules) { r.demoted = demoted(at.Add(-time.Minute), amend.Due) },
			amend.Remove, amend.Reported, "the role was taken away first, at 2026-11-20 01:59:00 UTC: the next night removes the person", true,
		},
		{"demoted last night", ann, func(r *leaverRules) { r.demoted = demoted(at.Add(-23*time.Hour), amend.Demoted) }, amend.Remove, amend.Due, "", false},
		{"demoted before coming back", ann, func(r *leaverRules) { r.demoted = demoted(day(2), amend.Demoted); r.ground.Now = day(2) }, amend.Remove, amend.Due, "", false},
		{"demoted, and made a manager again", manager, func(r *leaverRules) { r.demoted = demoted(at.Add(-time.Hour), amend.Demoted) }, amend.Demote, amend.Due, "", false},
		{"the last but one", admin, func(r *leaverRules) { r.roles.present = 2 }, amend.Demote, amend.Reported, "at least 2 administrators stay, and without this one there would be 1", false},
		{"a removal that did not stick", ann, func(r *leaverRules) { r.roles.earlier = changed("member", "") }, amend.Remove, amend.Failed, "", false},
		{"a demotion that did not stick", manager, func(r *leaverRules) { r.roles.earlier = changed("Manager", "member") }, amend.Demote, amend.Failed, "", false},
		{"another change that did not stick", manager, func(r *leaverRules) { r.roles.earlier = changed("Manager", "member"); r.RemoveAtOnce = true }, amend.Remove, amend.Due, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := &leaverRules{
				Options: Defaults(), roles: &roleRules{caller: boss, minimum: 2, present: 3, now: at}, ground: Ground{Now: at, Protected: Protected{}},
				absence: &Absence{
					named: map[string]time.Time{"ann@x.example": day(3)}, mailboxes: map[string]time.Time{"ann@x.example": day(3)},
					now: at, edition: Edition{Content: [32]byte{'c'}}, readings: []ledger.Accepted{reading(4, 19, 'b')},
				},
			}
			if tt.set != nil {
				tt.set(r)
			}
			got, err := r.judge(t.Context(), tt.give)
			if err != nil || got.Step != tt.step || got.Action != tt.want || got.Held != tt.held || r.coming != tt.coming {
				t.Errorf("judge = step %d, %s, held %q, coming %t, %v; want %d, %s, %q, %t", got.Step, got.Action, got.Held, r.coming, err, tt.step, tt.want, tt.held, tt.coming)
			}
		})
	}
}

// TestLeaversAndRolesShareTheAdministrators has three of them, of whom two stay.
func TestLeaversAndRolesShareTheAdministrators(t *testing.T) {
	roles := &roleRules{caller: directory.Caller{ID: "u9"}, minimum: 2, present: 3}
	if got := roles.judge(drift.Difference{Kind: drift.Role, Email: "bo@x.example", Has: "administrator", Wanted: "member"}); !got.IsDue() {
		t.Fatalf("the first one keeps the role: %s", got.Held)
	}
	r := &leaverRules{Options: &Options{RemoveAtOnce: true}, roles: roles, absence: &Absence{
		named: map[string]time.Time{"ann@x.example": day(3)}, now: day(5), edition: Edition{Content: [32]byte{'c'}}, readings: []ledger.Accepted{reading(4, 4, 'b')},
	}}
	got, err := r.judge(t.Context(), drift.Difference{Kind: drift.Leaver, Email: "ann@x.example", Has: "administrator", UserID: "u1"})
	if want := "at least 2 administrators stay, and without this one there would be 1"; got.Held != want || err != nil {
		t.Errorf("held %q, %v; want %q", got.Held, err, want)
	}
}

func TestRemovalsAreAsTheyWereBefore(t *testing.T) {
	leaver := func(email, has, had string, step amend.Step, action amend.Action) amend.Change {
		return amend.Change{Difference: drift.Difference{Kind: drift.Leaver, Email: email, Has: has}, Had: had, Step: step, Action: action}
	}
	f := &Following{Options: &Options{RemoveLeavers: true}, Changes: []amend.Change{
		{Difference: drift.Difference{Kind: drift.Role}, Step: amend.ChangeRole, Action: amend.Due},
		leaver("a", "member", "manager", amend.Remove, amend.Due), leaver("b", "manager", "", amend.Demote, amend.Due),
		leaver("c", "member", "", amend.Remove, amend.Reported), leaver("d", "member", "", amend.Remove, amend.Removed), leaver("e", "manager", "", amend.Demote, amend.Demoted),
	}}
	var got []string
	for _, c := range f.Removals() {
		got = append(got, c.Email+" "+c.Had)
	}
	if len(got) != 2 || got[0] != "a manager" || got[1] != "b manager" {
		t.Errorf("removals %q", got)
	}
	want := report.Drift{
		Roles: 1, Leavers: 5, Changed: 2, Removed: 1, Demoted: 1, LeaversHeld: 1,
		Due: []string{"1 role:  as ", "1 leaver to the role member: b", "1 leaver to be removed: a"},
	}
	if diff := cmp.Diff(want, *f.Count()); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
}

func TestIsWished(t *testing.T) {
	wanted := drift.Roster{"ann": "manager", "bo": ""}
	for _, tt := range []struct {
		person, to string
		want       bool
	}{
		{"ann", "manager", true},
		{"ann", "member", false},
		{"ann", "", false},
		{"bo", "", false},
		{"cy", "", true},
		{"cy", "member", true},
		{"cy", "manager", false},
	} {
		if got := isWished(ledger.RoleChange{Person: tt.person, To: tt.to}, wanted); got != tt.want {
			t.Errorf("%s as %q: %t, want %t", tt.person, tt.to, got, tt.want)
		}
	}
}

func TestProtectedKeepTheirRights(t *testing.T) {
	p := Protected{}
	p.Add("ann@x.example")
	for _, tt := range []struct {
		kind               drift.Kind
		email, has, wanted string
		want               bool
	}{
		{drift.Role, "ann@x.example", "manager", "member", true},
		{drift.Role, "ANN+a@x.example", "administrator", "manager", true},
		{drift.Role, "ann@x.example", "Billing Manager", "member", true},
		{drift.Role, "ann@x.example", "member", "manager", false},
		{drift.Role, "ann@x.example", "manager", "administrator", false},
		{drift.Role, "ann@x.example", "owner", "administrator", true},
		{drift.Role, "bo@x.example", "manager", "member", false},
		{drift.TeamRole, "ann@x.example", "Team Manager", "developer", true},
		{drift.TeamRole, "ann@x.example", "read_only", "developer", false},
		{drift.TeamRole, "ann@x.example", "captain", "developer", true},
		{drift.TeamRole, "bo@x.example", "team_manager", "developer", false},
		{drift.TeamExtra, "ann@x.example", "developer", "", true},
		{drift.TeamExtra, "bo@x.example", "developer", "", false},
		{drift.TeamMissing, "ann@x.example", "", "developer", false},
	} {
		if got := p.keeps(drift.Difference{Kind: tt.kind, Email: tt.email, Has: tt.has, Wanted: tt.wanted}); got != tt.want {
			t.Errorf("%s of %s, %s to %s: %t, want %t", tt.kind, tt.email, tt.has, tt.wanted, got, tt.want)
		}
	}
	if p.Has("") || p.Has("", "bo@x.example") || !p.Has("", "Ann@x.example") {
		t.Error("protected are others than ann")
	}
}
