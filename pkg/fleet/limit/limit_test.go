package limit_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"rollcall/pkg/fleet/limit"
	"rollcall/pkg/fleet/store"
	"rollcall/pkg/pace"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// table is the row of a limit in a database that takes its time, on virtual time.
type table struct {
	rate    float64
	sharing int
	// away is how long a request travels there and back, commit how long nobody else gets at the row.
	away, commit time.Duration

	row      chan struct{} // whose only token is the lock: a mutex would stop virtual time
	mu       sync.Mutex
	random   *rand.Rand
	booked   time.Time
	hold     time.Time
	bookings int
	slots    int
	broken   error
}

func newTable(rate float64, sharing int) *table {
	return &table{rate: rate, sharing: sharing, away: 2 * time.Millisecond, commit: 2 * time.Millisecond, random: rand.New(rand.NewPCG(1, 2)), row: make(chan struct{}, 1)}
}

// visit does something at the database.
func (t *table) visit(do func(now time.Time)) error {
	t.mu.Lock()
	half := time.Duration((0.5 + t.random.Float64()) * float64(t.away) / 2)
	t.mu.Unlock()
	time.Sleep(half) // virtual time
	t.row <- struct{}{}
	t.mu.Lock()
	err := t.broken
	if err == nil {
		do(time.Now())
	}
	t.mu.Unlock()
	time.Sleep(t.commit) // virtual time
	<-t.row
	time.Sleep(half) // virtual time
	return err
}

func (t *table) Book(_ context.Context, _ string, n int, within time.Duration) (b store.Booking, err error) {
	err = t.visit(func(now time.Time) {
		every := time.Duration(float64(time.Second) / t.rate)
		first := now
		for _, at := range []time.Time{t.booked, t.hold} {
			if at.After(first) {
				first = at
			}
		}
		b = store.Booking{Wait: first.Sub(now), Every: every, Sharing: t.sharing}
		if t.bookings++; b.Wait > within {
			return
		}
		t.booked, b.Slots, t.slots = first.Add(time.Duration(n)*every), n, t.slots+n
	})
	return b, err
}

func (t *table) Hold(_ context.Context, _ string, during time.Duration, _ string) error {
	return t.visit(func(now time.Time) {
		if until := now.Add(during); until.After(t.hold) {
			t.hold = until
		}
	})
}

// set changes the row.
func (t *table) set(change func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	change()
}

// service refuses whatever is more than so many requests in any second.
type service struct {
	most int

	mu       sync.Mutex
	accepted []time.Time
	refused  int
}

func (s *service) call() (refused bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if n := len(s.accepted); n >= s.most && now.Sub(s.accepted[n-s.most]) < time.Second {
		s.refused++
		return true
	}
	s.accepted = append(s.accepted, now)
	return false
}

// organization sends under a limit as a run does, until ctx ends, and says how many were accepted.
func organization(ctx context.Context, t *testing.T, b *limit.Booker, rate float64, s *service) (accepted int) {
	t.Helper()
	b.Join()
	defer b.Leave()
	p, err := pace.New(pace.Options{Most: pace.Rate(rate), Reserve: b.Reserve})
	if err != nil {
		t.Error(err)
		return 0
	}
	var flying sync.WaitGroup
	var mu sync.Mutex
	for {
		permission, err := p.Acquire(ctx)
		if err != nil {
			break
		}
		flying.Go(func() {
			time.Sleep(time.Duration(15+rand.IntN(10)) * time.Millisecond) // virtual time: it travels, and was claimed
			refused := s.call()
			time.Sleep(20 * time.Millisecond) // virtual time: the answer
			answered := pace.Answered{Permission: permission, Kind: pace.Accepted}
			if refused {
				answered.Kind = pace.Refused
			}
			p.Report(answered)
			mu.Lock()
			defer mu.Unlock()
			if !refused {
				accepted++
			}
		})
	}
	flying.Wait()
	return accepted
}

