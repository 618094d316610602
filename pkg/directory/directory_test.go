package directory_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func TestReadIndexesByPerson(t *testing.T) {
	service := &organization{
		invitations: []cybedefend.Invitation{
			{ID: "old", Email: "Ann@X.example", Status: "pending", ExpiresAt: now.Add(-time.Hour)},
			{ID: "new", Email: "ann@x.EXAMPLE", Status: "pending", ExpiresAt: now.Add(time.Hour)},
			{ID: "late", Email: "bob@x.example", Status: "expired", ExpiresAt: now.Add(-time.Hour)},
			{ID: "gone", Email: "cyd@x.example", Status: "cancelled", ExpiresAt: now.Add(time.Hour)},
		},
		members: []cybedefend.User{{ID: "u", Email: "DAN@x.example", Role: cybedefend.Manager}},
	}
	d := readWith(t, service, directory.Options{})
	ann := d.Person(" ann@x.example ")
	if ann.Pending == nil || ann.Pending.ID != "new" || ann.Expired == nil || ann.Expired.ID != "old" || ann.Member != nil {
		t.Errorf("ann: %+v", ann)
	}
	if bob := d.Person("bob@x.example"); bob.Pending != nil || bob.Expired == nil {
		t.Errorf("bob: %+v", bob)
	}
	cyd := d.Person("cyd@x.example")
	if cyd.Pending != nil || cyd.Expired != nil || cyd.Ended == nil || directory.EndedHow(cyd.Ended.Status) != "cancelled" {
		t.Errorf("cyd: %+v", cyd)
	}
	if eve := d.Person("eve@x.example"); eve != (directory.Membership{}) {
		t.Errorf("eve: %+v", eve)
	}
	if dan := d.Person("dan@x.example"); dan.Member == nil || dan.Member.Role != cybedefend.Manager {
		t.Errorf("dan: %+v", dan)
	}
	if d.Members() != 1 || d.Pending() != 1 || !d.Certain() {
		t.Errorf("%d members, %d pending, gaps %v", d.Members(), d.Pending(), d.Gaps)
	}
}

func TestInvitationsAndTeamsAlone(t *testing.T) {
	service := &organization{teams: []cybedefend.Team{{ID: "1", Name: "Platform"}}}
	for i := range 45 {
		service.invite(fmt.Sprintf("p%d@x.example", i), i)
	}
	options := directory.Options{Service: service, OrganizationID: "o"}
	invitations, stable, err := directory.Invitations(t.Context(), options)
	if err != nil || !stable || len(invitations) != 45 {
		t.Errorf("Invitations = %d, stable %v, %v", len(invitations), stable, err)
	}
	teams, err := directory.Teams(t.Context(), options)
	if err != nil || len(teams) != 1 {
		t.Errorf("Teams = %v, %v", teams, err)
	}
	if service.calls["members"] != 0 || service.calls["teams"] != 1 {
		t.Errorf("calls: %v", service.calls)
	}
}

func TestReadNamesWhatItCouldNotRead(t *testing.T) {
	broken := errors.New("broken")
	_, err := directory.Read(t.Context(), directory.Options{
		Service: &organization{refuse: func(call, _ string, _ int) error {
			if call == "members" {
				return broken
			}
			return nil
		}},
	})
	if want := "read members from number 1: broken"; err == nil || err.Error() != want || !errors.Is(err, broken) {
		t.Errorf("Read = %v, want %s", err, want)
	}
}

func TestReadMakesEveryCallThroughCall(t *testing.T) {
	failures := 3
	service := &organization{refuse: func(string, string, int) error {
		if failures--; failures >= 0 {
			return errors.New("not now")
		}
		return nil
	}}
	var calls atomic.Int64
	d, err := directory.Read(t.Context(), directory.Options{
		Service: service, Teams: true,
		Call: func(ctx context.Context, call func(context.Context) error) error {
			for {
				calls.Add(1)
				if err := call(ctx); err == nil {
					return nil
				}
			}
		},
	})
	if err != nil || d == nil || calls.Load() != 10 {
		t.Errorf("Read = %v after %d calls, want 10", err, calls.Load())
	}
}

