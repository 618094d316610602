package batch_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/pkg/batch"
	"rollcall/pkg/breaker"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/record"
)

func always(r func() reply) func(string, int) reply { return func(string, int) reply { return r() } }

// TestStops has everybody meet the same reply. Whoever was not sent is left for the next run.
func TestStops(t *testing.T) {
	tests := []struct {
		name    string
		script  func(address string, n int) reply
		prepare func(*world)
		want    breaker.Reason
		most    int // requests
	}{
		{name: "credentials refused", script: always(credentialsRefused), want: breaker.Credentials, most: 3},
		{name: "nobody may be invited", script: always(forbidden), want: breaker.Forbidden, most: 7},
		{
			name: "nobody may be invited, as the profile says", script: always(forbidden), want: breaker.Forbidden, most: 2,
			prepare: func(w *world) { w.options.Limits.MayNotInvite = true },
		},
		{name: "everybody is refused for the same reason", script: func(string, int) reply { return refusal(422) }, want: breaker.Streak, most: 52},
		{
			name: "a shorter streak", script: func(string, int) reply { return refusal(400) }, want: breaker.Streak, most: 12,
			prepare: func(w *world) { w.options.Limits.MaxStreak = 10 },
		},
		{
			name: "too many rows are refused", script: sparing("a1", refusal(422)), want: breaker.Failures, most: 5,
			prepare: func(w *world) { w.options.Limits.MaxFailures = 3 },
		},
		{name: "a wait beyond the budget", script: func(string, int) reply { return throttled(time.Hour) }, want: breaker.Overlong, most: 3},
		{
			name: "down for longer than the budget", script: always(unreachable), want: breaker.Overlong, most: 12,
			prepare: func(w *world) { w.service.reads = w.onceSent(unreachable) },
		},
		{
			name: "down, and every request in doubt", script: func(string, int) reply { return lost(false) }, want: breaker.Overlong, most: 12,
			prepare: func(w *world) { w.service.reads = w.onceSent(unreachable) },
		},
		{name: "throttled for longer than the budget", script: func(string, int) reply { return throttled(time.Second) }, want: breaker.Overlong, most: 40},
		{name: "no connection can be made", script: always(unconnected), want: breaker.Unconnected, most: batch.DefaultWorkers},
		{
			name: "down, and then no connection can be made", script: always(unreachable), want: breaker.Unconnected, most: 12,
			prepare: func(w *world) { w.service.reads = w.onceSent(unconnected) },
		},
		{name: "reads work and invites do not", script: func(string, int) reply { return broken(500, false) }, want: breaker.Overlong, most: 30},
		{
			name: "a firewall", script: func(string, int) reply { return foreign(false) }, want: breaker.Foreign, most: 3,
			prepare: func(w *world) { w.service.reads = w.onceSent(func() reply { return foreign(false) }) },
		},
		{name: "a firewall before the invites alone", script: func(string, int) reply { return foreign(false) }, want: breaker.Foreign, most: 15},
		{
			name: "the deadline", script: invitesEverybody, want: breaker.Deadline, most: 50,
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
				began := time.Now()
				if err := w.run(t, nil); breaker.ReasonOf(err) != tt.want {
					t.Errorf("Run = %v, want %s", err, tt.want)
				}
				if took := time.Since(began); took > breaker.DefaultMaxWait+time.Minute {
					t.Errorf("it took %s to stop", took)
				}
				if got := len(w.service.sent); got == 0 || got > tt.most {
					t.Errorf("%d requests, want at most %d", got, tt.most)
				}
				if got := w.outcomes(t); strings.Contains(got, "rejected") || strings.Count(got, "unset") < 50 || len(w.mailedTwice()) > 0 {
					t.Errorf("the next run finds %s, mailed twice %v", got, w.mailedTwice())
				}
			})
		})
	}
}

// onceSent has reads fail as soon as something was sent.
func (w *world) onceSent(r func() reply) func() error {
	return func() error {
		if len(w.service.sent) == 0 {
			return nil
		}
		return r().err
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
		if got := w.outcomes(t); strings.Count(got, "rejected") != 29 {
			t.Error(got)
		}
	})
}

func TestForbiddenForAFewIsTheirs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 2, always(forbidden))
		if err := w.run(t, nil); err != nil {
			t.Errorf("Run = %v", err)
		}
		if got := w.outcomes(t); got != "rejected rejected" {
			t.Error(got)
		}
	})
}

