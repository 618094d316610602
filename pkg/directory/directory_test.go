package directory_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
)

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func TestPending(t *testing.T) {
	tests := []struct {
		status string
		left   time.Duration
		want   bool
	}{
		{"pending", time.Hour, true},
		{"PENDING", time.Hour, true},
		{" Pending ", time.Hour, true},
		{"sent", time.Hour, true}, // unknown words count as pending
		{"", time.Hour, true},
		{"pending", 0, false},
		{"pending", -time.Second, false},
		{"EXPIRED", time.Hour, false},
		{"Accepted", time.Hour, false},
		{"cancelled", time.Hour, false},
		{"CANCELED", time.Hour, false},
		{"revoked", time.Hour, false},
		{"declined", time.Hour, false},
	}
	if !directory.Pending(cybedefend.Invitation{Status: "pending"}, now) {
		t.Error("an invitation whose end is not known does not count as pending")
	}
	for _, tt := range tests {
		got := directory.Pending(cybedefend.Invitation{Status: tt.status, ExpiresAt: now.Add(tt.left)}, now)
		if got != tt.want {
			t.Errorf("Pending(%q, %s left) = %v, want %v", tt.status, tt.left, got, tt.want)
		}
	}
}

func TestReadIndexesByPerson(t *testing.T) {
	service := &organization{
		invitations: []cybedefend.Invitation{
			{ID: "old", Email: "Ann@X.example", Status: "pending", ExpiresAt: now.Add(-time.Hour)},
			{ID: "new", Email: "ann@x.EXAMPLE", Status: "pending", ExpiresAt: now.Add(time.Hour)},
			{ID: "lapsed", Email: "bob@x.example", Status: "expired", ExpiresAt: now.Add(-time.Hour)},
			{ID: "gone", Email: "cyd@x.example", Status: "cancelled", ExpiresAt: now.Add(time.Hour)},
		},
		members: []cybedefend.User{{ID: "u", Email: "DAN@x.example", Role: cybedefend.Manager}},
	}
	d := read(t, service, directory.Options{})
	ann := d.Person(" ann@x.example ")
	if ann.Pending == nil || ann.Pending.ID != "new" || ann.Lapsed == nil || ann.Lapsed.ID != "old" || ann.Member != nil {
		t.Errorf("ann: %+v", ann)
	}
	if bob := d.Person("bob@x.example"); bob.Pending != nil || bob.Lapsed == nil {
		t.Errorf("bob: %+v", bob)
	}
	if cyd := d.Person("cyd@x.example"); cyd != (directory.Standing{}) {
		t.Errorf("cyd: %+v", cyd)
	}
	if dan := d.Person("dan@x.example"); dan.Member == nil || dan.Member.Role != cybedefend.Manager {
		t.Errorf("dan: %+v", dan)
	}
	if d.Members() != 1 || d.Pending() != 1 || !d.Stable {
		t.Errorf("%d members, %d pending, stable %v", d.Members(), d.Pending(), d.Stable)
	}
}

func TestReadKeepsOnlyWhoIsAskedFor(t *testing.T) {
	service := &organization{invitations: []cybedefend.Invitation{
		{ID: "1", Email: "ann@x.example", ExpiresAt: now.Add(time.Hour)},
		{ID: "2", Email: "bob@x.example", ExpiresAt: now.Add(time.Hour)},
	}}
	d := read(t, service, directory.Options{Only: func(key string) bool { return key == "bob@x.example" }})
	if d.Person("ann@x.example").Pending != nil || d.Person("bob@x.example").Pending == nil {
		t.Error("the wrong people were kept")
	}
}

