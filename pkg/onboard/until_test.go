package onboard

import (
	"context"
	"testing"

	"rollcall/pkg/breaker"
)

// TestAStopThatIsClosedIsNoticedAtOnce begins many times: nothing may be done before the stop is noticed.
func TestAStopThatIsClosedIsNoticedAtOnce(t *testing.T) {
	stop := make(chan struct{})
	close(stop)
	for range 1_000 {
		ctx, release := until(t.Context(), stop)
		if breaker.ReasonOf(context.Cause(ctx)) != breaker.Interrupted {
			t.Fatal("it goes on")
		}
		release()
	}
}
