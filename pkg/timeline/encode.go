package timeline

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"
)

// version is the first byte of an encoded piece.
const version = 1

// ErrUnreadable says that bytes are no piece that this program can read.
var ErrUnreadable = errors.New("timeline: it cannot be read")

// Encode returns the piece as a few kilobytes at most. Times are kept to the millisecond, rates to the thousandth.
func (p Piece) Encode() []byte {
	b := []byte{version}
	b = binary.AppendVarint(b, p.Start.UnixMilli())
	b = binary.AppendUvarint(b, millis(p.Lasts()))
	b = binary.AppendUvarint(b, millis(p.Width))
	b = binary.AppendUvarint(b, uint64(len(p.Reasons)))
	for _, why := range p.Reasons {
		b = binary.AppendUvarint(b, uint64(len(why)))
		b = append(b, why...)
	}
	b = binary.AppendUvarint(b, uint64(len(p.Buckets)))
	for _, of := range p.Buckets {
		for _, n := range []int{of.Requests, of.Refused, of.Lost, of.Well, of.Badly, of.Why} {
			b = binary.AppendUvarint(b, uint64(max(n, 0)))
		}
		b = binary.AppendUvarint(b, millis(of.Held))
		b = binary.AppendUvarint(b, millis(of.Down))
		b = binary.AppendUvarint(b, uint64(math.Round(min(max(of.Rate, 0)*1000, mostCount))))
	}
	return b
}

// Decode returns the piece that [Piece.Encode] has written, or [ErrUnreadable].
func Decode(b []byte) (Piece, error) {
	r := &reader{left: b}
	if len(b) == 0 || b[0] != version {
		return Piece{}, fmt.Errorf("%w: it is of another version", ErrUnreadable)
	}
	r.left = b[1:]
	var p Piece
	p.Start = time.UnixMilli(r.signed(mostSeconds * 1000))
	p.End = p.Start.Add(r.duration(mostSeconds * time.Second))
	p.Width = r.duration(mostSeconds * time.Second)
	for range r.number(mostReasons) {
		p.Reasons = append(p.Reasons, r.text(longestReason))
	}
	for range r.number(MostBuckets) {
		p.Buckets = append(p.Buckets, Bucket{
			Requests: r.number(mostCount), Refused: r.number(mostCount), Lost: r.number(mostCount), Well: r.number(mostCount),
			Badly: r.number(mostCount), Why: r.number(len(p.Reasons)), Held: r.duration(p.Width), Down: r.duration(p.Width),
			Rate: float64(r.number(mostCount)) / 1000,
		})
	}
	if r.failed || len(r.left) > 0 || p.Width < narrowest || p.Lasts() >= p.Width*(MostBuckets+1) {
		return Piece{}, ErrUnreadable
	}
	return p, nil
}

const (
	// mostSeconds bounds times: some three hundred years.
	mostSeconds = 9_000_000_000
	// mostCount bounds counts in a bucket, and rates in thousandths.
	mostCount = math.MaxInt32
)

func millis(d time.Duration) uint64 { return uint64(max(0, d.Milliseconds())) }

// reader takes numbers from bytes. After the first one that is out of bounds it yields zeros.
type reader struct {
	left   []byte
	failed bool
}

func (r *reader) number(most int) int { return int(r.unsigned(int64(most))) }

func (r *reader) unsigned(most int64) int64 {
	n, size := binary.Uvarint(r.left)
	if r.failed || size <= 0 || n > uint64(most) {
		r.failed = true
		return 0
	}
	r.left = r.left[size:]
	return int64(n)
}

func (r *reader) signed(most int64) int64 {
	n, size := binary.Varint(r.left)
	if r.failed || size <= 0 || n > most || n < -most {
		r.failed = true
		return 0
	}
	r.left = r.left[size:]
	return n
}

func (r *reader) duration(most time.Duration) time.Duration {
	return time.Duration(r.unsigned(most.Milliseconds())) * time.Millisecond
}

func (r *reader) text(longest int) string {
	n := r.number(longest)
	if n > len(r.left) {
		r.failed = true
		return ""
	}
	text := string(r.left[:n])
	r.left = r.left[n:]
	return text
}
