package journey_test

import (
	"testing"
	"time"

	"rollcall/pkg/directory"
	"rollcall/pkg/journey"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
	"rollcall/pkg/remedy"
)

// TestHintsAreRenderedBeforeTheyAreStored has records show remedies as the caller does, and in words without a caller's way.
func TestHintsAreRenderedBeforeTheyAreStored(t *testing.T) {
	confirmed, expired := entry(), whole()
	confirmed.Trail.Confirmed, confirmed.Trail.EndedAt = true, noon
	tests := []struct {
		name        string
		give        journey.Work
		s           journey.Sighting
		outcome     record.Outcome
		plain, flag string
	}{
		{
			name: "confirmed, and not listed", give: confirmed, outcome: record.Unknown,
			plain: "look in the dashboard: it is never sent again by itself; reinvite ended sends it in another run",
			flag:  "look in the dashboard: it is never sent again by itself; --reinvite ended sends it in another run",
		},
		{
			name: "expired, and never renewed", give: entry(), outcome: record.Skipped,
			s:     journey.Sighting{Membership: directory.Membership{Expired: &expired}},
			plain: "the invitation has expired; reinvite expired renews it",
			flag:  "the invitation has expired; --reinvite expired renews it",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.s.Began = noon.Add(time.Hour)
			in := plan.Inputs{Directory: &directory.Directory{}, At: noon.Add(time.Hour), Policy: plan.Policy{Reinvite: plan.ReinviteNever}}
			got := journey.Resolve(tt.give, tt.s, in, policy(t))
			if got.Work.Outcome != tt.outcome || got.Work.Hint != tt.plain {
				t.Errorf("in words: %s, hint %q", got.Work.Outcome, got.Work.Hint)
			}
			in.Render = func(r remedy.Remedy) string { return "--" + r.String() }
			if got := journey.Resolve(tt.give, tt.s, in, policy(t)); got.Work.Hint != tt.flag {
				t.Errorf("as flags: hint %q", got.Work.Hint)
			}
		})
	}
}
