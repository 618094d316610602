package batch

import (
	"sync"
	"time"
)

// Patience bounds how long the service is waited for by all calls that share it together: it counts from the first call that
// failed since one was answered as it should be, whoever made them. The zero value is ready. It is safe for concurrent use.
type Patience struct {
	mu    sync.Mutex
	since time.Time // zero while the service answers
}

// failed notes that a call that began at an instant has failed, and returns since when nothing else has come back. Nil knows
// of no other calls.
func (p *Patience) failed(began time.Time) time.Time {
	if p == nil {
		return began
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.since.IsZero() || began.Before(p.since) {
		p.since = began
	}
	return p.since
}

// answered notes that a call was answered as it should be, be it with a no.
func (p *Patience) answered() {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.since = time.Time{}
}
