package directory_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
)

func TestInvitationByID(t *testing.T) {
	service := &organization{invitations: []cybedefend.Invitation{
		{ID: "ab-1", Email: "ann@x.example", Status: "pending", ExpiresAt: now.Add(time.Hour)},
		{ID: "AB-2", Email: "ann@x.example", Status: "Declined", ExpiresAt: now.Add(time.Hour)},
		{ID: "ab-3", Email: "a***@x.example", Status: "pending", ExpiresAt: now.Add(-time.Hour)},
	}}
	d := readWith(t, service, directory.Options{})
	for id, want := range map[string]directory.State{
		"AB-1": directory.Pending, "ab-2\n": directory.Ended, "ab-3": directory.Expired, "ab-4": "", "": "",
	} {
		if i, state, found := d.Invitation(id); state != want || found != (want != "") || found && i.ID == "" {
			t.Errorf("Invitation(%q) = %+v, %q, %v", id, i, state, found)
		}
	}
}

// TestTheLaterWordAboutAnInvitationCounts has an invitation accepted while the list is read twice.
func TestTheLaterWordAboutAnInvitationCounts(t *testing.T) {
	for _, people := range [][]string{nil, {"stranger@x.example"}} {
		service := &organization{}
		service.populateInvitations(50)
		address := service.invitations[2].Email
		pages := 0
		service.between = func() {
			if pages++; pages == 2 {
				service.invite("new@x.example", 0) // so it is read again
				service.invitations[3].Status = "accepted"
			}
		}
		d := readWith(t, service, directory.Options{Parallel: 1, People: people})
		if d.Pending() != 50 {
			t.Errorf("%d pending, where %d people matter", d.Pending(), len(people))
		}
		if people != nil {
			continue
		}
		if i, state, _ := d.Invitation(address); state != directory.Ended {
			t.Errorf("the invitation is %s: %+v", state, i)
		}
		if m := d.Person(address); m.Pending != nil || m.Ended == nil {
			t.Errorf("the person: %+v", m)
		}
	}
}

func TestSimilar(t *testing.T) {
	service := &organization{}
	for _, address := range []string{"annlee@gmail.com", "bob+lists@x.example", "bob+news@x.example", "cyd.moe@gmail.com", "dan@x.example"} {
		service.invite(address, 9)
	}
	service.invitations = append(service.invitations, cybedefend.Invitation{ID: "gone", Email: "dan+old@x.example", Status: "cancelled"})
	tests := []struct {
		give string
		want []string
	}{
		{"Ann.Lee@googlemail.com", []string{"annlee@gmail.com"}},
		{"annlee@gmail.com", nil}, // the same key
		{"bob@x.example", []string{"bob+lists@x.example", "bob+news@x.example"}},
		{"bob+news@x.example", []string{"bob+lists@x.example"}},
		{"cydmoe@gmail.com", []string{"cyd.moe@gmail.com"}},
		{"dan@x.example", nil}, // the other one is not pending
		{"eve@x.example", nil},
	}
	for _, people := range [][]string{nil, {"Ann.Lee@googlemail.com", "annlee@gmail.com", "bob@x.example", "cydmoe@gmail.com", "dan@x.example"}} {
		d := readWith(t, service, directory.Options{People: people})
		for _, tt := range tests {
			var got []string
			for _, i := range d.Similar(tt.give) {
				got = append(got, i.Email)
			}
			slices.Sort(got)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Similar(%q), %d people matter (-want +got):\n%s", tt.give, len(people), diff)
			}
		}
	}
}

func TestSimilarMembers(t *testing.T) {
	addresses := []string{"Ann.Lee@gmail.com", "bob+lists@x.example", "bob@x.example", "cydmoe@gmail.com", "dan@x.example"}
	service := &organization{}
	for _, address := range addresses {
		service.join(address, 9)
	}
	tests := []struct {
		give    string
		want    []string
		perhaps string
	}{
		{"annlee@googlemail.com", []string{"Ann.Lee@gmail.com"}, "Ann.Lee@gmail.com"},
		{"ann.lee@gmail.com", nil, ""}, // the same key
		{"bob+news@x.example", []string{"bob@x.example", "bob+lists@x.example"}, "bob@x.example"},
		{"bob@x.example", []string{"bob+lists@x.example"}, ""}, // who is a member himself
		{"cyd.moe+work@gmail.com", []string{"cydmoe@gmail.com"}, "cydmoe@gmail.com"},
		{"eve@x.example", nil, ""},
	}
	people := make([]string, len(tests))
	for i, tt := range tests {
		people[i] = tt.give
	}
	for _, people := range [][]string{nil, people} {
		d := readWith(t, service, directory.Options{People: people})
		for _, tt := range tests {
			var got []string
			for _, member := range d.SimilarMembers(tt.give) {
				got = append(got, member.Email)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("SimilarMembers(%q), %d people matter (-want +got):\n%s", tt.give, len(people), diff)
			}
			perhaps := ""
			if m := d.Person(tt.give); m.Perhaps != nil {
				perhaps = m.Perhaps.Email
			}
			if perhaps != tt.perhaps {
				t.Errorf("Person(%q) is perhaps %q, want %q", tt.give, perhaps, tt.perhaps)
			}
		}
	}
}

