package journey_test

import (
	"flag"
	"fmt"
	"os/exec"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/plan"
)

var shallower = flag.Int("explore.shallower", 0, "how many events less deep the explorer looks, or deeper if negative")

// scenario is what there is before the first run, and the policy.
type scenario struct {
	name   string
	policy plan.Policy
	// invitation is ada's before the first run, nil if there is none.
	invitation *invitation
	// member says that she is one, with another role than the roster wants.
	member bool
	// depth is how many events deep the small alphabet is explored, and whole how many the whole one.
	depth, whole int
}

// role returns the role that the roster wants. The service makes everybody a member: by whatever it shows, an invitation
// differs from such a wish, and is not to be replaced for that more than once.
func (s *scenario) role() string {
	if s.policy.Reinvite == plan.ReinviteDiffering {
		return string(cybedefend.BillingManager)
	}
	return string(cybedefend.Member)
}

func scenarios() []scenario {
	return []scenario{
		{"two strangers", plan.Policy{}, nil, false, 7, 5},
		{"a pending invitation is replaced", plan.Policy{Reinvite: plan.ReinvitePending}, &invitation{how: pending}, false, 6, 4},
		{"a pending invitation that differs is replaced", plan.Policy{Reinvite: plan.ReinviteDiffering}, &invitation{how: pending}, false, 5, 4},
		{"an invitation has expired", plan.Policy{}, &invitation{how: expired}, false, 6, 4},
		{"an invitation has expired and nothing is renewed", plan.Policy{Reinvite: plan.ReinviteNever}, &invitation{how: expired}, false, 7, 5},
		{"what has ended is renewed", plan.Policy{Reinvite: plan.ReinviteEnded}, nil, false, 6, 4},
		{"a member has another role", plan.Policy{}, nil, true, 5, 4},
	}
}

// TestEveryReachableState visits every state that two people, an adversarial service and processes that die can come to,
// and holds each one against the promises: with a small alphabet of events, and less deep with the whole one.
func TestEveryReachableState(t *testing.T) {
	less := *shallower
	if raceDetector {
		exploreWithoutRaceDetector(t)
		less += 2 // here it looks for races, and there for states
	}
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	for _, s := range scenarios() {
		t.Run(s.name, func(t *testing.T) { newExplorer(&s, s.depth-less, false).explore(t) })
		t.Run(s.name+", every event", func(t *testing.T) { newExplorer(&s, s.whole-less, true).explore(t) })
	}
}

// exploreWithoutRaceDetector explores as deep as it should in another process, since the race detector takes its time.
func exploreWithoutRaceDetector(t *testing.T) {
	t.Helper()
	output, err := exec.CommandContext(t.Context(), "go", "test", "-count=1", "-v", "-run=^"+t.Name()+"$", ".").CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, output)
	}
	for line := range strings.Lines(string(output)) {
		if strings.Contains(line, " states, ") {
			t.Log(strings.TrimSpace(line))
		}
	}
}

// explorer visits worlds breadth first.
type explorer struct {
	scenario      *scenario
	depth         int
	events        []event
	continuations []continuation
	seen          seen
	good          [4]seen     // by continuations
	people        [2]sync.Map // by key
	found         atomic.Pointer[string]
	transitions   atomic.Int64
}

func newExplorer(s *scenario, depth int, whole bool) *explorer {
	e := &explorer{scenario: s, depth: depth, continuations: continuations()}
	for _, event := range events() {
		if event.core || whole {
			e.events = append(e.events, event)
		}
	}
	return e
}

// visit is a world and the events that led there.
type visit struct {
	world *world
	path  []uint8
}

func (e *explorer) explore(t *testing.T) {
	t.Helper()
	began := time.Now()
	frontier := []visit{{world: e.scenario.before()}}
	e.seen.add(frontier[0].world.key(origin))
	for depth := 1; depth <= e.depth && len(frontier) > 0; depth++ {
		frontier = e.level(t, frontier, depth == e.depth)
		if found := e.found.Load(); found != nil {
			t.Fatal(*found)
		}
	}
	t.Logf("%d states, %d events deep, by %d transitions of %d events, in %s",
		e.seen.len(), e.depth, e.transitions.Load(), len(e.events), time.Since(began).Round(time.Millisecond))
}

