package onboard

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/record"
	"rollcall/pkg/roster"
)

// small is an organization with a member and an open invitation.
type small struct{ hidden bool }

func (s small) Members(_ context.Context, _ string, page cybedefend.Page, _ string) (cybedefend.MembersPage, error) {
	total := 1
	if s.hidden {
		total = 5
	}
	if page.Number > 1 {
		return cybedefend.MembersPage{TotalUsers: total}, nil
	}
	return cybedefend.MembersPage{Users: []cybedefend.User{{ID: "1", Email: "boss@Acme.example", Role: "administrator"}}, Items: 1, TotalUsers: total}, nil
}

func (small) Invitations(_ context.Context, _ string, page cybedefend.Page) (cybedefend.InvitationsPage, error) {
	if page.Number > 1 {
		return cybedefend.InvitationsPage{}, nil
	}
	return cybedefend.InvitationsPage{Invitations: []cybedefend.Invitation{
		{ID: "i1", Email: "ann@known.example", Status: "pending"}, {ID: "i2", Email: "bob@once.example", Status: "cancelled"},
	}, Items: 2}, nil
}

func (small) Teams(context.Context, string) ([]cybedefend.Team, error) { return nil, nil }

func TestInvitees(t *testing.T) {
	for hidden, strange := range map[bool][]Count{false: {{"new.example", 9}, {"once.example", 1}}, true: nil} {
		d, err := directory.Read(t.Context(), directory.Options{Service: small{hidden}, OrganizationID: "o1"})
		if err != nil {
			t.Fatal(err)
		}
		var i Invitees
		add := func(rec record.Record) {
			teams, err := roster.ParseTeams(rec.Teams)
			if err != nil {
				t.Fatal(err)
			}
			i.add(&rec, teams, d)
		}
		for n := range 9 {
			add(record.Record{Line: n + 2, Email: fmt.Sprintf("p%d@NEW.example", n), Role: "member", Teams: "Blue:developer"})
		}
		add(record.Record{Line: 11, Email: "x@once.example", Role: "administrator", Teams: "Blue:developer; \"A;B\":team_manager"})
		add(record.Record{Line: 12, Email: "y@known.example", Role: "manager"})
		add(record.Record{Line: 13, Email: "z@acme.EXAMPLE", Role: "billing_manager"})
		i.finish()
		want := Invitees{
			Admins: []Invitee{
				{11, "x@once.example", "administrator", "Blue:developer; \"A;B\":team_manager"}, {12, "y@known.example", "manager", ""},
			},
			AllAdmins:  2,
			Domains:    []Count{{"new.example", 9}, {"acme.example", 1}, {"known.example", 1}, {"once.example", 1}},
			Roles:      []Count{{"member", 9}, {"administrator", 1}, {"billing_manager", 1}, {"manager", 1}},
			Teams:      []Count{{"Blue", 10}, {"A;B", 1}},
			NewDomains: strange,
		}
		if diff := cmp.Diff(want, i, cmpopts.IgnoreUnexported(Invitees{}), cmpopts.IgnoreFields(Invitees{}, "First")); diff != "" {
			t.Errorf("people hidden: %t (-want +got):\n%s", hidden, diff)
		}
		if len(i.First) != ShownInvitees || i.First[0] != (Invitee{2, "p0@NEW.example", "member", "Blue:developer"}) {
			t.Errorf("first: %v", i.First)
		}
	}
}

func TestWhatListsFindings(t *testing.T) {
	for want, give := range map[string]Options{
		"":                         {Document: Document{Roster: "-"}},
		"check team.csv lists all": {Document: Document{Roster: "team.csv"}},
		"check of that address, with the flags that say how it is read, lists all": {Document: Document{Roster: "https://hr.example/people.csv?key=s3cret"}},
	} {
		if got := give.complain().String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	with := Options{Document: Document{Roster: "team.csv"}}
	with.Role = "member"
	if got, want := with.complain().String(), "check team.csv lists all, with the same flags for how it is read"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := correcting(nil).String(); got != "correct them" {
		t.Errorf("%q", got)
	}
}
