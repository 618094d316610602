package directory_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
)

// teams are services that tell who is in teams, by the teams' ids. The page after the last is empty.
type teams struct {
	members map[string][]cybedefend.TeamMember
	hidden  int // how many more the totals count
	err     error
}

func (s teams) TeamMembers(_ context.Context, id string, page cybedefend.Page, _ string) (cybedefend.TeamMembersPage, error) {
	all := s.members[id]
	from := min((page.Number-1)*page.Size, len(all))
	to := min(from+page.Size, len(all))
	return cybedefend.TeamMembersPage{Members: all[from:to], Items: to - from, TotalUsers: len(all) + s.hidden}, s.err
}

var (
	platform = cybedefend.Team{ID: "t1", Name: "Platform"}
	security = cybedefend.Team{ID: "t2", Name: "Security"}
)

func TestReadStaff(t *testing.T) {
	service := teams{members: map[string][]cybedefend.TeamMember{
		"t1": {{ID: "U1", Email: "ann@x.example", Role: cybedefend.TeamManager}, {Email: "Bob@x.example", Role: cybedefend.ReadOnly}},
		"t2": {{ID: "u1", Role: cybedefend.Developer}},
	}}
	for i := range 45 {
		service.members["t2"] = append(service.members["t2"], cybedefend.TeamMember{ID: fmt.Sprint("m", i), Email: fmt.Sprintf("m%d@x.example", i), Role: cybedefend.Developer})
	}
	var told directory.Listing
	o := directory.Options{Listing: func(l directory.Listing) { told = l }}
	staff, err := directory.ReadStaff(t.Context(), o, service, []cybedefend.Team{platform, security})
	if err != nil {
		t.Fatal(err)
	}
	if want := (directory.Listing{Of: "people in teams", Found: 48}); told != want {
		t.Errorf("told %+v, want %+v", told, want)
	}
	for _, test := range []struct {
		who  cybedefend.User
		want []directory.Seat
	}{
		{cybedefend.User{ID: "u1", Email: "other@x.example"}, []directory.Seat{{Team: platform, Role: cybedefend.TeamManager}, {Team: security, Role: cybedefend.Developer}}},
		{cybedefend.User{ID: "u2", Email: "bob@X.example"}, []directory.Seat{{Team: platform, Role: cybedefend.ReadOnly}}},
		{cybedefend.User{ID: "m44", Email: "m44@x.example"}, []directory.Seat{{Team: security, Role: cybedefend.Developer}}},
		{cybedefend.User{ID: "u3", Email: "cleo@x.example"}, nil},
	} {
		if diff := cmp.Diff(test.want, staff.Seats(test.who)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.who.Email, diff)
		}
	}
	if !staff.Stable {
		t.Error("lists that stood still are not stable")
	}
}

func TestReadStaffSaysWhereSomebodyMayBeMissed(t *testing.T) {
	service := teams{members: map[string][]cybedefend.TeamMember{"t1": {{ID: "u1", Email: "ann@x.example"}}}, hidden: 1}
	staff, err := directory.ReadStaff(t.Context(), directory.Options{}, service, []cybedefend.Team{platform})
	if err != nil || staff.Stable {
		t.Errorf("stable = %t, %v, although the total counts one more", staff != nil && staff.Stable, err)
	}
	service.err = errors.New("no")
	if _, err = directory.ReadStaff(t.Context(), directory.Options{}, service, []cybedefend.Team{platform}); !errors.Is(err, service.err) {
		t.Errorf("error = %v", err)
	}
}

func TestMembersListsEverybody(t *testing.T) {
	var o organization
	o.populate(45, 3)
	all, stable, err := directory.Members(t.Context(), directory.Options{Service: &o})
	if err != nil || !stable || len(all) != 45 || all[44].Email != "member44@x.example" {
		t.Errorf("%d members, stable = %t, %v", len(all), stable, err)
	}
}
