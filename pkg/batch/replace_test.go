package batch_test

import (
	"fmt"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/pkg/breaker"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
)

// TestReplacing has one person's pending invitation cancelled and sent anew. A cancel that is done
// counts as no attempt.
func TestReplacing(t *testing.T) {
	const old, fresh = "old-a1@x.example", "id-a1@x.example"
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
		{name: "cancelled, then created", cancels: []reply{created()}, want: record.Invited, id: fresh, attempts: 1, called: 1},
		{name: "a lost cancel that took effect", cancels: []reply{lost(true)}, want: record.Invited, id: fresh, attempts: 3, called: 1},
		{name: "a lost cancel that did not", cancels: []reply{lost(false), created()}, want: record.Invited, id: fresh, attempts: 2, called: 2},
		{name: "a throttled invite does not cancel again", cancels: []reply{created()}, invites: []reply{throttled(3 * time.Second), created()}, want: record.Invited, id: fresh, attempts: 2, called: 1},
		{name: "a lost invite that took effect", cancels: []reply{created()}, invites: []reply{lost(true)}, want: record.Invited, id: fresh, attempts: 1, called: 1},
		{name: "a lost invite that did not", cancels: []reply{created()}, invites: []reply{lost(false), created()}, want: record.Invited, id: fresh, attempts: 2, called: 1},
		{name: "never to be cancelled", cancels: []reply{unreachable()}, want: record.Failed, attempts: 5, called: 5},
		{name: "never heard to be cancelled, and it was not", cancels: []reply{lost(false)}, want: record.Failed, attempts: 5, called: 5},
		{name: "never heard to be cancelled, and it was at last", cancels: []reply{lost(false), lost(false), lost(false), lost(false), lost(true)}, want: record.Failed, attempts: 5, called: 5},
		{name: "a cancel that is forbidden", cancels: []reply{forbidden()}, want: record.Rejected, attempts: 1, called: 1},
		{name: "a cancel that is refused although it is pending", cancels: []reply{refusal(400)}, want: record.Rejected, attempts: 1, called: 1},
		{name: "a cancel that is not allowed at all", cancels: []reply{refusal(405)}, want: record.Rejected, attempts: 1, called: 1},
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
			name: "cancelled by somebody else in the meantime", want: record.Invited, id: fresh, attempts: 2, called: 1,
			prepare: func(w *world) {
				w.service.cancels = func(string, int) reply {
					w.service.list[0].until = time.Now()
					return refusal(400)
				}
			},
		},
		{
			name: "a lost cancel that took effect, and one of what is gone", want: record.Invited, id: fresh, attempts: 3, called: 1,
			cancels: []reply{lost(true)},
			prepare: func(w *world) {
				w.service.lag = 15 * time.Second
				w.service.gone = func() error { return refusal(400).err }
			},
		},
		{
			name: "a hold between cancel and invite", want: record.Invited, id: fresh, attempts: 1, called: 1,
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
				w.service.cancels = func(_ string, n int) reply { return tt.cancels[min(n, len(tt.cancels))-1] }
				if tt.prepare != nil {
					tt.prepare(w)
				}
				w.replacePending("a1@x.example")
				if err := w.run(t, nil); err != nil && breaker.ReasonOf(err) != breaker.Forbidden {
					t.Fatal(err)
				}
				got := w.rows(t)[0]
				if got.Outcome != tt.want || got.InvitationID != tt.id || got.Attempts != tt.attempts {
					t.Errorf("%s, invitation %q, %d attempts: %s", got.Outcome, got.InvitationID, got.Attempts, got.Error)
				}
				if w.service.cancelled[old] != tt.called || len(w.mailedTwice()) > 0 || len(w.claims(t)) > 0 {
					t.Errorf("%d cancels, want %d; mailed twice %v, claims %v", w.service.cancelled[old], tt.called, w.mailedTwice(), w.claims(t))
				}
			})
		})
	}
}

// TestALostCancelIsNoRefusal has the replies to all cancels lost. The row says whether the invitation stands, and the same
// command goes on from there: it invites nobody beside it, and cancels nothing that is gone.
func TestALostCancelIsNoRefusal(t *testing.T) {
	const old = "old-a1@x.example"
	tests := []struct {
		name      string
		effect    bool
		meanwhile func(*world)
		hint      string
		cancels   int
		want      record.Outcome
	}{
		{"without effect", false, nil, "the invitation that was to be replaced was not cancelled: run the same command again", 6, record.Invited},
		{"with effect", true, nil, "the invitation of a1@x.example was cancelled and no new one was sent: the person has none now; run the same command again", 5, record.Invited},
		{
			"and somebody else has sent one", true, func(w *world) { w.service.place(pendingInvitation("theirs", "a1@x.example")) },
			"the pending invitation is cancelled first", 5, record.Invited,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 1, func(string, int) reply { return created() })
				w.service.cancels = func(id string, n int) reply {
					switch {
					case id != old || n > 5:
						return created()
					case n == 5 && tt.meanwhile != nil:
						tt.meanwhile(w)
					}
					return lost(tt.effect && n == 5)
				}
				w.replacePending("a1@x.example")
				if err := w.run(t, nil); err != nil {
					t.Fatal(err)
				}
				got := w.rows(t)[0]
				if tt.meanwhile == nil && (got.Outcome != record.Failed || got.Hint != tt.hint || len(w.service.sent) > 0) {
					t.Errorf("%s, hint %q, %d sent", got.Outcome, got.Hint, len(w.service.sent))
				}
				if err := w.again(t); err != nil {
					t.Fatal(err)
				}
				if got := w.rows(t)[0]; got.Outcome != tt.want || w.service.cancelled[old] != tt.cancels || len(w.service.sent) != 1 || len(w.claims(t)) > 0 {
					t.Errorf("%s after %d cancels, %d sent: %s", got.Outcome, w.service.cancelled[old], len(w.service.sent), got.Error)
				}
			})
		})
	}
}

