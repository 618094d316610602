package journey_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"time"

	"rollcall/pkg/ledger"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
)

// errDead is what a process meets that is no more: it was killed, or another one has taken over.
var errDead = errors.New("the process is dead")

// write does one write of the ledger, unless the process dies before.
func (m *model) write(do func() error) error {
	if m.writesLeft == 0 {
		m.dead = true
	}
	if m.dead {
		return errDead
	}
	m.writesLeft--
	m.writes++
	return do()
}

func runName(n int) string { return fmt.Sprint("run", n) }

// Claim implements [journey.Store].
func (m *model) Claim(_ context.Context, then func(error), claims ...record.Claim) error {
	err := m.claim(claims[0])
	if then == nil {
		return err
	}
	then(err)
	return nil
}

func (m *model) claim(c record.Claim) error {
	who := whose(c.Email)
	p := m.people[who]
	err := m.write(func() error {
		switch {
		case p.claimed():
			m.violated("%s is claimed twice", names[who])
			return ledger.ErrClaimed
		case c.Row == 0:
			p.change = &c
			return nil
		case p.row.Outcome != record.Unset:
			m.violated("%s is claimed although the row has the outcome %s", names[who], p.row.Outcome)
			return ledger.ErrSettled
		}
		p.claim = &c
		return nil
	})
	if err == nil && m.claimed != nil {
		return m.claimed()
	}
	return err
}

// claimed reports whether a claim stands for the person, of whatever run and kind.
func (p *person) claimed() bool { return p.change != nil || p.rowClaimed() }

// rowClaimed reports whether a claim of a row stands for the person.
func (p *person) rowClaimed() bool {
	for _, past := range p.past {
		if past.claim != nil {
			return true
		}
	}
	return p.claim != nil
}

// Conclude implements [journey.Store].
func (m *model) Conclude(_ context.Context, run string, then func(error), conclusions ...record.Conclusion) error {
	err := m.write(func() error {
		for _, c := range conclusions {
			if err := m.concludeOne(run, c); err != nil {
				return err
			}
		}
		return nil
	})
	if then != nil && err == nil {
		then(nil)
		return nil
	}
	return err
}

func (m *model) concludeOne(run string, c record.Conclusion) error {
	if c.Row == 0 {
		m.people[whose(c.Email)].concludeChange(c)
		return nil
	}
	p := m.people[c.Row-1]
	row, claim := &p.row, &p.claim
	for i := range p.past {
		if runName(p.past[i].run) == run {
			row, claim = &p.past[i].record, &p.past[i].claim
		}
	}
	if !ledger.OnlyEnds(c) {
		again := c.Outcome == row.Outcome && c.UpdatedAt.Equal(row.UpdatedAt)
		if row.Outcome != record.Unset && row.Outcome != record.Unknown && !again {
			m.violated("%s gets the outcome %s after %s", names[c.Row-1], c.Outcome, row.Outcome)
			return ledger.ErrSettled
		}
		if rejected := c.Outcome == record.Rejected && c.HTTPStatus == http.StatusConflict; rejected && !m.uncertain && p.there(time.Now().Add(-lag)) {
			m.violated("%s is rejected and was there long before", names[c.Row-1])
		}
		if c.Outcome != record.Unset && p.changing() {
			m.violated("%s gets the outcome %s while a change is at work", names[c.Row-1], c.Outcome)
		}
		was := *row
		*row = c.Record
		if c.Outcome == record.Unset {
			row.Outcome, row.UpdatedAt = was.Outcome, was.UpdatedAt
		}
	}
	if !c.InDoubt {
		*claim = nil
	}
	return nil
}

// Pending has nothing for a batch: the model hands its entries over itself.
func (m *model) Pending(context.Context, string) iter.Seq2[ledger.Entry, error] {
	return func(func(ledger.Entry, error) bool) {}
}

