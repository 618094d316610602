package ledgertest

import (
	"context"
	"iter"
	"slices"

	"rollcall/pkg/audit"
	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
)

// Sign implements [ledger.Ledger].
func (m *Memory) Sign(by audit.Author) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.author = by
}

// Note implements [ledger.Ledger].
func (m *Memory) Note(ctx context.Context, events ...audit.Event) error {
	return m.write(ctx, "note", func(s *state) error {
		for _, e := range events {
			m.tell(s, &e)
		}
		return nil
	})
}

// tell adds an event to the audit trail; nil is none.
func (m *Memory) tell(s *state, e *audit.Event) {
	if e == nil {
		return
	}
	m.mu.Lock()
	by := m.author
	m.mu.Unlock()
	if s.end.ID == "" {
		s.end = audit.Begin()
	}
	var text string
	text, s.end = s.end.Next(m.now(), by, *e)
	s.trail = append(s.trail, text)
}

// Audit implements [ledger.Ledger].
func (m *Memory) Audit(ctx context.Context, after int) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		var texts []string
		if err := m.read(ctx, func(s *state) error {
			texts = slices.Clone(s.trail[min(after, len(s.trail)):])
			return nil
		}); err != nil {
			yield("", err)
			return
		}
		for _, text := range texts {
			if !yield(text, nil) {
				return
			}
		}
	}
}

// KeepRoleChange implements [ledger.Ledger].
func (m *Memory) KeepRoleChange(ctx context.Context, scope record.Scope, c ledger.RoleChange) error {
	c.At = micros(c.At)
	return m.write(ctx, "keep", func(s *state) error {
		changes := s.scope(scope).roles
		if c.At.IsZero() {
			delete(changes, seat{c.Person, c.Team})
			return nil
		}
		changes[seat{c.Person, c.Team}] = c
		return nil
	})
}

// RoleChanges implements [ledger.Ledger].
func (m *Memory) RoleChanges(ctx context.Context, scope record.Scope) iter.Seq2[ledger.RoleChange, error] {
	return func(yield func(ledger.RoleChange, error) bool) {
		var changes []ledger.RoleChange
		if err := m.read(ctx, func(s *state) error {
			for _, c := range s.scope(scope).roles {
				changes = append(changes, c)
			}
			return nil
		}); err != nil {
			yield(ledger.RoleChange{}, err)
			return
		}
		for _, c := range changes {
			if !yield(c, nil) {
				return
			}
		}
	}
}
