package journey_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/journey"
	"rollcall/pkg/retry"
)

func TestPolicyDefaults(t *testing.T) {
	got, err := journey.Policy{Timeout: time.Minute}.WithDefaults()
	want := journey.Policy{
		Retry: retry.Policy{Attempts: retry.DefaultAttempts, Base: retry.DefaultBase, Cap: retry.DefaultCap},
		Grace: journey.DefaultGrace, Timeout: time.Minute, Lag: journey.UnknownLag,
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	for name, p := range map[string]journey.Policy{
		"attempts": {Retry: retry.Policy{Attempts: -1}}, "grace": {Grace: -1}, "timeout": {Timeout: -1},
		"user timeout": {UserTimeout: -1}, "lag": {Lag: -1},
	} {
		if _, err := p.WithDefaults(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
