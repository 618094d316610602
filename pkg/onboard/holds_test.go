package onboard_test

import (
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/batch"
	"rollcall/pkg/breaker"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/journey"
	"rollcall/pkg/onboard"
	"rollcall/pkg/remedy"
	"rollcall/pkg/retry"
)

// What holds is what stands for zero as well, and the limits that somebody has set.
func TestHolds(t *testing.T) {
	o := onboard.ForSync()
	o.MaxPerDay = new(50)
	o.AllowDomains = []string{"example.com", "example.org"}
	set := map[string]string{}
	for _, r := range o.Holds() {
		set[r.Option] = r.Value
	}
	want := map[string]string{
		"rate": "auto", "concurrency": strconv.Itoa(batch.DefaultWorkers), "attempts": strconv.Itoa(retry.DefaultAttempts),
		"timeout": cybedefend.DefaultTimeout.String(), "max-wait": breaker.DefaultMaxWait.String(), "grace": journey.DefaultGrace.String(), "reinvite": "expired",
		"reinvite-after": "24h0m0s", "reinvite-max": "3", "max-per-day": "50", "allow-domain": "example.com, example.org", "max-admins": "0",
		"max-shrink": "25%",
	}
	if diff := cmp.Diff(want, set); diff != "" {
		t.Errorf("what holds (-want +got):\n%s", diff)
	}
	if got := (onboard.Options{}).Holds()[0]; got != (remedy.Remedy{Option: "rate", Value: "auto"}) {
		t.Errorf("the first is %v, want the pace", got)
	}
}
