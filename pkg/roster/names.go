package roster

import "math/bits"

// names tell of most keys that nobody in a roster has them: a Bloom filter of two bits for each person. The zero value tells
// nothing.
type names struct {
	hash func(key string) uint64
	set  []uint64 // a power of two
}

// bitsForEach is how many bits there are for each person, at least: of the keys that nobody has, one in sixty is not told.
const bitsForEach = 16

func newNames(hash func(key string) uint64, people int) names {
	return names{hash, make([]uint64, 1<<bits.Len(uint(people*bitsForEach/64)))}
}

// add takes in the hash of a key.
func (n *names) add(hash uint64) {
	one, other := n.places(hash)
	n.set[one/64] |= 1 << (one % 64)
	n.set[other/64] |= 1 << (other % 64)
}

// may reports whether somebody may have the key.
func (n *names) may(key string) bool {
	if len(n.set) == 0 {
		return true
	}
	one, other := n.places(n.hash(key))
	return n.set[one/64]&(1<<(one%64)) != 0 && n.set[other/64]&(1<<(other%64)) != 0
}

// places returns the numbers of the two bits.
func (n *names) places(hash uint64) (one, other uint64) {
	mask := uint64(len(n.set)*64 - 1)
	return hash & mask, hash >> 32 & mask
}

// MayName reports whether the person with a key, see [Entry.Key], may have a row that is no mistake. If it says no, nobody has
// such a row; it says yes of some whom the roster does not name.
func (r *Roster) MayName(key string) bool { return r.names.may(key) }
