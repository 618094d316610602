package ledgertest

import (
	"context"
	"iter"
	"maps"
	"slices"

	"rollcall/pkg/email"
	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
)

// each yields what look finds; the state may change while the body of the loop is at work.
func each[T any](ctx context.Context, m *Memory, look func(*state) ([]T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var found []T
		err := m.read(ctx, func(s *state) (err error) {
			found, err = look(s)
			return err
		})
		for _, value := range found {
			if !yield(value, nil) {
				return
			}
		}
		if err != nil {
			var none T
			yield(none, err)
		}
	}
}

// Pending implements [ledger.Ledger].
func (m *Memory) Pending(ctx context.Context, id string) iter.Seq2[ledger.Entry, error] {
	return each(ctx, m, func(s *state) (entries []ledger.Entry, err error) {
		run, err := s.run(id)
		if err != nil {
			return nil, err
		}
		claims := map[int]*record.Claim{}
		for _, stands := range s.claims {
			if claim := stands.claim; claim.Run == id && claim.Row != 0 {
				claims[claim.Row] = &claim
			}
		}
		for _, r := range run.records {
			if r.Outcome == record.Unset {
				entries = append(entries, ledger.Entry{Record: r, Claim: claims[r.Row]})
			}
		}
		return entries, nil
	})
}

// Records implements [ledger.Ledger].
func (m *Memory) Records(ctx context.Context, id string, after int) iter.Seq2[record.Record, error] {
	return each(ctx, m, func(s *state) ([]record.Record, error) {
		run, err := s.run(id)
		if err != nil {
			return nil, err
		}
		first, _ := slices.BinarySearchFunc(run.records, after+1, func(r record.Record, row int) int { return r.Row - row })
		return slices.Clone(run.records[first:]), nil
	})
}

// Outcomes implements [ledger.Ledger].
func (m *Memory) Outcomes(ctx context.Context, id string) (counts map[record.Outcome]int, err error) {
	err = m.read(ctx, func(s *state) error {
		run, err := s.run(id)
		if err == nil {
			counts = run.outcomes()
		}
		return err
	})
	return counts, err
}

func (r *runState) outcomes() map[record.Outcome]int {
	counts := map[record.Outcome]int{}
	maps.Copy(counts, r.pruned)
	for _, r := range r.records {
		counts[r.Outcome]++
	}
	return counts
}

// Runs implements [ledger.Ledger].
func (m *Memory) Runs(ctx context.Context) iter.Seq2[ledger.Summary, error] {
	return each(ctx, m, func(s *state) (all []ledger.Summary, _ error) {
		for _, run := range slices.Backward(s.runs) {
			summary := ledger.Summary{Run: run.Run, Outcomes: run.outcomes()}
			if run.approval != nil {
				summary.Approved = run.approval.Digest
			}
			all = append(all, summary)
		}
		return all, nil
	})
}

// invited returns a row as [Memory.Invited] yields it; ok says whether the person was invited by it.
func (r *runState) invited(row *record.Record) (sent record.Record, ok bool) {
	if row.Outcome != record.Invited && !row.Trail.Confirmed {
		return record.Record{}, false
	}
	at := row.UpdatedAt
	if at.IsZero() {
		at = row.Trail.EndedAt
	}
	if at.IsZero() {
		at = r.StartedAt
	}
	return record.Record{
		Email: row.Email, Role: row.Role, Teams: row.Teams, Outcome: record.Invited, InvitationID: row.InvitationID, Token: row.Token, Status: row.Status,
		OrganizationRole: row.OrganizationRole, ExpiresAt: row.ExpiresAt, UpdatedAt: at, Trail: row.Trail,
	}, true
}

// Invited implements [ledger.Ledger].
func (m *Memory) Invited(ctx context.Context, scope record.Scope) iter.Seq2[record.Record, error] {
	return each(ctx, m, func(s *state) (all []record.Record, _ error) {
		for _, run := range s.runs {
			if run.Scope() != scope {
				continue
			}
			var sent []record.Record
			for i := range run.records {
				if r, ok := run.invited(&run.records[i]); ok {
					sent = append(sent, r)
				}
			}
			sent = append(sent, run.reopened...)
			slices.SortStableFunc(sent, func(x, y record.Record) int { return x.UpdatedAt.Compare(y.UpdatedAt) })
			all = append(all, sent...)
		}
		return all, nil
	})
}

// Sighted implements [ledger.Ledger].
func (m *Memory) Sighted(ctx context.Context, scope record.Scope) iter.Seq2[record.Record, error] {
	return each(ctx, m, func(s *state) (all []record.Record, _ error) {
		seen, runs := map[string]bool{}, 0
		for _, run := range slices.Backward(s.runs) {
			if run.Scope() != scope {
				continue
			}
			if runs++; runs > ledger.SightedRuns {
				break
			}
			for _, r := range slices.Backward(run.records) {
				key := email.Fold(r.Email)
				switch r.Outcome {
				case record.AlreadyInvited, record.AlreadyMember, record.Skipped:
					if !seen[key] && !r.Trail.LeftOut() {
						seen[key] = true
						all = append(all, r)
					}
				default:
				}
			}
		}
		return all, nil
	})
}

// Cancelled implements [ledger.Ledger].
func (m *Memory) Cancelled(ctx context.Context, scope record.Scope) iter.Seq2[record.Record, error] {
	return each(ctx, m, func(s *state) (all []record.Record, _ error) {
		for _, run := range s.runs {
			for _, r := range run.records {
				if run.Scope() == scope && r.Trail.Cancelled != "" {
					all = append(all, record.Record{Email: r.Email, Trail: record.Trail{Cancelled: r.Trail.Cancelled, EndedAt: r.Trail.EndedAt}})
				}
			}
		}
		return all, nil
	})
}
