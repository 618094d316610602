package journey_test

import (
	"time"

	"rollcall/pkg/breaker"
	"rollcall/pkg/record"
)

// check holds a world against the promises.
func (m *model) check() {
	for who, p := range m.people {
		name := names[who]
		unaccounted := p.unaccounted()
		if covered := p.rowClaimed() || p.confirmed(); unaccounted != "" && !covered {
			m.violated("%s has %s, and neither a claim nor anything else tells of it; the outcome is %s", name, unaccounted, p.row.Outcome)
		}
		switch outcome := p.row.Outcome; outcome {
		case record.Invited:
			if n := ordinalOf(p.row.InvitationID); n < 0 || n >= len(p.invitations) || !p.invitations[n].ours {
				m.violated("%s is invited and has no invitation of ours with the id %q", name, p.row.InvitationID)
			}
		case record.AlreadyInvited:
			if len(p.invitations) == 0 {
				m.violated("%s is %s and has no invitation", name, outcome)
			}
		case record.AlreadyMember:
			if !p.member {
				m.violated("%s is %s and is none", name, outcome)
			}
		case record.Failed, record.Rejected, record.NotSent, record.Skipped:
			if unaccounted != "" && !p.confirmed() {
				m.violated("%s is %s and has %s", name, outcome, unaccounted)
			}
		default:
		}
		if p.row.Trail.Tries > rules.Retry.Attempts {
			m.violated("%s is tried %d times", name, p.row.Trail.Tries)
		}
		if p.claim != nil && p.row.Outcome != record.Unset && p.row.Outcome != record.Unknown {
			m.violated("%s is %s and has a claim that stands", name, p.row.Outcome)
		}
	}
}

// there reports whether the person has been a member or invited by somebody else since an instant or longer, but for an
// invitation that was to be replaced.
func (p *person) there(since time.Time) bool {
	for _, i := range p.invitations {
		if i.how == pending && !i.ours && !i.born.After(since) && p.row.Trail.Verdict != record.WouldReinvite {
			return true
		}
	}
	return p.member && !p.memberSince.After(since)
}

// unaccounted says in words what the service has, or will have, of our requests that no row tells of, empty if nothing.
func (p *person) unaccounted() string {
	for _, l := range p.late {
		if l.cancels == -1 {
			return "a request that is still at work"
		}
	}
	known := p.knownIDs()
	for n, i := range p.invitations {
		joined := i.how == accepted && p.member
		if i.ours && n < most && !known[n] && !joined {
			return "an invitation of ours"
		}
	}
	return ""
}

// confirmed reports whether a row tells of a 2xx.
func (p *person) confirmed() bool {
	for _, past := range p.past {
		if past.record.Trail.Confirmed {
			return true
		}
	}
	return p.row.Trail.Confirmed
}

// bereft reports whether the last invitation of the person was cancelled by us in order to be replaced, and by nothing that
// anybody knows of.
func (p *person) bereft() bool {
	n := len(p.invitations)
	return n > 0 && p.invitations[n-1].how == cancelled && p.invitations[n-1].byUs && !p.invitations[n-1].ours && !p.member && !p.confirmed()
}

// continuation is a way in which things go on from a world, always the same.
type continuation struct {
	name string
	step func(*model)
	// ended reports whether a step was the last of a run or of a process. It comes to that as often as ends says, each time
	// within mostSteps and mostTime, and last checks the world then.
	ended func(*model) bool
	ends  int
	last  func(*model)
	// depth is how deep a world may be to be followed.
	depth int
}

// mostSteps and mostTime are more than any continuation needs; no event takes longer, either.
const (
	mostSteps = 80
	mostTime  = 45 * time.Minute
)

// continuations are one in which nothing goes wrong any more, up to the end of a run and through a whole one with the same
// command, and three in which no request ever takes effect, up to the end of the process.
func continuations() []continuation {
	whole, lost, quota := answerNamed("a whole 201"), answerNamed("no reply, and it never takes effect"), answerNamed("a 400 about a quota")
	refused := answerNamed("refused credentials")
	dead := func(m *model) bool { return !m.process.alive }
	return []continuation{
		{"everything goes well", func(m *model) { m.goOn(whole) }, func(m *model) bool { return dead(m) && !m.ledger.open }, 2, (*model).nobodyForgotten, 7},
		{"every request is lost", func(m *model) { m.goOn(lost) }, dead, 1, func(*model) {}, 4},
		{"the credentials are refused", func(m *model) { m.goOn(refused) }, dead, 1, func(*model) {}, 4},
		{"every request is refused for a quota", func(m *model) { m.goOn(quota) }, dead, 1, func(*model) {}, 4},
	}
}

func answerNamed(name string) answer {
	for _, a := range answers() {
		if a.name == name {
			return a
		}
	}
	panic("no answer is named " + name)
}

// goOn lets the next thing happen, with true readings and the same answer to every request.
func (m *model) goOn(a answer) {
	truly := readings()[0]
	if !m.process.alive {
		m.start(truly)
		return
	}
	switch m.action() {
	case breaker.Settle:
		m.settle(truly)
	case breaker.Probe:
		m.probe(nil)
	default:
		who := 0
		if p, q := m.people[0], m.people[1]; p.place != ready || q.place == ready && q.due.Before(p.due) {
			who = 1
		}
		m.attempt(who, a)
	}
}

// nobodyForgotten checks at the end of a run in which nothing went wrong at last that everybody is accounted for: has been
// invited, is a member, or is known to be in an unclear place.
func (m *model) nobodyForgotten() {
	for who, p := range m.people {
		if lost := p.bereft(); lost && p.row.Outcome == record.Unset { // the run is over
			m.violated("the run has ended, and %s has lost an invitation to a replacement that did not come", names[who])
		}
		if p.member || len(p.invitations) > 0 || p.confirmed() {
			continue
		}
		m.violated("the run has ended and %s has no invitation", names[who])
	}
}