// TestStopBetweenCancelAndInvite expects that the ledger knows who has lost an invitation and got no new one, and that the
// next run invites them without another cancel.
func TestStopBetweenCancelAndInvite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 20, invitesEverybody)
		var addresses []string
		for _, r := range w.rows(t) {
			addresses = append(addresses, r.Email)
		}
		w.replacePending(addresses...)
		stop := make(chan struct{})
		w.service.cancels = func(string, int) reply {
			if len(w.service.cancelled) == 5 {
				close(stop)
			}
			return created()
		}
		if err := w.run(t, stop); breaker.ReasonOf(err) != breaker.Interrupted {
			t.Fatalf("Run = %v", err)
		}
		between := 0
		for _, r := range w.rows(t) {
			cancelled, mailed := w.service.cancelled["old-"+r.Email] > 0, w.service.mails[r.Email] > 0
			if (r.Trail.Cancelled != "") != cancelled || (r.Outcome == record.Invited) != mailed {
				t.Errorf("row %d: %s, cancelled %q; the service: cancelled %t, mailed %t", r.Row, r.Outcome, r.Trail.Cancelled, cancelled, mailed)
			}
			if cancelled && !mailed {
				between++
			}
		}
		if between == 0 || len(w.claims(t)) > 0 {
			t.Errorf("%d are between cancel and invite, claims %v", between, w.claims(t))
		}
		if err := w.again(t); err != nil || len(w.service.mails) != 20 || len(w.mailedTwice()) > 0 {
			t.Errorf("Run = %v, %d mailed, twice %v", err, len(w.service.mails), w.mailedTwice())
		}
		for id, n := range w.service.cancelled {
			if n != 1 {
				t.Errorf("%s was cancelled %d times", id, n)
			}
		}
	})
}

// TestALongReadingIsNotBelievedToBeFresh reads pages for so long that the last one shows who was invited after the first
// one was read. That first page still shows an invitation that was cancelled.
func TestALongReadingIsNotBelievedToBeFresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 3, invitesEverybody)
		w.options.Pace = mustPace(t, 1)
		w.service.cancels = func(string, int) reply { return lost(true) }
		w.service.gone = func() error { return refusal(400).err }
		w.service.lag = 5 * time.Second
		w.service.place(pendingInvitation("old-a1@x.example", "a1@x.example"))
		for i := range 100 {
			w.service.place(pendingInvitation(strconv.Itoa(i), fmt.Sprintf("other%d@x.example", i)))
		}
		w.replacePending() // nobody else
		if err := w.run(t, nil); err != nil {
			t.Fatal(err)
		}
		if got := w.outcomes(t); got != "invited invited invited" || len(w.mailedTwice()) > 0 {
			t.Errorf("%s, mailed twice %v", got, w.mailedTwice())
		}
	})
}

// TestOnlyWhatDiffersIsReplaced has one of three people pending with another role, and one whose role the roster only
// defaults.
func TestOnlyWhatDiffersIsReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 3, invitesEverybody)
		w.policy.Reinvite = plan.ReinviteDiffering
		w.roleDefaulted = func(row int) bool { return row == 3 }
		for i, role := range []string{"Member", "manager", "manager"} {
			invitation := pendingInvitation(fmt.Sprintf("old%d", i+1), fmt.Sprintf("a%d@x.example", i+1))
			invitation.OrganizationRole = role
			w.service.place(invitation)
		}
		time.Sleep(w.service.lag) // virtual time
		if err := w.run(t, nil); err != nil {
			t.Fatal(err)
		}
		if got := w.outcomes(t); got != "already_invited invited already_invited" || len(w.service.cancelled) != 1 || w.service.cancelled["old2"] != 1 {
			t.Errorf("%s, cancelled %v", got, w.service.cancelled)
		}
	})
}

// TestRecoverReplacements tells the invitation that was to be replaced from the one that replaces it.
func TestRecoverReplacements(t *testing.T) {
	for policy, want := range map[plan.Reinvite]string{
		plan.ReinviteExpired: "already_invited invited", plan.ReinvitePending: "unset invited",
	} {
		t.Run(string(policy), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 2, invitesEverybody)
				w.policy.Reinvite = policy
				w.service.place(pendingInvitation("old", "a1@x.example"))
				w.service.place(pendingInvitation("new", "a2@x.example"))
				w.claim(t, record.Claim{Run: "run", Row: 1, Email: "a1@x.example", Attempt: 1, Replaces: "old"})
				w.claim(t, record.Claim{Run: "run", Row: 2, Email: "a2@x.example", Attempt: 1, Replaces: "old"})
				w.begin(t, "another", []string{"a3@x.example"})
				if err := w.recover(t.Context(), t); err != nil {
					t.Fatal(err)
				}
				w.options.Run = "run"
				if rows := w.rows(t); w.outcomes(t) != want || len(w.claims(t)) != 0 || rows[1].InvitationID != "new" {
					t.Errorf("outcomes %s, claims %v", w.outcomes(t), w.claims(t))
				}
			})
		})
	}
}
