package pace_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/pace"
)

func TestRefusedCutsBlindlyOnceASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(t, pace.Options{Rate: 100})
		var rates []string
		var last time.Time
		before := pace.Rate(100)
		for len(rates) < 4 { // everything is refused
			p.Report(pace.Answered{Permission: wait(t, p), Kind: pace.Refused})
			after := p.Status().Rate
			if after == before {
				continue
			}
			if since := time.Since(last); since < time.Second {
				t.Errorf("from %s to %s only %s after the last cut", before, after, since)
			}
			rates, before, last = append(rates, after.String()), after, time.Now()
		}
		// The first cut is mild, since the rate was asked for. Then nothing at all is accepted.
		if diff := cmp.Diff([]string{"95/s", "23.8/s", "5.9/s", "1.5/s"}, rates); diff != "" {
			t.Errorf("cuts (-want +got):\n%s", diff)
		}
	})
}

func TestRefusalsFromBeforeThePauseSayNothingNew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(t, pace.Options{Rate: 100})
		var sent []pace.Permission
		for range 20 {
			sent = append(sent, wait(t, p))
		}
		time.Sleep(2 * time.Second) // virtual time
		for _, permission := range sent {
			p.Report(pace.Answered{Permission: permission, Kind: pace.Refused})
			time.Sleep(100 * time.Millisecond) // virtual time
		}
		if got := p.Status().Rate; got.String() != "95/s" {
			t.Errorf("rate = %s after one round of refusals, want 95/s", got)
		}
	})
}

func TestNothingIsMadeUpForAfterAPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(t, pace.Options{Start: 1000})
		for range 600 {
			p.Report(pace.Answered{Permission: wait(t, p), Kind: pace.Accepted})
		}
		p.Report(pace.Answered{Permission: wait(t, p), Kind: pace.Refused})
		wait(t, p)
		start, interval := time.Now(), time.Duration(float64(time.Second)/float64(p.Status().Rate))
		for range 4 {
			wait(t, p)
		}
		if got := time.Since(start); got < 3*interval {
			t.Errorf("four requests left within %s of the first one after a pause, want %s: a service that refuses takes no burst", got, 3*interval)
		}
	})
}

func TestLoweredRateIsRaisedToTheWishAndNeverBeyond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(t, pace.Options{Rate: 100})
		p.Report(pace.Answered{Permission: wait(t, p), Kind: pace.Refused})
		start := time.Now()
		for p.Status().Rate < 100 && time.Since(start) < time.Minute {
			wait(t, p)
			p.Report(pace.Answered{Kind: pace.Accepted})
		}
		if got := time.Since(start); got < 100*time.Millisecond || got > 10*time.Second {
			t.Errorf("from 95/s back to 100/s in %s, want some seconds", got)
		}
		for range 1000 {
			wait(t, p)
			p.Report(pace.Answered{Kind: pace.Accepted})
		}
		if got := p.Status().Rate; got != 100 {
			t.Errorf("rate = %v, want the wish", float64(got))
		}
	})
}

func TestRefusedNeverStopsAltogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(t, pace.Options{})
		for range 100 {
			p.Report(pace.Answered{Permission: wait(t, p), Kind: pace.Refused})
			time.Sleep(time.Second) // virtual time
		}
		if got := p.Status().Rate; got != 0.1 {
			t.Errorf("rate = %v, want the floor of one in ten seconds", float64(got))
		}
	})
}

func TestRateIsNotRaisedUnlessItIsUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(t, pace.Options{})
		for range 100 { // five a second at 10/s
			wait(t, p)
			time.Sleep(200 * time.Millisecond) // virtual time
			p.Report(pace.Answered{Kind: pace.Accepted})
		}
		if got := p.Status().Rate; got != pace.AutoRate {
			t.Errorf("rate = %s, want %s: nobody knows what the service says to more", got, pace.AutoRate)
		}
	})
}

