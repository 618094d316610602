package batch_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/pkg/batch"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
	"rollcall/pkg/retry"
)

func TestEverybodyIsInvitedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 200, func(string, int) reply { return created() })
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
		for _, r := range w.ledger.entries {
			if r.Outcome != record.Invited || r.InvitationID != "id-"+r.Email || r.Token.Reveal() != "token-"+r.Email ||
				r.Attempts != 1 || r.HTTPStatus != http.StatusCreated || r.UpdatedAt.IsZero() {
				t.Fatalf("row %d: %+v", r.Row, r)
			}
		}
	})
}

// TestOutcomes has one person meet a sequence of replies.
func TestOutcomes(t *testing.T) {
	tests := []struct {
		name     string
		replies  []reply // the last one repeats
		prepare  func(*world)
		want     record.Outcome
		attempts int
		mails    int
	}{
		{name: "created", replies: []reply{created()}, want: record.Invited, attempts: 1, mails: 1},
		{name: "throttled, then created", replies: []reply{throttled(time.Second), throttled(0), created()}, want: record.Invited, attempts: 3, mails: 1},
		{name: "unreachable, then created", replies: []reply{unreachable(), created()}, want: record.Invited, attempts: 2, mails: 1},
		{name: "never reachable", replies: []reply{unreachable()}, want: record.Failed, attempts: 5, mails: 0},
		{
			name:    "throttled more often than there are attempts",
			replies: append(slices.Repeat([]reply{throttled(time.Second)}, 8), created()), want: record.Invited, attempts: 9, mails: 1,
		},
		{name: "lost after it took effect", replies: []reply{lost(true)}, want: record.Invited, attempts: 1, mails: 1},
		{name: "lost before it took effect", replies: []reply{lost(false), created()}, want: record.Invited, attempts: 2, mails: 1},
		{name: "500 after it took effect", replies: []reply{broken(500, true)}, want: record.Invited, attempts: 1, mails: 1},
		{name: "500 before it took effect", replies: []reply{broken(500, false), created()}, want: record.Invited, attempts: 2, mails: 1},
		{name: "always lost", replies: []reply{lost(false)}, want: record.Failed, attempts: 5, mails: 0},
		{name: "lost twice, the second one took effect", replies: []reply{lost(false), broken(502, true)}, want: record.Invited, attempts: 2, mails: 1},
		{name: "refused for good", replies: []reply{refusal(422)}, want: record.Rejected, attempts: 1, mails: 0},
		{name: "a bad request is no duplicate", replies: []reply{refusal(400)}, want: record.Rejected, attempts: 1, mails: 0},
		{name: "a conflict that nothing explains", replies: []reply{refusal(409)}, want: record.Rejected, attempts: 1, mails: 0},
		{
			name: "a conflict with a member who joined meanwhile", replies: []reply{refusal(409)}, want: record.AlreadyMember, attempts: 1,
			prepare: func(w *world) {
				w.service.script = func(address string, _ int) reply {
					w.service.members = append(w.service.members, strings.ToUpper(address))
					return refusal(409)
				}
			},
		},
		{
			name: "a bad request about somebody invited meanwhile", want: record.AlreadyInvited, attempts: 1, mails: 0,
			prepare: func(w *world) {
				w.service.script = func(address string, _ int) reply {
					w.service.pending = append(w.service.pending, cybedefend.Invitation{
						ID: "theirs", Email: address, Status: "pending", ExpiresAt: time.Now().Add(time.Hour),
					})
					return refusal(400)
				}
			},
		},
		{
			name: "a lost reply that took effect late, then refusals of another kind", want: record.Invited, attempts: 2, mails: 0,
			prepare: func(w *world) { w.service.script = lateThen(w, refusal(422)) },
		},
		{
			name: "a lost reply that took effect late, then no connection any more", want: record.Invited, attempts: 5, mails: 0,
			prepare: func(w *world) { w.service.script = lateThen(w, unreachable()) },
		},
		{
			name: "a lost reply that took effect late, then a conflict", want: record.Invited, attempts: 2, mails: 0,
			prepare: func(w *world) { w.service.script = lateThen(w, refusal(409)) },
		},
		{
			name: "refused as known, and the directory cannot be read", replies: []reply{refusal(409)}, want: record.Rejected, attempts: 1,
			prepare: unreadableOnceSent,
		},
		{
			name: "a token that has run out costs no patience", replies: []reply{
				{err: &cybedefend.Error{Class: cybedefend.NotProcessed, Status: http.StatusUnauthorized}}, created(),
			}, want: record.Invited, attempts: 2, mails: 1,
		},
		{
			name: "lost, and the directory cannot be read", replies: []reply{lost(true)}, want: record.Unknown, attempts: 1, mails: 1,
			prepare: unreadableOnceSent,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 1, func(_ string, n int) reply { return tt.replies[min(n, len(tt.replies))-1] })
				if tt.prepare != nil {
					tt.prepare(w)
				}
				if err := w.run(t, nil); err != nil {
					t.Fatal(err)
				}
				got := w.ledger.entries[0]
				if got.Outcome != tt.want || got.Attempts != tt.attempts || w.service.mails[got.Email] != tt.mails {
					t.Errorf("%s after %d attempts and %d mails (%s; %s), want %s after %d and %d",
						got.Outcome, got.Attempts, w.service.mails[got.Email], got.Error, got.Hint, tt.want, tt.attempts, tt.mails)
				}
				if len(w.ledger.claims) != 0 || len(w.settled) != 1 {
					t.Errorf("%d claims left, %d outcomes reported", len(w.ledger.claims), len(w.settled))
				}
				if got.Outcome == record.Invited && got.InvitationID == "" {
					t.Error("invited without the invitation's id")
				}
			})
		})
	}
}

