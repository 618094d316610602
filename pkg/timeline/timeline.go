// Package timeline keeps what happened to the pace of a run over time, in room that does not grow with the run: counts in
// buckets of the same width, which doubles whenever there would be too many of them.
//
//	recorder := timeline.NewRecorder(time.Now())
//	recorder.Request(time.Now(), timeline.Answered)
//	recorder.Row(time.Now(), true)
//	piece := recorder.Piece(time.Now())
//	for _, line := range timeline.Lines([]timeline.Piece{piece}, timeline.Picture{Columns: 72}) { … }
//
// A [Piece] is what one process has seen of a run. It can be written as a few kilobytes, see [Piece.Encode], and drawn in a
// terminal, see [Spark] and [Lines]. The package has no clock of its own, knows no service and decides nothing.
package timeline

import (
	"slices"
	"time"
)

const (
	// MostBuckets is how many buckets a piece has at most: more than a screen has columns that can be told apart.
	MostBuckets = 600
	// narrowest is the width of a bucket in the beginning: what is shorter nobody sees in a picture.
	narrowest = 100 * time.Millisecond
	// mostReasons is how many reasons of holds are told apart.
	mostReasons = 8
	// longestReason bounds a reason, in bytes.
	longestReason = 200
)

// OtherReasons stands for the reasons beyond those that are told apart.
const OtherReasons = "other reasons"

// Bucket is what happened in one span of time.
type Bucket struct {
	// Requests counts the requests whose answer came, or was given up, in the span. Refused are those of them that the service
	// refused for being too many or for having too much to do, Lost those whose reply was lost.
	Requests, Refused, Lost int
	// Well and Badly count the rows that ended in the span.
	Well, Badly int
	// Held is how long nobody was allowed to send, Down how long the line was stopped since the service did not answer as it
	// should. What was down was not held as well.
	Held, Down time.Duration
	// Why is the place of the reason for the hold among the reasons of the piece, from 1; 0 if there is none.
	Why int
	// Rate is the last rate in the span that was allowed, in requests a second; 0 if it is not known.
	Rate float64
}

// Piece is what one process has seen of a run.
type Piece struct {
	// Start is when it begins, End the last instant that it knows of.
	Start, End time.Time
	// Width is the span of a bucket. The first one begins at Start.
	Width   time.Duration
	Buckets []Bucket
	// Reasons are those of the holds, as they were given.
	Reasons []string
}

// Lasts returns the time that the piece tells of.
func (p Piece) Lasts() time.Duration { return p.End.Sub(p.Start) }

// Reason returns why nobody was allowed to send in a bucket, empty if that is not known.
func (p Piece) Reason(b Bucket) string {
	if b.Why < 1 || b.Why > len(p.Reasons) {
		return ""
	}
	return p.Reasons[b.Why-1]
}

// Sum returns what happened in the whole piece. Its Why and Rate mean nothing.
func (p Piece) Sum() Bucket {
	var sum Bucket
	for _, b := range p.Buckets {
		sum = sum.with(b)
	}
	return sum
}

// with returns what happened in this span and in the next one.
func (b Bucket) with(next Bucket) Bucket {
	sum := Bucket{
		Requests: b.Requests + next.Requests, Refused: b.Refused + next.Refused, Lost: b.Lost + next.Lost,
		Well: b.Well + next.Well, Badly: b.Badly + next.Badly, Held: b.Held + next.Held, Down: b.Down + next.Down,
		Why: b.Why, Rate: next.Rate,
	}
	if next.Held > b.Held || sum.Why == 0 {
		sum.Why = next.Why
	}
	if sum.Rate == 0 {
		sum.Rate = b.Rate
	}
	return sum
}

// at returns the bucket at an instant. It makes those that are missing, and makes all of them wider where there would be too
// many. What was before the start counts as at the start.
func (p *Piece) at(instant time.Time) *Bucket {
	place := int(max(0, instant.Sub(p.Start)) / p.Width)
	for place >= MostBuckets {
		p.widen()
		place /= 2
	}
	for len(p.Buckets) <= place {
		p.Buckets = append(p.Buckets, Bucket{})
	}
	return &p.Buckets[place]
}

// widen puts two buckets each into one.
func (p *Piece) widen() {
	for i := range (len(p.Buckets) + 1) / 2 {
		pair := p.Buckets[2*i]
		if 2*i+1 < len(p.Buckets) {
			pair = pair.with(p.Buckets[2*i+1])
		}
		p.Buckets[i] = pair
	}
	p.Buckets = p.Buckets[:(len(p.Buckets)+1)/2]
	p.Width *= 2
}

// spread calls do with each bucket between two instants, and with how much of that time is in it.
func (p *Piece) spread(from, to time.Time, do func(*Bucket, time.Duration)) {
	if from.Before(p.Start) {
		from = p.Start
	}
	if !to.After(from) {
		return
	}
	p.at(to) // as wide as they will be
	for from.Before(to) {
		end := from.Add(p.Width - from.Sub(p.Start)%p.Width)
		if end.After(to) {
			end = to
		}
		do(p.at(from), end.Sub(from))
		from = end
	}
}

// reason returns the number of a reason.
func (p *Piece) reason(why string) int {
	if why == "" {
		return 0
	}
	why = shortened(why)
	if i := slices.Index(p.Reasons, why); i >= 0 {
		return i + 1
	}
	if len(p.Reasons) >= mostReasons-1 {
		why = OtherReasons
		if i := slices.Index(p.Reasons, why); i >= 0 {
			return i + 1
		}
	}
	p.Reasons = append(p.Reasons, why)
	return len(p.Reasons)
}

// clone returns a copy that shares nothing.
func (p Piece) clone() Piece {
	p.Buckets, p.Reasons = slices.Clone(p.Buckets), slices.Clone(p.Reasons)
	return p
}
