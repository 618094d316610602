package ledgertest

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"time"

	"rollcall/pkg/audit"
	"rollcall/pkg/email"
	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
)

// state is what is durable of a [Memory].
type state struct {
	mu     sync.Mutex
	runs   []*runState // in the order of their beginning
	scopes map[record.Scope]*scopeState
	claims map[person]*standing
	// trail is the audit trail, which ends at end.
	trail []string
	end   audit.Chain
	// mailings are the requests that may have mailed somebody, in the order of their claims.
	mailings []mailing
}

// mailing is a request that may have mailed a person.
type mailing struct {
	person
	at time.Time
	// run and row are those of the claim; row 0 is none.
	run string
	row int
}

// person is somebody in a scope, by the folded address.
type person struct {
	scope  record.Scope
	folded string
}

// standing is a claim that stands; kept is what is known of an attempt that has no row.
type standing struct {
	claim record.Claim
	kept  record.Record
}

// runState is a run with its rows, in the order of their numbers.
type runState struct {
	ledger.Run
	records  []record.Record
	reopened []record.Record
	changes  []ledger.Change
	// pruned are the outcomes of the rows that were forgotten.
	pruned   map[record.Outcome]int
	approval *ledger.Approval // nil if it has none
	// timelines are what is known of its pace, by process.
	timelines map[int][]byte
}

// seat is somebody's place in the organization, or in a team of it.
type seat struct{ person, team string }

// scopeState is what is remembered of a scope as a whole.
type scopeState struct {
	followed
	clean   bool
	rate    float64
	learned time.Time
	roles   map[seat]ledger.RoleChange
	files   map[string]ledger.File // by path
}

func (s *state) scope(scope record.Scope) *scopeState {
	found := s.scopes[scope]
	if found == nil {
		found = &scopeState{clean: true, roles: map[seat]ledger.RoleChange{}, files: map[string]ledger.File{}, followed: followed{
			asked: map[string]time.Time{}, tripped: map[string]ledger.Tripped{}, names: map[string]*named{},
		}}
		s.scopes[scope] = found
	}
	return found
}

func (s *state) run(id string) (*runState, error) {
	for _, run := range s.runs {
		if run.ID == id {
			return run, nil
		}
	}
	return nil, explain(fmt.Errorf("%w: %q", ledger.ErrNoRun, id))
}

// row returns a row of the run.
func (r *runState) row(row int) (*record.Record, error) {
	i, ok := slices.BinarySearchFunc(r.records, row, func(r record.Record, row int) int { return r.Row - row })
	if !ok {
		return nil, &ledger.RowError{Run: r.ID, Row: row, Err: ledger.ErrNoRow}
	}
	return &r.records[i], nil
}

// claimable returns why the row of a claim can't be claimed.
func (r *runState) claimable(c record.Claim) error {
	found, err := r.row(c.Row)
	switch {
	case err != nil:
		return err
	case found.Outcome != record.Unset:
		return settled(r.ID, found)
	case found.Email != c.Email:
		return &ledger.RowError{Run: r.ID, Row: c.Row, Err: fmt.Errorf("%w of that address", ledger.ErrNoRow)}
	}
	return nil
}

func settled(run string, r *record.Record) error {
	return &ledger.RowError{Run: run, Row: r.Row, Err: fmt.Errorf("%w: %s", ledger.ErrSettled, r.Outcome)}
}

// claim keeps a claim, and returns whose it is.
func (s *state) claim(c record.Claim) (person, error) {
	run, err := s.run(c.Run)
	if err != nil {
		return person{}, err
	}
	if c.Row != 0 {
		if err := run.claimable(c); err != nil {
			return person{}, err
		}
	}
	who := person{run.Scope(), email.Fold(c.Email)}
	if other := s.claims[who]; other != nil {
		stands := other.claim
		return who, &ledger.RowError{Run: c.Run, Row: c.Row, Err: ledger.ErrClaimed, Standing: &stands}
	}
	s.claims[who] = &standing{claim: c}
	if c.Change == record.ChangeInvite {
		s.mailings = append(s.mailings, mailing{who, c.At, c.Run, c.Row})
	}
	return who, nil
}

