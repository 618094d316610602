package ledgertest

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"rollcall/pkg/email"
	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
)

// followed is what a scope remembers of the rosters that its organization is to follow.
type followed struct {
	accepted []ledger.Accepted // the one that was seen last at the end
	asked    map[string]time.Time
	tripped  map[string]ledger.Tripped // by series
	whole    string                    // the last whole run whose roster was let through
	names    map[string]*named
}

// named is a person whom a whole run has named.
type named struct {
	run     string // the last one whose roster was let through
	rejoins bool   // a later one names the person, too
	since   time.Time
	number  ledger.Number
}

// name notes whom a run is about to name, or asks for. A row that is invalid or left out does not make anybody known, but
// who is known has not left by it.
func (f *followed) name(run *runState) {
	for _, r := range run.records {
		key, invalid := email.Fold(r.Email), r.Outcome == record.Invalid || r.Trail.LeftOut()
		who := f.names[key]
		switch {
		case !run.Whole && run.Sync, key == "", r.Trail.Gone(), who == nil && invalid:
		case !run.Whole:
			if mailbox := email.Mailbox(r.Email); !invalid && f.asked[mailbox].Before(run.StartedAt) {
				f.asked[mailbox] = run.StartedAt
			}
		case who == nil:
			f.names[key] = &named{rejoins: true}
		case who.run != f.whole && !who.rejoins:
			who.since, who.rejoins = run.StartedAt, true
		}
	}
}

// AcceptRoster implements [ledger.Ledger].
func (m *Memory) AcceptRoster(ctx context.Context, scope record.Scope, a ledger.Accepted) error {
	if a.At.IsZero() {
		a.At = m.now()
	}
	a.At = micros(a.At)
	a.Since = a.At
	return m.write(ctx, "accept", func(s *state) error {
		f := &s.scope(scope).followed
		if a.Run != "" {
			run, err := s.run(a.Run)
			if err == nil && run.Scope() != scope {
				err = explain(fmt.Errorf("%w in that scope: %q", ledger.ErrNoRun, a.Run))
			}
			if err != nil {
				return err
			}
			if a.Whole = run.Whole; a.Whole {
				f.accept(run)
			}
		}
		for i, last := range slices.Backward(f.accepted) {
			if ledger.Series(last.Roster) != ledger.Series(a.Roster) {
				continue
			}
			if last.Content == a.Content && last.Shape == a.Shape {
				a.Since = last.Since
				if a.Run == "" {
					a.Run = last.Run
				}
				f.accepted = slices.Delete(f.accepted, i, i+1)
			}
			break
		}
		f.accepted = append(f.accepted, a)
		return nil
	})
}

// accept notes that the roster of a whole run was let through.
func (f *followed) accept(run *runState) {
	mailboxes := map[string]bool{}
	for _, r := range run.records {
		if !r.Trail.Gone() {
			mailboxes[email.Mailbox(r.Email)] = true
		}
	}
	for person, who := range f.names {
		if who.rejoins = false; mailboxes[email.Mailbox(person)] {
			who.run = run.ID
		}
	}
	f.whole = run.ID
}

// AcceptedRoster implements [ledger.Ledger].
func (m *Memory) AcceptedRoster(ctx context.Context, scope record.Scope) (a ledger.Accepted, found bool, err error) {
	for a, err := range m.AcceptedRosters(ctx, scope) {
		return a, err == nil, err
	}
	return ledger.Accepted{}, false, nil
}

// AcceptedRosters implements [ledger.Ledger].
func (m *Memory) AcceptedRosters(ctx context.Context, scope record.Scope) iter.Seq2[ledger.Accepted, error] {
	return each(ctx, m, func(s *state) ([]ledger.Accepted, error) {
		all := slices.Clone(s.scope(scope).accepted)
		slices.Reverse(all)
		return all, nil
	})
}

// Named implements [ledger.Ledger].
func (m *Memory) Named(ctx context.Context, scope record.Scope) iter.Seq2[ledger.Name, error] {
	return each(ctx, m, func(s *state) (all []ledger.Name, _ error) {
		f := &s.scope(scope).followed
		for key, who := range f.names {
			name := ledger.Name{Person: key, Since: who.since, Left: who.run != f.whole && !who.rejoins, Number: who.number}
			if run, err := s.run(who.run); err == nil {
				name.Last = run.StartedAt
			}
			for _, a := range f.accepted {
				if a.Run == who.run && who.run != "" {
					name.Last = a.At
				}
			}
			all = append(all, name)
		}
		slices.SortFunc(all, func(x, y ledger.Name) int {
			if x.Person < y.Person {
				return -1
			}
			return 1
		})
		return all, nil
	})
}