// TestReadLosesNobodyWhilePagesShift has people leave and join the list between any two pages.
func TestReadLosesNobodyWhilePagesShift(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		service := &organization{}
		people := rapid.IntRange(0, 150).Draw(t, "people")
		for i := range people {
			service.add(fmt.Sprintf("stays%d@x.example", i), i)
			service.add(fmt.Sprintf("leaves%d@x.example", i), i)
		}
		left := rapid.IntRange(0, 40).Draw(t, "changes")
		service.between = func() {
			if left--; left < 0 {
				return
			}
			if rapid.Bool().Draw(t, "joins") {
				service.add(fmt.Sprintf("joins%d@x.example", left), 0)
			} else {
				service.removeLeaver()
			}
		}
		d, err := directory.Read(t.Context(), directory.Options{Service: service, OrganizationID: "o", Now: clock})
		if err != nil {
			t.Fatal(err)
		}
		if !d.Stable {
			return // it says so itself
		}
		for i := range people {
			if address := fmt.Sprintf("stays%d@x.example", i); d.Person(address).Pending == nil {
				t.Fatalf("%s was there all the time and was not seen", address)
			}
		}
	})
}

func TestReadSaysWhenListsNeverStandStill(t *testing.T) {
	service := &organization{}
	for i := range 30 {
		service.add(fmt.Sprintf("p%d@x.example", i), i)
	}
	n := 0
	service.between = func() {
		n++
		service.add(fmt.Sprintf("new%d@x.example", n), len(service.invitations))
	}
	if d := read(t, service, directory.Options{}); d.Stable {
		t.Error("a list that grew all the time is called stable")
	}
}

func TestReadGivesUpOnAServiceThatRepeatsItself(t *testing.T) {
	service := &organization{samePage: true}
	for i := range 100 {
		service.add(fmt.Sprintf("p%d@x.example", i), i)
	}
	if _, err := directory.Read(t.Context(), directory.Options{Service: service}); err == nil {
		t.Error("a service that ignores the page number is read without an error")
	}
}

func TestReadMakesEveryCallThroughCall(t *testing.T) {
	service := &organization{fail: 3}
	calls := 0
	d, err := directory.Read(t.Context(), directory.Options{
		Service: service, Teams: true,
		Call: func(ctx context.Context, call func(context.Context) error) error {
			for {
				calls++
				if err := call(ctx); err == nil {
					return nil
				}
			}
		},
	})
	if err != nil || d == nil || calls != 6 {
		t.Errorf("Read = %v after %d calls, want 6", err, calls)
	}
}

func TestTeams(t *testing.T) {
	const id = "550e8400-e29b-41d4-a716-446655440000"
	service := &organization{teams: []cybedefend.Team{
		{ID: id, Name: "Platform"}, {ID: "2", Name: "data"}, {ID: "3", Name: "Data"}, {ID: "4", Name: "Mobile "},
	}}
	d := read(t, service, directory.Options{Teams: true})
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

func read(t *testing.T, service *organization, o directory.Options) *directory.Directory {
	t.Helper()
	o.Service, o.OrganizationID, o.Now = service, "o", clock
	d, err := directory.Read(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func clock() time.Time { return now }

// organization is a service whose lists change between pages.
type organization struct {
	invitations []cybedefend.Invitation
	members     []cybedefend.User
	teams       []cybedefend.Team
	between     func()
	samePage    bool
	fail        int
}

func (o *organization) add(address string, at int) {
	invitation := cybedefend.Invitation{ID: address, Email: address, Status: "pending", ExpiresAt: now.Add(time.Hour)}
	o.invitations = slices.Insert(o.invitations, min(at, len(o.invitations)), invitation)
}

func (o *organization) removeLeaver() {
	for i, invitation := range o.invitations {
		if invitation.Email[0] == 'l' {
			o.invitations = slices.Delete(slices.Clone(o.invitations), i, i+1)
			return
		}
	}
}

func (o *organization) Invitations(_ context.Context, _ string, page int) ([]cybedefend.Invitation, error) {
	if o.fail--; o.fail >= 0 {
		return nil, errors.New("not now")
	}
	if o.samePage {
		page = 1
	}
	from := min((page-1)*cybedefend.PageSize, len(o.invitations))
	found := slices.Clone(o.invitations[from:min(from+cybedefend.PageSize, len(o.invitations))])
	if o.between != nil {
		o.between()
	}
	return found, nil
}

func (o *organization) Members(context.Context, string, int, string) (cybedefend.MembersPage, error) {
	return cybedefend.MembersPage{Users: o.members, TotalUsers: len(o.members), TotalPages: 1}, nil
}

func (o *organization) Teams(context.Context, string) ([]cybedefend.Team, error) { return o.teams, nil }
