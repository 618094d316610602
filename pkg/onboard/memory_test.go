package onboard

import (
	"path/filepath"
	"testing"

	"rollcall/pkg/pace"
	"rollcall/pkg/record"
)

// TestRememberedPace has a run begin with the pace of an earlier one, and the service accept or refuse its first request.
func TestRememberedPace(t *testing.T) {
	for _, tt := range []struct {
		name       string
		remembered float64
		kind       pace.Kind
		wish       pace.Rate
		want       float64
	}{
		{"accepted", 200, pace.Accepted, 0, 200},
		{"unclear", 200, pace.Unclear, 0, 200},
		{"refused at once", 200, pace.Refused, 0, 0},
		{"not made use of", 200, pace.Refused, 5, 200},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m, err := holdMemory(t.Context(), filepath.Join(t.TempDir(), "ledger.db"), record.Scope{Service: "https://x.example", OrganizationID: "1"})
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := m.close(t.Context()); err != nil {
					t.Error(err)
				}
			}()
			if err := m.ledger.LearnPace(t.Context(), m.scope, tt.remembered); err != nil {
				t.Fatal(err)
			}
			p, err := pace.New(pace.Options{Rate: tt.wish})
			if err != nil {
				t.Fatal(err)
			}
			if err := m.restorePace(t.Context(), p); err != nil {
				t.Fatal(err)
			}
			permission, err := p.Acquire(t.Context()) // the first one need not wait
			if err != nil {
				t.Fatal(err)
			}
			p.Report(pace.Answered{Permission: permission, Kind: tt.kind})
			if err := m.learnPace(t.Context(), p); err != nil {
				t.Fatal(err)
			}
			got, _, err := m.ledger.Pace(t.Context(), m.scope)
			if err != nil || got != tt.want {
				t.Errorf("remembered = %v, %v; want %v", got, err, tt.want)
			}
		})
	}
}
