package onboard

import (
	"context"
	"net/http"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/pace"
)

// SharedLimit is a limit of the service that others share who send elsewhere. Every request of this program has a slot in it.
// Reserve and Hold may be called by several goroutines at once.
type SharedLimit interface {
	// Rates returns how many requests a second all together may send, and how many the service was found to take from this
	// program while others send, too; 0 if that is not known.
	Rates(ctx context.Context) (most, learned float64, err error)
	// Reserve books the slot of one request, see [pace.Options]. Its error ends the work.
	Reserve(ctx context.Context) (wait time.Duration, err error)
	// Hold tells everybody that the service asks for a pause. It must not wait.
	Hold(during time.Duration, why string)
	// Learn is told which rate the service was found to take from this program, 0 if the one that was known was wrong.
	Learn(ctx context.Context, rate float64) error
}

// newPace returns the pace of everything that is sent.
func newPace(ctx context.Context, p Pacing) (*pace.Pace, error) {
	o := pace.Options{Rate: p.Rate, Burst: p.Burst}
	if p.Shared != nil {
		most, learned, err := p.Shared.Rates(ctx)
		if err != nil {
			return nil, err
		}
		o.Most, o.Start, o.Reserve = pace.Rate(most), pace.Rate(learned), p.Shared.Reserve
	}
	return pace.New(o)
}

// askOthers has those who share the limit pause as well, where the service asks for it. A second or less is about the request
// alone, and nobody pauses for longer than this program would wait.
func (c *Connection) askOthers(e cybedefend.Exchange) {
	if c.service.Shared == nil || e.RetryAfter <= time.Second || e.Status != http.StatusTooManyRequests && e.Status != http.StatusServiceUnavailable {
		return
	}
	c.service.Shared.Hold(min(e.RetryAfter, c.service.MaxWait), "the service asks for a pause")
}

// restorePace begins with the pace that an earlier run has learned. What is known of a limit that others share, too, was known
// from the beginning.
func (s *Session) restorePace(ctx context.Context) error {
	if s.o.Shared != nil {
		return nil
	}
	return s.memory.restorePace(ctx, s.connection.pace)
}

// learnPace remembers the pace that a run has learned, if any: where others share the limit, for all of them. One that is not
// remembered costs a few seconds, and whatever is wrong with the ledger is said by the run.
func (s *Session) learnPace(ctx context.Context) {
	learn := s.memory.learnPace
	if s.o.Shared != nil {
		learn = func(ctx context.Context, rate float64) error { return s.o.Shared.Learn(ctx, rate) }
	}
	if rate, news := news(s.connection.pace); news {
		_ = learn(ctx, rate)
	}
}

// news returns what is to be remembered of a pace: the rate that was learned, or 0 if one that was restored has turned out to be
// wrong.
func news(p *pace.Pace) (rate float64, news bool) {
	learned, ok := p.Learned()
	return float64(learned), ok || p.Refuted()
}
