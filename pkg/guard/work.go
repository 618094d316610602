package guard

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strings"

	"rollcall/pkg/pattern"
)

// OptionApprove is the option that lets pass what was approved of, whatever guards have against it.
const OptionApprove = "approve"

// Work is all that would be done, as a set: the same whenever and in whatever order the same would be done. A person
// approves of it by its digest. The zero value is nothing. It is not safe for concurrent use.
type Work struct {
	// done has the beginning of a hash of each piece, without order.
	done []uint64
	// words is memory that each piece uses again.
	words []byte
}

// Add takes in a piece of work, in words that say whom it is about and what is done.
func (w *Work) Add(words ...string) {
	w.words = w.words[:0]
	for i, word := range words {
		if i > 0 {
			w.words = append(w.words, 0)
		}
		w.words = append(w.words, word...)
	}
	sum := sha256.Sum256(w.words)
	w.done = append(w.done, binary.BigEndian.Uint64(sum[:]))
}

// Bytes returns the work in a form to be kept, for [Work.Within].
func (w *Work) Bytes() []byte {
	slices.Sort(w.done)
	kept := make([]byte, 0, 8*len(w.done))
	for _, piece := range w.done {
		kept = binary.BigEndian.AppendUint64(kept, piece)
	}
	return kept
}

// Within reports whether all of the work was in one that was kept.
func (w *Work) Within(kept []byte) bool {
	slices.Sort(w.done)
	for _, piece := range w.done {
		for len(kept) >= 8 && binary.BigEndian.Uint64(kept) < piece {
			kept = kept[8:]
		}
		if len(kept) < 8 || binary.BigEndian.Uint64(kept) != piece {
			return false
		}
	}
	return true
}

// Digest returns what a person approves of: twelve hexadecimal digits, which depend on the work and on where it is done,
// and on nothing else.
func (w *Work) Digest(where ...string) string {
	sum := sha256.Sum256(append(w.Bytes(), strings.Join(where, "\x00")...))
	return hex.EncodeToString(sum[:6])
}

var digest = pattern.Of(`^[0-9a-f]{12}$`)

// ParseDigest returns a digest as [Work.Digest] does, whatever the case of its letters. It reports whether it is one.
func ParseDigest(text string) (string, bool) {
	text = strings.ToLower(strings.TrimSpace(text))
	return text, digest().MatchString(text)
}
