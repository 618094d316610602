package onboard

import (
	"testing"
	"time"
)

func TestParseDeadline(t *testing.T) {
	now := time.Date(2026, 11, 23, 22, 30, 0, 0, time.FixedZone("CET", 3600))
	tests := []struct{ give, want string }{
		{"", "0001-01-01T00:00:00Z"},
		{"90m", "2026-11-24T00:00:00+01:00"},
		{"23:15", "2026-11-23T23:15:00+01:00"},
		{"06:00", "2026-11-24T06:00:00+01:00"},
		{"22:30", "2026-11-24T22:30:00+01:00"},
		{"2026-11-23T22:00:00Z", "2026-11-23T22:00:00Z"},
	}
	for _, tt := range tests {
		got, err := ParseDeadline(tt.give, now)
		if err != nil || got.Format(time.RFC3339) != tt.want {
			t.Errorf("ParseDeadline(%q) = %s, %v; want %s", tt.give, got.Format(time.RFC3339), err, tt.want)
		}
	}
	for _, give := range []string{"tomorrow", "-1h", "0s", "25:00", "2026-11-23T21:00:00Z", "2026-11-24"} {
		if got, err := ParseDeadline(give, now); err == nil {
			t.Errorf("ParseDeadline(%q) = %s, want an error", give, got)
		}
	}
}
