package console_test

import (
	"math"
	"testing"
	"time"

	"rollcall/pkg/console"
)

func TestProgress(t *testing.T) {
	tests := []struct {
		give console.Progress
		want string
	}{
		{console.Progress{}, "0"},
		{console.Progress{Done: 231, Total: 500, Rate: 98.7, Left: 2700 * time.Millisecond}, " 231/500 · 46% · 98.7/s · 3s left"},
		{console.Progress{Done: 7, Total: 5000, Wait: 2 * time.Second, Reason: "the service asked for it"}, "    7/5000 · 0% · waiting 2s: the service asked for it"},
		{
			console.Progress{Done: 88, Total: 500, Rate: 10, Left: time.Minute, Until: time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC), Unsent: 312},
			"  88/500 · 17% · 10.0/s · stops at 06:00 with about 312 left",
		},
		{console.Progress{Done: 58, Total: 63, Left: 2 * time.Second, Wait: 25 * time.Second}, " 58/63 · 92% · 25s left · waiting 25s"},
		{console.Progress{Done: 999, Total: 1000, Wait: time.Second}, "  999/1000 · 99% · waiting 1s"},
		{console.Progress{Done: 9, Total: 10, Rate: 0.5, Slow: "the service tells 10 requests per 1m0s"}, "  9/10 · 90% · 30.0/min · slow: the service tells 10 requests per 1m0s"},
		{console.Progress{Done: 1000, Total: 1000, Rate: 1234.5}, " 1000/1000 · 100% · 1234/s"},
		{
			console.Progress{Done: 12, Rate: 0.5, Counts: []console.Count{{"rejected", 2}, {"failed", 0}, {"unknown", 1}}},
			"12 · 30.0/min · 2 rejected · 1 unknown",
		},
		{console.Progress{Rate: math.NaN()}, "0"},
		{console.Progress{Rate: math.Inf(1)}, "0"},
		{console.Progress{Rate: -1, Left: -1, Wait: -1}, "0"},
		{console.Progress{Rate: 99.96}, "0 · 100/s"},
		{console.Progress{Reason: "without a wait"}, "0"},
		{console.Progress{Done: 1, Total: 20, Note: "[sandbox]"}, "[sandbox]  1/20 · 5%"},
	}
	for _, tt := range tests {
		if got := tt.give.String(); got != tt.want {
			t.Errorf("%+v = %q, want %q", tt.give, got, tt.want)
		}
	}
}

func TestSentence(t *testing.T) {
	for want, give := range map[string]console.Progress{
		"0 done": {},
		"231 of 500 done, 2 rejected, about 3s left":                  {Done: 231, Total: 500, Rate: 98.7, Left: 2700 * time.Millisecond, Counts: []console.Count{{"rejected", 2}, {"failed", 0}}},
		"7 of 9 done, waiting 2s: the service asked for it":           {Done: 7, Total: 9, Wait: 2 * time.Second, Reason: "the service asked for it", Slow: "x"},
		"7 of 9 done, about 25s left, waiting 25s":                    {Done: 7, Total: 9, Left: time.Second, Wait: 25 * time.Second},
		"7 of 9 done, waiting 2s":                                     {Done: 7, Total: 9, Wait: 2 * time.Second},
		"7 of 9 done, slow: 1/s":                                      {Done: 7, Total: 9, Slow: "1/s"},
		"sandbox: 88 of 500 done, stops at 06:00 with about 312 left": {Done: 88, Total: 500, Left: time.Minute, Until: time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC), Unsent: 312, Note: "sandbox"},
	} {
		if got := give.Sentence(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestProgressWritesDurationsForPeople(t *testing.T) {
	tests := []struct {
		give time.Duration
		want string
	}{
		{1, "1s"},
		{time.Second, "1s"},
		{time.Second + 1, "2s"},
		{59 * time.Second, "59s"},
		{59*time.Second + 1, "1m00s"},
		{125 * time.Second, "2m05s"},
		{time.Hour, "1h00m"},
		{62*time.Minute + 59*time.Second, "1h02m"},
		{24 * time.Hour, "1d00h"},
		{76 * time.Hour, "3d04h"},
		{math.MaxInt64, "106751d23h"},
	}
	for _, tt := range tests {
		if got, want := (console.Progress{Left: tt.give}).String(), "0 · "+tt.want+" left"; got != want {
			t.Errorf("%d ns left = %q, want %q", tt.give, got, want)
		}
	}
}
