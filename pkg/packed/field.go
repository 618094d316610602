package packed

import (
	"encoding/binary"
	"strings"
	"time"
)

// AppendNumber appends a number.
func AppendNumber(text []byte, n uint64) []byte { return binary.AppendUvarint(text, n) }

// AppendText appends a text.
func AppendText(text []byte, s string) []byte {
	return append(AppendNumber(text, uint64(len(s))), s...)
}

// AppendSame appends a text that mostly is another one, which is known when it is read.
func AppendSame(text []byte, s, other string) []byte {
	if s == other {
		return append(text, 1)
	}
	return AppendText(append(text, 0), s)
}

// AppendTime appends a time, which is read in UTC.
func AppendTime(text []byte, t time.Time) []byte {
	return AppendNumber(binary.AppendVarint(text, t.Unix()), uint64(t.Nanosecond()))
}

// Words are the texts that many things have in common, such as roles: each of them is kept once. The zero value has none. It
// is safe for concurrent use as long as nothing is appended.
type Words struct {
	texts   []string
	numbers map[string]uint64
}

// Append appends one of the words.
func (w *Words) Append(text []byte, word string) []byte {
	number, known := w.numbers[word]
	if !known {
		if w.numbers == nil {
			w.numbers = map[string]uint64{}
		}
		number, word = uint64(len(w.texts)), strings.Clone(word)
		w.numbers[word], w.texts = number, append(w.texts, word)
	}
	return AppendNumber(text, number)
}

// Read reads one of the words.
func (w *Words) Read(r *Reader) string { return w.texts[r.Number()] }

// Reader reads fields in the order in which they were appended. What it reads shares the memory of the text.
type Reader struct {
	text string
	at   int // how much of it was read
}

// Read returns a reader of a text.
func Read(text string) Reader { return Reader{text: text} }

// Byte reads a byte.
func (r *Reader) Byte() byte {
	r.at++
	return r.text[r.at-1]
}

// Number reads what [AppendNumber] has appended.
func (r *Reader) Number() (n uint64) {
	for shift := 0; ; shift += 7 {
		b := r.Byte()
		if n |= uint64(b&0x7f) << shift; b < 0x80 {
			return n
		}
	}
}

// Text reads what [AppendText] has appended.
func (r *Reader) Text() string {
	length := int(r.Number())
	r.at += length
	return r.text[r.at-length : r.at]
}

// Same reads what [AppendSame] has appended.
func (r *Reader) Same(other string) string {
	if r.Byte() == 1 {
		return other
	}
	return r.Text()
}

// Time reads what [AppendTime] has appended.
func (r *Reader) Time() time.Time {
	zigzag := r.Number()
	seconds := int64(zigzag>>1) ^ -int64(zigzag&1)
	return time.Unix(seconds, int64(r.Number())).UTC()
}
