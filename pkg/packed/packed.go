// Package packed keeps many things in memory that the garbage collector need not look through.
//
// A program that knows a million people by texts and pointers has its collector follow millions of them, scattered all over
// memory, whenever it runs. [Texts] keeps texts by key in a few large pieces of memory instead. What is kept is put into such
// a text field by field, with [AppendText] and its like, and taken out again in the same order by a [Reader].
package packed

import (
	"encoding/binary"
	"hash/maphash"
	"iter"
	"maps"
	"slices"
	"strings"
)

// Texts are texts by key. The zero value has none. It is safe for concurrent use as long as nothing changes it.
//
// A text that is replaced takes up its memory until there is more of that kind than of what counts.
type Texts struct {
	seed maphash.Seed
	// hash returns where a key is looked for first. Nil: what seed makes of it.
	hash   func(key string) uint64
	places map[uint64]place
	pieces []*strings.Builder
	// count is how many texts there are, and size and lost how many bytes of them and their keys count and don't count any more.
	count, size, lost int
}

// place is where an entry begins: the number of the piece in the upper half, and how far in. Later entries have higher ones.
type place uint64

const (
	// gone stands for an entry that was deleted: others may have been put behind its place.
	gone = ^place(0)

	firstPiece, largestPiece = 1 << 10, 1 << 18
	// fewLost is how many bytes may be lost whatever counts.
	fewLost = largestPiece
)

// Len counts the texts.
func (t *Texts) Len() int { return t.count }

// Grow makes room for so many texts. It is to be called before anything is put.
func (t *Texts) Grow(texts int) { t.seed, t.places = maphash.MakeSeed(), make(map[uint64]place, texts) }

// Find returns the text under a key, and whether there is one.
func (t *Texts) Find(key string) (text string, found bool) {
	if t.count == 0 {
		return "", false
	}
	_, text, found = t.look(key)
	return text, found
}

// Put keeps a copy of the text under a key, in place of what was there.
func (t *Texts) Put(key string, text []byte) {
	t.begin()
	slot, before, found := t.look(key)
	if found {
		t.lose(key, before)
	}
	t.keep(slot, key, text)
}

// Add keeps a copy of the text under a key unless there is one, which it then returns.
func (t *Texts) Add(key string, text []byte) (before string, found bool) {
	t.begin()
	slot, before, found := t.look(key)
	if !found {
		t.keep(slot, key, text)
	}
	return before, found
}

func (t *Texts) begin() {
	if t.places == nil {
		t.Grow(0)
	}
}

// keep puts an entry that is not there.
func (t *Texts) keep(slot uint64, key string, text []byte) {
	var lengths [2 * binary.MaxVarintLen64]byte
	head := AppendNumber(AppendNumber(lengths[:0], uint64(len(key))), uint64(len(text)))
	piece := t.room(len(head) + len(key) + len(text))
	t.places[slot] = place(len(t.pieces)-1)<<32 | place(piece.Len())
	_, _ = piece.Write(head) // a builder never fails
	_, _ = piece.WriteString(key)
	_, _ = piece.Write(text)
	t.count++
	t.size += len(key) + len(text)
	t.tidy()
}

// Delete forgets the text under a key, if there is one.
func (t *Texts) Delete(key string) {
	if t.count == 0 {
		return
	}
	if slot, text, found := t.look(key); found {
		t.lose(key, text)
		t.places[slot] = gone
		t.tidy()
	}
}

// All yields the texts by key, in the order in which they were put.
func (t *Texts) All() iter.Seq2[string, string] {
	return func(yield func(key, text string) bool) {
		for _, at := range slices.Sorted(maps.Values(t.places)) {
			if at == gone { // as are all behind it
				return
			}
			if key, text := t.entry(at); !yield(key, text) {
				return
			}
		}
	}
}

// look returns where a key has its place or may get it, and the text that is there. Keys with the same hash stand behind each
// other.
func (t *Texts) look(key string) (slot uint64, text string, found bool) {
	free, slot := false, uint64(0)
	next := t.hashOf(key)
	for ; ; next++ {
		at, taken := t.places[next]
		if (!taken || at == gone) && !free {
			free, slot = true, next
		}
		if !taken {
			return slot, "", false
		}
		if at == gone {
			continue
		}
		if other, text := t.entry(at); other == key {
			return next, text, true
		}
	}
}

func (t *Texts) hashOf(key string) uint64 {
	if t.hash != nil {
		return t.hash(key)
	}
	return maphash.String(t.seed, key)
}

// entry returns what stands at a place.
func (t *Texts) entry(at place) (key, text string) {
	r := Reader{text: t.pieces[at>>32].String()[uint32(at):]}
	keyLength, textLength := int(r.Number()), int(r.Number())
	rest := r.text[r.at:]
	return rest[:keyLength], rest[keyLength : keyLength+textLength]
}

// lose counts an entry as one that doesn't count any more.
func (t *Texts) lose(key, text string) {
	size := len(key) + len(text)
	t.count--
	t.size -= size
	t.lost += size
}

// room returns a piece that has room for so many bytes more, the last one. A piece never moves, since texts that were found in
// it share its memory.
func (t *Texts) room(size int) *strings.Builder {
	next := firstPiece
	if n := len(t.pieces); n > 0 {
		last := t.pieces[n-1]
		if last.Cap()-last.Len() >= size {
			return last
		}
		next = min(2*last.Cap(), largestPiece)
	}
	piece := new(strings.Builder)
	piece.Grow(max(next, size))
	t.pieces = append(t.pieces, piece)
	return piece
}

// tidy moves what counts together once there is more in the pieces that doesn't.
func (t *Texts) tidy() {
	if t.lost <= max(t.size, fewLost) {
		return
	}
	tidied := Texts{hash: t.hash}
	for key, text := range t.All() {
		tidied.Put(key, []byte(text))
	}
	*t = tidied
}
