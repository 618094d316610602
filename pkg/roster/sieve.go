package roster

import "math/bits"

// sieve finds out which hashes were added more than once. It holds 8 bytes of each, in parts by the first bits: nothing is copied
// as it grows, and the table in which equal ones meet fits into a processor's cache. The zero value is empty.
type sieve [256]part

// part holds values in blocks, of which all but the last are full.
type part struct {
	full []*[blockLength]uint64
	last *[blockLength]uint64
	used int // of the last
}

// blockLength is how many values a block holds.
const blockLength = 256

// add adds a hash.
func (s *sieve) add(hash uint64) { s[hash>>56].add(hash) }

func (p *part) add(value uint64) {
	if p.used == blockLength {
		p.full, p.last, p.used = append(p.full, p.last), nil, 0
	}
	if p.last == nil {
		p.last = new([blockLength]uint64)
	}
	p.last[p.used] = value
	p.used++
}

// all returns the values in the order in which they were added, in memory that serves the next part again.
func (p *part) all(memory []uint64) []uint64 {
	memory = memory[:0]
	for _, block := range p.full {
		memory = append(memory, block[:]...)
	}
	if p.last != nil {
		memory = append(memory, p.last[:p.used]...)
	}
	return memory
}

// length counts the hashes.
func (s *sieve) length() (n int) {
	for at := range s {
		n += len(s[at].full)*blockLength + s[at].used
	}
	return n
}

// repeated returns the hashes that were added more than once, each with 0, and empties the sieve. It hands all of them to meet.
func (s *sieve) repeated(meet func(hash uint64)) map[uint64]uint32 {
	repeated := map[uint64]uint32{}
	var once hashSet
	var all []uint64
	for at := range s {
		all = s[at].all(all)
		s[at] = part{} // what follows may need the memory
		once.clear(len(all))
		for _, hash := range all {
			if !once.add(hash) {
				repeated[hash] = 0
			}
			meet(hash)
		}
	}
	return repeated
}

// hashSet is a set of hashes with open addressing. Its slots are a power of two, half of them empty at least, and an empty one
// is 0.
type hashSet struct{ slots []uint64 }

// clear empties the set, and makes room for so many hashes.
func (s *hashSet) clear(most int) {
	size := 2 << bits.Len(uint(most))
	if size > cap(s.slots) {
		s.slots = make([]uint64, size)
	}
	s.slots = s.slots[:size]
	clear(s.slots)
}

// add adds a hash, and reports whether it is new.
func (s *hashSet) add(hash uint64) bool {
	hash = max(hash, 1)
	mask := uint64(len(s.slots) - 1)
	for at := hash & mask; ; at = (at + 1) & mask {
		switch s.slots[at] {
		case hash:
			return false
		case 0:
			s.slots[at] = hash
			return true
		}
	}
}
