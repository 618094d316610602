package sandbox_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/sandbox"
)

// sizes reads the pages from 1 on and returns how many items each has.
func (s *service) sizes(t *testing.T, list, key string, pages int) (sizes []int) {
	t.Helper()
	for n := 1; n <= pages; n++ {
		sizes = append(sizes, len(s.call(t, "GET", page(list, n, 20), nil).want(t, 200).emails(key)))
	}
	return sizes
}

func TestPagesLackItems(t *testing.T) {
	for _, test := range []struct {
		name        string
		give        sandbox.Lists
		invitations []int // of 45
		members     []int // of 45, the caller being one
		again       []int // the invitations, read once more
	}{
		{"truth", sandbox.Lists{}, []int{20, 20, 5, 0}, []int{20, 20, 5, 0}, []int{20, 20, 5, 0}},
		{"cap", sandbox.Lists{PageCap: 10}, []int{10, 10, 10, 10, 5, 0}, []int{10, 10, 10, 10, 5, 0}, []int{10, 10, 10, 10, 5, 0}},
		{"hole", sandbox.Lists{Hole: sandbox.Hole{Page: 2}}, []int{20, 0, 5, 0}, []int{20, 0, 5, 0}, []int{20, 20, 5, 0}},
		{"short", sandbox.Lists{Hole: sandbox.Hole{Page: 2, Short: true}}, []int{20, 10, 5, 0}, []int{20, 10, 5, 0}, []int{20, 20, 5, 0}},
		{"always", sandbox.Lists{Hole: sandbox.Hole{Page: 2, Always: true}}, []int{20, 0, 5, 0}, []int{20, 0, 5, 0}, []int{20, 0, 5, 0}},
		{"hidden", sandbox.Lists{HiddenMembers: 11}, []int{20, 20, 5, 0}, []int{20, 14, 0}, []int{20, 20, 5, 0}},
		{"hidden all", sandbox.Lists{HiddenMembers: 99}, []int{20, 20, 5, 0}, []int{0}, []int{20, 20, 5, 0}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := start(t, sandbox.Options{
				Lists: test.give, Members: sandbox.Population{Count: 44}, Pending: sandbox.Population{Count: 45},
			})
			if diff := cmp.Diff(test.invitations, s.sizes(t, "invitations", "invitations", len(test.invitations))); diff != "" {
				t.Errorf("invitations (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.members, s.sizes(t, "members", "users", len(test.members))); diff != "" {
				t.Errorf("members (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.again, s.sizes(t, "invitations", "invitations", len(test.again))); diff != "" {
				t.Errorf("invitations again (-want +got):\n%s", diff)
			}
			if got := s.call(t, "GET", page("members", 1, 20), nil).at("totalUsers"); got != 45.0 {
				t.Errorf("total %v is not the truth", got)
			}
		})
	}
}

func TestPageCapIsNoMinimum(t *testing.T) {
	s := start(t, sandbox.Options{Members: sandbox.Population{Count: 20}, Lists: sandbox.Lists{PageCap: 10}})
	got := s.call(t, "GET", page("members", 1, 5), nil).want(t, 200)
	if len(got.emails("users")) != 5 || got.at("totalPages") != 5.0 {
		t.Errorf("pages of 5: %s", got.text)
	}
}

// TestHoleShiftsNobody has the items behind the hole where they were.
func TestHoleShiftsNobody(t *testing.T) {
	s := start(t, sandbox.Options{
		Order: sandbox.OldestFirst, Pending: sandbox.Population{Count: 5},
		Lists: sandbox.Lists{Hole: sandbox.Hole{Page: 2}},
	})
	var got []string
	for n := 1; n <= 3; n++ {
		got = append(got, s.call(t, "GET", page("invitations", n, 2), nil).emails("invitations")...)
	}
	if diff := cmp.Diff([]string{"pending1@acme.example", "pending2@acme.example", "pending5@acme.example"}, got); diff != "" {
		t.Errorf("seen (-want +got):\n%s", diff)
	}
}

func TestHiddenMembers(t *testing.T) {
	for _, searchToo := range []bool{false, true} {
		s := start(t, sandbox.Options{
			Members: people("ann@example.com", "bob@example.com"),
			Lists:   sandbox.Lists{HiddenMembers: 1, SearchToo: searchToo},
		})
		if got := s.call(t, "GET", page("members", 1, 20), nil).emails("users"); slices.Contains(got, "bob@example.com") || len(got) != 2 {
			t.Errorf("the list shows %v", got)
		}
		found := s.call(t, "GET", page("members", 1, 20)+"&search=bob@", nil)
		want := []string{"bob@example.com"}
		if searchToo {
			want = []string{}
		}
		if diff := cmp.Diff(want, found.emails("users")); diff != "" {
			t.Errorf("search, hidden=%t (-want +got):\n%s", searchToo, diff)
		}
		if got := found.at("totalUsers"); got != 1.0 {
			t.Errorf("search, hidden=%t: total %v", searchToo, got)
		}
	}
}

// TestBlankLists orders lists without anybody and has the truth back.
func TestBlankLists(t *testing.T) {
	s := start(t, sandbox.Options{Members: people("ann@example.com"), Pending: people("bob@example.com"), Lists: sandbox.Lists{PageCap: 1}})
	order := func(name, body string) { s.call(t, "POST", "/sandbox/"+name, body).want(t, 204) }
	for name, want := range map[string]string{"lists-empty": `[]`, "lists-null": `null`} {
		order(name, "")
		if got := s.call(t, "GET", page("invitations", 1, 20), nil).want(t, 200); !strings.Contains(got.text, `"invitations":`+want) {
			t.Errorf("%s: %s", name, got.text)
		}
		got := s.call(t, "GET", page("members", 1, 20), nil).want(t, 200)
		if !strings.Contains(got.text, `"users":`+want) || got.at("totalUsers") != 0.0 {
			t.Errorf("%s: %s", name, got.text)
		}
		search := page("members", 1, 20) + "&search=ann@"
		if got := s.call(t, "GET", search, nil).want(t, 200).emails("users"); len(got) != 1 {
			t.Errorf("%s: the search finds %v", name, got)
		}
		order("lists", `{"searchToo":true}`)
		if got := s.call(t, "GET", search, nil).want(t, 200); !strings.Contains(got.text, `"users":`+want) {
			t.Errorf("%s: the search finds %s", name, got.text)
		}
		order("lists", `{"searchToo":false}`)
	}
	order("lists-back", "")
	if got := s.sizes(t, "invitations", "invitations", 1); got[0] != 1 {
		t.Errorf("back: %v", got)
	}
	if got := s.sizes(t, "members", "users", 1); got[0] != 1 {
		t.Errorf("back: %v, the page cap was lost", got)
	}
	for _, body := range []string{``, `{"pageCap":21}`, `{"hole":{"page":-1}}`, `{"blank":"full"}`, `{"odd":["x"]}`, `{"lag":"-1s"}`, `{"seats":1}`} {
		s.call(t, "POST", "/sandbox/lists", body).want(t, 400)
	}
}

// TestHoleOrder makes a hole while the sandbox serves; ordered again it is met again.
func TestHoleOrder(t *testing.T) {
	s := start(t, sandbox.Options{Pending: sandbox.Population{Count: 3}})
	for range 2 {
		s.call(t, "POST", "/sandbox/lists", `{"hole":{"page":1}}`).want(t, 204)
		if diff := cmp.Diff([]int{0, 0}, s.sizes(t, "invitations", "invitations", 2)); diff != "" {
			t.Errorf("with a hole (-want +got):\n%s", diff)
		}
		if got := s.sizes(t, "invitations", "invitations", 1); got[0] != 3 {
			t.Errorf("after the hole: %v", got)
		}
	}
}

// TestShuffled has everybody in the lists, each time in another order.
func TestShuffled(t *testing.T) {
	s := start(t, sandbox.Options{
		Order: sandbox.Shuffled, Members: sandbox.Population{Count: 18}, Pending: sandbox.Population{Count: 19},
	})
	for list, key := range map[string]string{"invitations": "invitations", "members": "users"} {
		first := s.call(t, "GET", page(list, 1, 20), nil).emails(key)
		second := s.call(t, "GET", page(list, 1, 20), nil).emails(key)
		if slices.Equal(first, second) {
			t.Errorf("%s: twice the same order", list)
		}
		slices.Sort(first)
		slices.Sort(second)
		if !slices.Equal(first, second) || len(slices.Compact(first)) != 19 {
			t.Errorf("%s: others after shuffling: %v %v", list, first, second)
		}
		one, two := s.call(t, "GET", page(list, 1, 10), nil).emails(key), s.call(t, "GET", page(list, 2, 10), nil).emails(key)
		both := slices.Concat(one, two)
		slices.Sort(both)
		if len(slices.Compact(both)) == 19 {
			t.Errorf("%s: two pages of a list without order complement each other", list)
		}
	}
}

func TestOddItems(t *testing.T) {
	s := start(t, sandbox.Options{
		Members: people("ann@example.com"), Pending: people("bob@example.com"),
		Lists: sandbox.Lists{Odd: []sandbox.Oddity{sandbox.NullEmail, sandbox.NumericItem, sandbox.TextTotals}},
	})
	for list, key := range map[string]string{"invitations": "invitations", "members": "users"} {
		got := s.call(t, "GET", page(list, 1, 20), nil).want(t, 200)
		var odd []string
		for n := range got.emails(key) {
			email, id := got.at(key, n, "email"), got.at(key, n, "id")
			if _, isText := id.(string); email == nil || !isText {
				odd = append(odd, fmt.Sprintf("%v %T", email, id))
			}
		}
		slices.Sort(odd)
		who := map[string]string{"invitations": "invitee", "members": "member"}[list]
		if diff := cmp.Diff([]string{"<nil> string", "numeric-id-" + who + "@acme.example float64"}, odd); diff != "" {
			t.Errorf("%s (-want +got):\n%s", list, diff)
		}
	}
	got := s.call(t, "GET", page("members", 1, 20), nil)
	if got.at("totalUsers") != "4" || got.at("totalPages") != "1" {
		t.Errorf("totals: %s", got.text)
	}
	s.invite(t, "null-email-invitee@acme.example").want(t, 409)
	s.invite(t, "null-email-member@acme.example").want(t, 409)
}

func TestOddLists(t *testing.T) {
	s := start(t, sandbox.Options{
		Members: people("ann@example.com"), Lists: sandbox.Lists{Odd: []sandbox.Oddity{sandbox.MarkedLists}},
	})
	for _, list := range []string{"invitations", "members"} {
		if got := s.call(t, "GET", page(list, 1, 20), nil).want(t, 200); !strings.HasPrefix(got.text, "\ufeff{") {
			t.Errorf("%s: %s", list, got.text)
		}
	}
	s.call(t, "POST", "/sandbox/lists", `{"odd":["nested"]}`).want(t, 204)
	if got := s.call(t, "GET", page("members", 1, 20), nil).want(t, 200); got.at("users", 0, 1) == nil || got.at("users", 1) != nil {
		t.Errorf("members: %s", got.text)
	}
	s.call(t, "POST", "/sandbox/lists", `{"odd":[]}`).want(t, 204)
	if got := s.call(t, "GET", page("members", 1, 20), nil).want(t, 200).emails("users"); len(got) != 2 {
		t.Errorf("members: %v", got)
	}
	s.Reset()
	s.token = s.AccessToken().Reveal()
	if got := s.call(t, "GET", page("members", 1, 20), nil).want(t, 200); !strings.HasPrefix(got.text, "\ufeff{") {
		t.Errorf("members after a reset: %s", got.text)
	}
}