// TestAllTogetherKeepTheLimit has organizations on several machines send for a minute.
func TestAllTogetherKeepTheLimit(t *testing.T) {
	for _, tt := range []struct {
		name     string
		machines []int // how many organizations on each
		rate     float64
		most     int // that the service takes in any second
		away     time.Duration
	}{
		{"four machines", []int{1, 1, 1, 1}, 48, 50, 2 * time.Millisecond},
		{"one machine", []int{4}, 48, 50, 2 * time.Millisecond},
		{"one organization", []int{1}, 48, 50, 2 * time.Millisecond},
		{"one organization, the database far away", []int{1}, 48, 50, 60 * time.Millisecond},
		{"a full machine and a free one", []int{8, 1}, 48, 50, 2 * time.Millisecond},
		{"four machines, the database far away", []int{1, 1, 1, 1}, 48, 50, 60 * time.Millisecond},
		{"fast", []int{2, 1}, 300, 312, 5 * time.Millisecond},
		{"slow", []int{2, 1}, 1, 2, 5 * time.Millisecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				organizations := 0
				for _, n := range tt.machines {
					organizations += n
				}
				row, s := newTable(tt.rate, organizations), &service{most: tt.most}
				row.away = tt.away
				const lasts = time.Minute
				ctx, cancel := context.WithTimeout(t.Context(), lasts)
				defer cancel()
				var running sync.WaitGroup
				accepted := make(chan int, organizations)
				var bookers []*limit.Booker
				for _, n := range tt.machines {
					b := limit.New(row, "all")
					bookers = append(bookers, b)
					for range n {
						running.Go(func() { accepted <- organization(ctx, t, b, tt.rate, s) })
					}
				}
				running.Wait()
				for _, b := range bookers {
					b.Close()
				}
				total, least, most := 0, 1<<30, 0
				for range organizations {
					n := <-accepted
					total, least, most = total+n, min(least, n), max(most, n)
				}
				share := float64(total) / (tt.rate * lasts.Seconds())
				t.Logf("%.1f/s (%.3f of the row), %d refused of %d, %d to %d each; %d bookings of %d slots",
					float64(total)/lasts.Seconds(), share, s.refused, total+s.refused, least, most, row.bookings, row.slots)
				if share < 0.95 {
					t.Errorf("%.3f of the limit were used", share)
				}
				if 1000*s.refused > 10*(total+s.refused) {
					t.Errorf("%d of %d were refused", s.refused, total+s.refused)
				}
				if fair := float64(total) / float64(organizations); float64(least) < 0.8*fair-1 || float64(most) > 1.2*fair+1 {
					t.Errorf("organizations had from %d to %d, %.0f would be fair", least, most, fair)
				}
				if row.slots > total+s.refused+total/20+10 {
					t.Errorf("%d slots were booked for %d requests", row.slots, total+s.refused)
				}
			})
		})
	}
}

// TestARowThatIsTooHigh has the service take less than the row says: everybody's own pace finds that out.
func TestARowThatIsTooHigh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		row, s := newTable(80, 4), &service{most: 50}
		const lasts = time.Minute
		ctx, cancel := context.WithTimeout(t.Context(), lasts)
		defer cancel()
		var running sync.WaitGroup
		accepted := make(chan int, 4)
		for range 4 {
			b := limit.New(row, "all")
			t.Cleanup(b.Close)
			running.Go(func() { accepted <- organization(ctx, t, b, row.rate, s) })
		}
		running.Wait()
		total := 0
		for range 4 {
			total += <-accepted
		}
		t.Logf("%.1f/s, %d refused of %d", float64(total)/lasts.Seconds(), s.refused, total+s.refused)
		if perSecond := float64(total) / lasts.Seconds(); perSecond < 40 {
			t.Errorf("%.1f/s of 50/s were used", perSecond)
		}
		if s.refused > (total+s.refused)/12 {
			t.Errorf("%d of %d were refused", s.refused, total+s.refused)
		}
	})
}

// TestLittleIsBookedForThoseWhoAskForLittle has somebody send more slowly than the limit.
func TestLittleIsBookedForThoseWhoAskForLittle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		row := newTable(48, 1)
		b := limit.New(row, "all")
		b.Join()
		const requests = 300
		for range requests {
			if _, err := b.Reserve(t.Context()); err != nil {
				t.Fatal(err)
			}
			time.Sleep(200 * time.Millisecond) // virtual time
		}
		b.Close()
		if row.slots > requests+requests/8 {
			t.Errorf("%d slots were booked for %d requests", row.slots, requests)
		}
	})
}

// TestNothingIsSavedUp has somebody pause, and then ask for as much as there is.
func TestNothingIsSavedUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := limit.New(newTable(50, 1), "all")
		defer b.Close()
		b.Join()
		ask := func(during time.Duration) (n int) {
			for began := time.Now(); time.Since(began) < during; n++ {
				wait, err := b.Reserve(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(wait) // virtual time
			}
			return n
		}
		ask(time.Second)
		time.Sleep(10 * time.Second) // virtual time
		if n := ask(200 * time.Millisecond); n > 12 {
			t.Errorf("%d requests left in 200ms after a pause", n)
		}
	})
}

