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

	"rollcall/pkg/breaker"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/journey"
	"rollcall/pkg/record"
)

// evenly replies to people with even numbers in one way and to the others in another. Failures in a row would stop the
// line.
func evenly(even, odd func() reply) func(string, int) reply {
	return func(address string, n int) reply {
		number, _, _ := strings.Cut(address, "@")
		switch {
		case n > 1:
			return created()
		case strings.ContainsAny(number[len(number)-1:], "02468"):
			return even()
		}
		return odd()
	}
}

func TestOneReadingSettlesAllLostReplies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 15, evenly(func() reply { return lost(true) }, created))
		if err := w.run(t, nil); err != nil {
			t.Fatal(err)
		}
		if w.service.reading != 1 {
			t.Errorf("the invitations were read %d times, want once", w.service.reading)
		}
		if got := w.outcomes(t); strings.Count(got, "invited") != 15 || len(w.mailedTwice()) > 0 {
			t.Errorf("outcomes %s, mailed twice %v", got, w.mailedTwice())
		}
	})
}

// TestLostRequestsAreGivenTheirTime has requests take effect only after their replies were lost, and the lists learn of
// it later still.
func TestLostRequestsAreGivenTheirTime(t *testing.T) {
	tests := []struct {
		name  string
		lost  reply
		after time.Duration
	}{
		{"the client's own time-out", fails(cybedefend.Lost, 0, because(context.DeadlineExceeded)), 29 * time.Second},
		{"the gateway's time-out", fails(cybedefend.Lost, http.StatusGatewayTimeout), 29 * time.Second},
		{"a cut connection", fails(cybedefend.Lost, 0, because(errors.New("reset"))), 9 * time.Second},
		{"an error", fails(cybedefend.Lost, http.StatusBadGateway), 2 * time.Second},
	}
	for _, tt := range tests {
		for _, lag := range []time.Duration{0, 15 * time.Second} {
			t.Run(fmt.Sprintf("%s, lists late by %s", tt.name, lag), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					tt.lost.processed, tt.lost.late = true, tt.after
					w := newWorld(t, 1, func(string, int) reply { return tt.lost })
					w.service.lag = lag
					if err := w.run(t, nil); err != nil {
						t.Fatal(err)
					}
					if got := w.rows(t)[0]; got.Outcome != record.Invited || w.service.mails[got.Email] != 1 || len(w.service.sent) != 1 {
						t.Errorf("%s (%s), %d requests, %d e-mails", got.Outcome, got.Error, len(w.service.sent), w.service.mails[got.Email])
					}
				})
			})
		}
	}
}

// TestAnAbsenceIsBelievedLate has a request that had no effect: it is made again when no list can hide it any more.
func TestAnAbsenceIsBelievedLate(t *testing.T) {
	tests := []struct {
		name   string
		first  reply
		people int
		want   time.Duration
	}{
		{"a cut connection", lost(false), 1, 10*time.Second + journey.UnknownLag},
		{"an error", broken(500, false), 1, 3*time.Second + journey.UnknownLag},
		{"a page of a firewall", foreign(false), 1, 3*time.Second + journey.UnknownLag},
		// Those who are invited after it show that the lists are fresh: the hundred take ten seconds.
		{"an error early in a long run", broken(500, false), 100, 10 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, tt.people, func(address string, n int) reply {
					if address == "a1@x.example" && n == 1 {
						return tt.first
					}
					return created()
				})
				w.options.Pace = mustPace(t, 10)
				began := time.Now()
				if err := w.run(t, nil); err != nil {
					t.Fatal(err)
				}
				again := w.service.sent[len(w.service.sent)-1].Sub(began)
				if again < tt.want || again > tt.want+2*time.Second {
					t.Errorf("sent again after %s, want %s", again, tt.want)
				}
				if got := strings.Count(w.outcomes(t), "invited"); got != tt.people || w.service.reading > 5 { // a list that is empty is looked at twice, and a firewall probed
					t.Errorf("%d invited, the list was looked at %d times", got, w.service.reading)
				}
			})
		})
	}
}

// TestLaggingListsMailNobodyTwice has lists that lag behind by fifteen seconds, and every second reply lost.
func TestLaggingListsMailNobodyTwice(t *testing.T) {
	for name, effect := range map[string]bool{"with effect": true, "without": false} {
		for _, lag := range []time.Duration{time.Second, 15 * time.Second, 29 * time.Second} {
			t.Run(fmt.Sprintf("%s, lists late by %s", name, lag), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t, 100, evenly(func() reply { return lost(effect) }, created))
					w.options.Pace = mustPace(t, 20)
					w.service.lag = lag
					if err := w.run(t, nil); err != nil {
						t.Fatal(err)
					}
					if got := strings.Count(w.outcomes(t), "invited"); got != 100 || len(w.mailedTwice()) > 0 {
						t.Errorf("%d invited, %d mailed twice, row 2: %+v", got, len(w.mailedTwice()), w.rows(t)[1])
					}
				})
			})
		}
	}
}

