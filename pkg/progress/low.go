package progress

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"rollcall/pkg/email"
)

// What it takes for a domain to be named.
const (
	// longEnough is how long ago somebody must have been invited to count: most people answer within days or not at all.
	longEnough = 3 * 24 * time.Hour
	// enough people of a domain must have been invited so long ago.
	enough = 5
	// chance is how likely it may be at most that any domain is named although all are alike.
	chance = 0.01
	// far is how many times as often people elsewhere must have accepted: what differs less is of no use to anybody.
	far = 2
)

// Low is a domain of which unusually few people have accepted.
type Low struct {
	Domain string
	// Accepted of Invited people have, and ElsewhereAccepted of ElsewhereInvited at all other domains together. Who was invited
	// lately does not count.
	Accepted, Invited                   int
	ElsewhereAccepted, ElsewhereInvited int
}

// String says how few they are.
func (l Low) String() string {
	return fmt.Sprintf("%s: %d of %d who were invited more than %d days ago have accepted, and %d of %d elsewhere",
		l.Domain, l.Accepted, l.Invited, int(longEnough.Hours()/24), l.ElsewhereAccepted, l.ElsewhereInvited)
}

// Advice says what may be the reason that people of a domain do not accept, and what to do about it.
const Advice = "An invitation that the service has accepted is not yet a mail that has arrived: ask one of these people to look for it among " +
	"spam and in quarantine, and whoever looks after their mail to let the service's sender through. Which sender that is, is documented " +
	"nowhere: ask the vendor."

// tally counts people who have had the time to accept.
type tally struct{ accepted, invited int }

// low returns the domains of which far fewer people have accepted than elsewhere, by Fisher's exact test, one-sided, with
// Bonferroni's correction for as many domains as are looked at.
func low(people []Standing, now time.Time) (found []Low) {
	domains, all := map[string]tally{}, tally{}
	for _, s := range people {
		counts, accepted := s.judged(now)
		if !counts {
			continue
		}
		key := email.Fold(s.Email)
		domain := key[strings.LastIndexByte(key, '@')+1:]
		of := domains[domain]
		of.invited, all.invited = of.invited+1, all.invited+1
		if accepted {
			of.accepted, all.accepted = of.accepted+1, all.accepted+1
		}
		domains[domain] = of
	}
	looked := 0
	for _, of := range domains {
		if of.invited >= enough {
			looked++
		}
	}
	for domain, of := range domains {
		others := tally{all.accepted - of.accepted, all.invited - of.invited}
		if of.invited < enough || others.invited == 0 || far*of.accepted*others.invited > others.accepted*of.invited {
			continue
		}
		if atMost(of.accepted, of.invited, all.accepted, all.invited)*float64(looked) <= chance {
			found = append(found, Low{domain, of.accepted, of.invited, others.accepted, others.invited})
		}
	}
	slices.SortFunc(found, func(x, y Low) int { return cmp.Compare(x.Domain, y.Domain) })
	return found
}

// judged reports whether the person has had the time to accept, and has. Whoever was deprived of an invitation, has declined
// one or was a member once has got the mail, or cannot accept it: that says nothing.
func (s Standing) judged(now time.Time) (counts, accepted bool) {
	age, known := s.Age(now)
	long := known && age > longEnough
	switch {
	case s.State == Accepted, s.How == Elsewhere:
		return long || !known, true
	case s.How == Expired && !known:
		return now.Sub(s.ExpiresAt) > longEnough && !s.ExpiresAt.IsZero(), false
	case s.State == Pending, s.State == ExpiresSoon, s.How == Expired, s.How == Vanished:
		return long, false
	}
	return false, false
}

// atMost returns how likely it is that at most so many of a sample are marked, where so many of all are: the lower tail of the
// hypergeometric distribution.
func atMost(marked, sample, allMarked, all int) float64 {
	choose := func(n, k int) float64 {
		if k < 0 || k > n {
			return math.Inf(-1)
		}
		a, _ := math.Lgamma(float64(n + 1))
		b, _ := math.Lgamma(float64(k + 1))
		c, _ := math.Lgamma(float64(n - k + 1))
		return a - b - c
	}
	p := 0.0
	for k := range marked + 1 {
		p += math.Exp(choose(allMarked, k) + choose(all-allMarked, sample-k) - choose(all, sample))
	}
	return p
}
