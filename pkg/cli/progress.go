package cli

import (
	"sync"
	"time"

	"rollcall/pkg/batch"
	"rollcall/pkg/console"
	"rollcall/pkg/ledger"
	"rollcall/pkg/live"
	"rollcall/pkg/onboard"
	"rollcall/pkg/pace"
	"rollcall/pkg/record"
	"rollcall/pkg/report"
	"rollcall/pkg/timeline"
)

// refresh is how often the live line is worked out anew, so that it goes on while nothing happens.
const refresh = 200 * time.Millisecond

// progress follows a run: it keeps the live line and writes the log.
type progress struct {
	*app
	*live.Follower
	stopped chan struct{}
	ended   sync.WaitGroup
}

func newProgress(a *app, pace func() pace.Status, graph *timeline.Graph, run ledger.Run, expected *onboard.Preview) *progress {
	o := live.Options{Rows: run.Rows, Expected: expected, Pace: pace, Picture: graph.Live}
	if a.sandbox.Load() {
		o.Note = report.SandboxMark
	}
	return &progress{app: a, Follower: live.New(o), stopped: make(chan struct{})}
}

// start draws the live line until stop.
func (p *progress) start() {
	p.ended.Go(func() {
		ticker := time.NewTicker(refresh)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				p.console.Progress(p.Progress())
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
	switch {
	case e.Settled != nil:
		p.Settled(e.Settled)
		p.logSettled(e.Settled)
	case e.Retry != nil:
		p.log.Debug().Err(e.Retry.Err).Int(console.FieldRow, e.Retry.Row).
			Int(console.FieldLine, e.Retry.Line).Str(console.FieldEmail, e.Retry.Email).
			Int(console.FieldAttempt, e.Retry.Attempt).Float64(console.FieldWait, console.Seconds(e.Retry.Wait)).Msg("attempt failed")
	case e.Waiting != nil:
		if p.Waiting(*e.Waiting); *e.Waiting != "" {
			p.log.Warn().Msg(*e.Waiting)
		}
	}
}

func (p *progress) logSettled(rec *record.Record) {
	p.log.Debug().Int(console.FieldRow, rec.Row).Int(console.FieldLine, rec.Line).
		Str(console.FieldEmail, rec.Email).Stringer("outcome", rec.Outcome).Int(console.FieldAttempt, rec.Attempts).
		Int(console.FieldStatus, rec.HTTPStatus).Msg("settled")
}
