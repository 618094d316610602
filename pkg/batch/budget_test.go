package batch_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"rollcall/pkg/breaker"
	"rollcall/pkg/budget"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/journey"
	"rollcall/pkg/record"
)

// allow gives the next run a budget, by what the ledger and the service know when it begins.
func (w *world) allow(t *testing.T, limits budget.Limits) {
	t.Helper()
	mailings, err := w.ledger.Mailings(t.Context(), scope, time.Now().Add(-budget.Window))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.recover(t.Context(), t); err != nil {
		return // a process that dies before it sends anything
	}
	w.options.Budget = journey.Budget(limits, mailings, w.recovered.Inputs(), w.claims(t))
}

// TestBudgetOfADay sends at random, over some days, to a service that loses, refuses and cuts requests, in processes that die
// at any write. In no 24 hours may more requests reach the service than allowed, but for those that it has refused, and all
// the same everybody is invited some day.
func TestBudgetOfADay(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		people := rapid.IntRange(1, 30).Draw(rt, "people")
		limit := rapid.IntRange(3, 12).Draw(rt, "limit")
		kinds := rapid.SliceOfN(rapid.SampledFrom([]string{"created", "lost before", "lost after", "refused", "throttled"}), 10, 10).Draw(rt, "replies")
		crashes := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) crash {
			return crash{rapid.IntRange(0, 3*people).Draw(rt, "writes"), rapid.Bool().Draw(rt, "after")}
		}), 0, 6).Draw(rt, "crashes")
		pauses := rapid.SliceOfN(rapid.IntRange(1, 20), 10, 10).Draw(rt, "hours between the runs")

		var wrong []string
		synctest.Test(t, func(t *testing.T) {
			var harmful []time.Time
			w := newWorld(t, people, nil)
			w.service.latency = 20 * time.Millisecond
			asked := 0
			w.service.script = func(_ string, n int) reply {
				kind := kinds[asked%len(kinds)]
				asked++
				if n > 3 {
					kind = "created"
				}
				switch kind {
				case "refused":
					return fails(cybedefend.NotProcessed, 503, func(e *cybedefend.Error) { e.HasRetryAfter = true })
				case "throttled":
					return throttled(time.Second)
				}
				harmful = append(harmful, time.Now())
				if kind == "created" {
					return created()
				}
				return lost(kind == "lost after")
			}
			w.options.Limits.MaxWait = 24 * time.Hour
			w.rules.Retry.Attempts = 10
			var last error
			for i := range 400 {
				if i < len(crashes) {
					w.dieAt(crashes[i])
				}
				w.allow(t, budget.Limits{PerDay: &limit})
				last = w.run(t, nil)
				if last != nil && !errors.Is(last, errCrashed) && breaker.ReasonOf(last) != breaker.Budget {
					wrong = append(wrong, fmt.Sprintf("run %d: %v", i, last))
				}
				if last == nil {
					break
				}
				w.restart()
				time.Sleep(time.Duration(pauses[i%len(pauses)]) * time.Hour) // virtual time
			}
			// What a lost request has led to may have expired by the time that somebody looks.
			done := strings.Count(w.outcomes(t), "invited") + strings.Count(w.outcomes(t), "unknown")
			if last != nil || done != people || len(w.mailedTwice()) > 0 {
				wrong = append(wrong, fmt.Sprintf("in the end: %v, %s, twice %v", last, w.outcomes(t), w.mailedTwice()))
			}
			slices.SortFunc(harmful, time.Time.Compare)
			for i := limit; i < len(harmful); i++ {
				if span := harmful[i].Sub(harmful[i-limit]); span < 24*time.Hour {
					wrong = append(wrong, fmt.Sprintf("%d requests within %s", limit+1, span))
				}
			}
		})
		if len(wrong) > 0 {
			rt.Fatal(strings.Join(wrong, "\n"))
		}
	})
}

// TestBudgetIsUsedUpToTheLast has many workers share a small budget, and what is refused give back what it took.
func TestBudgetIsUsedUpToTheLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 100, func(address string, n int) reply {
			if strings.HasSuffix(address, "5@x.example") && n < 3 {
				return throttled(time.Second)
			}
			return created()
		})
		w.service.latency = 300 * time.Millisecond
		w.allow(t, budget.Limits{PerDay: new(40)})
		err := w.run(t, nil)
		spent, ok := errors.AsType[*budget.SpentError](err)
		if !ok || breaker.ReasonOf(err) != breaker.Budget || spent.Left != 60 || len(w.service.mails) != 40 {
			t.Errorf("Run = %v, %d mailed", err, len(w.service.mails))
		}
		if len(w.claims(t)) > 0 || strings.Count(w.outcomes(t), "invited") != 40 || strings.Count(w.outcomes(t), "unset") != 60 {
			t.Errorf("it leaves %s", w.outcomes(t))
		}
	})
}