// TestSixtyRefusalsInFront has the rows at the top be refused in the same words. The same command reaches the others with
// its second start, and with the third nothing changes any more.
func TestSixtyRefusalsInFront(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 100, nil)
		bad := map[string]bool{}
		for _, r := range w.rows(t)[:60] {
			bad[r.Email] = true
		}
		w.service.script = func(address string, _ int) reply {
			if bad[address] {
				return refusal(400)
			}
			return created()
		}
		if err := w.run(t, nil); breaker.ReasonOf(err) != breaker.Streak {
			t.Fatalf("the first start: %v", err)
		}
		if got := w.outcomes(t); strings.Count(got, "unset") != 100 || len(w.service.mails) != 0 {
			t.Errorf("after the first start: %s", got)
		}
		if err := w.again(t); err != nil {
			t.Errorf("the second start: %v", err)
		}
		if got := w.outcomes(t); strings.Count(got, "invited") != 40 || strings.Count(got, "rejected") != 60 || len(w.service.mails) != 40 {
			t.Errorf("after the second start: %s", got)
		}
		if err := w.again(t); err != nil || len(w.service.mails) != 40 || len(w.mailedTwice()) > 0 {
			t.Errorf("the third start: %v, %d mailed, %v twice", err, len(w.service.mails), w.mailedTwice())
		}
	})
}

// TestManyRefusalsInFront has more rows be refused than three streaks.
func TestManyRefusalsInFront(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 200, sparing("a19", refusal(400)))
		starts := 0
		for err := error(nil); len(w.service.mails) < 11; starts++ { // a19 and a190 to a199
			if err = w.again(t); err != nil && breaker.ReasonOf(err) != breaker.Streak || starts > 10 {
				t.Fatalf("start %d: %v, %d mailed", starts+1, err, len(w.service.mails))
			}
		}
		if starts != 4 { // 19 + 180 others in front
			t.Errorf("it took %d starts", starts)
		}
	})
}

// TestTheLastRowMakesNoStreak has all rows be refused in the same words, one after the other: nothing is left to spare.
func TestTheLastRowMakesNoStreak(t *testing.T) {
	for _, workers := range []int{1, 8} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, 50, func(string, int) reply { return refusal(422) })
			w.options.Workers, w.options.Pace, w.service.latency = workers, mustPace(t, 1), 3*time.Second
			if err := w.run(t, nil); err != nil {
				t.Errorf("Run = %v", err)
			}
			if got := w.outcomes(t); strings.Count(got, "rejected") != 50 {
				t.Error(got)
			}
		})
	}
}

// TestMaxFailuresCountsRefusalsAtOnce has the third refusal stop the run, although what it means is looked up only later.
func TestMaxFailuresCountsRefusalsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 100, func(address string, _ int) reply { return fails(cybedefend.FinalNo, 400, saying("no "+address)) })
		w.options.Limits.MaxFailures, w.options.Workers = 3, 1
		if err := w.run(t, nil); breaker.ReasonOf(err) != breaker.Failures {
			t.Errorf("Run = %v", err)
		}
		if got := len(w.service.sent); got != 3 {
			t.Errorf("%d requests, want 3", got)
		}
	})
}

func TestOutageIsProbedAndOutlasted(t *testing.T) {
	for name, fault := range map[string]func() reply{
		"no connection": unreachable, "503": func() reply { return broken(503, false) }, "a firewall": func() reply { return foreign(false) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var from, until time.Time
				down := func() bool { return time.Now().After(from) && time.Now().Before(until) }
				w := newWorld(t, 500, func(string, int) reply {
					if down() {
						return fault()
					}
					return created()
				})
				w.service.reads = func() error {
					if down() {
						return fault().err
					}
					return nil
				}
				from = time.Now().Add(2 * time.Second)
				until = from.Add(20 * time.Second)
				if err := w.run(t, nil); err != nil {
					t.Fatal(err)
				}
				during := 0
				for _, at := range w.service.sent {
					if at.After(from) && at.Before(until) {
						during++
					}
				}
				if during > 12 {
					t.Errorf("%d invites reached the service while it was down", during)
				}
				if strings.Count(w.outcomes(t), "invited") != 500 || len(w.mailedTwice()) > 0 {
					t.Errorf("mailed twice %v, outcomes %s", w.mailedTwice(), w.outcomes(t))
				}
				if len(w.waiting) == 0 || !strings.Contains(w.waiting[0], "the service does not answer as it should") {
					t.Errorf("nobody was told: %q", w.waiting)
				}
			})
		})
	}
}

// TestAFirewallRejectsNobody stops a run by foreign answers, and resumes it when they are gone.
func TestAFirewallRejectsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		blocked := true
		w := newWorld(t, 100, func(address string, _ int) reply {
			if blocked {
				return foreign(address == "a1@x.example")
			}
			return created()
		})
		w.service.reads = func() error {
			if blocked && len(w.service.sent) > 0 {
				return foreign(false).err
			}
			return nil
		}
		if err := w.run(t, nil); breaker.ReasonOf(err) != breaker.Foreign || !strings.Contains(err.Error(), "a challenge page of a firewall") {
			t.Errorf("Run = %v", err)
		}
		if got := w.outcomes(t); strings.Count(got, "unset") != 100 || len(w.claims(t)) != len(w.service.sent) {
			t.Errorf("%s, %d claims", got, len(w.claims(t)))
		}
		blocked = false
		if err := w.again(t); err != nil {
			t.Fatal(err)
		}
		if got := w.outcomes(t); strings.Count(got, record.Invited.String()) != 100 || len(w.mailedTwice()) > 0 {
			t.Errorf("%s, mailed twice %v", got, w.mailedTwice())
		}
	})
}