// TestLaggingListsStillShowWhatWasReplaced has lists that still show old invitations of people whose new ones would tell
// how late the lists are.
func TestLaggingListsStillShowWhatWasReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var replaced []string
		for i := range 80 {
			replaced = append(replaced, fmt.Sprintf("a%d@x.example", i+2))
		}
		w := newWorldOf(t, append([]string{"a1@x.example"}, replaced...), func(address string, _ int) reply {
			if address == "a1@x.example" {
				return broken(500, true)
			}
			return created()
		})
		w.service.lag = 25 * time.Second
		w.options.Pace = mustPace(t, 10)
		w.replacePending(replaced...)
		if err := w.run(t, nil); err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(w.outcomes(t), "invited"); got != 81 || len(w.mailedTwice()) > 0 {
			t.Errorf("%d invited, %v mailed twice", got, w.mailedTwice())
		}
	})
}

// TestListsThatLearnNothing has lists that lag behind for longer than the run: it gives up, and the claim stands.
func TestListsThatLearnNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 100, func(address string, n int) reply {
			if address == "a1@x.example" && n == 1 {
				return lost(true)
			}
			return created()
		})
		w.service.lag = 20 * time.Minute
		w.service.place(pendingInvitation("of yesterday", "other@x.example"))
		time.Sleep(w.service.lag) // virtual time
		if err := w.run(t, nil); breaker.ReasonOf(err) != breaker.Unsettled {
			t.Errorf("Run = %v", err)
		}
		if got := w.claims(t); len(got) != 1 || got[0].Email != "a1@x.example" || len(w.service.sent) != 100 {
			t.Errorf("claims %v, %d requests", got, len(w.service.sent))
		}
	})
}

// TestAListThatStaysEmptyIsNotBelieved has a list that stays empty although people are known to be invited.
func TestAListThatStaysEmptyIsNotBelieved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 20, evenly(func() reply { return lost(true) }, created))
		w.service.lag = 24 * time.Hour
		if err := w.run(t, nil); err != nil {
			t.Fatal(err)
		}
		got := w.outcomes(t)
		if strings.Count(got, "unknown") != 10 || len(w.claims(t)) != 10 || len(w.service.sent) != 20 {
			t.Errorf("%s after %d requests, %d claims", got, len(w.service.sent), len(w.claims(t)))
		}
		if r := w.rows(t)[1]; !strings.Contains(r.Error, "the list is empty") {
			t.Errorf("error %q", r.Error)
		}
	})
}

// shift has somebody else's invitation appear at the front of the list.
func (w *world) shift() {
	n := len(w.service.list)
	w.service.list = slices.Insert(w.service.list, 0, &listed{
		Invitation: cybedefend.Invitation{ID: strconv.Itoa(n), Email: fmt.Sprintf("other%d@x.example", n), ExpiresAt: time.Now().Add(time.Hour)},
	})
}

func TestListsThatNeverStandStillSettleNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1, func(string, int) reply { return lost(false) })
		for range 30 {
			w.shift()
		}
		w.service.reads = func() error {
			if len(w.service.sent) > 0 {
				w.shift()
			}
			return nil
		}
		if err := w.run(t, nil); err != nil {
			t.Fatal(err)
		}
		if got := w.rows(t)[0]; got.Outcome != record.Unknown || got.Hint == "" || len(w.service.sent) != 1 || len(w.claims(t)) != 1 {
			t.Errorf("%s after %d requests, %d claims, hint %q", got.Outcome, len(w.service.sent), len(w.claims(t)), got.Hint)
		}
	})
}

// TestAGapIsWorthOneMoreReading has lists that do not stand still when they are first read.
func TestAGapIsWorthOneMoreReading(t *testing.T) {
	for name, effect := range map[string]bool{"with effect": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 1, evenly(created, func() reply { return lost(effect) }))
				w.service.lag = 15 * time.Second
				for range 50 {
					w.shift()
				}
				quiet := time.Now().Add(20 * time.Second)
				w.service.reads = func() error {
					if len(w.service.sent) > 0 && time.Now().Before(quiet) {
						w.shift()
					}
					return nil
				}
				if err := w.run(t, nil); err != nil {
					t.Fatal(err)
				}
				if got := w.rows(t)[0]; got.Outcome != record.Invited || w.service.mails[got.Email] != 1 {
					t.Errorf("%s (%s), mails %v", got.Outcome, got.Error, w.service.mails)
				}
			})
		})
	}
}