// lateThen loses the first reply, has the invitation appear before the second request, and replies to that and all
// further ones as given.
func lateThen(w *world, then reply) func(string, int) reply {
	return func(address string, n int) reply {
		switch n {
		case 1:
			return lost(false)
		case 2:
			w.service.pending = append(w.service.pending, cybedefend.Invitation{
				ID: "ours", Email: address, Status: "pending", ExpiresAt: time.Now().Add(time.Hour),
			})
		}
		return then
	}
}

// unreadableOnceSent keeps the directory from being read as soon as something was sent.
func unreadableOnceSent(w *world) {
	w.options.MaxWait = time.Minute
	w.service.reads = func() error {
		if len(w.service.sent) == 0 {
			return nil
		}
		return unreachable().err
	}
}

func TestOneReadingSettlesAllLostReplies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// Failures in a row would stop the line; here every second answer is fine.
		w := newWorld(t, 15, func(address string, _ int) reply {
			if strings.ContainsAny(address[1:2], "2468") {
				return lost(true)
			}
			return created()
		})
		if err := w.run(t, nil); err != nil {
			t.Fatal(err)
		}
		if w.service.reading != 1 {
			t.Errorf("%d pages of invitations were read, want 1", w.service.reading)
		}
		if got := w.outcomes(); strings.Count(got, "invited") != 15 || len(w.mailedTwice()) > 0 {
			t.Errorf("outcomes %s, mailed twice %v", got, w.mailedTwice())
		}
	})
}

func TestLongRetryAfterHoldsEverybody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 100, func(address string, n int) reply {
			if address == "a20@x.example" && n == 1 {
				return throttled(3 * time.Second)
			}
			return created()
		})
		if err := w.run(t, nil); err != nil {
			t.Fatal(err)
		}
		longest := time.Duration(0)
		for i, at := range w.service.sent[1:] {
			longest = max(longest, at.Sub(w.service.sent[i]))
		}
		if longest < 3*time.Second {
			t.Errorf("the longest silence was %s, want 3s", longest)
		}
		if strings.Count(w.outcomes(), "invited") != 100 {
			t.Error(w.outcomes())
		}
	})
}

func TestRefusalsLowerTheRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 50, func(address string, n int) reply {
			if address == "a20@x.example" && n == 1 {
				return throttled(0)
			}
			return created()
		})
		if err := w.run(t, nil); err != nil {
			t.Fatal(err)
		}
		if got := w.options.Pace.State().Rate; got >= 100 {
			t.Errorf("the rate is %s after a refusal", got)
		}
	})
}

