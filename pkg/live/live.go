// Package live follows a run: from what happens to its rows it works out how far it has come, how fast it is and what it waits
// for, as a person sees it while it goes on.
//
//	follower := live.New(live.Options{Rows: run.Rows, Expected: preview, Pace: session.Pace})
//	follower.Settled(record) // for every row that has got its outcome
//	console.Progress(follower.Progress())
//
// It shows nothing itself.
//
// It has no example: what it says depends on when it is asked.
package live

import (
	"sync"
	"time"

	"rollcall/pkg/console"
	"rollcall/pkg/onboard"
	"rollcall/pkg/pace"
	"rollcall/pkg/record"
)

// Options say what run is followed.
type Options struct {
	// Rows counts those of the run, and Expected is what was to become of them.
	Rows     int
	Expected *onboard.Preview
	// Pace says how fast the service is called at the moment.
	Pace func() pace.Status
	// Note stands before everything else.
	Note string
	// Picture, unless it is nil, returns a picture of how it goes.
	Picture func() string
}

// Follower follows a run from the moment at which it was made. It is safe for concurrent use.
type Follower struct {
	o      Options
	began  time.Time
	until  time.Time // when the run stops, zero if it does not
	toSend int

	mu      sync.Mutex
	done    int // rows with an outcome
	sent    int // of them, those that took a request
	bad     map[record.Outcome]int
	waiting string
}

// New returns a follower of a run that begins now.
func New(o Options) *Follower {
	return &Follower{
		o: o, began: time.Now(), until: o.Expected.Deadline, done: o.Expected.DoneBefore, toSend: o.Expected.Sends(), bad: map[record.Outcome]int{},
	}
}

// Settled tells that a row has its outcome.
func (f *Follower) Settled(rec *record.Record) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.done++
	if rec.Attempts > 0 {
		f.sent++
	}
	if !rec.Outcome.Well() {
		f.bad[rec.Outcome]++
	}
}

// Waiting tells what the run waits for; empty once it does not.
func (f *Follower) Waiting(what string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.waiting = what
}

// Progress returns how far the run is now.
func (f *Follower) Progress() console.Progress {
	f.mu.Lock()
	defer f.mu.Unlock()
	state := f.o.Pace()
	p := console.Progress{Done: f.done, Total: f.o.Rows, Reason: f.waiting, Slow: state.Why, Note: f.o.Note}
	if f.o.Picture != nil {
		p.Picture = f.o.Picture()
	}
	if elapsed := time.Since(f.began).Seconds(); elapsed > 0 {
		p.Rate = float64(f.sent) / elapsed
	}
	if p.Rate > 0 {
		p.Left = onboard.Takes(f.toSend-f.sent, p.Rate)
		if !f.until.IsZero() {
			p.Until, p.Unsent = f.until, onboard.Unsent(f.toSend-f.sent, p.Rate, time.Until(f.until))
		}
	}
	for _, outcome := range record.Outcomes() {
		p.Counts = append(p.Counts, console.Count{Name: outcome.String(), N: f.bad[outcome]})
	}
	if !state.HeldUntil.IsZero() {
		p.Wait = time.Until(state.HeldUntil)
		if p.Reason == "" {
			p.Reason = state.Hold
		}
	}
	return p
}
