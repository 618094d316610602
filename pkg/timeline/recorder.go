package timeline

import (
	"strings"
	"sync"
	"time"
)

// Kind says what came of a request.
type Kind uint8

// The kinds.
const (
	// Answered: the service has answered, be it with a no.
	Answered Kind = iota
	// Refused: the service has refused the request for being too many, or for having too much to do.
	Refused
	// Lost: nobody knows what became of it.
	Lost
)

// State is what the pace is doing at an instant.
type State struct {
	// Rate is the one that is allowed, in requests a second.
	Rate float64
	// HeldUntil is when the hold ends that stands, zero if none does, Why its reason.
	HeldUntil time.Time
	Why       string
}

// Recorder makes a [Piece] while a run is under way. It is safe for concurrent use, and never waits for anything but itself.
type Recorder struct {
	mu    sync.Mutex
	piece Piece
	known time.Time // up to when held and down are in the piece
	held  State
	down  bool
}

// NewRecorder returns a recorder for what happens from an instant on.
func NewRecorder(start time.Time) *Recorder {
	return &Recorder{piece: Piece{Start: start, End: start, Width: narrowest}, known: start}
}

// Request takes in that a request came to its end.
func (r *Recorder) Request(at time.Time, kind Kind) {
	r.mu.Lock()
	defer r.mu.Unlock()
	b := r.reach(at)
	b.Requests++
	switch kind {
	case Refused:
		b.Refused++
	case Lost:
		b.Lost++
	case Answered:
	}
}

// Row takes in that a row has ended, well or not.
func (r *Recorder) Row(at time.Time, well bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if b := r.reach(at); well {
		b.Well++
	} else {
		b.Badly++
	}
}

// Line takes in that the line is stopped, since the service does not answer as it should, or that it goes on.
func (r *Recorder) Line(at time.Time, stopped bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.advance(at)
	r.down = stopped
}

// Pace takes in what the pace is doing. It is to be called now and then, since a hold counts from the first time that it is
// told of.
func (r *Recorder) Pace(at time.Time, s State) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.advance(at)
	r.held = s
	r.piece.at(at).Rate = s.Rate
}

// Piece returns what is known up to an instant.
func (r *Recorder) Piece(at time.Time) Piece {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.advance(at)
	return r.piece.clone()
}

// reach returns the bucket at an instant, which is now the last one that is known of.
func (r *Recorder) reach(at time.Time) *Bucket {
	if at.After(r.piece.End) {
		r.piece.End = at
	}
	return r.piece.at(at)
}

// advance adds the time for which nobody was allowed to send, or the line was stopped, up to an instant.
func (r *Recorder) advance(at time.Time) {
	if !at.After(r.known) {
		return
	}
	r.reach(at)
	switch until := r.held.HeldUntil; {
	case r.down:
		r.piece.spread(r.known, at, func(b *Bucket, d time.Duration) { b.Down += d })
	case until.After(r.known):
		if at.Before(until) {
			until = at
		}
		why := r.piece.reason(r.held.Why)
		r.piece.spread(r.known, until, func(b *Bucket, d time.Duration) {
			b.Held += d
			b.Why = why
		})
	}
	r.known = at
}

// shortened returns a reason that is no longer than it may be, in whole characters.
func shortened(text string) string {
	if len(text) > longestReason {
		text = text[:longestReason]
	}
	return strings.ToValidUTF8(text, "")
}
