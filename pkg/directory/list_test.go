package directory_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/pace"
)

// TestReadLosesNobodyWhileOthersComeAndGo has any number of people come and go between any two calls, wherever in the
// list, and any number of calls at once.
func TestReadLosesNobodyWhileOthersComeAndGo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		service := &organization{}
		people := rapid.IntRange(0, 150).Draw(t, "people")
		for i := range people {
			service.invite(fmt.Sprintf("stays%d@x.example", i), i)
		}
		passers := rapid.IntRange(0, 60).Draw(t, "passers-by")
		for i := range passers {
			service.invite(fmt.Sprintf("passes-first%d@x.example", i), rapid.IntRange(0, people).Draw(t, "place"))
		}
		// Calls come from many goroutines, so the changes are drawn before.
		places := rapid.SliceOfN(rapid.IntRange(-100, 250), 0, 400).Draw(t, "changes")
		each := rapid.IntRange(0, 6).Draw(t, "changes at once")
		service.between = func() {
			for range each {
				if len(places) == 0 {
					return
				}
				place := places[0]
				if places = places[1:]; place >= 0 {
					service.invite(fmt.Sprintf("passes%d@x.example", len(places)), place)
				} else {
					service.cancelPasser(-place)
				}
			}
		}
		d := readWith(t, service, directory.Options{Parallel: rapid.IntRange(1, 6).Draw(t, "parallel")})
		for i := range people {
			if address := fmt.Sprintf("stays%d@x.example", i); d.Stable && d.Person(address).Pending == nil {
				t.Fatalf("%s was there all the time and was not seen", address)
			}
		}
	})
}

// TestReadIsNotFooled has others come and go such that one person is never in the window that is read: it may not be
// found, but then it may not be said that nobody was missed.
func TestReadIsNotFooled(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		service := &organization{}
		for i := range rapid.IntRange(0, 400).Draw(t, "before") {
			service.invite(fmt.Sprintf("passes-first%d@x.example", i), i)
		}
		service.invite("hides@x.example", len(service.invitations))
		for i := range rapid.IntRange(0, 50).Draw(t, "behind") {
			service.invite(fmt.Sprintf("stays%d@x.example", i), len(service.invitations))
		}
		hide := rapid.SliceOfN(rapid.Bool(), 100, 100).Draw(t, "to the left")
		came := 0
		service.before = func(page cybedefend.Page) {
			from := (page.Number - 1) * page.Size
			place := slices.IndexFunc(service.invitations, func(i cybedefend.Invitation) bool { return i.Email == "hides@x.example" })
			if place < from || place >= from+page.Size || len(hide) == 0 {
				return
			}
			left := hide[0]
			if hide = hide[1:]; left && from > 0 { // all before are passers-by
				service.invitations = slices.Clone(service.invitations[place-from+1:])
				return
			}
			for range from + page.Size - place {
				came++
				service.invite(fmt.Sprintf("passes%d@x.example", came), 0)
			}
		}
		d, err := directory.Read(t.Context(), directory.Options{Service: service, Parallel: 1, Now: clock})
		if err == nil && d.Stable && d.Person("hides@x.example").Pending == nil { // an error says nothing, either
			t.Fatal("somebody was there all the time, was not seen, and is said not to be there")
		}
	})
}

// TestReadLosesNobodyWhoChangesPlaces has those who stay change their places, too, each of them once, one at a time.
func TestReadLosesNobodyWhoChangesPlaces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		service := &organization{noTotals: rapid.Bool().Draw(t, "no totals")}
		people := rapid.IntRange(1, 120).Draw(t, "people")
		for i := range people {
			service.join(fmt.Sprintf("stays%d@x.example", i), i)
		}
		// Calls come from other goroutines, so the changes are drawn before.
		type change struct{ kind, place, to int }
		changes := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) change {
			return change{
				rapid.IntRange(0, 2).Draw(t, "kind"), rapid.IntRange(0, 200).Draw(t, "place"), rapid.IntRange(0, 200).Draw(t, "to"),
			}
		}), 0, 40).Draw(t, "changes")
		moved := map[string]bool{}
		service.between = func() {
			if len(changes) == 0 {
				return
			}
			change := changes[0]
			changes = changes[1:]
			place, to := change.place%len(service.members), change.to%(len(service.members)+1)
			who := service.members[place]
			switch change.kind {
			case 0:
				service.join(fmt.Sprintf("joins%d@x.example", len(changes)), to)
			case 1:
				if strings.HasPrefix(who.Email, "joins") {
					service.members = slices.Delete(slices.Clone(service.members), place, place+1)
				}
			case 2:
				if !moved[who.ID] {
					moved[who.ID] = true
					service.members = slices.Delete(slices.Clone(service.members), place, place+1)
					service.join(who.Email, to)
				}
			}
		}
		d := readWith(t, service, directory.Options{Parallel: 1})
		for i := range people {
			if address := fmt.Sprintf("stays%d@x.example", i); d.Stable && d.Person(address).Member == nil {
				t.Fatalf("%s was there all the time and was not seen", address)
			}
		}
	})
}