// Records implements [batch.Ledger].
func (m *model) Records(context.Context, string, int) iter.Seq2[record.Record, error] {
	return func(func(record.Record, error) bool) {}
}

// Doubts implements [journey.Store].
func (m *model) Doubts(context.Context, record.Scope) (doubts []record.Doubt, err error) {
	if m.dead {
		return nil, errDead
	}
	for _, p := range m.people {
		for _, past := range p.past {
			if past.claim != nil {
				doubts = append(doubts, record.Doubt{Claim: *past.claim, Record: past.record})
			}
		}
		if p.claim != nil {
			doubts = append(doubts, record.Doubt{Claim: *p.claim, Record: p.row})
		}
		if p.change != nil {
			doubts = append(doubts, record.Doubt{Claim: *p.change, Record: p.changed})
		}
	}
	return doubts, nil
}

// begin begins a run of both people.
func (m *model) begin() error {
	return m.write(func() error {
		m.ledger.run++
		m.ledger.open = true
		for who, p := range m.people {
			p.row = record.Record{Row: who + 1, Line: who + 2, Email: addresses[who], Role: m.scenario.role()}
		}
		return nil
	})
}

// resume opens the last run again.
func (m *model) resume() error {
	return m.write(func() error {
		for _, p := range m.people {
			switch r := &p.row; r.Outcome {
			case record.Rejected, record.Failed, record.Unknown, record.NotSent:
				r.Outcome, r.HTTPStatus, r.Error, r.Hint, r.UpdatedAt = record.Unset, 0, "", "", time.Time{}
			default:
			}
			if p.row.Outcome == record.Unset {
				p.row.Trail.Tries, p.row.Trail.Throttled, p.row.Trail.DueAt = 0, 0, time.Time{}
			}
		}
		return nil
	})
}

// end ends the run. Rows that nothing remembers are forgotten.
func (m *model) end() {
	m.check()
	m.ledger.open = false
	for _, p := range m.people {
		var kept []pastRow
		for _, past := range append(p.past, pastRow{m.ledger.run, p.row, p.claim}) {
			r := past.record
			last := past.run == m.ledger.run || !sighted(p.row)
			if past.claim != nil || r.Outcome == record.Invited || r.Trail.Confirmed || replaced(r) || sighted(r) && last {
				kept = append(kept, past)
			}
		}
		p.past, p.row, p.claim = kept, record.Record{}, nil
	}
}

// replaced reports whether an invitation was cancelled for the row, in order to be replaced.
func replaced(r record.Record) bool { return r.Trail.Cancelled != "" }

// sighted reports whether the row says what a run has found the person to be without sending anything.
func sighted(r record.Record) bool {
	return r.Outcome == record.AlreadyInvited || r.Outcome == record.AlreadyMember || r.Outcome == record.Skipped
}

// remember makes histories of what the ledger knows.
func (m *model) remember() plan.Histories {
	histories, err := plan.Remember(plan.Remembered{
		Invited: m.rows(func(r record.Record) bool { return r.Outcome == record.Invited || r.Trail.Confirmed }, func(r *record.Record) {
			if r.UpdatedAt.IsZero() {
				r.UpdatedAt = r.Trail.EndedAt
			}
			r.Outcome = record.Invited
		}),
		Sighted:   m.rows(sighted, func(*record.Record) {}),
		Cancelled: m.rows(replaced, func(*record.Record) {}),
	})
	if err != nil {
		m.violated("the past cannot be remembered: %v", err)
	}
	return histories
}

// rows yields the rows of all runs that are wanted.
func (m *model) rows(wanted func(record.Record) bool, change func(*record.Record)) iter.Seq2[record.Record, error] {
	return func(yield func(record.Record, error) bool) {
		for _, p := range m.people {
			for _, past := range append(p.past, pastRow{record: p.row}) {
				r := past.record
				if !wanted(r) {
					continue
				}
				change(&r)
				if !yield(r, nil) {
					return
				}
			}
		}
	}
}