// TestLookUpFindsTheNormalForm looks people up singly in an organization that has them under normalised addresses.
func TestLookUpFindsTheNormalForm(t *testing.T) {
	service := &organization{}
	service.populate(1000, 0)
	service.join("annlee@gmail.com", 1000)
	service.join("dan@x.example", 1001)
	d := readWith(t, service, directory.Options{People: []string{"Ann.Lee@gmail.com", "dan@x.example"}})
	if got := d.SimilarMembers("Ann.Lee@gmail.com"); len(got) != 1 || got[0].Email != "annlee@gmail.com" {
		t.Errorf("SimilarMembers = %v", got)
	}
	if got := service.calls; got["members"] != 1 || got["search"] != 1+3 || d.Person("dan@x.example").Member == nil {
		t.Errorf("calls %v, want one page and a search for each of three addresses", got)
	}
}

func TestVeiledInvitations(t *testing.T) {
	service := &organization{invitations: []cybedefend.Invitation{
		{ID: "1", Email: "a***@x.example"},
		{ID: "2", Email: "b•••@x.example"},
		{ID: "3"},
		{ID: "4", Email: "c***@x.example", Status: "accepted"},
		{ID: "5", Email: "d***@x.example"},
		{ID: "6", Email: "eve@x.example"},
	}}
	for _, people := range [][]string{nil, {"ann@x.example"}} {
		d := readWith(t, service, directory.Options{People: people, Invitations: []string{"5", "4"}})
		if d.Veiled != 3 || d.Pending() != 5 {
			t.Errorf("%d veiled of %d pending, want 3 of 5", d.Veiled, d.Pending())
		}
		if _, state, found := d.Invitation("5"); !found || state != directory.Pending {
			t.Errorf("the one that is known: %s, %v", state, found)
		}
		if _, _, found := d.Invitation("3"); found != (people == nil) {
			t.Errorf("the one without an address is kept: %v, where %d people matter", found, len(people))
		}
	}
}

// TestOnlyWhoMattersIsKept counts what is kept, and what that costs, in a large organization.
func TestOnlyWhoMattersIsKept(t *testing.T) {
	const invitations = 60_000
	service := crowd{invitations}
	d, err := directory.Read(t.Context(), directory.Options{
		Service: service, OrganizationID: "o", Now: clock, Parallel: 1,
		People:      []string{"Invitee7777@x.example", "stranger@x.example"},
		Invitations: []string{service.invitation(23_456).ID},
		Pending:     []string{service.invitation(50_000).Email},
	})
	if err != nil || !d.Certain() || d.Pending() != invitations {
		t.Fatalf("%d pending, %v", d.Pending(), err)
	}
	kept := 0
	for range d.People() {
		kept++
	}
	if kept != 4 { // and the caller of the crowd, who is looked for as a member
		t.Errorf("%d people kept", kept)
	}
	if _, _, found := d.Invitation(service.invitation(23_456).ID); !found || d.Person("invitee7777@x.example").Pending == nil {
		t.Error("one who matters is missing")
	}
	if _, _, found := d.Invitation(service.invitation(99).ID); found {
		t.Error("one who does not matter was kept")
	}
	if used := usedBy(t, d); used > 1<<20 {
		t.Errorf("the directory holds %d bytes", used)
	}
}

// BenchmarkReadCrowd reads 300,000 invitations of which one matters. B/op is garbage, most of all; peak-B is what is
// held at once.
func BenchmarkReadCrowd(b *testing.B) {
	service := crowd{300_000}
	for b.Loop() {
		var peak uint64
		pages := 0
		before := heap()
		_, err := directory.Read(b.Context(), directory.Options{
			Service: service, OrganizationID: "o", Now: clock, People: []string{"invitee7777@x.example"},
			Listing: func(directory.Listing) {
				if pages++; pages%1000 == 0 {
					peak = max(peak, heap())
				}
			},
		})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(peak-before), "peak-B")
	}
}

func heap() uint64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

// usedBy returns how much memory is free once the directory is.
func usedBy(t *testing.T, d *directory.Directory) int64 {
	t.Helper()
	with := heap()
	runtime.KeepAlive(d)
	*d = directory.Directory{}
	return int64(with) - int64(heap())
}

// crowd is a large organization that is made up page by page.
type crowd struct{ invitations int }

func (crowd) invitation(i int) cybedefend.Invitation {
	return cybedefend.Invitation{
		ID: fmt.Sprintf("0198c7c5-6f54-7b0e-a5c0-%012d", i), Email: fmt.Sprintf("invitee%d@x.example", i),
		Status: "pending", ExpiresAt: now.Add(time.Hour),
	}
}

func (c crowd) Invitations(_ context.Context, _ string, page cybedefend.Page) (cybedefend.InvitationsPage, error) {
	var reply cybedefend.InvitationsPage
	for i := (page.Number - 1) * page.Size; i < min(page.Number*page.Size, c.invitations); i++ {
		reply.Invitations = append(reply.Invitations, c.invitation(i))
	}
	reply.Items = len(reply.Invitations)
	return reply, nil
}

func (crowd) Members(context.Context, string, cybedefend.Page, string) (cybedefend.MembersPage, error) {
	return cybedefend.MembersPage{Users: []cybedefend.User{{ID: "u", Email: "stranger@x.example"}}, Items: 1, TotalUsers: 1}, nil
}

func (crowd) Teams(context.Context, string) ([]cybedefend.Team, error) { return nil, nil }
