package sandbox_test

import (
	"fmt"
	"slices"
	"testing"

	"rollcall/pkg/sandbox"
)

// TestLeavingShiftsTheLists reads plain pages, one after the other, and misses somebody at each of their ends.
func TestLeavingShiftsTheLists(t *testing.T) {
	for _, order := range []sandbox.Order{sandbox.NewestFirst, sandbox.OldestFirst} {
		s := start(t, sandbox.Options{
			Leaving: 3, Order: order,
			Members: sandbox.Population{Count: 100}, Pending: sandbox.Population{Count: 100},
		})
		for list, key := range map[string]string{"members": "users", "invitations": "invitations"} {
			read := func() (emails []string) {
				for n := 1; n <= 6; n++ {
					emails = append(emails, s.call(t, "GET", page(list, n, 20), nil).want(t, 200).emails(key)...)
				}
				return emails
			}
			missed := 0
			shifting, still := read(), read()
			for _, email := range still {
				if !slices.Contains(shifting, email) {
					missed++
				}
			}
			if missed != 3 {
				t.Errorf("%s, %s first: %d are missed, want 3", list, order, missed)
			}
			for n := 1; n <= 3; n++ {
				for _, word := range []string{"leaving-member", "leaving-invitee"} {
					if address := fmt.Sprintf("%s%d@acme.example", word, n); slices.Contains(still, address) {
						t.Errorf("%s is still there", address)
					}
				}
			}
		}
	}
}

func TestLeavingWithoutOrder(t *testing.T) {
	s := start(t, sandbox.Options{Leaving: 3, Order: sandbox.Shuffled})
	for _, want := range []int{3, 2, 1, 0} {
		if got := s.call(t, "GET", page("invitations", 1, 20), nil).want(t, 200).emails("invitations"); len(got) != want {
			t.Errorf("invitations %v, want %d", got, want)
		}
	}
}

func TestSeatsAreTold(t *testing.T) {
	for give, want := range map[int]float64{0: 10_000_000, 25: 25} {
		s := start(t, sandbox.Options{Seats: give})
		profile := s.call(t, "GET", "/user/profile", nil).want(t, 200)
		for _, got := range []any{profile.at("subscription", "seats"), profile.at("myOrganizations", 0, "subscription", "seats")} {
			if got != want {
				t.Errorf("%v seats, want %v", got, want)
			}
		}
	}
}
