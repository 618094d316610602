package onboard

import (
	"testing"
	"time"
)

func TestUnsent(t *testing.T) {
	tests := []struct {
		requests  int
		perSecond float64
		left      time.Duration
		want      int
	}{
		{1000, 10, time.Minute, 400},
		{1000, 10, 2 * time.Minute, 0},
		{600, 10, time.Minute, 0},
		{5, 0.5, time.Second, 5},
		{5, 10, -time.Hour, 5},
		{0, 10, time.Second, 0},
	}
	for _, tt := range tests {
		if got := Unsent(tt.requests, tt.perSecond, tt.left); got != tt.want {
			t.Errorf("Unsent(%d, %v, %s) = %d, want %d", tt.requests, tt.perSecond, tt.left, got, tt.want)
		}
	}
}