func TestTeams(t *testing.T) {
	const id = "550e8400-e29b-41d4-a716-446655440000"
	service := &organization{teams: []cybedefend.Team{
		{ID: id, Name: "Platform"}, {ID: "2", Name: "data"}, {ID: "3", Name: "Data"}, {ID: "4", Name: "Mobile "},
	}}
	d := readWith(t, service, directory.Options{Teams: true})
	tests := []struct {
		give string
		want []string
	}{
		{"Platform", []string{id}},
		{"platform", []string{id}},
		{"550E8400-E29B-41D4-A716-446655440000", []string{id}},
		{"Data", []string{"3"}},
		{"DATA", []string{"2", "3"}},
		{"mobile", []string{"4"}},
		{"Platfrom", nil},
	}
	for _, tt := range tests {
		var got []string
		for _, team := range d.Teams(tt.give) {
			got = append(got, team.ID)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("Teams(%q) = %v, want %v", tt.give, got, tt.want)
		}
	}
}

func clock() time.Time { return now }

// TestDoubled has somebody be invited twice, and others once or not any more.
func TestDoubled(t *testing.T) {
	service := &organization{}
	service.populate(3, 0)
	for i, address := range []string{"twice@x.example", "once@x.example"} {
		service.invite(address, i)
	}
	service.invitations = append(service.invitations,
		cybedefend.Invitation{ID: "another", Email: "Twice@x.example", Status: "pending", ExpiresAt: now.Add(time.Minute)},
		cybedefend.Invitation{ID: "gone", Email: "once@x.example", Status: "cancelled", ExpiresAt: now.Add(time.Hour)})
	d := readWith(t, service, directory.Options{})
	for address, want := range map[string]bool{"TWICE@x.example": true, "once@x.example": false, "nobody@x.example": false} {
		if d.Doubled(address) != want {
			t.Errorf("Doubled(%s) = %v", address, !want)
		}
	}
	for address, want := range map[string]int{"TWICE@x.example": 2, "once@x.example": 1, "nobody@x.example": 0} {
		if got := d.PendingOf(address); len(got) != want {
			t.Errorf("PendingOf(%s) = %v", address, got)
		}
	}
}

// What a name means is found out once, and anew after a team has come that may be meant as well.
func TestTeamsThatComeAreMeant(t *testing.T) {
	d := readWith(t, &organization{teams: []cybedefend.Team{{ID: "t1", Name: "Blue"}}}, directory.Options{Teams: true})
	for range 2 {
		if found := d.Teams("blue"); len(found) != 1 || found[0].ID != "t1" || d.Teams("Green") != nil {
			t.Fatalf("before: %v, %v", found, d.Teams("Green"))
		}
	}
	d.AddTeam(cybedefend.Team{ID: "t2", Name: "BLUE"})
	d.AddTeam(cybedefend.Team{ID: "t3", Name: "Green"})
	if blue, green := d.Teams("blue"), d.Teams("Green"); len(blue) != 2 || len(green) != 1 {
		t.Errorf("after: %v, %v", blue, green)
	}
}

// TestTheSameListsMakeTheSameDirectory has several invitations that nothing but their ids tells apart.
func TestTheSameListsMakeTheSameDirectory(t *testing.T) {
	service := &organization{}
	service.populate(3, 0)
	for _, id := range []string{"b", "A", "d", "c"} {
		for _, address := range []string{"twice@gmail.com", "t.wice+" + id + "@gmail.com"} {
			service.invitations = append(service.invitations,
				cybedefend.Invitation{ID: id + address, Email: address, Status: "pending", ExpiresAt: now.Add(time.Hour)})
		}
	}
	for range 20 {
		d := readWith(t, service, directory.Options{})
		if pending := d.Person("twice@gmail.com").Pending; pending == nil || pending.ID != "Atwice@gmail.com" {
			t.Fatalf("the invitation is %+v", pending)
		}
		var similar []string
		for _, i := range d.Similar("twice@gmail.com") {
			similar = append(similar, i.ID)
		}
		if want := []string{"At.wice+A@gmail.com", "bt.wice+b@gmail.com", "ct.wice+c@gmail.com", "dt.wice+d@gmail.com"}; !slices.Equal(similar, want) {
			t.Fatalf("similar are %q, want %q", similar, want)
		}
	}
}
