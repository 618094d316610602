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

// all yields the values in the order in which they were added.
func (p *part) all(yield func(uint64) bool) {
	for _, block := range p.full {
		for _, value := range block {
			if !yield(value) {
				return
			}
		}
	}
	for at := range p.used {
		if !yield(p.last[at]) {
			return
		}
	}
}

// length counts the values.
func (p *part) length() int { return len(p.full)*blockLength + p.used }

// length counts the hashes.
func (s *sieve) length() (n int) {
	for at := range s {
		n += s[at].length()
	}
	return n
}

// repeated returns the hashes that were added more than once, each with 0, and empties the sieve. It hands all of them to meet.
func (s *sieve) repeated(meet func(hash uint64)) map[uint64]uint32 {
	repeated := map[uint64]uint32{}
	var once hashSet
	usual := 2 * s.length() / len(s)
	for at := range s {
		once.clear(min(s[at].length(), usual)) // one person may be on every line
		for hash := range s[at].all {
			if !once.add(hash) {
				repeated[hash] = 0
			}
			meet(hash)
		}
		s[at] = part{} // what follows may need the memory
	}
	return repeated
}

// hashSet is a set of hashes with open addressing. Its slots are a power of two, half of them empty at least, and an empty one
// is 0.
type hashSet struct {
	slots []uint64
	used  int
}

// clear empties the set, and makes room for so many hashes.
func (s *hashSet) clear(room int) {
	size := 2 << bits.Len(uint(room))
	if size > cap(s.slots) {
		s.slots = make([]uint64, size)
	}
	s.slots, s.used = s.slots[:size], 0
	clear(s.slots)
}

// grow doubles the room.
func (s *hashSet) grow() {
	small := s.slots
	s.slots, s.used = make([]uint64, 2*len(small)), 0
	for _, hash := range small {
		if hash != 0 {
			s.add(hash)
		}
	}
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
			if s.used++; 2*s.used > len(s.slots) {
				s.grow()
			}
			return true
		}
	}
}
