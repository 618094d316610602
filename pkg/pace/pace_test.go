package pace_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"rollcall/pkg/pace"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestParseRate(t *testing.T) {
	tests := []struct {
		give string
		want pace.Rate
		text string
	}{
		{"auto", 0, "auto"},
		{"AUTO", 0, "auto"},
		{"100/s", 100, "100/s"},
		{"2.5/s", 2.5, "2.5/s"},
		{"90/m", 1.5, "1.5/s"},
		{"30/m", 0.5, "30/m"},
		{"36/h", 0.01, "36/h"},
	}
	for _, tt := range tests {
		got, err := pace.ParseRate(tt.give)
		if err != nil || got != tt.want || got.String() != tt.text {
			t.Errorf("ParseRate(%q) = %v (%s), %v; want %v (%s)", tt.give, float64(got), got, err, float64(tt.want), tt.text)
		}
	}
	for _, give := range []string{"", "10", "10/d", "-1/s", "0/s", "x/s", "Inf/s", "NaN/s", "/s", "10/"} {
		if got, err := pace.ParseRate(give); err == nil {
			t.Errorf("ParseRate(%q) = %v, want an error", give, got)
		}
	}
}

func TestWaitKeepsTheRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(t, pace.Options{Rate: 50})
		start := time.Now()
		for range 501 {
			wait(t, p)
		}
		if got, want := time.Since(start), 10*time.Second; got.Round(time.Millisecond) != want {
			t.Errorf("500 intervals at 50/s took %s, want %s", got, want)
		}
	})
}

func TestHoldStopsEverybodyUntilItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(t, pace.Options{Rate: 1000})
		start := time.Now()
		p.Hold(start.Add(3*time.Second), "the service asked for it")
		p.Hold(start.Add(time.Second), "a shorter one changes nothing")
		if got := p.State(); got.Why != "the service asked for it" || !got.HeldUntil.Equal(start.Add(3*time.Second)) {
			t.Errorf("State = %+v", got)
		}
		left := make(chan time.Duration)
		for range 8 {
			go func() {
				if err := p.Wait(t.Context()); err != nil {
					t.Error(err)
				}
				left <- time.Since(start)
			}()
		}
		for range 8 {
			if got := <-left; got < 3*time.Second {
				t.Errorf("a request left after %s", got)
			}
		}
		if got := p.State(); !got.HeldUntil.IsZero() {
			t.Errorf("the hold still stands: %+v", got)
		}
	})
}

func TestHoldThatComesWhileWaitingIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(t, pace.Options{Rate: 1})
		wait(t, p)
		start := time.Now()
		go func() {
			time.Sleep(500 * time.Millisecond) // virtual time
			p.Hold(start.Add(5*time.Second), "late")
		}()
		wait(t, p)
		if got := time.Since(start); got < 5*time.Second {
			t.Errorf("the request left after %s, inside the hold", got)
		}
	})
}

func TestRefusedCutsAtMostOnceASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(t, pace.Options{Rate: 100})
		cuts := 0
		for range 30 { // three seconds of refusals, ten a second
			if p.Refused() {
				cuts++
			}
			time.Sleep(100 * time.Millisecond) // virtual time
		}
		if cuts != 3 {
			t.Errorf("%d cuts in three seconds, want 3", cuts)
		}
		if got := p.State().Rate; got.String() != "34.3/s" {
			t.Errorf("rate = %s, want 34.3/s", got)
		}
	})
}

func TestAcceptedRaisesSlowlyUpToTheWish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(t, pace.Options{Rate: 100})
		p.Refused()
		start := time.Now()
		for p.State().Rate < 100 {
			p.Accepted()
			time.Sleep(10 * time.Millisecond) // virtual time
		}
		if got := time.Since(start).Round(time.Second); got != 15*time.Second {
			t.Errorf("from 70/s back to 100/s in %s, want 15s", got)
		}
	})
}

func TestRefusedNeverStopsAltogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(t, pace.Options{Rate: 100})
		for range 100 {
			p.Refused()
			time.Sleep(time.Second) // virtual time
		}
		if got := p.State().Rate; got != 1 {
			t.Errorf("rate = %v, want the floor of 1/s", float64(got))
		}
	})
}

func TestWaitEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(t, pace.Options{Rate: 0.001})
		wait(t, p)
		cause := errors.New("stopped")
		ctx, cancel := context.WithCancelCause(t.Context())
		go func() {
			time.Sleep(time.Second) // virtual time
			cancel(cause)
		}()
		if err := p.Wait(ctx); !errors.Is(err, cause) {
			t.Errorf("Wait = %v, want the cause", err)
		}
		p.Hold(time.Now().Add(time.Hour), "test")
		if err := p.Wait(ctx); !errors.Is(err, cause) || !p.Held() {
			t.Errorf("Wait = %v, held %v; want the cause, and the hold to stand", err, p.Held())
		}
	})
}

func newPace(t *testing.T, o pace.Options) *pace.Pace {
	t.Helper()
	p, err := pace.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func wait(t *testing.T, p *pace.Pace) {
	t.Helper()
	if err := p.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
}
