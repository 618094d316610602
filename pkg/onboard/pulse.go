package onboard

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"rollcall/pkg/batch"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/timeline"
)

const (
	// pulseEach is how often the pace is looked at: a hold that is shorter may be missed.
	pulseEach = 200 * time.Millisecond
	// pulseKept is how often what was seen is kept, pulseFirst when it first is: a crash loses no more than that of a picture.
	pulseKept  = 10 * time.Second
	pulseFirst = 2 * time.Second
)

// pulse is what happens to the pace of a run. Nothing waits for it, and no run fails because of it.
type pulse struct {
	recorder atomic.Pointer[timeline.Recorder] // nil before the run has begun
	// earlier are the pieces of the processes before. They are there before the recorder is.
	earlier []timeline.Piece
	last    atomic.Pointer[timeline.Piece] // once the run has ended
}

// Timeline returns what has happened to the pace of the run so far, a piece for each process that has worked on it, oldest
// first; nil before it has begun. It may be asked for at any time.
func (s *Session) Timeline() []timeline.Piece {
	r := s.pulse.recorder.Load()
	if r == nil {
		return nil
	}
	if last := s.pulse.last.Load(); last != nil {
		return append(slices.Clone(s.pulse.earlier), *last)
	}
	return append(slices.Clone(s.pulse.earlier), r.Piece(time.Now()))
}

// listening returns the observer of the connection, which tells the pulse of every call as well.
func (s *Session) listening() Observer {
	o := s.o.Observer
	tell := o.Exchange
	o.Exchange = func(e cybedefend.Exchange) {
		s.pulse.exchange(e)
		if tell != nil {
			tell(e)
		}
	}
	return o
}

// exchange takes in a call of the service.
func (p *pulse) exchange(e cybedefend.Exchange) {
	r := p.recorder.Load()
	if r == nil || e.Operation == cybedefend.OpExchangeToken {
		return
	}
	now, kind := time.Now(), timeline.Answered
	switch {
	case e.Status == http.StatusTooManyRequests, e.Status == http.StatusTooEarly, e.Status == http.StatusServiceUnavailable,
		e.Status == http.StatusForbidden && e.HasRetryAfter:
		kind = timeline.Refused
	case e.Class == cybedefend.Lost:
		kind = timeline.Lost
	case e.Status >= http.StatusOK && e.Status < http.StatusInternalServerError && e.Class != cybedefend.Foreign:
		r.Line(now, false)
	}
	r.Request(now, kind)
}

// event takes in what happened to a row.
func (p *pulse) event(e batch.Event) {
	r := p.recorder.Load()
	switch {
	case r == nil:
	case e.Settled != nil:
		r.Row(time.Now(), e.Settled.Outcome.Well())
	case e.Waiting != nil && strings.HasPrefix(*e.Waiting, batch.Down):
		r.Line(time.Now(), true)
	}
}

// watchPace keeps what happens to the pace from now on, until the function that it returns is called.
func (s *Session) watchPace(ctx context.Context) (stop func()) {
	ctx = context.WithoutCancel(ctx)
	s.pulse.earlier = timelinesOf(ctx, s.memory.ledger, s.run.ID)
	r := timeline.NewRecorder(time.Now())
	s.pulse.recorder.Store(r)
	ended := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		ticker := time.NewTicker(pulseEach)
		defer ticker.Stop()
		kept := time.Now().Add(pulseFirst - pulseKept)
		for {
			select {
			case <-ended:
				return
			case now := <-ticker.C:
				status := s.connection.pace.Status()
				r.Pace(now, timeline.State{Rate: float64(status.Rate), HeldUntil: status.HeldUntil, Why: status.Hold})
				if now.Sub(kept) >= pulseKept {
					s.keepPace(ctx, r.Piece(now))
					kept = time.Now()
				}
			}
		}
	})
	return func() {
		close(ended)
		watching.Wait()
		last := r.Piece(time.Now())
		s.pulse.last.Store(&last)
		s.keepPace(ctx, last)
	}
}

// keepPace remembers a piece. One that cannot be kept is a picture that lacks something: whatever is wrong with the ledger is
// said by the run.
func (s *Session) keepPace(ctx context.Context, p timeline.Piece) {
	_ = s.memory.ledger.KeepTimeline(ctx, s.run.ID, s.run.Resumed, p.Encode())
}
