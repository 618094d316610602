package roster

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// indexed returns the duplicates among rows whose keys are hashed so, and whether that took a second pass.
func indexed(keys []string, desired []uint64, hash func(string) uint64) (duplicates, bool) {
	x := newDuplicateIndex()
	if hash != nil {
		x.hash = hash
	}
	for _, key := range keys {
		x.add(key)
	}
	if !x.unsettled() {
		return duplicates{}, false
	}
	for i, key := range keys {
		x.again(key, func() uint64 { return desired[i] }, i+1, 2*i)
	}
	return x.found(), true
}

// Hashes that are equal by chance make nobody a duplicate: whatever the hash, what is found is the same, and it is what
// comparing every key with every other finds.
func TestCollidingHashesMakeNoDuplicates(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 9))
	hashes := map[string]func(string) uint64{
		"random": nil,
		"one":    func(string) uint64 { return 7 },
		"zero":   func(string) uint64 { return 0 },
		"few":    func(key string) uint64 { return uint64(len(key)) % 3 << 56 },
		"last":   func(key string) uint64 { return uint64(key[len(key)-1]) },
	}
	for range 300 {
		rows := 1 + random.IntN(60)
		keys, desired := make([]string, rows), make([]uint64, rows)
		for i := range keys {
			keys[i], desired[i] = fmt.Sprintf("%d@x.test", random.IntN(rows*2)), uint64(random.IntN(5)/4)
		}
		equal, conflicting := 0, 0
		for i := range keys {
			first, differs := -1, false
			for j := range keys {
				if keys[j] == keys[i] {
					if first < 0 {
						first = j
					}
					differs = differs || desired[j] != desired[first]
				}
			}
			if differs {
				conflicting++
			} else if first < i {
				equal++
			}
		}
		want, _ := indexed(keys, desired, nil)
		if want.equal != equal || want.conflicting != conflicting {
			t.Fatalf("%q, %v: %d equal and %d conflicting rows, want %d and %d", keys, desired, want.equal, want.conflicting, equal, conflicting)
		}
		for name, hash := range hashes {
			got, _ := indexed(keys, desired, hash)
			if diff := cmp.Diff(fmt.Sprintf("%+v", want), fmt.Sprintf("%+v", got)); diff != "" {
				t.Fatalf("%q with the hash %q (-random +%s):\n%s", keys, name, name, diff)
			}
		}
	}
}

// Without anybody who is there twice, there is no second pass.
func TestDifferentPeopleTakeOnePass(t *testing.T) {
	keys := make([]string, 10*256*blockLength/100)
	for i := range keys {
		keys[i] = fmt.Sprintf("person.%d@x.test", i)
	}
	if found, twice := indexed(keys, make([]uint64, len(keys)), nil); twice {
		t.Errorf("a second pass found %+v", found)
	}
	middle := len(keys) / 2
	keys = append(keys, keys[middle])
	found, twice := indexed(keys, make([]uint64, len(keys)), nil)
	if !twice || found.equal != 1 || len(found.rows) != 1 || int(found.rows[0].row) != len(keys) || int(found.rows[0].of) != 2*middle {
		t.Errorf("found %+v, %t", found, twice)
	}
}

// Every hash that is there twice is found, in whatever part and however many there are.
func TestSieve(t *testing.T) {
	var s sieve
	want := map[uint64]uint32{}
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 3 * 256 * blockLength {
		hash := random.Uint64()
		if i%5 == 0 {
			hash = uint64(i%7) << 60
		}
		s.add(hash)
		if i%10_000 == 0 {
			s.add(hash)
			want[hash] = 0
		}
	}
	for i := range uint64(7) {
		want[i<<60] = 0
	}
	if diff := cmp.Diff(want, s.repeated(func(uint64) {})); diff != "" {
		t.Errorf("repeated (-want +got):\n%s", diff)
	}
	if again := s.repeated(func(uint64) {}); len(again) > 0 {
		t.Errorf("an empty sieve has %v", again)
	}
}

// A part that has far more than its share of the hashes is sifted as the others are.
func TestSieveOfOnePart(t *testing.T) {
	var s sieve
	want, met := map[uint64]uint32{}, 0
	for i := range uint64(10 * blockLength) {
		hash := 2 + i // 0 counts as 1
		s.add(hash)
		if i%100 == 7 {
			s.add(hash)
			want[hash] = 0
		}
	}
	s.add(1 << 63)
	if diff := cmp.Diff(want, s.repeated(func(uint64) { met++ })); diff != "" || met != 10*blockLength+len(want)+1 {
		t.Errorf("%d met, repeated (-want +got):\n%s", met, diff)
	}
}
