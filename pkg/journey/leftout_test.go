package journey_test

import (
	"testing"
	"time"

	"rollcall/pkg/directory"
	"rollcall/pkg/journey"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
)

// TestWhatTheRosterLeavesOutStaysSo holds that no reading has a row sent that the roster itself leaves out, and that one
// does which a policy has skipped and now would send.
func TestWhatTheRosterLeavesOutStaysSo(t *testing.T) {
	d, err := directory.Read(t.Context(), directory.Options{Service: listed{}, Now: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	in := plan.Inputs{Directory: d, At: noon}
	for by, want := range map[record.Outcome]journey.Move{record.Skipped: journey.Kept, record.NotSent: journey.Kept, record.Unset: journey.Send} {
		w := entry()
		w.Outcome, w.UpdatedAt, w.Trail.Verdict = record.Skipped, noon.Add(-2*journey.MemoryCounts), by
		if step := journey.Resolve(w, journey.Sighting{}, in, journey.Policy{}); step.Move != want {
			t.Errorf("found by %s: %v, want %v", by, step.Move, want)
		}
	}
}
