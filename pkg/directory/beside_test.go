package directory_test

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/pace"
)

// accept makes the person with the invitation at a place of the list a member.
func (o *organization) accept(at, place int) {
	who := o.invitations[at].Email
	o.invitations = slices.Delete(slices.Clone(o.invitations), at, at+1)
	o.join(who, place)
}

// TestReadLosesNobodyWhoAccepts has people accept their invitations between any two calls, and others be invited, while the
// members are read beside the invitations.
func TestReadLosesNobodyWhoAccepts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		service := &organization{}
		service.populate(rapid.IntRange(700, 1_000).Draw(t, "members"), 0)
		people := rapid.IntRange(20, 300).Draw(t, "people")
		for i := range people {
			service.invite(fmt.Sprintf("accepts%d@x.example", i), i)
		}
		// Calls come from many goroutines, so the changes are drawn before. Most calls change nothing.
		type change struct{ calls, at, place int }
		changes := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) change {
			return change{
				rapid.IntRange(0, 60).Draw(t, "calls before"), rapid.IntRange(0, people).Draw(t, "who"), rapid.IntRange(0, 1_000).Draw(t, "place"),
			}
		}), 0, 20).Draw(t, "changes")
		service.between = func() {
			if len(changes) == 0 {
				return
			}
			if changes[0].calls--; changes[0].calls > 0 {
				return
			}
			change := changes[0]
			if changes = changes[1:]; change.at < len(service.invitations) {
				service.accept(change.at, change.place)
			} else {
				service.invite(fmt.Sprintf("comes%d@x.example", len(changes)), change.place)
			}
		}
		d := readWith(t, service, directory.Options{Parallel: rapid.IntRange(2, 6).Draw(t, "parallel")})
		for i := range people {
			address := fmt.Sprintf("accepts%d@x.example", i)
			if who := d.Person(address); d.Certain() && who.Pending == nil && who.Member == nil {
				t.Fatalf("%s was there all the time and was not seen", address)
			}
		}
	})
}

// TestReadOnceWhereOnceIsEnough counts the pages of members that are read beside invitations.
func TestReadOnceWhereOnceIsEnough(t *testing.T) {
	tests := []struct {
		name                 string
		members, invitations int
		service              *organization
		want                 int
	}{
		{name: "many of both", members: 10_000, invitations: 2_000, want: 501},
		{name: "more members", members: 10_000, invitations: 60, want: 501},
		{name: "more invitations, which end in time", members: 1_000, invitations: 3_000, want: 51},
		{name: "far more invitations, so that the members end first", members: 800, invitations: 20_000, want: 2 * 41},
		{name: "few members", members: 100, invitations: 300, want: 6},
		{name: "few members, and a long time until they go on", members: 100, invitations: 3_000, want: 7},
		{name: "a total that is wrong", members: 1_000, invitations: 200, service: &organization{total: 1_010}, want: 52 + 72},
	}
	for i := range tests {
		tt := &tests[i]
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				service := cmp.Or(tt.service, &organization{})
				service.latency = 50 * time.Millisecond
				service.populate(tt.members, tt.invitations)
				p, err := pace.New(pace.Options{Rate: 100})
				if err != nil {
					t.Fatal(err)
				}
				d := readWith(t, service, directory.Options{Parallel: 64, Call: paced(p)})
				if !d.Stable || d.Pending() != tt.invitations || d.Members() != max(tt.members, service.total) {
					t.Errorf("%d members, %d pending, gaps %q", d.Members(), d.Pending(), d.Gaps)
				}
				if got := service.calls["members"]; got != tt.want {
					t.Errorf("%d pages of members were read, want %d", got, tt.want)
				}
			})
		})
	}
}

// TestReadLooksAgainWhereSomebodyAccepted has somebody whose invitation was not read yet become a member at a place that was
// read, while the members are being read, and after all of them were.
func TestReadLooksAgainWhereSomebodyAccepted(t *testing.T) {
	for _, tt := range []struct{ members, invitations, page int }{{1_000, 200, 8}, {800, 10_000, 600}} {
		synctest.Test(t, func(t *testing.T) {
			service := &organization{latency: 50 * time.Millisecond}
			service.populate(tt.members, tt.invitations)
			place := tt.invitations - 2
			late := service.invitations[place].Email
			pages := 0
			service.before = func(cybedefend.Page) {
				if pages++; pages == tt.page { // which is before its place
					service.accept(place, 0)
				}
			}
			d := readWith(t, service, directory.Options{Parallel: 8})
			if who := d.Person(late); !d.Certain() || who.Member == nil || d.Members() != tt.members+1 {
				t.Errorf("%+v among %d members, gaps %q", who, d.Members(), d.Gaps)
			}
		})
	}
}

// TestReadEndsBothListsWithAnError has either list fail while the other is being read.
func TestReadEndsBothListsWithAnError(t *testing.T) {
	broken := errors.New("broken")
	for _, list := range []string{"invitations", "members"} {
		synctest.Test(t, func(t *testing.T) {
			calls := 0
			service := &organization{latency: time.Second, refuse: func(call, _ string, _ int) error {
				if call == list {
					calls++
				}
				if calls > 4 {
					return broken
				}
				return nil
			}}
			service.populate(10_000, 2_000)
			_, err := directory.Read(t.Context(), directory.Options{Service: service})
			if !errors.Is(err, broken) {
				t.Errorf("Read = %v", err)
			}
		})
	}
}