// TestLostRequestsAreGivenTheirTime has requests take effect only after their replies were lost.
func TestLostRequestsAreGivenTheirTime(t *testing.T) {
	tests := []struct {
		name  string
		lost  *cybedefend.Error
		after time.Duration
	}{
		{"the client's own time-out", &cybedefend.Error{Class: cybedefend.Lost, Err: context.DeadlineExceeded}, 29 * time.Second},
		{"the gateway's time-out", &cybedefend.Error{Class: cybedefend.Lost, Status: http.StatusGatewayTimeout}, 29 * time.Second},
		{"a cut connection", &cybedefend.Error{Class: cybedefend.Lost, Err: errors.New("reset")}, 9 * time.Second},
		{"an error", &cybedefend.Error{Class: cybedefend.Lost, Status: http.StatusBadGateway}, 2 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 1, nil)
				w.options.Timeout = 30 * time.Second
				w.service.script = func(address string, _ int) reply {
					time.AfterFunc(tt.after, func() {
						w.service.mu.Lock()
						defer w.service.mu.Unlock()
						w.service.mails[address]++
						w.service.pending = append(w.service.pending, cybedefend.Invitation{ID: "late", Email: address, ExpiresAt: time.Now().Add(time.Hour)})
					})
					return reply{err: tt.lost}
				}
				if err := w.run(t, nil); err != nil {
					t.Fatal(err)
				}
				if got := w.ledger.entries[0]; got.Outcome != record.Invited || got.InvitationID != "late" || w.service.mails[got.Email] != 1 {
					t.Errorf("%s, %d e-mails", got.Outcome, w.service.mails[got.Email])
				}
			})
		})
	}
}

// TestFailureOfTheLastWriteIsAnError lets the ledger fail when nothing is left to send.
func TestFailureOfTheLastWriteIsAnError(t *testing.T) {
	full := errors.New("the disk is full")
	for name, r := range map[string]reply{"an answer": created(), "a doubt": lost(true)} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 1, func(string, int) reply { return r })
				w.ledger.fail = func(operation string) (bool, error) {
					if operation == "settle" {
						return false, full
					}
					return false, nil
				}
				if err := w.run(t, nil); !errors.Is(err, full) {
					t.Errorf("Run = %v", err)
				}
			})
		})
	}
}

// TestRefusalLeavesNoClaim stops a run while a refusal waits to be looked up: nobody is to take it for a lost reply.
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
		if err := w.run(t, stop); batch.StopReason(err) != batch.Interrupted {
			t.Fatalf("Run = %v", err)
		}
		if len(w.ledger.claims) != 0 || w.ledger.entries[0].Outcome != record.Unset {
			t.Errorf("claims %v, row 1 %s", w.ledger.claims, w.ledger.entries[0].Outcome)
		}
	})
}

// TestResumedRunTriesOthersFirst has rows at the top that are refused each time.
func TestResumedRunTriesOthersFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 20, func(address string, _ int) reply {
			if len(address) == len("a1@x.example") { // the first nine
				return forbidden()
			}
			return created()
		})
		if err := w.run(t, nil); batch.StopReason(err) != batch.Forbidden {
			t.Fatalf("Run = %v", err)
		}
		for i := range w.ledger.entries { // as the ledger does on resume
			if r := &w.ledger.entries[i]; r.Outcome == record.Rejected {
				r.Outcome = record.Unset
			}
		}
		if err := w.run(t, nil); err != nil {
			t.Fatal(err)
		}
		if got := w.outcomes(); strings.Count(got, "invited") != 11 || strings.Count(got, "rejected") != 9 {
			t.Error(got)
		}
	})
}

func TestHoldThatComesAfterTheClaimIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 40, func(string, int) reply { return created() })
		var from, until time.Time
		claims := 0
		w.ledger.fail = func(operation string) (bool, error) {
			if operation != "claim" {
				return false, nil
			}
			if claims++; claims == 20 {
				from = time.Now()
				until = from.Add(3 * time.Second)
				w.options.Pace.Hold(until, "test")
			}
			return false, nil
		}
		if err := w.run(t, nil); err != nil {
			t.Fatal(err)
		}
		for _, at := range w.service.sent {
			if !at.Before(from) && at.Before(until) {
				t.Errorf("a request left %s into the hold", at.Sub(from))
			}
		}
		if got := w.outcomes(); strings.Count(got, "invited") != 40 || len(w.service.sent) != 40 {
			t.Errorf("%d requests, %s", len(w.service.sent), got)
		}
	})
}

func TestListsThatNeverStandStillSettleNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1, func(string, int) reply { return lost(false) })
		w.service.reads = func() error {
			w.service.pending = slices.Insert(w.service.pending, 0, cybedefend.Invitation{
				ID: strconv.Itoa(len(w.service.pending)), Email: fmt.Sprintf("other%d@x.example", len(w.service.pending)),
				ExpiresAt: time.Now().Add(time.Hour),
			})
			return nil
		}
		for range 30 {
			_ = w.service.reads()
		}
		if err := w.run(t, nil); err != nil {
			t.Fatal(err)
		}
		if got := w.ledger.entries[0]; got.Outcome != record.Unknown || got.Hint == "" || len(w.service.sent) != 1 {
			t.Errorf("%s after %d requests, hint %q", got.Outcome, len(w.service.sent), got.Hint)
		}
	})
}

func TestExpiredTokenIsNobodysFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 30, func(_ string, n int) reply {
			if n == 1 {
				return reply{err: &cybedefend.Error{Class: cybedefend.NotProcessed, Status: http.StatusUnauthorized}}
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
		d, err := directory.Read(ctx, directory.Options{Service: w.service, OrganizationID: organizationID})
		if err != nil {
			t.Fatal(err)
		}
		w.options.Directory = d
		if err := batch.Run(ctx, nil, w.options); !errors.Is(err, context.Canceled) {
			t.Errorf("Run = %v", err)
		}
		if got := w.outcomes(); got != "invited unset unset unset unset" {
			t.Error(got)
		}
	})
}

func TestShortRetryAfterHoldsOnlyTheRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 100, func(address string, n int) reply {
			if address == "a20@x.example" && n == 1 {
				return throttled(time.Second)
			}
			return created()
		})
		if err := w.run(t, nil); err != nil {
			t.Fatal(err)
		}
		for i, at := range w.service.sent[1:99] {
			if gap := at.Sub(w.service.sent[i]); gap > 100*time.Millisecond {
				t.Errorf("everybody waited %s", gap)
			}
		}
	})
}

func TestStopKeepsEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 100, func(string, int) reply { return created() })
		w.service.latency = time.Second
		stop := make(chan struct{})
		time.AfterFunc(200*time.Millisecond, func() { close(stop) })
		err := w.run(t, stop)
		if batch.StopReason(err) != batch.Interrupted {
			t.Fatalf("Run = %v", err)
		}
		if sent := len(w.service.sent); sent == 0 || sent == 100 || len(w.settled) != sent || len(w.ledger.claims) != 0 {
			t.Errorf("%d sent, %d settled, %d claims left", sent, len(w.settled), len(w.ledger.claims))
		}
		w.service.latency = 0
		if err := w.run(t, nil); err != nil || len(w.service.mails) != 100 || len(w.mailedTwice()) > 0 {
			t.Errorf("the second run: %v, %d mailed, %v twice", err, len(w.service.mails), w.mailedTwice())
		}
	})
}