// TestReadIsStableAndCheapWhereNothingChanges counts calls.
func TestReadIsStableAndCheapWhereNothingChanges(t *testing.T) {
	tests := []struct {
		name                 string
		members, invitations int
		service              *organization
		wantMembers          int
		wantInvitations      int
	}{
		{name: "nobody", wantMembers: 3, wantInvitations: 3},
		{name: "one page", members: 19, invitations: 19, wantMembers: 2, wantInvitations: 3},
		{name: "one full page", members: 20, invitations: 20, wantMembers: 2, wantInvitations: 3},
		{name: "three pages", members: 60, invitations: 45, wantMembers: 4, wantInvitations: 5},
		{name: "many", members: 10_000, invitations: 2_000, wantMembers: 501, wantInvitations: 138},
		{name: "many, the last page not full", members: 10_001, wantMembers: 502, wantInvitations: 3},
		{name: "no totals", members: 2_000, service: &organization{noTotals: true}, wantMembers: 138, wantInvitations: 3},
		{name: "pages of one size", invitations: 100, service: &organization{oneSize: true}, wantMembers: 3, wantInvitations: 22},
		{name: "one page of one size", invitations: 20, service: &organization{oneSize: true}, wantMembers: 3, wantInvitations: 15},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			service := cmp.Or(tt.service, &organization{})
			service.populate(tt.members, tt.invitations)
			d := readWith(t, service, directory.Options{Parallel: 1})
			if !d.Stable || d.Members() != tt.members || d.Pending() != tt.invitations {
				t.Errorf("%d members, %d pending, stable %v", d.Members(), d.Pending(), d.Stable)
			}
			if got := service.calls; got["members"] != tt.wantMembers || got["invitations"] != tt.wantInvitations {
				t.Errorf("%v calls, want %d of members and %d of invitations", got, tt.wantMembers, tt.wantInvitations)
			}
		})
	}
}

// TestReadGoesOnBehindAShortPage reads from a service that counts more members than it shows.
func TestReadGoesOnBehindAShortPage(t *testing.T) {
	service := &organization{hides: true}
	service.populate(100, 0)
	for i := range 10 {
		service.join(fmt.Sprintf("hidden%d@x.example", i), 11*i)
	}
	d := readWith(t, service, directory.Options{})
	if d.Members() != 110 || !d.Stable || d.Complete || !slices.Equal(d.Gaps, []string{"members: 100 of 110 shown"}) {
		t.Errorf("%d members, stable %v, gaps %q", d.Members(), d.Stable, d.Gaps)
	}
	for i := range 100 {
		if address := fmt.Sprintf("member%d@x.example", i); d.Person(address).Member == nil {
			t.Errorf("%s was not seen", address)
		}
	}
}

// TestReadGoesOnBehindATotalThatLies reads from a service that counts only what its first page shows, and shows few.
func TestReadGoesOnBehindATotalThatLies(t *testing.T) {
	service := &organization{cap: 12, total: 12}
	service.populate(15, 0)
	if d := readWith(t, service, directory.Options{}); d.Person("member14@x.example").Member == nil || d.Members() != 15 {
		t.Errorf("the last member is %+v, %d members", d.Person("member14@x.example"), d.Members())
	}
}

func TestReadSaysWhenListsNeverStandStill(t *testing.T) {
	service := &organization{}
	service.populate(0, 30)
	n := 0
	service.between = func() {
		n++
		service.invite(fmt.Sprintf("new%d@x.example", n), 0)
	}
	if d := readWith(t, service, directory.Options{}); d.Stable {
		t.Error("a list that grew all the time is called stable")
	}
}

