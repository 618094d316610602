package cli

import (
	"sync"
	"time"

	"rollcall/pkg/batch"
	"rollcall/pkg/console"
	"rollcall/pkg/ledger"
	"rollcall/pkg/onboard"
	"rollcall/pkg/pace"
	"rollcall/pkg/record"
	"rollcall/pkg/timeline"
)

// refresh is how often the live line is worked out anew, so that it goes on while nothing happens.
const refresh = 200 * time.Millisecond

// progress follows a run: it keeps the live line and writes the log.
type progress struct {
	*app
	pace  func() pace.Status
	run   ledger.Run
	began time.Time
	until time.Time       // when the run stops, zero if it does not
	graph *timeline.Graph // nil where none is asked for

	mu      sync.Mutex
	done    int // rows with an outcome
	sent    int // of them, those that took a request
	toSend  int
	bad     map[record.Outcome]int
	waiting string

	stopped chan struct{}
	ended   sync.WaitGroup
}

func newProgress(a *app, pace func() pace.Status, graph *timeline.Graph, run ledger.Run, expected *onboard.Preview) *progress {
	return &progress{
		app: a, pace: pace, graph: graph, run: run, began: time.Now(), until: expected.Deadline, done: expected.DoneBefore, toSend: expected.Sends(),
		bad: map[record.Outcome]int{}, stopped: make(chan struct{}),
	}
}

// start draws the live line until stop.
func (p *progress) start() {
	p.ended.Go(func() {
		ticker := time.NewTicker(refresh)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				p.console.Status(p.line())
			case <-p.stopped:
				p.console.Clear()
				return
			}
		}
	})
}

func (p *progress) stop() {
	close(p.stopped)
	p.ended.Wait()
}

// observe takes in what happens to the run.
func (p *progress) observe(e batch.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case e.Settled != nil:
		p.settled(e.Settled)
	case e.Retry != nil:
		p.log.Debug().Err(e.Retry.Err).Int(console.FieldRow, e.Retry.Row).
			Int(console.FieldLine, e.Retry.Line).Str(console.FieldEmail, e.Retry.Email).
			Int(console.FieldAttempt, e.Retry.Attempt).Float64(console.FieldWait, console.Seconds(e.Retry.Wait)).Msg("attempt failed")
	case e.Waiting != nil:
		p.waiting = *e.Waiting
		if p.waiting != "" {
			p.log.Warn().Msg(p.waiting)
		}
	}
}

func (p *progress) settled(rec *record.Record) {
	p.done++
	if rec.Attempts > 0 {
		p.sent++
	}
	if !rec.Outcome.Well() {
		p.bad[rec.Outcome]++
	}
	p.log.Debug().Int(console.FieldRow, rec.Row).Int(console.FieldLine, rec.Line).
		Str(console.FieldEmail, rec.Email).Stringer("outcome", rec.Outcome).Int(console.FieldAttempt, rec.Attempts).
		Int(console.FieldStatus, rec.HTTPStatus).Msg("settled")
}

// line returns the live line.
func (p *progress) line() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	state := p.pace()
	line := console.Progress{Done: p.done, Total: p.run.Rows, Reason: p.waiting, Slow: state.Why, Picture: p.graph.Live()}
	if elapsed := time.Since(p.began).Seconds(); elapsed > 0 {
		line.Rate = float64(p.sent) / elapsed
	}
	if line.Rate > 0 {
		line.Left = onboard.Takes(p.toSend-p.sent, line.Rate)
		if !p.until.IsZero() {
			line.Until, line.Unsent = p.until, onboard.Unsent(p.toSend-p.sent, line.Rate, time.Until(p.until))
		}
	}
	for _, outcome := range record.Outcomes() {
		line.Counts = append(line.Counts, console.Count{Name: outcome.String(), N: p.bad[outcome]})
	}
	if !state.HeldUntil.IsZero() {
		line.Wait = time.Until(state.HeldUntil)
		if line.Reason == "" {
			line.Reason = state.Hold
		}
	}
	return line.String()
}
