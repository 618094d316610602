package pace

import (
	"testing"
	"time"
)

// TestToldLimitIsCheckedAgainstWhatTheServiceDoes simulates services that tell limits, truly and falsely.
func TestToldLimitIsCheckedAgainstWhatTheServiceDoes(t *testing.T) {
	minutely := func(remaining, reset int64) Limit {
		return Limit{
			Quota: 10, Window: time.Minute, Remaining: remaining, HasRemaining: remaining >= 0,
			Reset: time.Duration(reset) * time.Second, HasReset: reset > 0,
		}
	}
	for _, tt := range []struct {
		name    string
		give    model
		share   float64 // of the true limit, after a minute and a half; a bucket of one token wastes what comes a moment late
		refused int     // at most
	}{
		{
			"a window that is misread, with requests left",
			model{limit: constant(60), burst: 10, tells: func(float64, int64) []Limit { return []Limit{minutely(9, 60)} }},
			0.95, 60,
		},
		{
			"a window that is misread, no word of what is left",
			model{limit: constant(60), burst: 10, tells: func(float64, int64) []Limit { return []Limit{minutely(-1, 0)} }},
			0.95, 60,
		},
		{
			"nothing left, all the time",
			model{limit: constant(60), burst: 10, tells: func(at float64, _ int64) []Limit { return []Limit{minutely(0, 10-int64(at)%10)} }},
			0.95, 60,
		},
		{
			"seconds that are milliseconds",
			model{limit: constant(60), burst: 10, tells: func(float64, int64) []Limit {
				return []Limit{{Quota: 60, Window: 60_000 * time.Second}}
			}},
			0.8, 60,
		},
		{
			"a true limit, with requests left",
			model{limit: constant(1.0 / 6), burst: 10, tells: func(_ float64, left int64) []Limit { return []Limit{minutely(left, 60)} }},
			0.9, 0,
		},
		{
			"a true window that ends soon",
			model{limit: constant(1.0 / 6), burst: 10, tells: func(at float64, left int64) []Limit {
				if at < 10 { // the service has counted others, too
					return []Limit{minutely(min(left, 2), 10-int64(at))}
				}
				return []Limit{minutely(left, 60)}
			}},
			0.9, 0,
		},
		{
			"a true limit, nothing left",
			model{limit: constant(0.5), burst: 1, tells: func(float64, int64) []Limit {
				return []Limit{{Quota: 30, Window: time.Minute, HasRemaining: true, Reset: 2 * time.Second, HasReset: true}}
			}},
			0.6, 25,
		},
		{
			"a true limit, no word of what is left",
			model{limit: constant(1.0 / 6), burst: 10, tells: func(float64, int64) []Limit { return []Limit{minutely(-1, 0)} }},
			0.9, 2,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.give.latency, tt.give.seconds = 20*time.Millisecond, 600
			c := tt.give.run(t)
			share := c.share(tt.give, 90, 600)
			t.Logf("%.3f of the limit, %d refused, rate %s", share, len(c.refused), c.state.Rate())
			if share < tt.share || len(c.refused) > tt.refused {
				t.Errorf("%.3f of the limit and %d refusals, want %.2f and %d", share, len(c.refused), tt.share, tt.refused)
			}
		})
	}
}