func TestReadGivesUpOnAServiceThatRepeatsItself(t *testing.T) {
	for _, noTotals := range []bool{false, true} {
		service := &organization{samePage: true, noTotals: noTotals}
		service.populate(500, 0)
		_, err := directory.Read(t.Context(), directory.Options{Service: service})
		if err == nil || !strings.Contains(err.Error(), "read members: pages repeat") {
			t.Errorf("a service that ignores the page number is read with %v", err)
		}
	}
}

func TestReadBelievesAServiceThatShowsAllAtOnce(t *testing.T) {
	service := &organization{samePage: true, noTotals: true}
	service.populate(15, 9)
	if d := readWith(t, service, directory.Options{}); d.Members() != 15 || d.Pending() != 9 || !d.Certain() {
		t.Errorf("%d members, %d pending: %q", d.Members(), d.Pending(), d.Gaps)
	}
}

// TestReadAsksAheadWithinThePace reads from a service that takes a second for a page.
func TestReadAsksAheadWithinThePace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const perSecond, pages = 10, 100
		p, err := pace.New(pace.Options{Rate: perSecond})
		if err != nil {
			t.Fatal(err)
		}
		service := &organization{latency: time.Second}
		service.populate(cybedefend.PageSize*pages, 300)
		began := time.Now()
		var waiting atomic.Int32
		d := readWith(t, service, directory.Options{
			Parallel: 20,
			Call: func(ctx context.Context, call func(context.Context) error) error {
				if n := waiting.Add(1); n > 1 {
					t.Errorf("%d calls wait for the pace", n)
				}
				_, err := p.Acquire(ctx)
				waiting.Add(-1)
				if err != nil {
					return err
				}
				return call(ctx)
			},
		})
		if d.Members() != cybedefend.PageSize*pages || d.Pending() != 300 || !d.Stable {
			t.Errorf("%d members, %d pending, stable %v", d.Members(), d.Pending(), d.Stable)
		}
		for i, at := range service.times[1:] {
			if gap := at.Sub(service.times[i]); gap < time.Second/perSecond-time.Millisecond {
				t.Fatalf("two calls within %s", gap)
			}
		}
		// One after the other they would take two minutes.
		if took, most := time.Since(began), 23*time.Second; took > most {
			t.Errorf("%d calls took %s, at most %s were expected", len(service.times), took, most)
		}
		// The end of the invitations shows itself by two more pages, and after ten more have been asked for at most.
		if got := service.calls["invitations"]; got > 21+2+10 {
			t.Errorf("%d pages of invitations were asked for", got)
		}
	})
}

// TestReadIgnoresRefusalsBehindTheEnd reads from a service that refuses pages that do not exist.
func TestReadIgnoresRefusalsBehindTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := &organization{latency: time.Second, refuse: func(_, _ string, page int) error {
			if page > 4 {
				return &cybedefend.Error{Class: cybedefend.FinalNo, Status: 404}
			}
			return nil
		}}
		service.populate(0, 65)
		if d := readWith(t, service, directory.Options{}); d.Pending() != 65 || !d.Stable {
			t.Errorf("%d pending, stable %v", d.Pending(), d.Stable)
		}
	})
}

func TestReadEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := &organization{latency: time.Second}
		service.populate(0, 2_000)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		began := time.Now()
		_, err := directory.Read(ctx, directory.Options{Service: service})
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != 5*time.Second {
			t.Errorf("Read = %v after %s", err, time.Since(began))
		}
	})
}

func (o *organization) cancelPasser(skip int) {
	for i, invitation := range o.invitations {
		if strings.HasPrefix(invitation.Email, "passes") {
			if skip--; skip <= 0 {
				o.invitations = slices.Delete(slices.Clone(o.invitations), i, i+1)
				return
			}
		}
	}
}

// reader is a test of any kind.
type reader interface {
	Helper()
	Context() context.Context
	Fatal(args ...any)
}

func readWith(t reader, service *organization, o directory.Options) *directory.Directory {
	t.Helper()
	o.Service, o.OrganizationID, o.Now = service, "o", clock
	d, err := directory.Read(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
