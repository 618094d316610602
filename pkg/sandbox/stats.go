package sandbox

import (
	"iter"
	"maps"
)

// Stats counts what happened since the start. It is what GET /sandbox/stats answers.
type Stats struct {
	// Requests are all calls by operation, refused ones included.
	Requests map[Operation]int `json:"requests"`
	// Invitations were created, and as many Emails sent; MailedTwice people got more than one.
	Invitations int `json:"invitations"`
	Emails      int `json:"emails"`
	MailedTwice int `json:"mailedTwice"`
	// Throttled calls were refused by the rate limit, Outage calls came during an outage.
	Throttled int `json:"throttled"`
	Outage    int `json:"outage"`
	// Faults are those that calls met, by chance or script.
	Faults map[Kind]int `json:"faults"`
	// Tokens is how many access tokens were given.
	Tokens int `json:"tokens"`
}

// Counts returns what happened until now. The caller may change it.
func (s *Sandbox) Counts() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	counts := s.stats
	counts.Requests = maps.Clone(counts.Requests)
	counts.Faults = maps.Clone(counts.Faults)
	return counts
}

// Mails yields the folded address of everybody who got e-mails since the start, and how many, in the order in which
// they first appeared. It may be used while people are being invited.
func (s *Sandbox) Mails() iter.Seq2[string, int] {
	return func(yield func(string, int) bool) {
		for n := 0; ; n++ {
			s.mu.Lock()
			if n >= len(s.organization.people) {
				s.mu.Unlock()
				return
			}
			address, mails := s.organization.people[n].key, int(s.organization.people[n].mails)
			s.mu.Unlock()
			if mails > 0 && !yield(address, mails) {
				return
			}
		}
	}
}

// MailedTwice returns the folded addresses of those who got more than one e-mail; there should be nobody.
func (s *Sandbox) MailedTwice() []string {
	var twice []string
	for address, mails := range s.Mails() {
		if mails > 1 {
			twice = append(twice, address)
		}
	}
	return twice
}