func TestSlowAnswersLowerARateThatIsToBeFound(t *testing.T) {
	for _, tt := range []struct {
		wish pace.Rate
		took time.Duration
		cut  bool
	}{
		{0, 500 * time.Millisecond, true},
		{0, 150 * time.Millisecond, false},
		{100, 500 * time.Millisecond, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			p := newPace(t, pace.Options{Rate: tt.wish})
			send := func(n int, took time.Duration) {
				for range n {
					wait(t, p)
					p.Report(pace.Answered{Took: took})
				}
			}
			send(30, 20*time.Millisecond)
			before, room := p.Status().Rate, p.Room()
			send(60, tt.took)
			if got := p.Status().Rate; got < before != tt.cut {
				t.Errorf("wish %s: from %s to %s when answers take %s", tt.wish, before, got, tt.took)
			}
			if got := p.Room(); tt.cut && got > 2*room {
				t.Errorf("%d may be in flight, %d before the service became slow", got, room)
			}
		})
	}
}

func TestRestoredRateIsLearnedOnceItIsConfirmed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(t, pace.Options{Start: 200})
		if got := p.Status().Rate; got != 190 {
			t.Errorf("rate = %s, want just below what was learned", got)
		}
		if got, ok := p.Learned(); ok {
			t.Errorf("Learned = %s before the service has confirmed it", got)
		}
		for start := time.Now(); time.Since(start) < 2*time.Second; {
			p.Report(pace.Answered{Permission: wait(t, p), Kind: pace.Accepted})
		}
		if got, ok := p.Learned(); !ok || got != 200 {
			t.Errorf("Learned = %s, %v; want what was restored and confirmed", got, ok)
		}
		if p.Refuted() {
			t.Error("what the service has confirmed is refuted")
		}
		if got, ok := newPace(t, pace.Options{}).Learned(); ok {
			t.Errorf("Learned = %s before anything was sent", got)
		}
		if newPace(t, pace.Options{}).Refuted() || newPace(t, pace.Options{Start: 200}).Refuted() {
			t.Error("a rate is refuted before anything was sent")
		}
		wished := newPace(t, pace.Options{Rate: 10, Start: 200})
		if _, ok := wished.Learned(); ok || wished.Status().Rate != 10 {
			t.Error("a wish is nothing that was learned, and needs nothing that was")
		}
	})
}

func TestRestoredRateIsLetGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		high := newPace(t, pace.Options{Start: 600})
		for range 5 {
			high.Report(pace.Answered{Permission: wait(t, high), Kind: pace.Accepted})
		}
		high.Report(pace.Answered{Permission: wait(t, high), Kind: pace.Refused})
		if got := high.Status().Rate; got != pace.AutoRate {
			t.Errorf("rate = %s after a refusal, want slow start from %s", got, pace.AutoRate)
		}
		if _, ok := high.Learned(); ok || !high.Refuted() {
			t.Error("what was refused at once is worth remembering")
		}
		low := newPace(t, pace.Options{Start: 1})
		for start := time.Now(); time.Since(start) < 30*time.Second; {
			low.Report(pace.Answered{Permission: wait(t, low), Kind: pace.Accepted})
		}
		if got := low.Status().Rate; got < 60 {
			t.Errorf("rate = %s after 30 s without a refusal, want 60/s at least", got)
		}
		if got, ok := low.Learned(); ok {
			t.Errorf("Learned = %s, which the service has exceeded by far", got)
		}
		if !low.Refuted() {
			t.Error("what the service has exceeded by far is worth remembering")
		}
	})
}

func TestPlainRefusals(t *testing.T) {
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	refusedOf := func(n, every int) pace.Rate { // of n answers, every so many-th is a plain refusal
		s, err := pace.NewState(pace.Options{Rate: 100}, now)
		if err != nil {
			t.Fatal(err)
		}
		for i := range n {
			at := now.Add(time.Duration(i) * 10 * time.Millisecond)
			s = s.Next(pace.Granted{Waited: true}, at)
			answer := pace.Answered{Permission: s.Permission(), Kind: pace.Accepted}
			if i%every == every-1 {
				answer.Kind, answer.Plain = pace.Refused, true
			}
			s = s.Next(answer, at.Add(time.Millisecond))
		}
		return s.Rate()
	}
	for _, tt := range []struct {
		name     string
		n, every int
		falls    bool
	}{
		{"a single one", 1, 1, false},
		{"two in a row", 2, 1, false},
		{"three in a row", 3, 1, true},
		{"one in twenty", 400, 20, false},
		{"one in five", 400, 5, true},
	} {
		if got := refusedOf(tt.n, tt.every); (got < 100) != tt.falls {
			t.Errorf("%s: rate = %s, want it to fall: %v", tt.name, got, tt.falls)
		}
	}
}
