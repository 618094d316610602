package ledgertest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
	"rollcall/pkg/secret"
)

// Begin implements [ledger.Ledger].
func (m *Memory) Begin(ctx context.Context, run ledger.Run, entries iter.Seq2[record.Record, error]) (ledger.Run, error) {
	if err := m.alive(ctx); err != nil {
		return ledger.Run{}, err
	}
	begun := &runState{Run: run.Start(m.now())}
	begun.Extra = slices.Clone(run.Extra)
	for r, err := range entries {
		if err := errors.Join(err, ctx.Err()); err != nil {
			return ledger.Run{}, err
		}
		if r.Row < 1 {
			return ledger.Run{}, fmt.Errorf("row %d: rows are numbered from 1", r.Row)
		}
		if n := len(begun.records); n > 0 && r.Row <= begun.records[n-1].Row {
			return ledger.Run{}, fmt.Errorf("row %d: it does not come after the one before", r.Row)
		}
		begun.records = append(begun.records, normal(r))
	}
	begun.Rows = len(begun.records)
	err := m.write(ctx, "begin", func(s *state) error {
		if _, err := s.run(begun.ID); err == nil {
			return fmt.Errorf("run %s: it is there already", begun.ID)
		}
		s.runs = append(s.runs, begun)
		s.scope(begun.Scope()).name(begun)
		return nil
	})
	if err != nil {
		return ledger.Run{}, err
	}
	return begun.Run, nil
}

// Unfinished implements [ledger.Ledger].
func (m *Memory) Unfinished(ctx context.Context, scope record.Scope, digest [32]byte) (found ledger.Run, ok bool, err error) {
	err = m.read(ctx, func(s *state) error {
		for _, run := range s.runs {
			if run.Scope() == scope && run.Digest == digest {
				found, ok = run.Run, run.EndedAt.IsZero()
			}
		}
		return nil
	})
	if !ok {
		return ledger.Run{}, false, err
	}
	return found, true, err
}

// Resume implements [ledger.Ledger].
func (m *Memory) Resume(ctx context.Context, run ledger.Run) (ledger.Run, error) {
	return m.carryOn(ctx, "resume", run.ID, func(s *state, resumed *runState) {
		resumed.EndedAt, resumed.ExitCode = time.Time{}, 0
		for i := range resumed.records {
			resumed.records[i] = ledger.Resumed(resumed.records[i])
		}
		if run.Whole && !resumed.Whole {
			resumed.Sync, resumed.Whole = true, true
			s.scope(resumed.Scope()).name(resumed)
		}
	})
}

// Continue implements [ledger.Ledger].
func (m *Memory) Continue(ctx context.Context, run ledger.Run) (ledger.Run, error) {
	return m.carryOn(ctx, "continue", run.ID, func(*state, *runState) {})
}

func (m *Memory) carryOn(ctx context.Context, op, id string, rest func(*state, *runState)) (carried ledger.Run, err error) {
	err = m.write(ctx, op, func(s *state) error {
		run, err := s.run(id)
		if err != nil {
			return err
		}
		run.Resumed++
		rest(s, run)
		carried = run.Run
		return nil
	})
	if err != nil {
		return ledger.Run{}, err
	}
	return carried, nil
}

// Reopen implements [ledger.Ledger].
func (m *Memory) Reopen(ctx context.Context, id string, rows ...int) error {
	return m.write(ctx, "reopen", func(s *state) error {
		run, err := s.run(id)
		if err != nil {
			return err
		}
		for _, row := range rows {
			r, err := run.row(row)
			if err != nil {
				continue
			}
			if sent, ok := run.invited(r); ok {
				run.reopened = append(run.reopened, record.Record{
					Email: sent.Email, Outcome: sent.Outcome, InvitationID: sent.InvitationID, ExpiresAt: sent.ExpiresAt,
					UpdatedAt: sent.UpdatedAt,
				})
			}
			*r = ledger.Reopened(*r)
		}
		return nil
	})
}

// End implements [ledger.Ledger].
func (m *Memory) End(ctx context.Context, id string, exitCode int) error {
	at := micros(m.now())
	return m.write(ctx, "end", func(s *state) error {
		run, err := s.run(id)
		if err == nil {
			run.EndedAt, run.ExitCode = at, exitCode
		}
		return err
	})
}

// EraseExpiredTokens implements [ledger.Ledger].
func (m *Memory) EraseExpiredTokens(ctx context.Context, now time.Time) (erased int, err error) {
	err = m.write(ctx, "erase", func(s *state) error {
		for _, run := range s.runs {
			for i := range run.records {
				r := &run.records[i]
				if !r.Token.Empty() && !r.ExpiresAt.IsZero() && r.ExpiresAt.Before(micros(now)) {
					r.Token = secret.Text{}
					erased++
				}
			}
		}
		return nil
	})
	return erased, err
}
