package sandbox

import (
	"iter"
	"maps"
)

// maxTwice is how many people [Stats.Twice] names at most.
const maxTwice = 100

// Stats counts what happened since the start. It is what GET /sandbox/stats answers.
type Stats struct {
	// Requests are all calls by operation, refused ones included.
	Requests map[Operation]int `json:"requests"`
	// Invitations were created, and as many Emails sent; MailedTwice people got more than one. A person is a mailbox:
	// all spellings of an address at Gmail are one.
	Invitations int `json:"invitations"`
	Emails      int `json:"emails"`
	MailedTwice int `json:"mailedTwice"`
	// Twice are the first hundred of those who got more than one, as [Sandbox.MailedTwice] names them.
	Twice []string `json:"twice,omitempty"`
	// Cancelled invitations were ended by calls, and RolesChanged roles were others before: a call that changes nothing any
	// more is not counted.
	Cancelled    int `json:"cancelled,omitempty"`
	RolesChanged int `json:"rolesChanged,omitempty"`
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
	now := s.options.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.catchUp(now)
	counts := s.stats
	if counts.MailedTwice > 0 {
		for _, someone := range s.organization.people {
			if someone.mails > 1 && len(counts.Twice) < maxTwice {
				counts.Twice = append(counts.Twice, someone.key)
			}
		}
	}
	counts.Requests = maps.Clone(counts.Requests)
	counts.Faults = maps.Clone(counts.Faults)
	for _, n := range s.neighbours { // which never wait for this one
		counts.add(n.Counts())
	}
	return counts
}

// mail counts an e-mail to the person.
func (s *Sandbox) mail(someone *person) {
	mailed := or(someone.box, someone)
	mailed.mails++
	s.stats.Invitations++
	s.stats.Emails++
	if mailed.mails == 2 {
		s.stats.MailedTwice++
	}
}

// Mails yields the folded address of everybody who got e-mails since the start, and how many, in the order in which
// they first appeared: whoever was invited to two organizations, for each of them. A mailbox that appeared under several
// addresses stands under the first of them. It may be used while people are being invited.
func (s *Sandbox) Mails() iter.Seq2[string, int] {
	return func(yield func(string, int) bool) {
		s.callLate()
		for n := 0; ; n++ {
			s.mu.Lock()
			if n >= len(s.organization.people) {
				s.mu.Unlock()
				break
			}
			address, mails := s.organization.people[n].key, int(s.organization.people[n].mails)
			s.mu.Unlock()
			if mails > 0 && !yield(address, mails) {
				return
			}
		}
		for _, n := range s.neighbours {
			for address, mails := range n.Mails() {
				if !yield(address, mails) {
					return
				}
			}
		}
	}
}

// ChangedTwice returns the folded addresses of those of whom calls have cancelled more than one invitation, or changed the
// role more than once; there should be nobody.
func (s *Sandbox) ChangedTwice() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var twice []string
	for _, someone := range s.organization.people {
		if someone.cancels > 1 || someone.roles > 1 {
			twice = append(twice, someone.key)
		}
	}
	for _, n := range s.neighbours { // which never wait for this one
		twice = append(twice, n.ChangedTwice()...)
	}
	return twice
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
