package journey_test

import (
	"context"
	"time"

	"rollcall/pkg/batch"
	"rollcall/pkg/breaker"
	"rollcall/pkg/journey"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
)

// start starts a process that runs the same command, and reads the lists in the given way until it begins to send.
func (m *model) start(r reading) {
	m.takeHold()
	if err := m.startUp(r); err != nil {
		m.stop()
		return
	}
	m.rest()
}

// takeHold begins a process, which has the ledger from now on.
func (m *model) takeHold() {
	for _, p := range m.people {
		p.stop()
	}
	m.process = process{alive: true}
	m.writes, m.since = 0, time.Now()
}

// recovery is that of a process which resumes a run, or none if it is empty.
func (m *model) recovery(r reading, run string) batch.Recovery {
	return batch.Recovery{
		Ledger: m, Policy: rules, Resumed: run, Since: m.since, Hold: m.Hold, Now: m.now,
		Remember: func(context.Context) (plan.Histories, error) { return m.remember(), nil },
		Read: func(context.Context, []record.Doubt) (plan.Inputs, error) {
			m.sleepUntil(m.free())
			d, err := m.read(r) //nolint:contextcheck // what it builds is kept for later readings
			return m.inputs(d, m.remember()), err
		},
	}
}

func (m *model) startUp(r reading) error {
	run := ""
	if m.ledger.open {
		run = runName(m.ledger.run)
		if err := m.resume(); err != nil {
			return err
		}
	}
	recovered, err := m.recovery(r, run).Recover(m.ctx)
	if err != nil {
		return err
	}
	in, left := recovered.Inputs(), recovered.Doubts()
	if err := m.reopen(in); err != nil {
		return err
	}
	lag := rules.LagOf(in.Directory, journey.Witnesses(in.Histories, in.At))
	for who, p := range m.people {
		p.history, p.first = in.Histories.Of(addresses[who]), m.content[who].onlyOdd()
	}
	for _, witness := range journey.Witnesses(in.Histories, in.At) {
		p := m.people[whose(witness.Email)]
		p.witnesses = append(p.witnesses, witness)
	}
	for who, p := range m.people { // what the preview refuses never begins
		if m.ledger.open && p.row.Outcome != record.Unset {
			continue
		}
		w := m.load(who, left)
		seen := journey.See(in.Directory, w, in, lag)
		step := journey.Resolve(w, seen, in, rules)
		if step.Move == journey.Wait {
			step = journey.Resolve(w, seen.AsIfLate(), in, rules)
		}
		if p.previewed = step.Move == journey.Send || step.Move == journey.LookUp; step.Move == journey.Contradicted {
			return &breaker.StopError{Reason: breaker.Contradicted}
		}
	}
	if !m.ledger.open {
		if err := m.begin(); err != nil {
			return err
		}
	}
	return m.feed(in, lag, left)
}

// reopen takes back outcomes that are not true any more.
func (m *model) reopen(in plan.Inputs) error {
	var gone []*person
	for _, p := range m.people {
		if !m.ledger.open || p.row.Outcome == record.Unset {
			continue
		}
		w := journey.Work{Record: p.row, Desired: desired(p.row)}
		if journey.Resolve(w, journey.See(in.Directory, w, in, journey.UnknownLag), in, rules).Move == journey.Send {
			gone = append(gone, p)
		}
	}
	if len(gone) == 0 {
		return nil
	}
	return m.write(func() error {
		for _, p := range gone {
			p.past = append(p.past, pastRow{run: -1, record: p.row})
			r := p.row
			p.row = record.Record{Row: r.Row, Line: r.Line, Email: r.Email, Role: r.Role, Attempts: r.Attempts}
		}
		return nil
	})
}

func desired(r record.Record) plan.Desired { return plan.Desired{Email: r.Email, Role: r.Role} }

// look resolves an entry by the reading at the beginning.
func (m *model) look(who int, in plan.Inputs, lag time.Duration, left []record.Doubt) journey.Step {
	w := m.load(who, left)
	return journey.Resolve(w, journey.See(in.Directory, w, in, lag), in, rules)
}

// load returns the work on an entry as the ledger has it.
func (m *model) load(who int, left []record.Doubt) journey.Work {
	p := m.people[who]
	row := p.row
	if !m.ledger.open {
		row = record.Record{Row: who + 1, Email: addresses[who], Role: m.scenario.role()}
	}
	w := journey.Load(row, p.claim, desired(row), rules, m.since)
	w.AskedOf = organizationID
	for _, doubt := range left {
		own := m.ledger.open && doubt.Run == runName(m.ledger.run)
		if whose(doubt.Email) == who && !own {
			w.Elsewhere = "a request of another run could not be looked up"
		}
	}
	return w
}

// feed hands the open entries over, those that were tried last, and records those that need no request.
func (m *model) feed(in plan.Inputs, lag time.Duration, left []record.Doubt) error {
	var settled []record.Conclusion
	flush := func() error {
		if len(settled) == 0 {
			return nil
		}
		err := m.Conclude(m.ctx, runName(m.ledger.run), nil, settled...)
		settled = nil
		return err
	}
	for _, tried := range []bool{false, true} {
		for who, p := range m.people {
			if p.row.Outcome != record.Unset || (p.row.Attempts > 0 || p.claim != nil) != tried || p.place != nowhere {
				continue
			}
			step := m.look(who, in, lag, left)
			if step.Move == journey.Settled && step.Work.UpdatedAt.IsZero() {
				step.Work.UpdatedAt = m.now()
			}
			if step.Move == journey.Settled || p.claim != nil && step.Move == journey.Send {
				settled = append(settled, record.Conclusion{Record: step.Work.Record, InDoubt: step.Work.InDoubt})
			}
			if step.Move == journey.Settled {
				continue
			}
			if err := flush(); err != nil {
				return err
			}
			p.work, p.due, p.place = step.Work, later(step.At, time.Now()), ready
			if step.Move != journey.Send {
				p.place = inDoubt
			}
		}
	}
	return flush()
}
