package batch_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// refusedOnce has one person of many be refused once.
func refusedOnce(first reply) func(string, int) reply {
	return func(address string, n int) reply {
		if address == "a20@x.example" && n == 1 {
			return first
		}
		return created()
	}
}

// longestGap returns the longest time between two requests.
func (w *world) longestGap() (longest time.Duration) {
	for i, at := range w.service.sent[1:] {
		longest = max(longest, at.Sub(w.service.sent[i]))
	}
	return longest
}

// TestWhoWaits has one person be told to wait: a short wait is that person's, a long one and a quota are everybody's.
func TestWhoWaits(t *testing.T) {
	tests := []struct {
		name        string
		first       reply
		least, most time.Duration // the longest time in which nothing is sent
	}{
		{"a second", throttled(time.Second), 0, 100 * time.Millisecond},
		{"three seconds", throttled(3 * time.Second), 3 * time.Second, 4 * time.Second},
		{"a quota", quota(), 10 * time.Second, 11 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 100, refusedOnce(tt.first))
				if err := w.run(t, nil); err != nil {
					t.Fatal(err)
				}
				w.service.sent = w.service.sent[:100] // without that of the one who waits
				if got := w.longestGap(); got < tt.least || got > tt.most {
					t.Errorf("nothing was sent for %s, want %s to %s", got, tt.least, tt.most)
				}
				if got := w.outcomes(t); strings.Count(got, "invited") != 100 || len(w.retries) != 1 {
					t.Errorf("%d retries, %s", len(w.retries), got)
				}
			})
		})
	}
}

// TestAQuotaIsWaitedFor has a service take ten invitations a minute, say no to more in words, and name no time.
func TestAQuotaIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var window time.Time
		taken := 0
		w := newWorld(t, 60, func(string, int) reply {
			if now := time.Now().Truncate(time.Minute); !now.Equal(window) {
				window, taken = now, 0
			}
			if taken++; taken > 10 {
				return quota()
			}
			return created()
		})
		began := time.Now()
		if err := w.run(t, nil); err != nil {
			t.Fatal(err)
		}
		if got := w.outcomes(t); strings.Count(got, "invited") != 60 || len(w.mailedTwice()) > 0 {
			t.Errorf("mailed twice %v, %s", w.mailedTwice(), got)
		}
		took, refused := time.Since(began), len(w.service.sent)-60
		t.Logf("%s, %d refused", took, refused)
		if took > 8*time.Minute || refused > 60 {
			t.Errorf("60 people at 10 a minute took %s, and %d were refused", took, refused)
		}
	})
}

func TestRefusalsLowerTheRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 50, refusedOnce(throttled(0)))
		if err := w.run(t, nil); err != nil {
			t.Fatal(err)
		}
		if got := w.options.Pace.Status().Rate; got >= 100 {
			t.Errorf("the rate is %s after a refusal", got)
		}
	})
}

func TestHoldThatComesAfterTheClaimIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 40, invitesEverybody)
		var from, until time.Time
		claims := 0
		w.process.Before = oneByOne(func(operation string) error {
			if operation != "claim" {
				return nil
			}
			if claims++; claims == 20 {
				from = time.Now()
				until = from.Add(3 * time.Second)
				w.options.Pace.Hold(until, "test")
			}
			return nil
		})
		if err := w.run(t, nil); err != nil {
			t.Fatal(err)
		}
		for _, at := range w.service.sent {
			if !at.Before(from) && at.Before(until) {
				t.Errorf("a request left %s into the hold", at.Sub(from))
			}
		}
		if got := w.outcomes(t); strings.Count(got, "invited") != 40 || len(w.service.sent) != 40 {
			t.Errorf("%d requests, %s", len(w.service.sent), got)
		}
		for _, r := range w.rows(t) {
			if r.Attempts != 1 {
				t.Errorf("row %d: %d attempts; one that was held back counts as none", r.Row, r.Attempts)
			}
		}
	})
}
