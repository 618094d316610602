package sandbox_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"rollcall/pkg/sandbox"
)

// TestAllTogether lets every kind of misbehaviour loose at once, from many sides, and still counts every e-mail.
func TestAllTogether(t *testing.T) {
	others := map[sandbox.Kind]float64{}
	for _, kind := range sandbox.Kinds() {
		if kind > sandbox.Hang {
			others[kind] = 0.04
		}
	}
	clock := newClock()
	s := start(t, sandbox.Options{
		Now: clock.Now, Duplicates: sandbox.Replace, Order: sandbox.Shuffled, PendingOnly: true, Leaving: 5,
		Members: sandbox.Population{Count: 30}, Declined: sandbox.Population{Count: 3}, Accepted: sandbox.Population{Count: 3},
		Faults:   sandbox.Faults{CutAfter: 0.1, Others: others, Late: 3 * time.Second},
		Spelling: sandbox.Spellings{Reply: sandbox.Masked, List: sandbox.Normalized},
		Lists: sandbox.Lists{
			Lag: 2 * time.Second, PageCap: 7, Hole: sandbox.Hole{Page: 2, Short: true}, HiddenMembers: 4, Odd: sandbox.Oddities(),
		},
		Quota:    sandbox.Quota{Number: 150, Per: time.Hour},
		Refusals: []sandbox.Refusal{{Pattern: "^p7"}},
	})
	orders := [][2]string{
		{"lists-empty", ""},
		{"lists-back", ""},
		{"answer", `{"kind":"waf","invitesOnly":true}`},
		{"answer", `{"kind":"none"}`},
		{"lists", `{"lag":"1s"}`},
		{"refuse", `{"pattern":"^p8"}`},
		{"refuse-nobody", ""},
		{"spelling", `{"list":"lower"}`},
	}
	var group sync.WaitGroup
	for side := range 4 {
		group.Go(func() {
			for n := range 60 {
				s.invite(t, fmt.Sprintf("p%d.%d@gmail.com", n, side%2))
				s.call(t, "GET", page("invitations", 1+n%3, 20), nil)
				s.call(t, "GET", page("members", 1+n%3, 20), nil)
				_ = s.End(fmt.Sprintf("p%d.%d@gmail.com", n, side%2), sandbox.Dropped) // it may not be pending
				order := orders[n%len(orders)]
				if got := s.call(t, "POST", "/sandbox/"+order[0], order[1]); got.status != 204 {
					t.Errorf("%s: %d %s", order[0], got.status, got.text)
				}
				clock.advance(100 * time.Millisecond)
			}
		})
	}
	group.Wait()
	clock.advance(time.Minute)
	mails, invited := 0, 0
	for _, n := range s.Mails() {
		mails += n
	}
	for invitation := range s.Invited() {
		if invitation.Email[0] == 'p' && invitation.Email[1] != 'e' && invitation.Email[1] != 'r' {
			invited++
		}
	}
	counts := s.Counts()
	if mails != counts.Emails || mails != counts.Invitations || mails != invited || mails == 0 || mails > 150 {
		t.Errorf("%d mails, %d invitations seen, counted %+v", mails, invited, counts)
	}
	if len(counts.Faults) < 10 {
		t.Errorf("only these faults were met: %v", counts.Faults)
	}
}