// conclude keeps all of the conclusions or none.
func (s *state) conclude(id string, conclusions []record.Conclusion) error {
	run, err := s.run(id)
	if err != nil {
		return err
	}
	before := slices.Clone(run.records)
	for _, c := range conclusions {
		if c.Row == 0 || ledger.OnlyEnds(c) {
			continue
		}
		if err := run.conclude(c); err != nil {
			run.records = before
			return err
		}
	}
	for _, c := range conclusions {
		s.answer(run, c)
	}
	return nil
}

// conclude keeps what a step has found out about a row.
func (r *runState) conclude(c record.Conclusion) error {
	was, err := r.row(c.Row)
	if err != nil {
		return err
	}
	again := c.Outcome == was.Outcome && micros(c.UpdatedAt).Equal(was.UpdatedAt)
	if was.Outcome != record.Unset && was.Outcome != record.Unknown && !again {
		return settled(r.ID, was)
	}
	is := normal(c.Record)
	is.Line, is.Email, is.Role, is.Teams, is.Extra = was.Line, was.Email, was.Role, was.Teams, was.Extra
	if c.Outcome == record.Unset {
		is.Outcome, is.UpdatedAt = was.Outcome, was.UpdatedAt
	}
	*was = is
	return nil
}

// answer ends the claim behind a conclusion, unless it stays in doubt.
func (s *state) answer(run *runState, c record.Conclusion) {
	for who, stands := range s.claims {
		if stands.claim.Run != run.ID || stands.claim.Row != c.Row || c.Row == 0 && who != (person{run.Scope(), email.Fold(c.Email)}) {
			continue
		}
		if c.Harmless {
			s.mailings = slices.DeleteFunc(s.mailings, func(m mailing) bool {
				return m == mailing{who, stands.claim.At, stands.claim.Run, stands.claim.Row}
			})
		}
		switch {
		case !c.InDoubt:
			delete(s.claims, who)
		case c.Row == 0 && !ledger.OnlyEnds(c):
			r := normal(c.Record)
			stands.kept = record.Record{Attempts: r.Attempts, Trail: record.Trail{
				Lost: r.Trail.Lost, EndedAt: r.Trail.EndedAt, SilentFor: r.Trail.SilentFor,
			}}
		}
	}
}

// doubts returns the claims that stand, oldest first.
func (s *state) doubts(scope record.Scope) []record.Doubt {
	var doubts []record.Doubt
	for who, stands := range s.claims {
		if who.scope != scope {
			continue
		}
		d := record.Doubt{Claim: stands.claim, Record: stands.kept}
		d.Record.Email = stands.claim.Email
		for _, run := range s.runs {
			if run.ID == stands.claim.Run && stands.claim.Row != 0 {
				if r, err := run.row(stands.claim.Row); err == nil {
					d.Record = *r
				}
			}
		}
		doubts = append(doubts, d)
	}
	order := map[string]int{}
	for i, run := range s.runs {
		order[run.ID] = i
	}
	slices.SortFunc(doubts, func(x, y record.Doubt) int {
		switch {
		case !x.At.Equal(y.At):
			return x.At.Compare(y.At)
		case x.Run != y.Run:
			return order[x.Run] - order[y.Run]
		}
		return cmp.Or(x.Row-y.Row, cmp.Compare(email.Fold(x.Email), email.Fold(y.Email)))
	})
	return doubts
}

// normal returns a record as a ledger gives it back: times in UTC to the microsecond, no cells being nil.
func normal(r record.Record) record.Record {
	r.ExpiresAt, r.UpdatedAt = micros(r.ExpiresAt), micros(r.UpdatedAt)
	r.Trail.EndedAt, r.Trail.DueAt = micros(r.Trail.EndedAt), micros(r.Trail.DueAt)
	r.Trail.SilentFor = r.Trail.SilentFor.Truncate(time.Microsecond)
	if r.Extra = slices.Clone(r.Extra); len(r.Extra) == 0 {
		r.Extra = nil
	}
	return r
}

func micros(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return time.UnixMicro(t.UnixMicro()).UTC()
}
