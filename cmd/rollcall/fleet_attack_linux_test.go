package main_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"syscall"
	"time"

	"rollcall/pkg/ledger/postgres/postgrestest"
)

// blow is a way to attack a fleet.
type blow int

const (
	killing  blow = iota // a worker
	freezing             // a worker, for longer than a claim is good for
	crashing             // the database
)

// attack is blows at a fleet that works, in an order that the seed decides. Each comes as soon as its share of the work is done,
// so that they are spread over all of it however fast that goes. It comes sooner where the work does not get on: so some meet a
// fleet that has not recovered from those before.
type attack struct {
	l    *fleetLab
	seed uint64
	// kills, freezes and crashes are how many there are to be, and server what crashes.
	kills, freezes, crashes int
	server                  *postgrestest.Server
	// work is what [fleetLab.worked] tells in the end.
	work int

	random *rand.Rand
	blows  []blow
	done   []blow
	crew   []*laborer
	next   time.Time // when the next one comes at the latest
	left   int       // workers that have ended by themselves
}

func (a *attack) String() string {
	count := func(what blow) (n int) {
		for _, b := range a.done {
			if b == what {
				n++
			}
		}
		return n
	}
	return fmt.Sprintf("%d kills, %d freezes of %s, %d crashes of the database: %d jobs taken over, %d slices found that they were, %d workers ended by themselves",
		count(killing), count(freezing), frozenFor, count(crashing), a.l.counted("a job is taken over"),
		a.l.counted("somebody else has taken the organization over"), a.left)
}

// stuck is for how long nothing may happen.
const stuck = 5 * time.Minute

// run has so many workers work, and attacks them, until all jobs have ended. Then they have to end, too.
func (a *attack) run(workers int) {
	a.l.t.Helper()
	a.random = rand.New(rand.NewPCG(a.seed, 0))
	a.blows = slices.Concat(slices.Repeat([]blow{killing}, a.kills), slices.Repeat([]blow{freezing}, a.freezes), slices.Repeat([]blow{crashing}, a.crashes))
	a.random.Shuffle(len(a.blows), func(i, j int) { a.blows[i], a.blows[j] = a.blows[j], a.blows[i] })
	for n := range workers {
		a.crew = append(a.crew, a.l.worker(fmt.Sprintf("worker%d", n)))
	}
	a.wait()
	began := time.Now()
	worked, moved := 0, began
	for tick := 1; tick%10 != 0 || !a.l.done(); tick++ {
		a.tend()
		if len(a.done) < len(a.blows) && a.isDue() && a.strike(a.blows[len(a.done)]) {
			a.done = append(a.done, a.blows[len(a.done)])
			a.wait()
			if len(a.done)%100 == 0 {
				a.l.t.Logf("after %s: %d of %d blows, %d of %d done", time.Since(began).Round(time.Second), len(a.done), len(a.blows), a.l.worked(), a.work)
			}
		}
		if now := a.l.worked(); now != worked {
			worked, moved = now, time.Now()
		}
		if time.Since(moved) > stuck {
			open, err := a.l.open()
			a.l.t.Fatalf("%d jobs do not end, %v: %s\n%s", open, err, a, a.l.told())
		}
		<-time.After(20 * time.Millisecond)
	}
	for _, worker := range a.crew {
		a.l.drain(worker)
	}
	if len(a.done) < len(a.blows) {
		a.l.t.Errorf("the work was done after %d of %d blows", len(a.done), len(a.blows))
	}
}

// wait decides when the next blow comes at the latest.
func (a *attack) wait() {
	const usual = 5 * time.Second
	a.next = time.Now().Add(time.Duration(a.random.ExpFloat64() * float64(usual)))
}

// isDue reports whether the next blow is to come.
func (a *attack) isDue() bool {
	return a.l.worked()*(len(a.blows)+1) >= (len(a.done)+1)*a.work || time.Now().After(a.next)
}

// strike strikes, unless there is nobody to be struck.
func (a *attack) strike(b blow) bool {
	n := a.random.IntN(len(a.crew))
	switch worker := a.crew[n]; {
	case b == crashing:
		a.server.Crash()
		a.server.Restart(a.l.t)
	case b == killing:
		worker.kill()
		a.crew[n] = a.l.worker(worker.name)
		a.silence()
	case !worker.wakes.IsZero():
		return false
	default:
		_ = worker.Signal(syscall.SIGSTOP) // it may have ended just now
		worker.wakes = time.Now().Add(frozenFor)
		a.silence()
	}
	return true
}

// tend wakes workers up, and starts those again that have ended by themselves, as systemd does.
func (a *attack) tend() {
	for n, worker := range a.crew {
		if !worker.wakes.IsZero() && time.Now().After(worker.wakes) {
			_ = worker.Signal(syscall.SIGCONT)
			worker.wakes = time.Time{}
		}
		select {
		case <-worker.ended:
			a.left++
			a.l.t.Logf("%s has ended by itself: %v", worker.name, worker.err)
			a.crew[n] = a.l.worker(worker.name)
		default:
		}
	}
}

// silence has all organizations look as if nobody held them for long: whoever takes a job over needs not wait for that. The
// database may be gone, too, or a worker be frozen in the middle of a transaction, which everybody has to wait for.
func (a *attack) silence() {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(a.l.t.Context()), time.Second)
	defer cancel()
	_ = postgrestest.Silence(ctx, a.l.ledger)
}