// TestStops has everybody meet the same reply, or the n-th request another.
func TestStops(t *testing.T) {
	tests := []struct {
		name    string
		script  func(address string, n int) reply
		prepare func(*world)
		want    batch.Reason
		most    int // requests
	}{
		{name: "credentials refused", script: func(string, int) reply { return credentialsRefused() }, want: batch.Credentials, most: 3},
		{name: "nobody may be invited", script: func(string, int) reply { return forbidden() }, want: batch.Forbidden, most: 7},
		{name: "everybody is refused for the same reason", script: func(string, int) reply { return refusal(422) }, want: batch.Streak, most: 52},
		{
			name: "too many rows fail", script: sparing("a1", refusal(422)), want: batch.Failures, most: 9,
			prepare: func(w *world) { w.options.MaxFailures = 3 },
		},
		{name: "a wait beyond the budget", script: func(string, int) reply { return throttled(time.Hour) }, want: batch.Overlong, most: 3},
		{
			name: "down for longer than the budget", script: func(string, int) reply { return unreachable() }, want: batch.Overlong, most: 12,
			prepare: func(w *world) {
				w.service.reads = func() error {
					if len(w.service.sent) > 0 {
						return unreachable().err
					}
					return nil
				}
			},
		},
		{name: "throttled for longer than the budget", script: func(string, int) reply { return throttled(time.Second) }, want: batch.Overlong, most: 40},
		{
			name: "reads work and invites do not", script: func(string, int) reply { return broken(500, false) }, want: batch.Overlong, most: 30,
		},
		{
			name: "the deadline", script: func(string, int) reply { return created() }, want: batch.Deadline, most: 50,
			prepare: func(w *world) { w.options.Deadline = time.Now().Add(400 * time.Millisecond) },
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 100, tt.script)
				if tt.prepare != nil {
					tt.prepare(w)
				}
				if err := w.run(t, nil); batch.StopReason(err) != tt.want {
					t.Errorf("Run = %v, want %s", err, tt.want)
				}
				if got := len(w.service.sent); got == 0 || got > tt.most {
					t.Errorf("%d requests, want at most %d", got, tt.most)
				}
				if !strings.Contains(w.outcomes(), "unset") {
					t.Errorf("nothing is left for the next run: %s", w.outcomes())
				}
			})
		})
	}
}

// sparing replies to everybody alike but to those whose addresses start with prefix, who are invited.
func sparing(prefix string, others reply) func(string, int) reply {
	return func(address string, _ int) reply {
		if strings.HasPrefix(address, prefix) {
			return created()
		}
		return others
	}
}

func TestForbiddenForOneIsARejection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 30, func(address string, _ int) reply {
			if address != "a1@x.example" {
				return forbidden()
			}
			return created()
		})
		if err := w.run(t, nil); err != nil {
			t.Fatal(err)
		}
		if got := w.outcomes(); strings.Count(got, "rejected") != 29 {
			t.Error(got)
		}
	})
}

func TestForbiddenForAllOfAFewStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 2, func(string, int) reply { return forbidden() })
		if err := w.run(t, nil); batch.StopReason(err) != batch.Forbidden {
			t.Errorf("Run = %v", err)
		}
		if got := w.outcomes(); got != "rejected rejected" {
			t.Error(got)
		}
	})
}

func TestOutageIsProbedAndOutlasted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var from, until time.Time
		down := func() bool { return time.Now().After(from) && time.Now().Before(until) }
		w := newWorld(t, 500, func(string, int) reply {
			if down() {
				return unreachable()
			}
			return created()
		})
		w.service.reads = func() error {
			if down() {
				return unreachable().err
			}
			return nil
		}
		from = time.Now().Add(2 * time.Second)
		until = from.Add(20 * time.Second)
		if err := w.run(t, nil); err != nil {
			t.Fatal(err)
		}
		during := w.service.reading
		for _, at := range w.service.sent {
			if at.After(from) && at.Before(until) {
				during++
			}
		}
		if during >= 30 {
			t.Errorf("%d requests reached the service while it was down", during)
		}
		if strings.Count(w.outcomes(), "invited") != 500 || len(w.mailedTwice()) > 0 {
			t.Errorf("mailed twice %v, outcomes %s", w.mailedTwice(), w.outcomes())
		}
	})
}

func TestClaimsOfADeadProcessAreSettled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 3, func(string, int) reply { return created() })
		w.ledger.claims[1] = ledger.Claim{Row: 1, Attempt: 1, At: time.Now()}
		w.ledger.claims[2] = ledger.Claim{Row: 2, Attempt: 1, At: time.Now()}
		w.service.pending = []cybedefend.Invitation{{ID: "found", Email: "A1@x.example", Status: "Pending", ExpiresAt: time.Now().Add(time.Hour)}}
		if err := w.run(t, nil); err != nil {
			t.Fatal(err)
		}
		if got := w.outcomes(); got != "invited invited invited" {
			t.Error(got)
		}
		if got := w.ledger.entries[0]; got.InvitationID != "found" || got.Attempts != 1 {
			t.Errorf("row 1: %+v", got)
		}
		if got := fmt.Sprint(w.service.mails); got != "map[a2@x.example:1 a3@x.example:1]" {
			t.Errorf("mails %s", got)
		}
		if got := w.ledger.entries[1].Attempts; got != 2 {
			t.Errorf("row 2 took %d attempts, want 2", got)
		}
	})
}

