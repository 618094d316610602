package batch_test

import (
	"testing"
	"testing/synctest"
	"time"

	"rollcall/pkg/batch"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
)

// TestReplacing has one person's pending invitation cancelled and sent anew.
func TestReplacing(t *testing.T) {
	const old = "old-a1@x.example"
	tests := []struct {
		name     string
		cancels  []reply // the last one repeats
		invites  []reply
		prepare  func(*world)
		want     record.Outcome
		id       string
		attempts int
		called   int // cancels of what was pending
	}{
		{name: "cancelled, then created", cancels: []reply{created()}, want: record.Invited, id: "id-a1@x.example", attempts: 1, called: 1},
		{name: "a lost cancel that took effect", cancels: []reply{lost(true)}, want: record.Invited, id: "id-a1@x.example", attempts: 2, called: 1},
		{name: "a lost cancel that did not", cancels: []reply{lost(false), created()}, want: record.Invited, id: "id-a1@x.example", attempts: 2, called: 2},
		{name: "a throttled invite does not cancel again", cancels: []reply{created()}, invites: []reply{throttled(3 * time.Second), created()}, want: record.Invited, id: "id-a1@x.example", attempts: 2, called: 1},
		{name: "a lost invite that took effect", cancels: []reply{created()}, invites: []reply{lost(true)}, want: record.Invited, id: "id-a1@x.example", attempts: 1, called: 1},
		{name: "a lost invite that did not", cancels: []reply{created()}, invites: []reply{lost(false), created()}, want: record.Invited, id: "id-a1@x.example", attempts: 2, called: 1},
		{name: "never to be cancelled", cancels: []reply{unreachable()}, want: record.Failed, attempts: 5, called: 5},
		{name: "a cancel that is forbidden", cancels: []reply{forbidden()}, want: record.Rejected, attempts: 1, called: 1},
		{name: "a cancel that is refused although it is pending", cancels: []reply{refusal(400)}, want: record.Rejected, attempts: 1, called: 1},
		{
			name: "accepted in the meantime", want: record.AlreadyMember, attempts: 1, called: 1,
			prepare: func(w *world) {
				w.service.cancels = func(string, int) reply {
					w.service.members = append(w.service.members, "a1@x.example")
					return refusal(409)
				}
			},
		},
		{
			name: "replaced by somebody else in the meantime", want: record.AlreadyInvited, id: "theirs", attempts: 1, called: 1,
			prepare: func(w *world) {
				w.service.cancels = func(string, int) reply {
					w.service.pending[0].ID = "theirs"
					return refusal(400)
				}
			},
		},
		{
			name: "a hold between cancel and invite", want: record.Invited, id: "id-a1@x.example", attempts: 1, called: 1,
			prepare: func(w *world) {
				w.service.cancels = func(string, int) reply {
					w.options.Pace.Hold(time.Now().Add(time.Minute), "test")
					return created()
				}
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 1, func(_ string, n int) reply {
					if len(tt.invites) == 0 {
						return created()
					}
					return tt.invites[min(n, len(tt.invites))-1]
				})
				w.replacePending("a1@x.example")
				w.service.cancels = func(_ string, n int) reply { return tt.cancels[min(n, len(tt.cancels))-1] }
				if tt.prepare != nil {
					tt.prepare(w)
				}
				if err := w.run(t, nil); err != nil && batch.StopReason(err) != batch.Forbidden {
					t.Fatal(err)
				}
				got := w.ledger.entries[0]
				if got.Outcome != tt.want || got.InvitationID != tt.id || got.Attempts != tt.attempts {
					t.Errorf("%s, invitation %q, %d attempts: %s", got.Outcome, got.InvitationID, got.Attempts, got.Error)
				}
				if w.service.cancel[old] != tt.called {
					t.Errorf("%d cancels, want %d", w.service.cancel[old], tt.called)
				}
			})
		})
	}
}

// TestStopBetweenCancelAndInvite expects that whoever has lost an invitation still gets the new one.
func TestStopBetweenCancelAndInvite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 20, func(string, int) reply { return created() })
		var addresses []string
		for _, r := range w.ledger.entries {
			addresses = append(addresses, r.Email)
		}
		w.replacePending(addresses...)
		stop := make(chan struct{})
		w.service.cancels = func(_ string, _ int) reply {
			if len(w.service.cancel) == 5 {
				close(stop)
			}
			return created()
		}
		if err := w.run(t, stop); batch.StopReason(err) != batch.Interrupted {
			t.Fatalf("Run = %v", err)
		}
		if cancelled, sent := len(w.service.cancel), len(w.service.mails); cancelled < 5 || cancelled == 20 || sent != cancelled {
			t.Errorf("%d cancelled, %d sent", cancelled, sent)
		}
	})
}

// TestSettleEarlierReplacements tells the invitation that was to be replaced from the one that replaces it.
func TestSettleEarlierReplacements(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 2, func(string, int) reply { return created() })
		end := time.Now().Add(time.Hour)
		w.service.pending = []cybedefend.Invitation{
			{ID: "old", Email: "a1@x.example", ExpiresAt: end}, {ID: "new", Email: "a2@x.example", ExpiresAt: end},
		}
		claims := []ledger.Claim{
			{Run: "old", Row: 1, Email: "a1@x.example", Attempt: 1, Replaces: "old"},
			{Run: "old", Row: 2, Email: "a2@x.example", Attempt: 1, Replaces: "old"},
		}
		for _, claim := range claims {
			w.ledger.claims[claim.Row] = claim
		}
		d, err := directory.Read(t.Context(), directory.Options{Service: w.service, OrganizationID: organizationID})
		if err != nil {
			t.Fatal(err)
		}
		if err := batch.SettleEarlier(t.Context(), w.ledger, d, claims, time.Now()); err != nil {
			t.Fatal(err)
		}
		if w.outcomes() != "unset invited" || len(w.ledger.claims) != 0 || w.ledger.entries[1].InvitationID != "new" {
			t.Errorf("outcomes %s, claims %v", w.outcomes(), w.ledger.claims)
		}
	})
}