// before is the world before the first run.
func (s *scenario) before() *world {
	w := &world{people: [2]*person{{}, {}}}
	if s.invitation != nil {
		i := *s.invitation
		i.born = origin.Add(-time.Hour)
		w.people[0].invitations = []invitation{i}
	}
	if s.member {
		w.people[0].member, w.people[0].memberSince, w.people[0].otherRole = true, origin.Add(-time.Hour), true
	}
	return w
}

// level lets every event happen in every world of the frontier, and returns the new worlds.
func (e *explorer) level(t *testing.T, frontier []visit, last bool) (next []visit) {
	t.Helper()
	var mu sync.Mutex
	var turn atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			synctest.Test(t, func(*testing.T) {
				var mine []visit
				for i := turn.Add(1) - 1; i < int64(len(frontier)) && e.found.Load() == nil; i = turn.Add(1) - 1 {
					mine = e.expand(frontier[i], mine, last)
				}
				mu.Lock()
				defer mu.Unlock()
				next = append(next, mine...)
			})
		})
	}
	workers.Wait()
	return next
}

// expand lets every event happen in a world, and appends the new worlds.
func (e *explorer) expand(v visit, next []visit, last bool) []visit {
	for n, event := range e.events {
		if !event.may(v.world) {
			continue
		}
		m, began := v.world.wake(e.scenario), time.Now()
		event.do(m)
		m.check()
		if took := time.Since(began); took > mostTime {
			m.violated("it takes %s", took)
		}
		e.transitions.Add(1)
		path := slices.Concat(v.path, []uint8{uint8(n)})
		if m.violation != "" {
			e.fail(path, nil, m.violation)
			return next
		}
		if !e.seen.add(m.key(time.Now())) {
			continue
		}
		w := m.atRest()
		if !e.goOn(w, path) {
			return next
		}
		if !last {
			next = append(next, visit{e.shared(w), path})
		}
	}
	return next
}

// shared returns the world with people who are shared with other worlds, of which there are many more than people. Runs
// have the same numbers in all of them.
func (e *explorer) shared(w *world) *world {
	for who, p := range w.people {
		runs := w.ledger.run
		for _, past := range p.past {
			runs = 64*runs + past.run
		}
		known, _ := e.people[who].LoadOrStore(p.key(origin, w.process.alive).with(runs), p)
		w.people[who], _ = known.(*person)
	}
	return w
}

// goOn follows the continuations from a world until they come to one that was followed before.
func (e *explorer) goOn(w *world, path []uint8) bool {
	for n := range e.continuations {
		c := &e.continuations[n]
		if len(path) > c.depth {
			continue
		}
		m, began := w.wake(e.scenario), time.Now()
		for steps, ends := 0, 0; ends < c.ends && e.good[n].add(m.key(time.Now()).with(ends)); steps++ {
			c.step(m)
			if c.ended(m) {
				ends++
			}
			if ends == c.ends {
				c.last(m)
			}
			m.check()
			if steps > mostSteps || time.Since(began) > mostTime {
				m.violated("it does not come to an end")
			}
			if m.violation != "" {
				e.fail(path, c, m.violation)
				return false
			}
		}
	}
	return true
}

// fail notes what was found first.
func (e *explorer) fail(path []uint8, c *continuation, violation string) {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, after these events:", violation)
	for i, n := range path {
		fmt.Fprintf(&b, "\n  %d. %s", i+1, e.events[n].name)
	}
	if c != nil {
		fmt.Fprintf(&b, "\n  and then %s", c.name)
	}
	text := b.String()
	e.found.CompareAndSwap(nil, &text)
}

// seen is a set of keys for many goroutines.
type seen struct {
	shards [64]struct {
		mu   sync.Mutex
		keys map[key]struct{}
	}
}

// add reports whether the key is new.
func (s *seen) add(k key) bool {
	shard := &s.shards[k[0]%uint64(len(s.shards))]
	shard.mu.Lock()
	defer shard.mu.Unlock()
	if _, found := shard.keys[k]; found {
		return false
	}
	if shard.keys == nil {
		shard.keys = map[key]struct{}{}
	}
	shard.keys[k] = struct{}{}
	return true
}

func (s *seen) len() (n int) {
	for i := range s.shards {
		n += len(s.shards[i].keys)
	}
	return n
}
