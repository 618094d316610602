package directory_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/paging"
)

// holes returns a hole that shows nothing, or half, of a page with the given number, for the given number of times.
func holes(number, share, times int) func(string, cybedefend.Page, int, int) (int, int) {
	return func(_ string, page cybedefend.Page, from, to int) (int, int) {
		if page.Number != number || times == 0 {
			return from, to
		}
		times--
		return from, from + (to-from)*share/2
	}
}

// TestReadSeesEverybodyHoweverOddThePages reads from services that page in odd ways. All of them show everybody to whoever
// asks long enough.
func TestReadSeesEverybodyHoweverOddThePages(t *testing.T) {
	const ever = 1_000_000
	tests := []struct {
		name    string
		service func() *organization
	}{
		{"pages of ten", func() *organization { return &organization{cap: 10} }},
		{"pages of ten, without totals", func() *organization { return &organization{cap: 10, noTotals: true} }},
		{"pages of ten that begin where those of twenty do", func() *organization { return &organization{cap: 10, capSkips: true} }},
		{"the same without totals", func() *organization { return &organization{cap: 10, capSkips: true, noTotals: true} }},
		{"pages of one", func() *organization { return &organization{cap: 1, noTotals: true} }},
		{"an empty page in the middle, once", func() *organization { return &organization{hole: holes(3, 0, 1), noTotals: true} }},
		{"an empty page in the middle, always", func() *organization { return &organization{hole: holes(3, 0, ever), noTotals: true} }},
		{"a short page in the middle, once", func() *organization { return &organization{hole: holes(2, 1, 1), noTotals: true} }},
		{"a short page in the middle, always", func() *organization { return &organization{hole: holes(2, 1, ever), noTotals: true} }},
		{"a short page in the middle, always, with totals", func() *organization { return &organization{hole: holes(2, 1, ever)} }},
		{"a short first page, once", func() *organization { return &organization{hole: holes(1, 1, 1), noTotals: true} }},
		{"an empty first page, once", func() *organization { return &organization{hole: holes(1, 0, 1), noTotals: true} }},
		{"another order each time", func() *organization {
			return &organization{shuffles: true, random: rand.New(rand.NewPCG(1, 2))}
		}},
		{"another order each time, without totals", func() *organization {
			return &organization{shuffles: true, noTotals: true, random: rand.New(rand.NewPCG(3, 4))}
		}},
	}
	for _, tt := range tests {
		for _, people := range []int{1, 9, 10, 11, 15, 20, 21, 31, 70, 130} {
			t.Run(fmt.Sprintf("%s, %d people", tt.name, people), func(t *testing.T) {
				service := tt.service()
				service.populate(people, 0)
				invitees := service.populateInvitations(people)
				d := readWith(t, service, directory.Options{Parallel: 1 + people%6})
				if !d.Certain() || len(d.Gaps) > 0 {
					t.Errorf("stable %v, complete %v: %q", d.Stable, d.Complete, d.Gaps)
				}
				if d.Members() != people || d.Pending() != people {
					t.Errorf("%d members, %d pending, want %d each", d.Members(), d.Pending(), people)
				}
				for i := range people {
					if d.Person(fmt.Sprintf("member%d@x.example", i)).Member == nil || d.Person(invitees[i]).Pending == nil {
						t.Fatalf("number %d was not seen", i)
					}
				}
			})
		}
	}
}

// TestReadSaysWhenTheBeginningStaysHidden reads from a service whose first page is empty however large it is.
func TestReadSaysWhenTheBeginningStaysHidden(t *testing.T) {
	service := &organization{hole: holes(1, 0, 1_000_000), noTotals: true}
	service.populate(1, 70)
	d := readWith(t, service, directory.Options{})
	if d.Stable || !slices.Contains(d.Gaps, "invitations: the list begins with an empty page") {
		t.Errorf("stable %v: %q", d.Stable, d.Gaps)
	}
}

