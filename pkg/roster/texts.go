package roster

import "encoding/binary"

// texts keeps many short texts in few pieces of memory, each behind its length. A text is found again by its place: the number of
// its piece and where in that it begins.
type texts [][]byte

// pieceBits says how large a piece is, but for one with a longer text.
const pieceBits = 16

// add keeps a text, and returns its place.
func (t *texts) add(text string) uint32 {
	room := binary.MaxVarintLen32 + len(text)
	if n := len(*t); n == 0 || len((*t)[n-1])+room > cap((*t)[n-1]) {
		*t = append(*t, make([]byte, 0, max(1<<pieceBits, room)))
	}
	last := len(*t) - 1
	piece := (*t)[last]
	place := uint32(last)<<pieceBits | uint32(len(piece))
	(*t)[last] = append(binary.AppendUvarint(piece, uint64(len(text))), text...)
	return place
}

// has reports whether the text at a place is this one.
func (t *texts) has(place uint32, text string) bool {
	piece := (*t)[place>>pieceBits][place&(1<<pieceBits-1):]
	length, n := binary.Uvarint(piece)
	return length == uint64(len(text)) && string(piece[n:n+len(text)]) == text
}