// TestAHoldIsOfAll has one machine be asked to pause while another sends.
func TestAHoldIsOfAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		row := newTable(48, 2)
		one, other := limit.New(row, "all"), limit.New(row, "all")
		defer one.Close()
		defer other.Close()
		one.Join()
		other.Join()
		for began := time.Now(); time.Since(began) < time.Second; {
			wait, err := other.Reserve(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(wait) // virtual time
		}
		const pause = 5 * time.Second
		asked := time.Now()
		one.Hold(t.Context(), pause, "the service asks for a pause")
		if wait, err := one.Reserve(t.Context()); err != nil || time.Now().Add(wait).Before(asked.Add(pause)) {
			t.Errorf("the one who was asked sends after %s, %v", time.Since(asked)+wait, err)
		}
		for n := 0; ; n++ {
			wait, err := other.Reserve(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if time.Now().Add(wait).After(asked.Add(pause)) {
				break
			}
			time.Sleep(wait) // virtual time
			if time.Since(asked) > 200*time.Millisecond {
				t.Fatalf("the other one still sends %s after the hold began", time.Since(asked))
			}
		}
	})
}

// TestAHoldThatCannotBeWrittenIsWrittenLater has the database fail while a hold is told.
func TestAHoldThatCannotBeWrittenIsWrittenLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		row := newTable(48, 1)
		b := limit.New(row, "all")
		row.set(func() { row.broken = errors.New("it is away") })
		b.Hold(t.Context(), 20*time.Second, "the service asks for a pause")
		time.Sleep(5 * time.Second) // virtual time
		row.set(func() { row.broken = nil })
		time.Sleep(time.Second) // virtual time
		row.set(func() {
			if left := time.Until(row.hold); left < 13*time.Second || left > 15*time.Second {
				t.Errorf("the others are held for %s, want 14s", left)
			}
		})
		b.Close()
	})
}

// TestFarSlotsAreNotWaitedFor has a hold be longer than anybody should wait.
func TestFarSlotsAreNotWaitedFor(t *testing.T) {
	for _, tt := range []struct {
		name    string
		rate    float64
		sharing int
		off     time.Duration
		far     bool
	}{
		{"a short hold", 48, 1, limit.Far - time.Second, false},
		{"a long hold", 48, 1, time.Minute, true},
		{"many before us", 1, 20, 35 * time.Second, false},
		{"more than there can be", 1, 20, 45 * time.Second, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				row := newTable(tt.rate, tt.sharing)
				row.hold = time.Now().Add(tt.off)
				b := limit.New(row, "all")
				wait, err := b.Reserve(t.Context())
				b.Close()
				far, is := errors.AsType[*limit.FarError](err)
				if is != tt.far || !tt.far && err != nil {
					t.Fatalf("Reserve = %s, %v", wait, err)
				}
				if is {
					wait = far.Wait
				}
				if got := time.Now().Add(wait).Sub(row.hold).Abs(); got > time.Second || is && row.slots > 0 {
					t.Errorf("wait = %s, %d slots booked", wait, row.slots)
				}
			})
		})
	}
}

// TestWithoutADatabaseNothingLeaves has the database be away, for a while or for long.
func TestWithoutADatabaseNothingLeaves(t *testing.T) {
	away := errors.New("it is away")
	for _, tt := range []struct {
		name  string
		err   error
		lasts time.Duration
		want  error
		after time.Duration
	}{
		{"for a while", away, 20 * time.Second, nil, 20 * time.Second},
		{"for long", away, time.Hour, away, 30 * time.Second},
		{"no such limit", fmt.Errorf("book: %w", store.ErrNone), time.Hour, store.ErrNone, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				row := newTable(48, 1)
				row.broken = tt.err
				time.AfterFunc(tt.lasts, func() { row.set(func() { row.broken = nil }) })
				b := limit.New(row, "all")
				defer b.Close()
				began := time.Now()
				wait, err := b.Reserve(t.Context())
				if took := time.Since(began); !errors.Is(err, tt.want) || took < tt.after || took > tt.after+2*time.Second {
					t.Errorf("Reserve = %s, %v after %s, want %v after %s", wait, err, took, tt.want, tt.after)
				}
				b.Close()
				if err == nil && row.slots == 0 {
					t.Error("a slot that was not booked")
				}
			})
		})
	}
}

// TestAReservationEndsWithItsContext while the booking goes on for the others.
func TestAReservationEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		row := newTable(48, 1)
		row.away = 2 * time.Second
		b := limit.New(row, "all")
		defer b.Close()
		stop := errors.New("stop")
		ctx, end := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Millisecond, func() { end(stop) })
		if _, err := b.Reserve(ctx); !errors.Is(err, stop) {
			t.Errorf("Reserve = %v", err)
		}
		if _, err := b.Reserve(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