// TestBudgetOfOpenInvitations counts those that are open already, those of earlier processes that a late list lacks, and
// those that are replaced once.
func TestBudgetOfOpenInvitations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 50, func(address string, _ int) reply {
			if address == "a6@x.example" {
				return refusal(422)
			}
			return created()
		})
		w.service.lag = 30 * time.Second
		w.service.place(pendingInvitation("theirs", "somebody@x.example"))
		w.replacePending("a1@x.example", "a50@x.example")
		limit := 10
		open := func() (open int) {
			for _, i := range w.service.list {
				if i.until.IsZero() {
					open++
				}
			}
			return open
		}
		w.dieAt(crash{writes: 9})
		w.allow(t, budget.Limits{Pending: &limit})
		if err := w.run(t, nil); !errors.Is(err, errCrashed) {
			t.Fatal(err)
		}
		for range 3 {
			w.restart()
			w.allow(t, budget.Limits{Pending: &limit})
			err := w.run(t, nil)
			if spent, ok := errors.AsType[*budget.SpentError](err); !ok || spent.Option != budget.OptionPending {
				t.Fatalf("Run = %v", err)
			}
			if got := open(); got > limit || got < limit-1 { // a request of the process that died may not have left
				t.Errorf("%d invitations are open, want %d", got, limit)
			}
		}
		if got := w.rows(t)[49]; got.Outcome != record.Invited {
			t.Errorf("one that replaces an open invitation ended as %s", got.Outcome)
		}
		if len(w.mailedTwice()) > 0 {
			t.Errorf("mailed twice: %v", w.mailedTwice())
		}
	})
}

// TestBudgetIsKeptForWhoeverHasLostAnInvitation replaces the open invitations of some among others, with every budget, and has
// requests lost or refused for now. Nobody whose invitation was cancelled may be left for another day, unless the request for
// the new one has used up the budget itself.
func TestBudgetIsKeptForWhoeverHasLostAnInvitation(t *testing.T) {
	const victim, lostBefore = "a3@x.example", "an invite that is lost before it takes effect"
	tests := map[string]struct{ cancel, invite reply }{
		"nothing goes wrong":                {created(), created()},
		"a lost cancel that took effect":    {lost(true), created()},
		"a lost cancel that did not":        {lost(false), created()},
		"an invite that is refused for now": {created(), throttled(2 * time.Second)},
		lostBefore:                          {created(), lost(false)},
	}
	for name, tt := range tests {
		for limit := range 12 {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 12, func(address string, n int) reply {
					if address == victim && n == 1 {
						return tt.invite
					}
					return created()
				})
				w.service.cancels = func(address string, n int) reply {
					if address == "old-"+victim && n == 1 {
						return tt.cancel
					}
					return created()
				}
				w.service.latency = 300 * time.Millisecond
				w.replacePending("a2@x.example", victim, "a7@x.example", "a8@x.example", "a12@x.example")
				w.allow(t, budget.Limits{PerDay: &limit})
				err := w.run(t, nil)
				spent, _ := errors.AsType[*budget.SpentError](err)
				left := strings.Count(w.outcomes(t), "unset")
				if breaker.ReasonOf(err) != breaker.Budget || spent == nil || spent.Left != left || len(w.service.mails) > limit {
					t.Errorf("%s, %d a day: %v, %d mailed, %d left", name, limit, err, len(w.service.mails), left)
				}
				for _, row := range w.rows(t) {
					if lost := row.LeftWithout(); lost != "" && (row.Email != victim || name != lostBefore) {
						t.Errorf("%s, %d a day: %s", name, limit, lost)
					}
				}
			})
		}
	}
}

// TestFirstOfTheRoster sends the first ones in the order of the roster, however long their answers are in coming, and as many
// again when the run goes on.
func TestFirstOfTheRoster(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 30, func(_ string, n int) reply {
			if n == 1 {
				return throttled(time.Second)
			}
			return created()
		})
		w.service.latency = 300 * time.Millisecond
		for sent := 10; sent <= 20; sent += 10 {
			w.allow(t, budget.Limits{First: new(10)})
			err := w.run(t, nil)
			if spent, ok := errors.AsType[*budget.SpentError](err); !ok || spent.Left != 30-sent || spent.Option != budget.OptionFirst {
				t.Fatalf("after %d: %v", sent, err)
			}
			want := strings.TrimSpace(strings.Repeat("invited ", sent) + strings.Repeat("unset ", 30-sent))
			if got := w.outcomes(t); got != want {
				t.Errorf("outcomes %s, want %s", got, want)
			}
			w.restart()
		}
		w.allow(t, budget.Limits{First: new(10)})
		if err := w.run(t, nil); err != nil || len(w.service.mails) != 30 || len(w.mailedTwice()) > 0 {
			t.Errorf("in the end: %v, %d mails", err, len(w.service.mails))
		}
	})
}
