package pace_test

import (
	"testing"
	"testing/synctest"
	"time"

	"rollcall/pkg/pace"
)

// telling is what one answer tells: a quota per window, what remains of it, and the seconds to its reset. Zero seconds
// tell no reset.
func telling(quota int64, window time.Duration, remaining, reset int64) pace.Limit {
	return pace.Limit{
		Quota: quota, Window: window, Remaining: remaining, HasRemaining: true,
		Reset: time.Duration(reset) * time.Second, HasReset: reset > 0,
	}
}

func TestTold(t *testing.T) {
	tests := []struct {
		name string
		give []pace.Limit // two seconds apart
		want string       // the rate in the end
	}{
		{"nothing", nil, "10/s"},
		{"quota and window", []pace.Limit{{Quota: 60, Window: time.Minute}}, "59.4/m"},
		{"quota and reset", []pace.Limit{telling(60, 0, 59, 1)}, "59.4/s"},
		{"quota alone", []pace.Limit{{Quota: 60}}, "10/s"},
		{"nonsense", []pace.Limit{{Quota: -1, Window: -1, Remaining: -5, HasRemaining: true, Reset: -1, HasReset: true}}, "10/s"},
		{"a quota beyond all sense", []pace.Limit{{Quota: 1 << 62, Window: time.Second}}, "10/s"},
		{"a window beyond all sense", []pace.Limit{{Quota: 10, Window: 1000 * 24 * time.Hour}}, "10/s"},
		{"more left than there is", []pace.Limit{telling(20, 10*time.Second, 5000, 8)}, "2/s"},

		// A bucket fills all the time: its few tokens are no reason to wait for a reset that never comes closer.
		{"a bucket", []pace.Limit{telling(60, 0, 9, 1), telling(60, 0, 9, 1)}, "59.4/s"},
		{"a bucket without burst", []pace.Limit{telling(60, 0, 0, 1), telling(60, 0, 0, 1)}, "59.4/s"},
		{"a slow bucket", []pace.Limit{telling(90, time.Minute, 9, 60), telling(90, time.Minute, 9, 60)}, "1.5/s"},

		{"enough is left of a window", []pace.Limit{telling(600, time.Minute, 590, 59), telling(600, time.Minute, 570, 57)}, "9.9/s"},
		{"little is left of a window", []pace.Limit{telling(600, time.Minute, 100, 32), telling(600, time.Minute, 89, 30)}, "3/s"},
		{"a new window", []pace.Limit{telling(600, time.Minute, 10, 3), telling(600, time.Minute, 2, 1), telling(600, time.Minute, 595, 60)}, "9.9/s"},
		{"what is left, and no more", []pace.Limit{telling(0, 0, 100, 32), telling(0, 0, 59, 30)}, "2/s"},

		{"a long window that has hardly begun", []pace.Limit{telling(1000, time.Hour, 999, 3599)}, "33.3/s"},
		{"a long window that goes faster than its quota comes back", []pace.Limit{telling(1000, time.Hour, 300, 3000), telling(1000, time.Hour, 240, 2998)}, "8/s"},
		{"a long window with little left", []pace.Limit{telling(1000, time.Hour, 30, 3000), telling(1000, time.Hour, 15, 2998)}, "30/m"},
		{"a long window near its end", []pace.Limit{telling(1000, time.Hour, 300, 6), telling(1000, time.Hour, 280, 4)}, "80/s"},

		{
			"a bucket that others empty, too",
			[]pace.Limit{telling(60, 0, 100, 1), telling(60, 0, 60, 1), telling(60, 0, 20, 1), telling(60, 0, 10, 1), telling(60, 0, 10, 1)},
			"23.8/s",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPace(t, pace.Options{})
				for i, l := range tt.give {
					if i > 0 {
						time.Sleep(2 * time.Second) // virtual time
					}
					p.Report(pace.Told{Limits: []pace.Limit{l}})
				}
				if got := p.Status().Rate.String(); got != tt.want {
					t.Errorf("rate = %s, want %s", got, tt.want)
				}
			})
		})
	}
}

// TestUsedUpWindowIsWaitedFor has everybody wait for a new window when nothing remains of this one, but not for long
// ones: there the service says itself how long.
func TestUsedUpWindowIsWaitedFor(t *testing.T) {
	for reset, want := range map[int64]time.Duration{5: 5 * time.Second, 600: 0} {
		synctest.Test(t, func(t *testing.T) {
			p := newPace(t, pace.Options{})
			p.Report(pace.Told{Limits: []pace.Limit{telling(6000, 10*time.Minute, 20, reset+2)}})
			time.Sleep(2 * time.Second) // virtual time
			p.Report(pace.Told{Limits: []pace.Limit{telling(6000, 10*time.Minute, 0, reset)}})
			start := time.Now()
			wait(t, p)
			if got := time.Since(start); got != want {
				t.Errorf("a request left %s after nothing remained for %d s, want %s", got, reset, want)
			}
		})
	}
}
