package onboard

import (
	"maps"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/ledgertest"
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
			m, err := holdMemory(t.Context(), filepath.Join(t.TempDir(), "ledger.db"), nil, record.Scope{Service: "https://x.example", OrganizationID: "1"})
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
			if rate, news := news(p); news {
				if err := m.learnPace(t.Context(), rate); err != nil {
					t.Fatal(err)
				}
			}
			got, _, err := m.ledger.Pace(t.Context(), m.scope)
			if err != nil || got != tt.want {
				t.Errorf("remembered = %v, %v; want %v", got, err, tt.want)
			}
		})
	}
}

// TestJoiningsAreOfMailboxes has whole rosters, a night each: who is named under another spelling has not left, and joins no
// more when the first one comes back.
func TestJoiningsAreOfMailboxes(t *testing.T) {
	for _, tt := range []struct {
		name   string
		nights []string // an address each, and another person's
		want   []string
	}{
		{"named ever since", []string{"ann.lee+work@gmail.com", "ann.lee+work@gmail.com"}, nil},
		{"under another spelling", []string{"ann.lee+work@gmail.com", "annlee@gmail.com"}, nil},
		{"back again", []string{"ann.lee+work@gmail.com", "annlee@gmail.com", "ann.lee+work@gmail.com"}, nil},
		{"gone", []string{"ann.lee+work@gmail.com", ""}, []string{"ann.lee+work@gmail.com"}},
		{"gone and back", []string{"annlee@gmail.com", "", "annlee@gmail.com"}, []string{"annlee@gmail.com"}},
		{"gone and back under another spelling", []string{"annlee@gmail.com", "", "ann.lee@gmail.com"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			day := func(n int) time.Time { return time.Date(2026, 11, n, 2, 0, 0, 0, time.UTC) }
			m := memory{ledger: ledgertest.NewMemory(nil), scope: record.Scope{Service: "https://x.example", OrganizationID: "1"}}
			for i, address := range tt.nights {
				run, err := m.ledger.Begin(t.Context(), ledger.Run{
					Service: m.scope.Service, OrganizationID: m.scope.OrganizationID, Roster: "people.csv", Sync: true, Whole: true, StartedAt: day(i + 1),
				}, ledgertest.List(nil, record.Record{Row: 1, Email: "other@x.example"}, record.Record{Row: 2, Email: address}))
				if err != nil {
					t.Fatal(err)
				}
				accepted := ledger.Accepted{Roster: "people.csv", Run: run.ID, Content: [32]byte{byte(i)}, At: day(i + 1)}
				if err := m.ledger.AcceptRoster(t.Context(), m.scope, accepted); err != nil {
					t.Fatal(err)
				}
			}
			joined, err := m.joined(t.Context(), day(20), "people.csv")
			if got := slices.Sorted(maps.Keys(joined)); err != nil || !slices.Equal(got, tt.want) {
				t.Errorf("joined again: %q, %v, want %q", got, err, tt.want)
			}
		})
	}
}