// TestConfirmedIsNeverSentAgain has the service confirm requests that leave no trace, and the same command be given three
// times, and another run begin.
func TestConfirmedIsNeverSentAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		people := []string{"a1@x.example", "a2@x.example", "a3@x.example"}
		w := newWorldOf(t, people, evenly(func() reply { return confirmed(false, true) }, func() reply { return confirmed(true, false) }))
		if err := w.run(t, nil); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := w.again(t); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Minute) // virtual time
		}
		if got := w.outcomes(t); got != "invited unknown invited" || len(w.service.sent) != 3 {
			t.Errorf("%s after %d requests", got, len(w.service.sent))
		}
		w.restart()
		w.begin(t, "another", people)
		if err := w.run(t, nil); err != nil {
			t.Fatal(err)
		}
		if got := w.outcomes(t); got != "already_invited unknown already_invited" || len(w.service.sent) != 3 {
			t.Errorf("%s after %d requests", got, len(w.service.sent))
		}
		time.Sleep(journey.MemoryCounts) // virtual time
		w.restart()
		w.begin(t, "tomorrow", people)
		if err := w.run(t, nil); err != nil {
			t.Fatal(err)
		}
		if got := w.outcomes(t); got != "already_invited skipped already_invited" || len(w.service.sent) != 3 {
			t.Errorf("%s after %d requests", got, len(w.service.sent))
		}
	})
}

// TestOthersOfOneMailboxAreExplained has a request for one address of a mailbox lost, and another address of it invited by
// the same run. Where the list shows that invitation under its own address, it is no trace of the lost request.
func TestOthersOfOneMailboxAreExplained(t *testing.T) {
	tests := []struct {
		name  string
		first reply // ann+1
		lost  bool  // whether the request for ann+2 takes effect
		spell func(string) string
		want  string
		sent  int
	}{
		{"invited by an answer", created(), false, nil, "invited invited", 3},
		{"invited by an answer, and the other one, too", created(), true, nil, "invited invited", 2},
		{"found to be invited by the same reading", lost(true), false, nil, "invited invited", 3},
		{"listed under the mailbox", created(), false, withoutTag, "invited unknown", 2},
		{"listed under the mailbox, both of them", created(), true, withoutTag, "invited unknown", 2},
	}
	for _, tt := range tests {
		for _, people := range [][]string{{"ann+1@x.example", "ann+2@x.example"}, {"ann+2@x.example", "ann+1@x.example"}} {
			t.Run(tt.name+", "+people[0]+" first", func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := newWorldOf(t, people, evenly(func() reply { return lost(tt.lost) }, func() reply { return tt.first }))
					if tt.spell != nil {
						w.service.spell = tt.spell
					}
					if err := w.run(t, nil); err != nil {
						t.Fatal(err)
					}
					got := strings.Fields(w.outcomes(t))
					if people[0] == "ann+2@x.example" {
						slices.Reverse(got)
					}
					if strings.Join(got, " ") != tt.want || len(w.service.sent) != tt.sent || len(w.mailedTwice()) > 0 {
						t.Errorf("%s after %d requests, mailed twice %v: %+v", got, len(w.service.sent), w.mailedTwice(), w.rows(t))
					}
				})
			})
		}
	}
}

// withoutTag drops the tag of an address.
func withoutTag(address string) string {
	local, domain, _ := strings.Cut(address, "@")
	local, _, _ = strings.Cut(local, "+")
	return local + "@" + domain
}

// TestAStopDuringSettlingLeavesClaims stops a run while it waits for what is in doubt.
func TestAStopDuringSettlingLeavesClaims(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 4, evenly(func() reply { return lost(true) }, func() reply { return lost(false) }))
		stop := make(chan struct{})
		time.AfterFunc(5*time.Second, func() { close(stop) })
		began := time.Now()
		if err := w.run(t, stop); breaker.ReasonOf(err) != breaker.Interrupted {
			t.Fatalf("Run = %v", err)
		}
		if took := time.Since(began); took != 5*time.Second {
			t.Errorf("it stopped after %s", took)
		}
		if got := w.outcomes(t); got != "unset unset unset unset" || len(w.claims(t)) != 4 {
			t.Errorf("%s, %d claims", got, len(w.claims(t)))
		}
		if err := w.again(t); err != nil {
			t.Fatal(err)
		}
		if got := w.outcomes(t); got != "invited invited invited invited" || len(w.mailedTwice()) > 0 || len(w.service.sent) != 6 || len(w.claims(t)) > 0 {
			t.Errorf("%s, mailed twice %v, %d requests, %d claims", got, w.mailedTwice(), len(w.service.sent), len(w.claims(t)))
		}
	})
}
