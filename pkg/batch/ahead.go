package batch

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"rollcall/pkg/fence"
	"rollcall/pkg/journey"
)

// How claims are written ahead
//
// A claim has to be on disk before its request leaves. So that no worker stands still meanwhile, the claims of the next
// entries are written, all together, while the requests before them are on the wire. A crash then leaves these entries in
// doubt, too: they are looked up, and nobody is invited twice. A claim is good for a few seconds: no more are claimed than
// leave within one, and none ahead of a service that takes long to answer.
//
// Whoever was claimed ahead leaves no sooner than the run has taken in each answer that may speak against them.

const (
	// claimedAhead is how many entries are claimed at most while all workers are at it. Fewer are written too often: a commit costs
	// about the same for one as for a hundred.
	claimedAhead = 192
	// leaveWithin is how soon all of them are to leave.
	leaveWithin = fence.Good / 5
	// soon is how long a service may take to answer for claims to be written ahead.
	soon = leaveWithin / 2
)

// mostClaimed bounds what is claimed and not sent at a time.
func mostClaimed(workers int) int { return workers + claimedAhead }

// mostInFlight bounds what is claimed, sent and concluded at a time, since conclusions take their time as well.
func mostInFlight(workers int) int { return mostClaimed(workers) + 2*workers }

// ahead are the entries between their permission and their request. Its methods are the dispatcher's, but for begin and end.
type ahead struct {
	attempt *journey.Attempt
	// ask has claims written whose requests end with the run's context, not with the feeding's.
	ask     func([]*journey.Allowed, func([]journey.Claimed, error))
	workers int
	// group has its permissions, and no claims yet.
	group []*journey.Allowed
	// claimed goes to the workers. It has room for all that can be on its way, so that the disk never waits.
	claimed chan claimed
	// unsent counts the claims that were asked for and have not come to a worker, sending the requests that workers are at.
	unsent, sending atomic.Int64
	// low tells that the workers will soon have nothing to do.
	low chan struct{}
	// recalled says that what was claimed ahead does not leave any more.
	recalled atomic.Bool
	// most is how many may be claimed while all workers are at it.
	most atomic.Int64
	// careful says that somebody may lose an invitation by what is sent: then nobody is claimed before the answers to the others
	// are heard.
	careful bool

	mu sync.Mutex
	// against counts the answers that have come, may speak against the next entries, and were not taken in.
	against int
	// heard tells that there is none.
	heard *sync.Cond
}

// claimed is an entry whose claim is on disk.
type claimed struct {
	journey.Claimed
	// ahead says that it was claimed before a worker was free for it.
	ahead bool
}

func newAhead(ctx context.Context, attempt *journey.Attempt, workers int) *ahead {
	a := &ahead{
		attempt: attempt, workers: workers,
		ask: func(entries []*journey.Allowed, then func([]journey.Claimed, error)) {
			attempt.Claim(ctx, entries, then)
		},
		claimed: make(chan claimed, mostClaimed(workers)), low: make(chan struct{}, 1),
	}
	a.heard = sync.NewCond(&a.mu)
	attempt.Listen = func(heard journey.Heard) { a.count(heard, 1) }
	return a
}

// count counts an answer that has come, by 1, or was taken in, by -1.
func (a *ahead) count(heard journey.Heard, by int) {
	if heard <= journey.Accepted {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.against += by; a.against == 0 {
		a.heard.Broadcast()
	}
}

// listen waits until all that has come and may speak against the next entries was taken in.
func (a *ahead) listen() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for a.against > 0 {
		a.heard.Wait()
	}
}

// full reports whether there are as many entries before the workers as they need.
func (a *ahead) full() bool {
	most := a.workers
	if !a.careful {
		most += int(a.most.Load())
	}
	return len(a.group)+int(a.unsent.Load()+a.sending.Load()) >= most
}

// answered takes in how long the service took for an answer.
func (a *ahead) answered(took time.Duration) {
	most := 0
	if took < soon {
		most = int(min(claimedAhead, time.Duration(a.workers)*leaveWithin/max(took, 1)))
	}
	a.most.Store(int64(most))
}

// isLow reports whether the workers will soon have nothing to do.
func (a *ahead) isLow() bool { return 2*a.unsent.Load() <= a.most.Load() }

// claim has the claims of the group written. What fails goes back.
func (a *ahead) claim(back chan<- answer) {
	if len(a.group) == 0 {
		return
	}
	group, began, ahead := a.group, time.Now(), len(a.group)+int(a.unsent.Load()+a.sending.Load()) > a.workers
	a.group = nil
	a.unsent.Add(int64(len(group)))
	a.ask(group, func(entries []journey.Claimed, err error) {
		if err == nil {
			for _, entry := range entries {
				a.claimed <- claimed{entry, ahead}
			}
			return
		}
		a.unsent.Add(-int64(len(group)))
		for _, e := range group {
			back <- answer{&journey.Step{Move: journey.Withheld, Work: e.Work}, err, began}
		}
	})
}

// begin notes that a worker has an entry, and says when that was.
func (a *ahead) begin() time.Time {
	a.sending.Add(1)
	a.unsent.Add(-1)
	a.tell()
	return time.Now()
}

// end notes that a worker is done with an entry.
func (a *ahead) end() {
	a.sending.Add(-1)
	a.tell()
}

// tell tells that the workers will soon have nothing to do, if that is so.
func (a *ahead) tell() {
	if !a.isLow() {
		return
	}
	select {
	case a.low <- struct{}{}:
	default: // it is told already
	}
}

// work makes the requests of claimed entries until there are no more.
func (a *ahead) work(back chan<- answer) {
	for c := range a.claimed {
		began := a.begin()
		send := a.attempt.Send
		if c.ahead {
			a.listen()
		}
		if c.ahead && a.recalled.Load() {
			send = a.attempt.Withhold
		}
		send(c.Claimed, func(step *journey.Step, err error) { back <- answer{step, err, began} })
		a.end()
	}
}
