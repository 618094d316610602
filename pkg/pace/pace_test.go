package pace_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
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
		if got := p.Status(); got.Hold != "the service asked for it" || !got.HeldUntil.Equal(start.Add(3*time.Second)) {
			t.Errorf("Status = %+v", got)
		}
		left := make(chan time.Duration)
		for range 8 {
			go func() {
				if _, err := p.Acquire(t.Context()); err != nil {
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
		if got := p.Status(); !got.HeldUntil.IsZero() {
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

func TestToldLimitIsTheRateBeforeAnyRefusal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(t, pace.Options{})
		p.Report(pace.Told{Limits: []pace.Limit{
			{Name: "burst", Quota: 60, Window: time.Second},
			{Name: "sustained", Quota: 600, Window: time.Minute},
		}})
		if got := p.Status().Rate.String(); got != "9.9/s" {
			t.Errorf("rate = %s, want the strictest, 9.9/s", got)
		}
		time.Sleep(20 * time.Second) // virtual time
		p.Report(pace.Told{Limits: []pace.Limit{{Name: "burst", Quota: 60, Window: time.Second}}})
		if got := p.Status().Rate.String(); got != "59.4/s" {
			t.Errorf("rate = %s, want 59.4/s: of the other limit nothing is heard any more", got)
		}
		wished := newPace(t, pace.Options{Rate: 49})
		wished.Report(pace.Told{Limits: []pace.Limit{{Quota: 60, Window: time.Second}}})
		if got := wished.Status().Rate; got != 49 {
			t.Errorf("rate = %s, want the wish", got)
		}
		wished.Report(pace.Told{Limits: []pace.Limit{{Quota: 30, Window: time.Second}}})
		if got := wished.Status().Rate.String(); got != "29.7/s" {
			t.Errorf("rate = %s, want 29.7/s", got)
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
		if _, err := p.Acquire(ctx); !errors.Is(err, cause) {
			t.Errorf("Acquire = %v, want the cause", err)
		}
		p.Hold(time.Now().Add(time.Hour), "test")
		if _, err := p.Acquire(ctx); !errors.Is(err, cause) || p.Status().HeldUntil.IsZero() {
			t.Errorf("Acquire = %v, held %v; want the cause, and the hold to stand", err, !p.Status().HeldUntil.IsZero())
		}
	})
}

func TestLeaveFailsWhileAHoldStands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(t, pace.Options{Rate: 10})
		wait(t, p)
		if err := p.Leave(t.Context()); err != nil {
			t.Errorf("Leave = %v without a hold", err)
		}
		wait(t, p)
		p.Hold(time.Now().Add(time.Second), "test")
		if err := p.Leave(t.Context()); !errors.Is(err, pace.ErrHeld) {
			t.Errorf("Leave = %v during a hold, want ErrHeld", err)
		}
		time.Sleep(time.Second) // virtual time
		ctx, cancel := context.WithCancelCause(t.Context())
		cause := errors.New("stopped")
		cancel(cause)
		if err := p.Leave(ctx); !errors.Is(err, cause) {
			t.Errorf("Leave = %v, want the cause", err)
		}
	})
}

func TestWhatWasHeldUpDoesNotLeaveAllAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(t, pace.Options{Rate: 10})
		for range 20 {
			wait(t, p)
		}
		start := time.Now()
		for range 20 {
			if err := p.Leave(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if got := time.Since(start); got < 1700*time.Millisecond || got > 2*time.Second {
			t.Errorf("20 requests left within %s at 10/s", got)
		}
	})
}

func TestSharedLimitIsWaitedForAfterTheRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked []time.Duration
		start, wished := time.Now(), errors.New("no database")
		var fail error
		p := newPace(t, pace.Options{Rate: 10, Reserve: func(context.Context) (time.Duration, error) {
			asked = append(asked, time.Since(start))
			return 300 * time.Millisecond, fail
		}})
		for range 3 {
			wait(t, p)
		}
		if got := time.Since(start); got != 900*time.Millisecond {
			t.Errorf("three requests left in %s, want the waits of the shared limit, 900ms", got)
		}
		if diff := cmp.Diff([]time.Duration{0, 300 * time.Millisecond, 600 * time.Millisecond}, asked); diff != "" {
			t.Errorf("slots were reserved at (-want +got):\n%s", diff)
		}
		go func() {
			time.Sleep(200 * time.Millisecond) // virtual time
			p.Hold(time.Now().Add(5*time.Second), "test")
		}()
		before := time.Now()
		wait(t, p)
		if got := time.Since(before); got < 5*time.Second || len(asked) != 5 {
			t.Errorf("the request left after %s with %d slots; want it after the hold, with a slot of its own", got, len(asked))
		}
		fail = wished
		if _, err := p.Acquire(t.Context()); !errors.Is(err, wished) {
			t.Errorf("Acquire = %v, want what Reserve failed with", err)
		}
	})
}

func TestStatusSaysWhyThePaceIsSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		why := func(o pace.Options, signals ...pace.Signal) string {
			p := newPace(t, o)
			for _, s := range signals {
				p.Report(s)
			}
			return p.Status().Why
		}
		refused := pace.Answered{Kind: pace.Refused}
		told := pace.Told{Limits: []pace.Limit{{Quota: 10, Window: time.Minute}}}
		hold := pace.Held{Until: time.Now().Add(time.Hour), Why: "test"}
		for _, tt := range []struct{ got, want string }{
			{why(pace.Options{}), ""},
			{why(pace.Options{}, pace.Answered{Kind: pace.Accepted}), ""},
			{why(pace.Options{}, told), "the service tells 10 requests per 1m0s"},
			{why(pace.Options{Rate: 0.1}, told), ""},
			{why(pace.Options{}, pace.Told{Limits: []pace.Limit{{Quota: 600, Window: time.Second}}}), ""},
			{why(pace.Options{Rate: 50}, hold), "a hold until " + hold.Until.Format(time.TimeOnly) + ": test"},
			{why(pace.Options{Rate: 50}, pace.Held{Until: hold.Until}), "a hold until " + hold.Until.Format(time.TimeOnly)},
		} {
			if tt.got != tt.want {
				t.Errorf("Why = %q, want %q", tt.got, tt.want)
			}
		}
		p := newPace(t, pace.Options{Rate: 50})
		for range 3 {
			permission := wait(t, p)
			time.Sleep(time.Second) // virtual time
			refused.Permission = permission
			p.Report(refused)
		}
		if got, want := p.Status().Why, "the service refused 3 requests in a row"; got != want {
			t.Errorf("Why = %q, want %q", got, want)
		}
		p.Report(pace.Answered{Kind: pace.Accepted})
		if got := p.Status().Why; got != "" {
			t.Errorf("Why = %q after an answer as it should be, want nothing", got)
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

func wait(t *testing.T, p *pace.Pace) pace.Permission {
	t.Helper()
	permission, err := p.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return permission
}
