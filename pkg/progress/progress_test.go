package progress_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/email"
	"rollcall/pkg/plan"
	"rollcall/pkg/progress"
	"rollcall/pkg/record"
)

var now = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

const day = 24 * time.Hour

// lists is a service that shows these.
type lists struct {
	invitations []cybedefend.Invitation
	users       []cybedefend.User
}

func (l lists) Invitations(_ context.Context, _ string, page cybedefend.Page) (cybedefend.InvitationsPage, error) {
	if page.Number > 1 {
		return cybedefend.InvitationsPage{}, nil
	}
	return cybedefend.InvitationsPage{Invitations: l.invitations, Items: len(l.invitations)}, nil
}

func (l lists) Members(_ context.Context, _ string, page cybedefend.Page, _ string) (cybedefend.MembersPage, error) {
	if page.Number > 1 {
		return cybedefend.MembersPage{}, nil
	}
	return cybedefend.MembersPage{Users: l.users, Items: len(l.users), TotalUsers: len(l.users)}, nil
}

func (lists) Teams(context.Context, string) ([]cybedefend.Team, error) { return nil, nil }

func (l lists) read(t *testing.T) *directory.Directory {
	t.Helper()
	d, err := directory.Read(t.Context(), directory.Options{Service: l, OrganizationID: "o1", Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func invitation(id, address, status string, left time.Duration) cybedefend.Invitation {
	return cybedefend.Invitation{ID: id, Email: address, Status: status, ExpiresAt: now.Add(left)}
}

// sent is the history of somebody who was invited so long ago.
func sent(id string, ago, left time.Duration) plan.History {
	return plan.History{Times: 1, At: now.Add(-ago), Invitation: cybedefend.Invitation{ID: id, ExpiresAt: now.Add(left)}}
}

func people(addresses ...string) (all []progress.Person) {
	for i, address := range addresses {
		all = append(all, progress.Person{Line: i + 2, Email: address})
	}
	return all
}

func TestWhereAPersonIs(t *testing.T) {
	member := func(address string) []cybedefend.User { return []cybedefend.User{{ID: "u1", Email: address}} }
	pending := func(address string, left time.Duration) []cybedefend.Invitation {
		return []cybedefend.Invitation{invitation("i1", address, "pending", left)}
	}
	const ada = "ada@x.example"
	tests := []struct {
		name    string
		who     string // ada if empty
		lists   lists
		history plan.History
		of      string // whose history that is, the person's if empty
		others  []string
		doubt   bool
		want    string // state, how, as, and the age if it is known
	}{
		{name: "a stranger", want: "not_invited"},
		{name: "a member", lists: lists{users: member("ADA@x.example")}, want: "accepted"},
		{name: "a member whom we invited", lists: lists{users: member(ada)}, history: sent("i1", 2*day, day), want: "accepted 48h0m0s"},
		{name: "a member who is invited once more", lists: lists{users: member(ada), invitations: pending(ada, 9*day)}, want: "accepted"},
		{name: "an open invitation", lists: lists{invitations: pending(ada, 9*day)}, want: "pending"},
		{name: "one of ours", lists: lists{invitations: pending(ada, 9*day)}, history: sent("i1", day, 9*day), want: "pending 24h0m0s"},
		{name: "one that came after ours", lists: lists{invitations: pending(ada, 9*day)}, history: sent("i0", day, 9*day), want: "pending"},
		{name: "a day is left", lists: lists{invitations: pending(ada, day)}, history: sent("i1", 9*day, day), want: "expires_soon 216h0m0s"},
		{name: "a little more than a day is left", lists: lists{invitations: pending(ada, day+1)}, history: sent("i1", 90*day, day+1), want: "pending 2160h0m0s"},
		{name: "six of sixty minutes are left", lists: lists{invitations: pending(ada, 6*time.Minute)}, history: sent("i1", 54*time.Minute, 6*time.Minute), want: "expires_soon 54m0s"},
		{name: "seven of sixty minutes are left", lists: lists{invitations: pending(ada, 7*time.Minute)}, history: sent("i1", 53*time.Minute, 7*time.Minute), want: "pending 53m0s"},
		{name: "nobody knows how long it lasts", lists: lists{invitations: pending(ada, day)}, want: "expires_soon"},
		{name: "others last an hour", lists: lists{invitations: pending(ada, 7*time.Minute)}, history: sent("i9", day, -23*time.Hour), of: "bo@x.example", want: "pending"},
		{name: "nobody knows when it ends", lists: lists{invitations: []cybedefend.Invitation{{ID: "i1", Email: ada, Status: "pending"}}}, want: "pending"},
		{name: "an expired one", lists: lists{invitations: pending(ada, -day)}, history: sent("i1", 2*day, -day), want: "ended expired 48h0m0s"},
		{name: "a declined one", lists: lists{invitations: []cybedefend.Invitation{invitation("i1", ada, "declined", day)}}, want: "ended declined"},
		{name: "one that somebody else has accepted", lists: lists{invitations: []cybedefend.Invitation{invitation("i1", ada, "accepted", day)}}, want: "ended accepted"},
		{name: "the later one counts", lists: lists{invitations: []cybedefend.Invitation{invitation("i1", ada, "cancelled", -2*day), invitation("i2", ada, "pending", -day)}}, want: "ended expired"},
		{name: "the earlier one does not", lists: lists{invitations: []cybedefend.Invitation{invitation("i1", ada, "cancelled", day), invitation("i2", ada, "pending", -day)}}, want: "ended cancelled"},
		{name: "ours is listed no more", history: sent("i1", 2*day, 5*day), want: "ended vanished 48h0m0s"},
		{name: "ours has expired and is listed no more", history: sent("i1", 9*day, -2*day), want: "ended expired 216h0m0s"},
		{name: "ours is too young to be listed", history: sent("i1", time.Minute, 5*day), want: "pending 1m0s"},
		{name: "ours was cancelled a moment ago", history: func() plan.History {
			h := sent("i1", time.Minute, 5*day)
			h.Undone = map[string]time.Time{"i1": now}
			return h
		}(), want: "ended cancelled 1m0s"},
		{name: "ours was cancelled to be replaced, and was not", history: plan.History{Times: 1, Cancelled: map[string]time.Time{"i1": now.Add(-day)}}, want: "ended cancelled"},
		{name: "another one was seen, and is listed no more", history: plan.History{
			SeenAs: record.AlreadyInvited, SeenAt: now.Add(-day), Seen: cybedefend.Invitation{ID: "i7", ExpiresAt: now.Add(day)},
		}, want: "ended vanished"},
		{name: "a member once", history: plan.History{SeenAs: record.AlreadyMember, SeenAt: now.Add(-day)}, want: "ended left"},
		{name: "a request without an answer", doubt: true, want: "not_invited doubtful"},
		{name: "one of somebody who has joined", doubt: true, lists: lists{users: member(ada)}, want: "accepted"},

		{name: "a member of another spelling", who: "a.da+work@gmail.com", lists: lists{users: member("ada@gmail.com")}, want: "accepted as ada@gmail.com"},
		{name: "invited under another spelling", who: "ada@gmail.com", lists: lists{invitations: pending("a.da@googlemail.com", 9*day)}, want: "pending as a.da@googlemail.com"},
		{name: "a masked address that we know by its id", lists: lists{invitations: pending("a***@x.example", 9*day)}, history: sent("i1", day, 9*day), want: "pending as a***@x.example 24h0m0s"},
		{name: "and that has expired", lists: lists{invitations: pending("a***@x.example", -day)}, history: sent("i1", 2*day, -day), want: "ended expired as a***@x.example 48h0m0s"},
		{
			name: "the spelling is somebody else's of the roster", who: "ada+work@gmail.com", others: []string{"ada@gmail.com"},
			lists: lists{users: member("ada@gmail.com"), invitations: pending("ada+home@gmail.com", 9*day)}, want: "pending as ada+home@gmail.com",
		},
		{
			name: "the invitation is somebody else's of the roster", who: "ada+work@gmail.com", others: []string{"ada+home@gmail.com"},
			lists: lists{invitations: pending("ada+home@gmail.com", 9*day)}, want: "not_invited",
		},
		{name: "an open one beats a member of another spelling", who: "ada+work@gmail.com", lists: lists{users: member("ada@gmail.com"), invitations: pending("ada+work@gmail.com", 9*day)}, want: "pending"},
		{name: "invited by us under another spelling", who: "ada+work@gmail.com", history: sent("i1", 2*day, 5*day), of: "ada@gmail.com", want: "ended vanished 48h0m0s"},
		{name: "which is somebody else's of the roster", who: "ada+work@gmail.com", history: sent("i1", 2*day, 5*day), of: "ada@gmail.com", others: []string{"ada@gmail.com"}, want: "not_invited"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			who := tt.who
			if who == "" {
				who = ada
			}
			of := tt.of
			if of == "" {
				of = who
			}
			in := progress.Inputs{Directory: tt.lists.read(t), At: now, Recent: 10 * time.Minute, Doubtful: map[string]bool{who: tt.doubt}}
			if tt.history.Times > 0 || tt.history.SeenAs != record.Unset {
				in.Histories = plan.HistoriesOf(map[string]plan.History{email.Fold(of): tt.history})
			}
			s := progress.Of(append(people(who), people(tt.others...)...), in).People[0]
			got := string(s.State)
			if s.How != "" {
				got += " " + s.How
			}
			if s.As != "" {
				got += " as " + s.As
			}
			if age, known := s.Age(now); known {
				got += " " + age.String()
			}
			if s.Doubtful {
				got += " doubtful"
			}
			if got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}

func TestCountsAndGroups(t *testing.T) {
	d := lists{users: []cybedefend.User{{ID: "1", Email: "a@x.example"}, {ID: "2", Email: "c@x.example"}}}.read(t)
	all := people("a@x.example", "b@x.example", "A@X.example", "c@x.example", "d@x.example")
	for i, groups := range [][]string{{"sales"}, {"Ops", "sales"}, {"twice"}, {""}, {"Ops"}} {
		all[i].Groups = groups
	}
	p := progress.Of(all, progress.Inputs{Directory: d, At: now})
	var got []string
	for _, g := range p.Groups {
		got = append(got, fmt.Sprintf("%q %d/%d", g.Value, g.Counts[progress.Accepted], g.People()))
	}
	if diff := cmp.Diff([]string{`"Ops" 0/2`, `"sales" 1/2`, `"" 1/1`}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if p.Counts.People() != 4 || p.Counts[progress.Accepted] != 2 || len(p.People) != 4 {
		t.Errorf("%v of %d", p.Counts, len(p.People))
	}
}

// TestLow has so many people at each domain, of whom so many have accepted.
func TestLow(t *testing.T) {
	type domain struct{ invited, accepted int }
	for _, tt := range []struct {
		name    string
		domains map[string]domain
		ago     time.Duration // 4 days if zero
		want    string
	}{
		{name: "nobody there, most elsewhere", domains: map[string]domain{"a.test": {60, 50}, "b.test": {5, 0}}, want: "b.test: 0 of 5 who were invited more than 3 days ago have accepted, and 50 of 60 elsewhere"},
		{name: "all others", domains: map[string]domain{"a.test": {5, 5}, "b.test": {5, 0}}, want: "b.test: 0 of 5 who were invited more than 3 days ago have accepted, and 5 of 5 elsewhere"},
		{name: "too few people", domains: map[string]domain{"a.test": {60, 60}, "b.test": {4, 0}}},
		{name: "too lately", domains: map[string]domain{"a.test": {60, 50}, "b.test": {9, 0}}, ago: 3 * day},
		{name: "it may be chance", domains: map[string]domain{"a.test": {60, 25}, "b.test": {5, 0}}},
		{name: "few accept anywhere", domains: map[string]domain{"a.test": {60, 3}, "b.test": {20, 0}}},
		{name: "nobody accepts anywhere", domains: map[string]domain{"a.test": {60, 0}, "b.test": {20, 0}}},
		{name: "one domain alone", domains: map[string]domain{"a.test": {60, 0}}},
		{name: "fewer, but not far fewer", domains: map[string]domain{"a.test": {1000, 800}, "b.test": {1000, 600}}},
		{name: "some there", domains: map[string]domain{"a.test": {100, 80}, "b.test": {40, 8}}, want: "b.test: 8 of 40 who were invited more than 3 days ago have accepted, and 80 of 100 elsewhere"},
		{name: "two of them", domains: map[string]domain{"a.test": {90, 80}, "c.test": {9, 0}, "b.test": {9, 0}}, want: "b.test: 0 of 9 who were invited more than 3 days ago have accepted, and 80 of 99 elsewhere; c.test: 0 of 9 who were invited more than 3 days ago have accepted, and 80 of 99 elsewhere"},
		// Less than one in a hundred by chance is too much for one of many.
		{name: "many domains", domains: map[string]domain{"a.test": {5, 5}, "b.test": {5, 0}, "c.test": {5, 3}, "d.test": {5, 3}, "e.test": {5, 3}, "f.test": {5, 3}}},
		{name: "as few of two", domains: map[string]domain{"a.test": {25, 19}, "b.test": {5, 0}}, want: "b.test: 0 of 5 who were invited more than 3 days ago have accepted, and 19 of 25 elsewhere"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ago := tt.ago
			if ago == 0 {
				ago = 4 * day
			}
			var l lists
			var addresses []string
			histories := map[string]plan.History{}
			for name, d := range tt.domains {
				for i := range d.invited {
					address, id := fmt.Sprintf("p%d@%s", i, name), fmt.Sprintf("%d-%s", i, name)
					addresses = append(addresses, address)
					histories[address] = sent(id, ago, 9*day)
					if i < d.accepted {
						l.users = append(l.users, cybedefend.User{ID: id, Email: address})
					} else {
						l.invitations = append(l.invitations, invitation(id, address, "pending", 9*day))
					}
				}
			}
			p := progress.Of(people(addresses...), progress.Inputs{Directory: l.read(t), Histories: plan.HistoriesOf(histories), At: now})
			var got []string
			for _, low := range p.Low {
				got = append(got, low.String())
			}
			if got := strings.Join(got, "; "); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// TestWhoCountsForADomain has five people at a domain who have not accepted, each for another reason than the mail.
func TestWhoCountsForADomain(t *testing.T) {
	for name, tt := range map[string]struct {
		status  string
		left    time.Duration
		history func(id string) plan.History
		want    bool
	}{
		"expired, sent by others": {status: "pending", left: -4 * day, want: true},
		"expired lately":          {status: "pending", left: -day},
		"open, sent by others":    {status: "pending", left: 9 * day},
		"declined":                {status: "declined", left: 9 * day, history: func(id string) plan.History { return sent(id, 4*day, 9*day) }},
		"cancelled":               {status: "cancelled", left: 9 * day, history: func(id string) plan.History { return sent(id, 4*day, 9*day) }},
		"accepted elsewhere":      {status: "accepted", left: 9 * day, history: func(id string) plan.History { return sent(id, 4*day, 9*day) }},
		"vanished":                {history: func(id string) plan.History { return sent(id, 4*day, 9*day) }, want: true},
	} {
		t.Run(name, func(t *testing.T) {
			var l lists
			histories, addresses := map[string]plan.History{}, []string(nil)
			for i := range 6 {
				good, bad, id := fmt.Sprintf("p%d@a.test", i), fmt.Sprintf("p%d@b.test", i), fmt.Sprint("i", i)
				addresses = append(addresses, good, bad)
				l.users = append(l.users, cybedefend.User{ID: id, Email: good})
				if tt.status != "" {
					l.invitations = append(l.invitations, invitation(id, bad, tt.status, tt.left))
				}
				if tt.history != nil {
					histories[bad] = tt.history(id)
				}
			}
			p := progress.Of(people(addresses...), progress.Inputs{Directory: l.read(t), Histories: plan.HistoriesOf(histories), At: now})
			if got := len(p.Low) > 0; got != tt.want {
				t.Errorf("named: %v, want %v", got, tt.want)
			}
		})
	}
}