// TestReadSaysWhatContradictsItself reads from services that show less than there is.
func TestReadSaysWhatContradictsItself(t *testing.T) {
	refusesSearch := func(call, _ string, _ int) error {
		if call == "search" {
			return &cybedefend.Error{Class: cybedefend.FinalNo, Status: 400}
		}
		return nil
	}
	hidden := func() *organization { // shows 20 of 31
		service := &organization{hides: true}
		service.populate(20, 3)
		for i := range 11 {
			service.join(fmt.Sprintf("hidden%d@x.example", i), 2*i)
		}
		return service
	}
	looked := func(gap string) string { return gap + "; those who matter were looked up singly" }
	const shown = "members: 20 of 31 shown"
	tests := []struct {
		name     string
		service  *organization
		options  directory.Options
		gaps     []string
		warnings []string
	}{
		{name: "members", service: hidden(), gaps: []string{shown}},
		{
			name: "members, all who matter can be looked up", service: hidden(),
			options:  directory.Options{People: []string{"hidden3@x.example", "member2@x.example", "stranger@x.example"}},
			warnings: []string{looked(shown)},
		},
		{
			name: "members, one who matters cannot be looked up", service: hidden(),
			options: directory.Options{People: []string{"a+b@x.example"}}, gaps: []string{shown},
		},
		{
			name: "members, and no search", service: with(hidden(), func(o *organization) { o.refuse = refusesSearch }),
			options: directory.Options{People: []string{"hidden3@x.example"}}, gaps: []string{shown},
		},
		{
			name: "members, and a search that finds anybody", service: with(hidden(), func(o *organization) { o.noSearch = true }),
			options: directory.Options{People: []string{"hidden3@x.example"}}, gaps: []string{shown},
		},
		{
			name: "members, and a search that finds whoever is shown",
			service: with(&organization{hides: true, noSearch: true}, func(o *organization) {
				o.join("boss@x.example", 0)
				for i := range 30 {
					o.join(fmt.Sprintf("hidden%d@x.example", i), 1)
				}
			}),
			options: directory.Options{People: []string{"hidden3@x.example"}}, gaps: []string{"members: 1 of 31 shown"},
		},
		{
			name: "members whom memory knows", service: with(hidden(), func(o *organization) { o.total = 20 }),
			options: directory.Options{Members: []string{"member1@x.example", "Hidden3@x.example", "left@x.example"}},
			gaps:    []string{"members: the search finds 1 who are not listed"},
		},
		{
			name: "members who have left", service: with(&organization{}, func(o *organization) { o.populate(20, 0) }),
			options: directory.Options{Members: []string{"member1@x.example", "left@x.example", "left+too@x.example"}},
		},
		{
			name: "members who may have left, and no search",
			service: with(&organization{refuse: refusesSearch}, func(o *organization) {
				o.populate(20, 0)
			}),
			options: directory.Options{Members: []string{"left@x.example"}},
			gaps:    []string{"members: 1 who were known are not listed, and the search cannot be relied on"},
		},
		{
			name: "members who may have left and cannot be searched for",
			service: with(&organization{noTotals: true}, func(o *organization) {
				o.populate(20, 0)
			}),
			options: directory.Options{Members: []string{"left+too@x.example"}},
			gaps:    []string{"members: 1 who were known are not listed, and their addresses cannot be searched for"},
		},
		{
			name: "more members who may have left than can be looked up",
			service: with(&organization{}, func(o *organization) {
				o.populate(20, 0)
			}),
			options: directory.Options{Members: addresses("left", directory.MaxLookups+1)},
			gaps:    []string{fmt.Sprintf("members: %d who were known are not listed, too many to look up singly", directory.MaxLookups+1)},
		},
		{
			name: "an empty list of members", service: &organization{},
			gaps: []string{"members: the list is empty, although the caller has to be in it"},
		},
		{
			name: "a list of members that is empty though the search works",
			service: with(&organization{hides: true, total: -1}, func(o *organization) {
				o.join("hidden-caller@x.example", 0)
				o.join("hidden1@x.example", 1)
			}),
			options: directory.Options{
				Caller: directory.Caller{Email: "Hidden-Caller@x.example"}, People: []string{"hidden1@x.example"},
			},
			warnings: []string{looked("members: the list is empty, although the caller has to be in it")},
		},
		{
			name: "an empty list of invitations", service: with(&organization{}, func(o *organization) { o.populate(20, 0) }),
			options: directory.Options{Pending: []string{"member1@x.example"}},
		},
		{
			name: "an empty list of invitations where memory knows one", service: with(&organization{}, func(o *organization) { o.populate(20, 0) }),
			options: directory.Options{Pending: []string{"member1@x.example", "Ann@x.example", "ann@x.example", "bob@x.example"}},
			gaps:    []string{"invitations: the list is empty, although 2 are known to be pending"},
		},
		{
			name:    "an empty list of invitations, since the one has been accepted in a large organization",
			service: with(&organization{}, func(o *organization) { o.populate(1000, 0) }),
			options: directory.Options{People: []string{"stranger@x.example"}, Pending: []string{"member700@x.example"}},
		},
		{
			name: "a list of invitations without one that memory knows", service: with(&organization{}, func(o *organization) { o.populate(20, 3) }),
			options: directory.Options{Pending: []string{"answered@x.example"}},
		},
		{
			name: "the caller is not listed", service: with(&organization{}, func(o *organization) { o.populate(20, 0) }),
			options:  directory.Options{Caller: directory.Caller{Email: "Boss@x.example"}},
			warnings: []string{"members: the caller Boss@x.example is not among them"},
		},
		{
			name: "nobody was read", service: &organization{}, options: directory.Options{Blind: true},
			gaps: []string{"the members and invitations were not read"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := readWith(t, tt.service, tt.options)
			if diff := cmp.Diff(tt.gaps, d.Gaps); diff != "" {
				t.Errorf("gaps (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.warnings, d.Warnings); diff != "" {
				t.Errorf("warnings (-want +got):\n%s", diff)
			}
			if d.Certain() != (len(d.Gaps) == 0) || d.Stable == tt.options.Blind {
				t.Errorf("stable %v, complete %v, gaps %q", d.Stable, d.Complete, d.Gaps)
			}
			for _, address := range tt.options.People {
				is := d.Person(address).Member != nil
				if want := slices.ContainsFunc(tt.service.members, func(u cybedefend.User) bool { return u.Email == address }); d.Certain() && is != want {
					t.Errorf("%s is a member: %v", address, is)
				}
			}
		})
	}
}

func TestReadEndsWhereTheListDoesNot(t *testing.T) {
	service := &organization{makesUp: true, total: 200}
	_, err := directory.Read(t.Context(), directory.Options{Service: service, OrganizationID: "o"})
	want := "read members: the list does not end: it showed more than 4000 items"
	if !errors.Is(err, paging.ErrEndless) || err.Error() != want || service.calls["members"] > 300 {
		t.Errorf("Read = %v after %d calls, want %s", err, service.calls["members"], want)
	}
}

// TestReadWarnsOfOddItems has items that cannot be read: they are named, and hide nobody.
func TestReadWarnsOfOddItems(t *testing.T) {
	service := &organization{unread: 1, odd: []string{"member 3 of the page: neither an id nor an e-mail address can be read, so it is left out"}}
	service.populate(50, 50)
	service.invitations[0].Email = "" // null: can be told apart by its id
	d := readWith(t, service, directory.Options{})
	want := []string{
		"invitations from number 1 on: " + service.odd[0],
		"members from number 1 on: " + service.odd[0],
	}
	if diff := cmp.Diff(want, d.Warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
	if !d.Certain() || d.Members() != 51 || d.Pending() != 50 || d.Veiled != 1 {
		t.Errorf("%d members, %d pending, %d veiled, gaps %q", d.Members(), d.Pending(), d.Veiled, d.Gaps)
	}
	if i, state, found := d.Invitation("I0"); !found || i.ID != "i0" || state != directory.Pending {
		t.Errorf("the invitation without an address: %+v, %s, %v", i, state, found)
	}
	if nobody := d.Person(""); nobody != (directory.Membership{}) {
		t.Errorf("it belongs to nobody: %+v", nobody)
	}
}

func with(o *organization, change func(*organization)) *organization {
	change(o)
	return o
}

func addresses(name string, n int) (all []string) {
	for i := range n {
		all = append(all, fmt.Sprintf("%s%d@x.example", name, i))
	}
	return all
}

// populateInvitations makes pending invitations and returns their addresses.
func (o *organization) populateInvitations(n int) []string {
	all := addresses("invitee", n)
	for _, address := range all {
		o.invite(address, n)
	}
	return all
}

// TestReadIsNeverWronglyCertain has people come and go while a service pages in an odd way: its pages are cut, some are
// empty or short, or it knows no order. (Two such oddities at once can hide anybody.)
func TestReadIsNeverWronglyCertain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		people := rapid.IntRange(0, 100).Draw(t, "people")
		service := &organization{
			noTotals: rapid.Bool().Draw(t, "no totals"),
			random:   rand.New(rand.NewPCG(1, rapid.Uint64().Draw(t, "seed"))),
		}
		switch rapid.SampledFrom([]string{"order", "cap", "hole"}).Draw(t, "oddity") {
		case "order":
			service.shuffles = true
		case "cap":
			service.cap = rapid.SampledFrom([]int{1, 7, 10, 19}).Draw(t, "cap")
			service.capSkips = rapid.Bool().Draw(t, "cap skips")
		case "hole":
			number, share := rapid.IntRange(1, 5).Draw(t, "page"), rapid.IntRange(0, 1).Draw(t, "halves of it")
			times := 1 // whoever is first is on page one alone, whatever its size
			if number > 1 {
				times = rapid.SampledFrom([]int{1, 2, 1000}).Draw(t, "times")
			}
			service.hole = holes(number, share, times)
		}
		service.populate(people, 0)
		invitees := service.populateInvitations(people)
		// Calls come from other goroutines, so the changes are drawn before.
		places := rapid.SliceOfN(rapid.IntRange(-100, 100), 0, rapid.SampledFrom([]int{0, 3, 200}).Draw(t, "most")).Draw(t, "changes")
		service.between = func() {
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
		d, err := directory.Read(t.Context(), directory.Options{
			Service: service, OrganizationID: "o", Now: clock, Parallel: rapid.IntRange(1, 6).Draw(t, "parallel"),
		})
		if err != nil {
			t.Skip(err) // says nothing, either
		}
		for i := range people {
			if d.Certain() && (d.Person(invitees[i]).Pending == nil || d.Person(fmt.Sprintf("member%d@x.example", i)).Member == nil) {
				t.Fatalf("number %d was there all the time, was not seen, and is said not to be there", i)
			}
		}
	})
}
