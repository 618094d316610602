package batch_test

import (
	"testing"
	"time"

	"rollcall/pkg/batch"
)

func TestSilence(t *testing.T) {
	tests := []struct{ grace, timeout, want time.Duration }{
		{3 * time.Second, 30 * time.Second, 10 * time.Second},
		{3 * time.Second, 5 * time.Second, 5 * time.Second},
		{3 * time.Second, time.Second, 3 * time.Second},
		{time.Minute, 30 * time.Second, time.Minute},
	}
	for _, tt := range tests {
		if got := batch.Silence(tt.grace, tt.timeout); got != tt.want {
			t.Errorf("Silence(%s, %s) = %s, want %s", tt.grace, tt.timeout, got, tt.want)
		}
	}
}
