package sandbox

import (
	"encoding/binary"

	"github.com/google/uuid"
)

// A kind keeps the identifiers of different things apart.
type kind uint64

const (
	invitationKind kind = iota + 1
	invitationTokenKind
	userKind
	teamKind
	organizationKind
)

// identity returns the identifier of the n-th thing of its kind. It looks random, yet nothing has to be stored to
// find the thing again, which keeps a million invitations small.
func identity(seed uint64, kind kind, n uint32) uuid.UUID {
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[:8], mix(seed^mix(uint64(kind)<<32|uint64(n))))
	id[6] = id[6]&0x0f | 0x40 // version 4
	binary.BigEndian.PutUint64(id[8:], mask(id)^uint64(n))
	id[8] = id[8]&0x3f | 0x80 // the variant of RFC 9562
	return id
}

// number is the inverse of identity. It reports false for an identifier that identity can't have made.
func number(seed uint64, kind kind, id uuid.UUID) (uint32, bool) {
	n := uint32((mask(id) ^ binary.BigEndian.Uint64(id[8:])) & (1<<32 - 1))
	return n, identity(seed, kind, n) == id
}

// mask hides the number in the second half of an identifier; it depends on the first half only.
func mask(id uuid.UUID) uint64 { return mix(binary.BigEndian.Uint64(id[:8])) }

// mix is the finalizer of splitmix64: every bit of its input changes about half of its output.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// parseID reads an identifier in the only spelling that the service accepts.
func parseID(text string) (uuid.UUID, bool) {
	if len(text) != len(uuid.Nil.String()) {
		return uuid.Nil, false
	}
	id, err := uuid.Parse(text)
	return id, err == nil
}
