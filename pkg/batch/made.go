package batch

import (
	"hash/maphash"
	"sync"

	"rollcall/pkg/email"
	"rollcall/pkg/record"
)

// made has the invitations of this run, as hashes of their ids, since a run may make a million: with whose they are and in
// which line of the roster that person is. It is safe for concurrent use.
type made struct {
	seed maphash.Seed
	mu   sync.Mutex
	by   map[uint64]owner
}

// owner is whom an invitation is for.
type owner struct{ person, line uint32 }

func newMade() *made { return &made{seed: maphash.MakeSeed(), by: map[uint64]owner{}} }

// note keeps whose an invitation is, and returns the line of whoever else has it already, 0 if nobody has.
func (m *made) note(r record.Record) (line int) {
	if r.Outcome != record.Invited || r.InvitationID == "" {
		return 0
	}
	id, whose := maphash.String(m.seed, r.InvitationID), owner{m.person(email.Fold(r.Email)), uint32(r.Line)}
	m.mu.Lock()
	defer m.mu.Unlock()
	if other, found := m.by[id]; found && other.person != whose.person {
		return int(other.line)
	}
	m.by[id] = whose
	return 0
}

// isFor reports whether this run has made an invitation, by its id, for a person, by their key.
func (m *made) isFor(invitationID, person string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	found, ok := m.by[maphash.String(m.seed, invitationID)]
	return ok && found.person == m.person(person)
}

// size returns how many there are.
func (m *made) size() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.by)
}

// person returns what stands for the key of a person.
func (m *made) person(key string) uint32 { return uint32(maphash.String(m.seed, key)) }
