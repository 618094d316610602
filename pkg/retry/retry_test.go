package retry_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"rollcall/pkg/retry"
)

func TestPolicyWait(t *testing.T) {
	policy := mustPolicy(t, retry.Policy{Base: time.Second, Cap: 10 * time.Second})
	tests := []struct {
		name     string
		attempts int
		asked    time.Duration
		random   float64
		want     time.Duration
	}{
		{"no luck at all", 1, 0, 0, 0},
		{"half of the base", 1, 0, 0.5, 500 * time.Millisecond},
		{"the bound doubles", 3, 0, 0.5, 2 * time.Second},
		{"up to the cap", 5, 0, 0.5, 5 * time.Second},
		{"many attempts do not overflow", 10_000, 0, 0.5, 5 * time.Second},
		{"what the service asked for comes on top", 1, 3 * time.Second, 0.5, 3500 * time.Millisecond},
		{"a negative wish is none", 1, -time.Hour, 0.5, 500 * time.Millisecond},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := policy.Wait(tt.attempts, tt.asked, tt.random); got != tt.want {
				t.Errorf("Wait(%d, %s, %v) = %s, want %s", tt.attempts, tt.asked, tt.random, got, tt.want)
			}
		})
	}
}

func TestPolicyWaitStaysInBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		policy, err := retry.New(retry.Policy{
			Base: time.Duration(rapid.Int64Range(1, int64(time.Hour)).Draw(t, "base")),
			Cap:  time.Duration(rapid.Int64Range(int64(time.Hour), int64(100*time.Hour)).Draw(t, "cap")),
		})
		if err != nil {
			t.Fatal(err)
		}
		asked := time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "asked"))
		got := policy.Wait(rapid.IntRange(1, 1000).Draw(t, "attempts"), asked, rapid.Float64Range(0, 0.999).Draw(t, "random"))
		if got < asked || got > asked+policy.Cap {
			t.Fatalf("Wait = %s, outside [%s, %s]", got, asked, asked+policy.Cap)
		}
	})
}

func TestPolicyAgain(t *testing.T) {
	policy := mustPolicy(t, retry.Policy{Attempts: 3})
	for attempts, want := range map[int]bool{0: true, 1: true, 2: true, 3: false, 4: false} {
		if got := policy.Again(attempts); got != want {
			t.Errorf("Again(%d) = %v, want %v", attempts, got, want)
		}
	}
}

func TestNewFillsDefaultsAndRefuses(t *testing.T) {
	got := mustPolicy(t, retry.Policy{})
	want := retry.Policy{Attempts: retry.DefaultAttempts, Base: retry.DefaultBase, Cap: retry.DefaultCap}
	if got != want {
		t.Errorf("New(zero) = %+v, want %+v", got, want)
	}
	for _, give := range []retry.Policy{{Attempts: -1}, {Base: -1}, {Base: time.Minute, Cap: time.Second}} {
		if _, err := retry.New(give); err == nil {
			t.Errorf("New(%+v) is accepted", give)
		}
	}
}

func mustPolicy(t *testing.T, give retry.Policy) retry.Policy {
	t.Helper()
	policy, err := retry.New(give)
	if err != nil {
		t.Fatal(err)
	}
	return policy
}
