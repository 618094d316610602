package amend_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"rollcall/pkg/amend"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/ledgertest"
	"rollcall/pkg/record"
)

// teams is a service that answers as it is told, one answer after the other.
type teams struct {
	answers []error
	calls   int
}

func (t *teams) CreateTeam(_ context.Context, _, name, _ string) (cybedefend.Team, error) {
	t.calls++
	return cybedefend.Team{ID: "t1", Name: name}, t.answers[t.calls-1]
}

func TestCreateTeam(t *testing.T) {
	refused := func(status int, class cybedefend.Class) error {
		return &cybedefend.Error{Status: status, Class: class}
	}
	lost, tooMany, no := refused(0, cybedefend.Lost), refused(429, cybedefend.NotProcessed), refused(403, cybedefend.FinalNo)
	for _, tt := range []struct {
		name    string
		answers []error
		calls   int
		unsure  bool
		failed  bool
		doubts  int
	}{
		{"made", []error{nil}, 1, false, false, 0},
		{"refused for being too many", []error{tooMany, tooMany, nil}, 3, false, false, 0},
		{"refused", []error{no}, 1, false, true, 0},
		{"not processed", []error{refused(503, cybedefend.NotProcessed)}, 1, false, true, 0},
		{"lost: it is not made once more", []error{lost, nil}, 1, true, true, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			scope := record.Scope{Service: "https://x.example", OrganizationID: "1"}
			l := ledgertest.NewMemory(nil)
			run, err := l.Begin(t.Context(), ledger.Run{Service: scope.Service, OrganizationID: scope.OrganizationID}, ledgertest.List(nil))
			if err != nil {
				t.Fatal(err)
			}
			again := func(ctx context.Context, call func(context.Context) error) error {
				for {
					if err := call(ctx); cybedefend.StatusOf(err) != 429 {
						return err
					}
				}
			}
			service := &teams{answers: tt.answers}
			_, err = amend.Maker{Scope: scope, Ledger: l, Run: run.ID, Call: again, Now: time.Now}.CreateTeam(t.Context(), t.Context(), service, "Robots", "")
			_, unsure := errors.AsType[*amend.UnsureError](err)
			if service.calls != tt.calls || unsure != tt.unsure || (err != nil) != tt.failed {
				t.Errorf("%d calls, %v; want %d, unsure %t", service.calls, err, tt.calls, tt.unsure)
			}
			made, err := amend.NewTeams(t.Context(), l, scope, time.Now().Add(-time.Minute))
			if team, known := made["Robots"]; err != nil || known != (!tt.failed || tt.unsure) || (team.ID == "t1") == tt.failed {
				t.Errorf("remembered: %v, %v", made, err)
			}
			if later, err := amend.NewTeams(t.Context(), l, scope, time.Now().Add(time.Minute)); err != nil || len(later) > 0 {
				t.Errorf("remembered for ever: %v, %v", later, err)
			}
			if doubts, err := l.Doubts(t.Context(), scope); err != nil || len(doubts) != tt.doubts {
				t.Errorf("doubts: %v, %v", doubts, err)
			}
		})
	}
}
