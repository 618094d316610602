package pace

import (
	"fmt"
	"testing"
	"time"
)

const ms = time.Millisecond

// TestUnknownLimitIsFound simulates services whose limit nobody told, and prints what share of it is used at the price
// of how many refusals: the mean and the worst of limits and latencies around those of the name.
func TestUnknownLimitIsFound(t *testing.T) {
	for _, tt := range []struct {
		name    string
		limit   float64
		give    model
		share   float64 // mean
		refused float64 // per 1,000 rows, mean
	}{
		{"60 a second, 1,000 rows", 60, model{burst: 10, latency: 20 * ms, rows: 1000}, 0.95, 4},
		{"60 a second, 3,600 rows", 60, model{burst: 10, latency: 20 * ms, rows: 3600}, 0.975, 3},
		{"60 a second, 10,000 rows", 60, model{burst: 10, latency: 20 * ms, rows: 10_000}, 0.985, 2},
		{"slow answers", 60, model{burst: 10, latency: 100 * ms, rows: 3600}, 0.97, 3},
		{"jitter", 60, model{burst: 10, latency: 20 * ms, jitter: 40 * ms, rows: 3600}, 0.95, 3},
		{"a deep bucket", 60, model{burst: 60, latency: 20 * ms, rows: 3600}, 0.98, 7},
		{"one token, 1,000 rows", 60, model{burst: 1, latency: 20 * ms, rows: 1000}, 0.9, 3},
		{"one token, 3,600 rows", 60, model{burst: 1, latency: 20 * ms, rows: 3600}, 0.94, 3},
		{"one token, jitter", 60, model{burst: 1, latency: 20 * ms, jitter: ms, rows: 3600}, 0.92, 3},
		{"one token, more jitter", 60, model{burst: 1, latency: 20 * ms, jitter: 2 * ms, rows: 3600}, 0.9, 3},
		{"one token, 10 a second", 10, model{burst: 1, latency: 20 * ms, rows: 600}, 0.9, 10},
		{"10 a second", 10, model{burst: 10, latency: 20 * ms, rows: 600}, 0.96, 15},
		{"200 a second", 200, model{burst: 10, latency: 20 * ms, rows: 3600}, 0.91, 4},
		{"1,000 a second", 1000, model{burst: 10, latency: 20 * ms, rows: 20_000}, 0.88, 2},
		{"1,000 a second, hiccups", 1000, model{burst: 10, latency: 20 * ms, hiccup: 30 * ms, rows: 20_000}, 0.8, 15},
		{"faults without a reason", 60, model{burst: 10, latency: 20 * ms, fault: 0.05, rows: 3600}, 0.9, 60},
		{"plain refusals", 20, model{burst: 10, latency: 20 * ms, plain: true, rows: 400}, 0.9, 50},
		{"restored, as it is", 60, model{burst: 10, latency: 20 * ms, rows: 1000, begin: Options{Start: 60}}, 0.97, 4},
		{"restored, ten times too high", 60, model{burst: 10, latency: 20 * ms, rows: 1000, begin: Options{Start: 600}}, 0.9, 25},
		{"restored, ten times too high, a deep bucket", 60, model{burst: 60, latency: 20 * ms, rows: 3600, begin: Options{Start: 600}}, 0.97, 15},
		{"restored, ten times too high, one token", 60, model{burst: 1, latency: 20 * ms, rows: 3600, begin: Options{Start: 600}}, 0.93, 10},
		{"restored, twice too high, one token, 10 a second", 10, model{burst: 1, latency: 20 * ms, rows: 600, begin: Options{Start: 20}}, 0.85, 15},
	} {
		t.Run(tt.name, func(t *testing.T) {
			runs, share, worst, refused := 0.0, 0.0, 9.0, 0.0
			for _, around := range []float64{0.87, 1, 1.055, 1.18} {
				for _, later := range []time.Duration{0, 20 * ms} {
					m := tt.give
					m.limit, m.seed = constant(tt.limit*around), uint64(runs)
					m.latency += later
					m.begin.Start *= Rate(around)
					c := m.run(t)
					used := c.share(m, 0, c.took)
					share, worst, runs = share+used, min(worst, used), runs+1
					refused += 1000 * float64(len(c.refused)) / float64(len(c.accepted))
				}
			}
			share, refused = share/runs, refused/runs
			t.Logf("%.3f of the limit (%.3f at worst), %.1f refused per 1,000", share, worst, refused)
			if share < tt.share || refused > tt.refused {
				t.Errorf("%.3f of the limit and %.1f refusals per 1,000, want %.3f and %.1f", share, refused, tt.share, tt.refused)
			}
		})
	}
}

// TestRateComesBackAfterADip simulates a limit of 60/s that falls for a while. Its depth and length make no difference
// to how soon 90 % of the limit are used again.
func TestRateComesBackAfterADip(t *testing.T) {
	const began = 60
	for _, depth := range []float64{20, 5, 1, 0.2} {
		for _, long := range []float64{5, 30, 33, 37, 300} {
			t.Run(fmt.Sprintf("%g a second for %g s", depth, long), func(t *testing.T) {
				end := began + long
				m := model{burst: 10, latency: 20 * ms, seconds: end + 60, limit: func(at float64) float64 {
					if at >= began && at < end {
						return depth
					}
					return 60
				}}
				c := m.run(t)
				back := 0.0
				for back < 55 && c.share(m, end+back, end+back+5) < 0.9 {
					back++
				}
				t.Logf("back after %g s; %d refusals in the dip, %d after it", back, count(c.refused, began, end), count(c.refused, end, end+60))
				if back > 30 {
					t.Errorf("90 %% of the limit are used again after %g s, want 30", back)
				}
				if refused := count(c.refused, began, end); refused > 60 {
					t.Errorf("%d refusals in the dip, want 60 at most", refused)
				}
			})
		}
	}
}

// TestLowRestoredRateIsOutgrown simulates a run that begins with a rate that was learned in a dip.
func TestLowRestoredRateIsOutgrown(t *testing.T) {
	m := model{limit: constant(60), burst: 10, latency: 20 * ms, seconds: 60, begin: Options{Start: 1}}
	c := m.run(t)
	if got := c.share(m, 30, 60); got < 0.9 {
		t.Errorf("%.3f of the limit half a minute after a rate of 1/s was restored, want 0.9", got)
	}
}
