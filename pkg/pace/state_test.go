package pace_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"rollcall/pkg/pace"
)

// TestRelativeStatesDoTheSame has two states see the same signals, one of them decades earlier.
func TestRelativeStatesDoTheSame(t *testing.T) {
	for seed := range uint64(50) {
		random := rand.New(rand.NewPCG(seed, 1))
		type course struct {
			now   time.Time
			state pace.State
			sent  []pace.Permission
		}
		begin := func(now time.Time) *course { return &course{now: now, state: newState(t, pace.Options{}, now)} }
		late, early := begin(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)), begin(time.Unix(0, 0).UTC())
		for step := range 300 {
			pause := time.Duration(random.Int64N(int64(400 * time.Millisecond)))
			if random.IntN(30) == 0 {
				pause *= 40
			}
			choice, kind, plain := random.IntN(8), pace.Kind(random.IntN(3)), random.IntN(2) == 0
			left := random.Int64N(100)
			for _, c := range []*course{late, early} {
				c.now = c.now.Add(pause)
				switch {
				case choice == 0:
					c.state = c.state.Next(pace.Told{Limits: []pace.Limit{telling(100, 0, left, 1+left%9)}}, c.now)
				case choice == 1:
					c.state = c.state.Next(pace.Held{Until: c.now.Add(pause), Why: "test"}, c.now)
				case choice < 5 && len(c.sent) > 0:
					c.state = c.state.Next(pace.Answered{Permission: c.sent[0], Kind: kind, Plain: plain, Took: pause}, c.now)
					c.sent = c.sent[1:]
				default:
					c.state = c.state.Next(pace.Granted{Waited: plain}, c.now)
					c.sent = append(c.sent, c.state.Permission())
				}
			}
			for i := range late.sent {
				if late.sent[i].Relative(late.now) != early.sent[i].Relative(early.now) {
					t.Fatalf("seed %d, step %d: permission %d differs", seed, step, i)
				}
			}
			if late.state.Relative(late.now) != early.state.Relative(early.now) {
				t.Fatalf("seed %d, step %d: %+v\nwant %+v", seed, step, late.state.Relative(late.now), early.state.Relative(early.now))
			}
		}
	}
}

func TestRelativeForgetsWhatIsOver(t *testing.T) {
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	fresh := newState(t, pace.Options{Rate: 5}, now)
	held := fresh.Next(pace.Held{Until: now.Add(time.Second), Why: "test"}, now)
	if held.Relative(now) == fresh.Relative(now) {
		t.Error("a hold that stands makes no difference")
	}
	if later := now.Add(time.Second); held.Relative(later) != fresh.Relative(later) {
		t.Error("a hold that is over makes a difference")
	}
}

func newState(t *testing.T, o pace.Options, now time.Time) pace.State {
	t.Helper()
	s, err := pace.NewState(o, now)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
