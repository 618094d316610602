package batch

import (
	"context"
	"hash/maphash"
	"slices"
	"sync"

	"rollcall/pkg/email"
	"rollcall/pkg/record"
)

// made knows the invitations of this run. A run may make a million, so of each it keeps half of a hash of its id, and the row
// that the ledger has it in. It is safe for concurrent use.
type made struct {
	// read reads a row of the run, the zero invitation if it has none.
	read func(row int) madeOne
	seed maphash.Seed

	mu   sync.Mutex
	rows map[uint32]uint32
	// rest are those whose half of a hash another one has, by id.
	rest map[string]uint32
	// lately are the last ones, which the ledger may not have yet; the oldest is next to go.
	lately []madeOne
	oldest int
}

// madeOne is an invitation, whose it is, and where that person stands in the roster.
type madeOne struct {
	id, person string
	row, line  int
}

func madeBy(r record.Record) madeOne {
	return madeOne{id: r.InvitationID, person: email.Fold(r.Email), row: r.Row, line: r.Line}
}

// onTheWay is more than there can be between their answers and the ledger.
const onTheWay = 1024

func newMade(ctx context.Context, l Ledger, run string) *made {
	return &made{
		seed: maphash.MakeSeed(), rows: map[uint32]uint32{}, rest: map[string]uint32{},
		read: func(row int) madeOne {
			for r, err := range l.Records(ctx, run, row-1) {
				if err != nil || r.Row != row {
					break
				}
				return madeBy(r)
			}
			return madeOne{}
		},
	}
}

// note keeps an invitation, and returns the line of whoever else has it already, 0 if nobody has.
func (m *made) note(r record.Record) (line int) {
	if r.Outcome != record.Invited || r.InvitationID == "" {
		return 0
	}
	one := madeBy(r)
	if other := m.keep(one); other > 0 {
		if has := m.at(other); has.id == one.id && has.person != one.person {
			return has.line
		}
	}
	return 0
}

// keep keeps an invitation, and returns another row that may have it already, 0 if there is none.
func (m *made) keep(one madeOne) (other int) {
	half, row := m.half(one.id), uint32(one.row)
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.lately) < onTheWay {
		m.lately = append(m.lately, one)
	} else {
		m.lately[m.oldest] = one
		m.oldest = (m.oldest + 1) % onTheWay
	}
	earlier, found := m.rows[half]
	switch {
	case !found:
		m.rows[half] = row
		return 0
	case earlier == row:
		return 0
	}
	if _, found := m.rest[one.id]; !found {
		m.rest[one.id] = row
	}
	return int(earlier)
}

// isFor reports whether this run has made an invitation, by its id, for a person, by their key.
func (m *made) isFor(id, person string) bool {
	m.mu.Lock()
	row, found := m.rows[m.half(id)]
	besides := m.rest[id]
	m.mu.Unlock()
	for _, row := range []uint32{row, besides} {
		if has := m.at(int(row)); found && row > 0 && has.id == id && has.person == person {
			return true
		}
	}
	return false
}

// at returns what is known of a row.
func (m *made) at(row int) madeOne {
	m.mu.Lock()
	i := slices.IndexFunc(m.lately, func(one madeOne) bool { return one.row == row })
	if i >= 0 {
		defer m.mu.Unlock()
		return m.lately[i]
	}
	m.mu.Unlock()
	return m.read(row)
}

// size returns how many there are.
func (m *made) size() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.rows) + len(m.rest)
}

func (m *made) half(id string) uint32 { return uint32(maphash.String(m.seed, id)) }
