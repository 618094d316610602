package follow_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"testing"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/document"
	"rollcall/pkg/follow"
	"rollcall/pkg/roster"
)

// one is an organization with one member.
type one struct{ email string }

func (o one) Members(_ context.Context, _ string, page cybedefend.Page, _ string) (cybedefend.MembersPage, error) {
	if page.Number > 1 {
		return cybedefend.MembersPage{TotalUsers: 1}, nil
	}
	return cybedefend.MembersPage{Users: []cybedefend.User{{ID: "u1", Email: o.email}}, Items: 1, TotalUsers: 1}, nil
}

func (one) Invitations(context.Context, string, cybedefend.Page) (cybedefend.InvitationsPage, error) {
	return cybedefend.InvitationsPage{}, nil
}

func (one) Teams(context.Context, string) ([]cybedefend.Team, error) {
	return []cybedefend.Team{{ID: "t1", Name: "Platform"}}, nil
}

// Where the roster names none of the members, it is not read for their seats.
func TestSeatsOfMembersWhomTheRosterNames(t *testing.T) {
	readings := 0
	source := document.Source{Name: "people.csv", Open: func() (io.ReadCloser, error) {
		readings++
		return io.NopCloser(bytes.NewReader([]byte("email,role,teams\nAnn@x.test,member,Platform\nbob@x.test,member,Platform\n"))), nil
	}}
	r, err := roster.Read(t.Context(), source, roster.Options{})
	if err != nil {
		t.Fatal(err)
	}
	of := func(member string) follow.Seats {
		d, err := directory.Read(t.Context(), directory.Options{Service: one{member}, OrganizationID: "o1", Teams: true})
		if err != nil {
			t.Fatal(err)
		}
		seats, err := follow.SeatsOf(t.Context(), r, d)
		if err != nil {
			t.Fatal(err)
		}
		return seats
	}
	readings = 0
	if seats := of("ann@x.test"); readings != 1 || len(seats.Of["ann@x.test"]) != 1 {
		t.Errorf("a member whom it names: %d readings, seats %v", readings, seats)
	}
	readings = 0
	const strangers = 10
	for i := range strangers {
		if seats := of(fmt.Sprintf("cy%d@x.test", i)); len(seats.Of) != 0 {
			t.Errorf("a member whom it does not name: seats %v", seats)
		}
	}
	if readings > strangers/2 { // it may be mistaken about one
		t.Errorf("read %d times for %d members whom it does not name", readings, strangers)
	}
}