// KeepNumbers implements [ledger.Ledger].
func (m *Memory) KeepNumbers(ctx context.Context, scope record.Scope, numbers map[string]ledger.Number) error {
	return m.write(ctx, "number", func(s *state) error {
		names := s.scope(scope).names
		for person, number := range numbers {
			if who := names[person]; who != nil {
				who.number = number
			}
		}
		return nil
	})
}

// Asked implements [ledger.Ledger].
func (m *Memory) Asked(ctx context.Context, scope record.Scope) iter.Seq2[ledger.Asked, error] {
	return each(ctx, m, func(s *state) (all []ledger.Asked, _ error) {
		for mailbox, at := range s.scope(scope).asked {
			all = append(all, ledger.Asked{Mailbox: mailbox, At: at})
		}
		return all, nil
	})
}

// KeepChange implements [ledger.Ledger].
func (m *Memory) KeepChange(ctx context.Context, run string, c ledger.Change) error {
	if c.At.IsZero() {
		c.At = m.now()
	}
	c.At, c.ExpiresAt = micros(c.At), micros(c.ExpiresAt)
	return m.write(ctx, "change", func(s *state) error {
		of, err := s.run(run)
		if err == nil {
			of.changes = append(of.changes, c)
		}
		return err
	})
}

// Changes implements [ledger.Ledger].
func (m *Memory) Changes(ctx context.Context, run string) iter.Seq2[ledger.Change, error] {
	return each(ctx, m, func(s *state) ([]ledger.Change, error) {
		of, err := s.run(run)
		if err != nil {
			return nil, err
		}
		return slices.Clone(of.changes), nil
	})
}

// ChangesIn implements [ledger.Ledger]. It has them by run.
func (m *Memory) ChangesIn(ctx context.Context, scope record.Scope) iter.Seq2[ledger.Change, error] {
	return each(ctx, m, func(s *state) (changes []ledger.Change, err error) {
		for _, run := range s.runs {
			if run.Scope() == scope {
				changes = append(changes, run.changes...)
			}
		}
		return changes, nil
	})
}

// Approve implements [ledger.Ledger].
func (m *Memory) Approve(ctx context.Context, a ledger.Approval) error {
	if a.At.IsZero() {
		a.At = m.now()
	}
	a.At, a.Guards, a.Work = micros(a.At), slices.Clone(a.Guards), bytes.Clone(a.Work)
	return m.write(ctx, "approve", func(s *state) error {
		run, err := s.run(a.Run)
		if err == nil {
			run.approval = &a
		}
		return err
	})
}

// Approvals implements [ledger.Ledger].
func (m *Memory) Approvals(ctx context.Context, scope record.Scope) iter.Seq2[ledger.Approval, error] {
	return each(ctx, m, func(s *state) (all []ledger.Approval, _ error) {
		for _, run := range s.runs {
			if run.Scope() != scope || run.approval == nil {
				continue
			}
			a := *run.approval
			a.Ended = !run.EndedAt.IsZero()
			all = append(all, a)
		}
		return all, nil
	})
}

// Trip implements [ledger.Ledger].
func (m *Memory) Trip(ctx context.Context, scope record.Scope, t ledger.Tripped) (ledger.Tripped, error) {
	if t.At.IsZero() {
		t.At = m.now()
	}
	t.At, t.Guards = micros(t.At), slices.Clone(t.Guards)
	err := m.write(ctx, "trip", func(s *state) error {
		tripped, series := s.scope(scope).tripped, ledger.Series(t.Roster)
		before, kept := tripped[series]
		if len(t.Guards) == 0 {
			t = ledger.Tripped{}
			delete(tripped, series)
			return nil
		}
		if t.Since = t.At; kept {
			t.Since = before.Since
		}
		tripped[series] = t
		return nil
	})
	if err != nil {
		return ledger.Tripped{}, err
	}
	return t, nil
}

// Tripped implements [ledger.Ledger].
func (m *Memory) Tripped(ctx context.Context, scope record.Scope) iter.Seq2[ledger.Tripped, error] {
	return each(ctx, m, func(s *state) (all []ledger.Tripped, _ error) {
		for _, t := range s.scope(scope).tripped {
			all = append(all, t)
		}
		return all, nil
	})
}
