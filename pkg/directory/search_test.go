package directory_test

import (
	"errors"
	"fmt"
	"testing"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
)

func TestReadLooksUpTheFew(t *testing.T) {
	refused := func(call, _ string, _ int) error {
		if call == "search" {
			return &cybedefend.Error{Class: cybedefend.FinalNo, Status: 400}
		}
		return nil
	}
	tests := []struct {
		name    string
		service organization
		caller  string
		people  []string
		// pages and searches are the calls wanted: pages of all members, and searches.
		pages, searches int
	}{
		{name: "everybody", pages: 51},
		{name: "some", people: []string{"Member500@x.example", "stranger@x.example", "member999@x.example"}, pages: 1, searches: 4},
		{name: "the caller is on the first page", caller: "Member7@x.example", people: []string{"member500@x.example"}, pages: 1, searches: 2},
		{name: "the caller is not", caller: "member700@x.example", people: []string{"member500@x.example"}, pages: 1, searches: 2},
		{name: "one person twice, and one on the first page", people: []string{"member500@x.example", "MEMBER500@x.example", "member3@x.example"}, pages: 1, searches: 2},
		{name: "an address that a search may take for something else", people: []string{"member500@x.example", "a+b@x.example"}, pages: 51},
		{name: "an address with more than one spelling", people: []string{"member500@bücher.example"}, pages: 51},
		{name: "a search that minds letter case", service: organization{minds: true}, people: []string{"member500@x.example"}, pages: 51, searches: 1},
		{name: "a search that finds everybody", service: organization{noSearch: true}, people: []string{"member500@x.example"}, pages: 51, searches: 1},
		{name: "no search", service: organization{refuse: refused}, people: []string{"member500@x.example"}, pages: 51, searches: 1},
		{name: "no totals", service: organization{noTotals: true}, people: []string{"member500@x.example"}, pages: 70},
	}
	for i := range tests {
		tt := &tests[i]
		t.Run(tt.name, func(t *testing.T) {
			service := &tt.service
			service.populate(1000, 0)
			d := readWith(t, service, directory.Options{People: tt.people, Caller: directory.Caller{Email: tt.caller}, Parallel: 1})
			for _, address := range tt.people {
				standing, member := d.Person(address), false
				for _, user := range service.members {
					member = member || standing.Member != nil && *standing.Member == user
				}
				if is := d.Person(address).Member != nil; is != member || is != isMember(address) {
					t.Errorf("%s: member %v", address, is)
				}
			}
			if got := service.calls; got["members"] != tt.pages || got["search"] != tt.searches {
				t.Errorf("calls %v, want %d pages and %d searches", got, tt.pages, tt.searches)
			}
			if !d.Stable || d.Members() != 1000 {
				t.Errorf("stable %v, %d members", d.Stable, d.Members())
			}
		})
	}
}

// isMember reports whether an address is that of one of the members that populate makes.
func isMember(address string) bool {
	var n int
	_, err := fmt.Sscanf(address[1:], "ember%d@x.example", &n)
	if err != nil {
		_, err = fmt.Sscanf(address[1:], "EMBER%d@x.example", &n)
	}
	return err == nil
}

// TestReadPagesThroughManyHits looks up somebody whose address is a part of many others.
func TestReadPagesThroughManyHits(t *testing.T) {
	service := &organization{}
	service.populate(1000, 0)
	for i := range 50 {
		service.join(fmt.Sprintf("%dann@x.example", i), 1000)
	}
	service.join("ann@x.example", 2000)
	d := readWith(t, service, directory.Options{People: []string{"ann@x.example"}})
	if d.Person("ann@x.example").Member == nil || d.Person("5ann@x.example").Member != nil || d.Members() != 1051 || !d.Stable {
		t.Errorf("%+v, %d members, stable %v", d.Person("ann@x.example"), d.Members(), d.Stable)
	}
	if got := service.calls["search"]; got != 1+3 {
		t.Errorf("%d searches", got)
	}
}

func TestReadEndsWithASearchThatFails(t *testing.T) {
	broken := errors.New("broken")
	service := &organization{refuse: func(call, search string, _ int) error {
		if call == "search" && search == "ann@x.example" {
			return broken
		}
		return nil
	}}
	service.populate(1000, 0)
	_, err := directory.Read(t.Context(), directory.Options{Service: service, People: []string{"ann@x.example", "bob@x.example"}})
	if !errors.Is(err, broken) {
		t.Errorf("Read = %v", err)
	}
}
