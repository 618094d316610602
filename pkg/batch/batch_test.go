package batch_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/pkg/breaker"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/record"
	"rollcall/pkg/retry"
)

func invitesEverybody(string, int) reply { return created() }

func TestEverybodyIsInvitedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 200, invitesEverybody)
		w.service.latency = 20 * time.Millisecond
		start := time.Now()
		if err := w.run(t, nil); err != nil {
			t.Fatal(err)
		}
		if got := time.Since(start).Round(10 * time.Millisecond); got != 2010*time.Millisecond {
			t.Errorf("200 people at 100/s took %s", got)
		}
		if len(w.service.mails) != 200 || len(w.mailedTwice()) > 0 || len(w.settled) != 200 {
			t.Errorf("%d mailed, %v twice, %d reported", len(w.service.mails), w.mailedTwice(), len(w.settled))
		}
		for _, r := range w.rows(t) {
			if r.Outcome != record.Invited || r.InvitationID != "id-"+r.Email || r.Token.Reveal() != "token-"+r.Email ||
				r.Attempts != 1 || r.HTTPStatus != http.StatusCreated || r.UpdatedAt.IsZero() || r.Hint != "" {
				t.Fatalf("row %d: %+v", r.Row, r)
			}
		}
	})
}

// TestWhatIsOnItsWayIsNotFedAgain has entries wait for their next attempt, or for a reading, while others are still fed.
func TestWhatIsOnItsWayIsNotFedAgain(t *testing.T) {
	for name, first := range map[string]func() reply{
		"waiting":  func() reply { return throttled(time.Second) },
		"in doubt": func() reply { return lost(true) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 60, func(address string, n int) reply {
					if n == 1 && strings.HasPrefix(address, "a1") {
						return first()
					}
					return created()
				})
				if err := w.run(t, nil); err != nil {
					t.Fatal(err)
				}
				if got := strings.Count(w.outcomes(t), "invited"); got != 60 || len(w.settled) != 60 || len(w.mailedTwice()) > 0 {
					t.Errorf("%d invited, %d reported, %v mailed twice", got, len(w.settled), w.mailedTwice())
				}
			})
		})
	}
}

func TestKnownPeopleAreNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 5, invitesEverybody)
		w.service.members = append(w.service.members, "A1@X.example")
		for _, i := range []cybedefend.Invitation{
			{ID: "p", Email: "a2@x.example", OrganizationRole: "manager"},
			{ID: "q", Email: "a3@x.example", Status: "accepted"},
			{ID: "r", Email: "a4@x.example", Status: "pending", ExpiresAt: time.Now().Add(-time.Hour)},
			{ID: "s", Email: "a5@x.example", Status: "declined"},
		} {
			w.service.place(i)
		}
		if err := w.run(t, nil); err != nil {
			t.Fatal(err)
		}
		if got := w.outcomes(t); got != "already_member already_invited skipped invited skipped" {
			t.Error(got)
		}
		rows := w.rows(t)
		if got := rows[1]; got.InvitationID != "p" || !strings.Contains(got.Hint, "manager") || got.Attempts != 0 {
			t.Errorf("row 2: %+v", got)
		}
		if got := rows[4]; !strings.Contains(got.Hint, "declined") || got.Attempts != 0 {
			t.Errorf("row 5: %+v", got)
		}
	})
}

func TestTheSameIDForTwoPeopleIsHinted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 3, func(address string, _ int) reply {
			return reply{processed: true, seen: func(i *cybedefend.Invitation) {
				if address != "a2@x.example" {
					i.ID = "one"
				}
			}}
		})
		if err := w.run(t, nil); err != nil {
			t.Fatal(err)
		}
		rows := w.rows(t)
		if got := w.outcomes(t); got != "invited invited invited" || rows[0].Hint != "" || rows[1].Hint != "" {
			t.Errorf("%s, hints %q and %q", got, rows[0].Hint, rows[1].Hint)
		}
		if got := rows[2].Hint; !strings.Contains(got, "the same invitation id to line ") {
			t.Errorf("hint %q", got)
		}
	})
}

func TestAnotherRoleIsHinted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1, func(string, int) reply {
			return reply{processed: true, seen: func(i *cybedefend.Invitation) { i.OrganizationRole = "administrator" }}
		})
		if err := w.run(t, nil); err != nil {
			t.Fatal(err)
		}
		if got := w.rows(t)[0]; got.Outcome != record.Invited || !strings.Contains(got.Hint, "administrator") {
			t.Errorf("%s, hint %q", got.Outcome, got.Hint)
		}
	})
}

func TestExpiredTokenIsNobodysFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 30, func(_ string, n int) reply {
			if n == 1 {
				return fails(cybedefend.NotProcessed, http.StatusUnauthorized)
			}
			return created()
		})
		start := time.Now()
		if err := w.run(t, nil); err != nil {
			t.Fatal(err)
		}
		if got := time.Since(start); got > 600*time.Millisecond || w.service.reading > 0 {
			t.Errorf("60 requests at 100/s took %s, and %d readings", got, w.service.reading)
		}
	})
}

func TestAnswerIsRecordedAlsoWhenTheRunIsTornDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		w := newWorld(t, 5, func(string, int) reply {
			cancel()
			return created()
		})
		if err := w.runIn(ctx, t, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("Run = %v", err)
		}
		if got := w.outcomes(t); got != "invited unset unset unset unset" {
			t.Error(got)
		}
	})
}

func TestStopKeepsEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 100, invitesEverybody)
		w.service.latency = time.Second
		stop := make(chan struct{})
		time.AfterFunc(200*time.Millisecond, func() { close(stop) })
		err := w.run(t, stop)
		if breaker.ReasonOf(err) != breaker.Interrupted {
			t.Fatalf("Run = %v", err)
		}
		if sent := len(w.service.sent); sent == 0 || sent == 100 || len(w.settled) != sent || len(w.claims(t)) != 0 {
			t.Errorf("%d sent, %d settled, %d claims left", sent, len(w.settled), len(w.claims(t)))
		}
		w.service.latency = 0
		if err := w.again(t); err != nil || len(w.service.mails) != 100 || len(w.mailedTwice()) > 0 {
			t.Errorf("the second run: %v, %d mailed, %v twice", err, len(w.service.mails), w.mailedTwice())
		}
	})
}

// TestRefusalLeavesNoClaim stops a run before a refusal could be looked up: nobody is to take it for a lost reply.
func TestRefusalLeavesNoClaim(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stop := make(chan struct{})
		w := newWorld(t, 2, func(address string, n int) reply {
			if address == "a1@x.example" && n == 1 {
				close(stop)
				return refusal(409)
			}
			return created()
		})
		if err := w.run(t, stop); breaker.ReasonOf(err) != breaker.Interrupted {
			t.Fatalf("Run = %v", err)
		}
		if r := w.rows(t)[0]; len(w.claims(t)) != 0 || r.Outcome != record.Unset || r.Attempts != 1 || r.HTTPStatus != 409 {
			t.Errorf("claims %v, row 1 %+v", w.claims(t), r)
		}
	})
}

// TestLedgerFailureStopsFeeding has a write fail and the process end by it. What was answered by then is looked up.
func TestLedgerFailureStopsFeeding(t *testing.T) {
	full := errors.New("the disk is full")
	for _, operation := range []string{"claim", "conclude"} {
		t.Run(operation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 100, func(_ string, n int) reply {
					if n == 1 {
						return throttled(0)
					}
					return created()
				})
				writes := 0
				w.process.Before = oneByOne(func(got string) error {
					if writes++; got == operation && writes > 10 {
						return full
					}
					return nil
				})
				if err := w.run(t, nil); !errors.Is(err, full) {
					t.Errorf("Run = %v", err)
				}
				if sent := len(w.service.sent); sent > 20 {
					t.Errorf("%d requests left", sent)
				}
				if err := w.again(t); err != nil || strings.Count(w.outcomes(t), "invited") != 100 || len(w.mailedTwice()) > 0 {
					t.Errorf("the next run: %v, mailed twice %v, %s", err, w.mailedTwice(), w.outcomes(t))
				}
			})
		})
	}
}

func TestAttemptsOneMeansNoRepeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 3, func(string, int) reply { return unreachable() })
		w.rules.Retry = retry.Policy{Attempts: 1}
		if err := w.run(t, nil); err != nil {
			t.Fatal(err)
		}
		if len(w.service.sent) != 3 || w.outcomes(t) != "failed failed failed" {
			t.Errorf("%d requests, %s", len(w.service.sent), w.outcomes(t))
		}
	})
}
