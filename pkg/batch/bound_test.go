package batch_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/pkg/batch"
	"rollcall/pkg/breaker"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/record"
)

// TestTheDeadlineEndsEveryWait has the deadline come while the run waits for something else than the pace.
func TestTheDeadlineEndsEveryWait(t *testing.T) {
	for name, tt := range map[string]struct {
		script  func(string, int) reply
		prepare func(*world)
		doubts  int
	}{
		"for a request to be at work no more":   {script: always(func() reply { return lost(true) }), doubts: 1},
		"for a service that was given up":       {script: always(func() reply { return fails(cybedefend.Lost, 0, because(context.DeadlineExceeded)) }), doubts: 1},
		"for the lists to be read":              {script: always(func() reply { return broken(500, true) }), prepare: func(w *world) { w.service.reads = w.onceSent(unreachable) }, doubts: 1},
		"for a list that is late":               {script: always(func() reply { return broken(500, true) }), prepare: func(w *world) { w.service.lag = 20 * time.Second }, doubts: 1},
		"for a pause that the service asks for": {script: always(func() reply { return throttled(2 * time.Minute) })},
		"for a row's next attempt":              {script: always(func() reply { return throttled(time.Second) })},
		"for a quota":                           {script: always(quota)},
		"between a cancellation and the invite that follows it": {
			script:  always(func() reply { return throttled(2 * time.Minute) }),
			prepare: func(w *world) { w.replacePending("a1@x.example") },
		},
		"before a cancellation that is to be repeated": {
			script: invitesEverybody,
			prepare: func(w *world) {
				w.replacePending("a1@x.example")
				w.service.cancels = func(string, int) reply { return throttled(2 * time.Minute) }
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 1, tt.script)
				if tt.prepare != nil {
					tt.prepare(w)
				}
				if err := w.recover(t.Context(), t); err != nil {
					t.Fatal(err)
				}
				began := time.Now()
				w.options.Deadline = began.Add(10 * time.Second)
				err := w.recovered.Run(t.Context(), nil, w.options)
				if took := time.Since(began); breaker.ReasonOf(err) != breaker.Deadline || took > 10*time.Second {
					t.Errorf("Run = %v after %s", err, took)
				}
				if got := w.rows(t)[0]; got.Outcome != record.Unset || len(w.claims(t)) != tt.doubts || w.service.mails[got.Email] > 1 {
					t.Errorf("the next run finds %s (%s), %d claims, %d e-mails", got.Outcome, got.Error, len(w.claims(t)), w.service.mails[got.Email])
				}
				w.service.reads, w.options.Deadline = nil, time.Time{}
				w.service.script = invitesEverybody
				w.service.cancels = func(string, int) reply { return created() }
				w.options.Pace = mustPace(t, 100)
				if err := w.again(t); err != nil {
					t.Error(err)
				}
				if got := w.rows(t)[0]; got.Outcome != record.Invited || w.service.mails[got.Email] != 1 {
					t.Errorf("in the end %s (%s), %d e-mails", got.Outcome, got.Error, w.service.mails[got.Email])
				}
			})
		})
	}
}

// TestShortPausesAddUp has a service ask for one pause after the other, each within what the run may wait.
func TestShortPausesAddUp(t *testing.T) {
	for name, again := range map[string]reply{"asked for": throttled(20 * time.Second), "a quota": quota()} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 1, func(string, int) reply { return again })
				w.options.Limits.MaxWait = time.Minute
				began := time.Now()
				err := w.run(t, nil)
				if took := time.Since(began); breaker.ReasonOf(err) != breaker.Overlong || took > time.Minute {
					t.Errorf("Run = %v after %s", err, took)
				}
				if got := w.outcomes(t); got != "unset" {
					t.Errorf("the next run finds %s", got)
				}
			})
		})
	}
}

// TestCallsShareTheirPatience has a service fail for some calls after the others: together they wait no longer than one alone.
func TestCallsShareTheirPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := func(context.Context) error { return unreachable().err }
		retrier := batch.ReadRetrier{Pace: mustPace(t, 100), MaxWait: time.Minute, Patience: &batch.Patience{}}
		began := time.Now()
		var last error
		for range 100 { // each gives up after its attempts
			if last = retrier.Call(t.Context(), down); breaker.ReasonOf(last) != 0 {
				break
			}
		}
		if took := time.Since(began); breaker.ReasonOf(last) != breaker.Overlong || took > time.Minute+time.Second {
			t.Errorf("%v after %s", last, took)
		}
		// A good answer makes good what was before.
		if err := retrier.Call(t.Context(), func(context.Context) error { return nil }); err != nil {
			t.Fatal(err)
		}
		tries := 0
		if err := retrier.Call(t.Context(), func(context.Context) error {
			if tries++; tries < 4 {
				return unreachable().err
			}
			return nil
		}); err != nil {
			t.Errorf("after a good answer: %v", err)
		}
	})
}