func TestUnstableListsSettleNoEarlierClaims(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1, func(string, int) reply { return created() })
		claim := ledger.Claim{Run: "run", Row: 1, Email: "a1@x.example", Attempt: 1, At: time.Now()}
		w.ledger.claims[1] = claim
		w.options.Directory = &directory.Directory{}
		err := batch.SettleEarlier(t.Context(), w.ledger, w.options.Directory, []ledger.Claim{claim}, time.Now())
		if batch.StopReason(err) != batch.Unsettled {
			t.Errorf("SettleEarlier = %v", err)
		}
		if err := batch.Run(t.Context(), nil, w.options); batch.StopReason(err) != batch.Unsettled {
			t.Errorf("Run = %v", err)
		}
		if len(w.ledger.claims) != 1 || len(w.service.sent) != 0 {
			t.Errorf("claims %v, %d requests", w.ledger.claims, len(w.service.sent))
		}
	})
}

func TestSettleEarlier(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 2, func(string, int) reply { return created() })
		w.service.pending = []cybedefend.Invitation{{ID: "found", Email: "a1@x.example", ExpiresAt: time.Now().Add(time.Hour)}}
		claims := []ledger.Claim{
			{Run: "old", Row: 1, Email: "A1@x.example", Attempt: 2},
			{Run: "old", Row: 2, Email: "a2@x.example", Attempt: 1},
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
		if got := w.ledger.entries[0]; got.Outcome != record.Invited || got.InvitationID != "found" || got.Attempts != 2 {
			t.Errorf("row 1: %+v", got)
		}
		if w.outcomes() != "invited unset" || len(w.ledger.claims) != 0 {
			t.Errorf("outcomes %s, %d claims left", w.outcomes(), len(w.ledger.claims))
		}
	})
}

func TestKnownPeopleAreNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 4, func(string, int) reply { return created() })
		w.service.members = []string{"A1@X.example"}
		w.service.pending = []cybedefend.Invitation{
			{ID: "p", Email: "a2@x.example", OrganizationRole: "manager", ExpiresAt: time.Now().Add(time.Hour)},
			{ID: "q", Email: "a3@x.example", Status: "accepted", ExpiresAt: time.Now().Add(time.Hour)},
			{ID: "r", Email: "a4@x.example", Status: "pending", ExpiresAt: time.Now().Add(-time.Hour)},
		}
		if err := w.run(t, nil); err != nil {
			t.Fatal(err)
		}
		if got := w.outcomes(); got != "already_member already_invited invited invited" {
			t.Error(got)
		}
		if got := w.ledger.entries[1]; got.InvitationID != "p" || !strings.Contains(got.Hint, "manager") || got.Attempts != 0 {
			t.Errorf("row 2: %+v", got)
		}
	})
}

func TestLedgerFailureStopsFeeding(t *testing.T) {
	full := errors.New("the disk is full")
	for _, operation := range []string{"claim", "settle", "release"} {
		t.Run(operation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 100, func(_ string, n int) reply {
					if n == 1 {
						return throttled(0)
					}
					return created()
				})
				writes := 0
				w.ledger.fail = func(got string) (bool, error) {
					if writes++; got == operation && writes > 10 {
						return false, full
					}
					return false, nil
				}
				if err := w.run(t, nil); !errors.Is(err, full) {
					t.Errorf("Run = %v", err)
				}
				w.ledger.fail = nil
				if err := w.run(t, nil); err != nil || strings.Count(w.outcomes(), "invited") != 100 || len(w.mailedTwice()) > 0 {
					t.Errorf("the next run: %v, mailed twice %v, %s", err, w.mailedTwice(), w.outcomes())
				}
			})
		})
	}
}

func TestAttemptsOneMeansNoRepeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 3, func(string, int) reply { return unreachable() })
		w.options.Retry = retry.Policy{Attempts: 1}
		if err := w.run(t, nil); err != nil {
			t.Fatal(err)
		}
		if len(w.service.sent) != 3 || w.outcomes() != "failed failed failed" {
			t.Errorf("%d requests, %s", len(w.service.sent), w.outcomes())
		}
	})
}
