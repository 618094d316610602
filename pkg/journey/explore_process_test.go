package journey_test

import (
	"time"

	"rollcall/pkg/breaker"
	"rollcall/pkg/directory"
	"rollcall/pkg/fence"
	"rollcall/pkg/journey"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
	"rollcall/pkg/retry"
)

// The process makes the same calls in the same order as package batch, one step at a time: a start as the command line
// makes it (recover, reopen, foresee, begin, feed), then what the dispatcher does. Hold it beside dispatch.go, feeder.go
// and settle.go. It has no goroutines, so one attempt ends before the next begins.

var (
	limits = breaker.Options{MaxStreak: 2}
	// tries are two, so that the last one is near.
	rules = journey.Policy{
		Retry: retry.Policy{Attempts: 2, Base: retry.DefaultBase, Cap: retry.DefaultCap}, Grace: 3 * time.Second,
		Timeout: 30 * time.Second, UserTimeout: fence.UserTimeout, Lag: journey.UnknownLag,
	}
)

// now tells the service's time.
func (m *model) now() time.Time { return time.Now().Add(m.skew) }

// inputs returns what verdicts rest on.
func (m *model) inputs(d *directory.Directory, histories plan.Histories) plan.Inputs {
	return plan.Inputs{Directory: d, Histories: histories, Policy: m.scenario.policy, At: m.now()}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// settle reads the directory once and finds out what became of every doubtful attempt.
func (m *model) settle(r reading) {
	from := m.process.from
	for _, p := range m.people {
		if at := p.work.Trail.EndedAt.Add(p.work.Trail.SilentFor); p.place == inDoubt && at.After(from) {
			from = at
		}
	}
	m.Hold(from, "requests may still be at work")
	m.sleepUntil(m.free())
	d, err := m.read(r)
	m.process.breaker = m.process.breaker.Looked()
	if m.process.since.IsZero() {
		m.process.since = time.Now()
	}
	steps, conclusions := m.resolve(d, err)
	if len(conclusions) > 0 {
		if err := m.Conclude(m.ctx, runName(m.ledger.run), nil, conclusions...); err != nil {
			m.stop()
			return
		}
	}
	for who, step := range steps {
		m.settled(who, step)
	}
	switch {
	case m.doubts() == 0:
		m.process.since, m.process.from = time.Time{}, time.Time{}
	case m.process.from.After(m.process.since.Add(breaker.DefaultMaxWait)):
		m.stop()
	}
	m.rest()
}

// resolve says what the reading means for each doubt.
func (m *model) resolve(d *directory.Directory, unread error) (steps map[int]journey.Step, conclusions []record.Conclusion) {
	first, err := built([2]shown{m.people[0].first, m.people[1].first})
	if err != nil {
		m.violated("a reading cannot be built: %v", err)
	}
	histories, witnesses := map[string]plan.History{}, []journey.Witness(nil)
	for who, p := range m.people {
		histories[addresses[who]] = p.history
		witnesses = append(witnesses, p.witnesses...)
	}
	in, lag := m.inputs(first, plan.HistoriesOf(histories)), time.Duration(0)
	if unread == nil {
		lag = rules.LagOf(d, witnesses)
	}
	steps = map[int]journey.Step{}
	for who, p := range m.people {
		if p.place != inDoubt {
			continue
		}
		sighting := journey.Sighting{Err: unread}
		if unread == nil {
			sighting = journey.See(d, p.work, in, lag)
		}
		step := journey.Resolve(p.work, sighting, in, rules)
		if step.Move == journey.Settled {
			step.Work.UpdatedAt = m.now()
		}
		if step.Move != journey.Wait {
			conclusions = append(conclusions, record.Conclusion{Record: step.Work.Record, InDoubt: step.Work.InDoubt})
		}
		steps[who] = step
	}
	return steps, conclusions
}

// settled takes in what a reading has found out about one entry.
func (m *model) settled(who int, step journey.Step) {
	p := m.people[who]
	m.process.breaker = m.process.breaker.Next(step, limits)
	switch step.Move {
	case journey.Wait:
		p.work = step.Work
		m.process.from = later(step.At, m.process.from)
	case journey.Send:
		step.Work.Trail.DueAt = time.Now()
		step.At, step.Work.Trail.EndedAt = step.Work.Trail.DueAt, time.Now()
		p.queue(step.Work, step.At)
	default:
		p.stop()
	}
}

// queue has the entry sent when it is due.
func (p *person) queue(w journey.Work, due time.Time) { p.work, p.due, p.place = w, due, ready }

// leave forgets the entry.
func (p *person) leave() { p.work, p.due, p.place = journey.Work{}, time.Time{}, nowhere }

// take takes in what came of an attempt.
func (m *model) take(who int, step journey.Step) {
	p := m.people[who]
	m.process.breaker = m.process.breaker.Next(step, limits)
	switch step.Move {
	case journey.Settled:
		p.leave()
		if r := step.Work.Record; r.Outcome == record.Invited {
			p.witnesses = append(p.witnesses, journey.Witness{Email: r.Email, InvitationID: r.InvitationID, At: r.Trail.EndedAt})
		}
	case journey.Again:
		p.queue(step.Work, step.At)
	case journey.Withheld:
		p.queue(step.Work, time.Now())
	case journey.LookUp:
		p.work, p.place = step.Work, inDoubt
	default:
		m.violated("an answer leads to %s", step.Move)
	}
}

// probe asks a service that seems to be down until it has an answer.
func (m *model) probe(err error) {
	rest, ok := m.process.breaker.Rest(time.Now(), 0, limits)
	if !ok {
		m.stop()
		return
	}
	m.Hold(time.Now().Add(rest), "the service does not answer as it should")
	m.sleepUntil(m.free())
	m.process.breaker = m.process.breaker.Probed(err)
	m.process.strange = m.process.strange && err != nil
	m.rest()
}

// rest lets the process go on until something may happen to it.
func (m *model) rest() {
	if !m.process.alive {
		return
	}
	if m.dead {
		m.stop()
		return
	}
	switch m.action() {
	case breaker.Stop:
		m.stop()
	case breaker.Done:
		ended := m.process.breaker.Err(true) == nil
		m.stop()
		for who, p := range m.people {
			if p.row.Outcome == record.Unset {
				m.violated("the run has come to its end and %s has no outcome", names[who])
				return
			}
		}
		if ended {
			m.end()
		}
	default:
	}
}

// stop ends the process, whatever it is doing.
func (m *model) stop() {
	m.process = process{}
	for _, p := range m.people {
		p.stop()
	}
}

// stop forgets what the process knew of the person.
func (p *person) stop() {
	p.leave()
	p.history, p.first, p.witnesses, p.previewed = plan.History{}, shown{}, nil, false
}
