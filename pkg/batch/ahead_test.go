package batch_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/pkg/batch"
	"rollcall/pkg/breaker"
	"rollcall/pkg/budget"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/ledger/ledgertest"
	"rollcall/pkg/record"
)

// quick is a service that answers soon, and a pace at which nobody waits for a nanosecond: whoever waits is claimed alone.
func (w *world) quick(t *testing.T, latency time.Duration) {
	t.Helper()
	w.service.latency, w.options.Pace = latency, mustPace(t, 1e12)
}

// mostClaimed has the world note how many claims stand at most while requests are at the service, and how many operations of
// the ledger have made them.
func (w *world) mostClaimed(t *testing.T) (most, operations *int) {
	t.Helper()
	most, operations = new(int), new(int)
	script := w.service.script
	w.service.script = func(address string, n int) reply {
		*most = max(*most, len(w.claims(t)))
		return script(address, n)
	}
	w.process.After = oneByOne(func(operation string) error {
		if operation == "claim" {
			*operations++
		}
		return nil
	})
	return most, operations
}

// TestClaimsAreWrittenAhead has claims stand for the next entries while all workers wait for answers, but not for more of them,
// and many of them written at once.
func TestClaimsAreWrittenAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 400, invitesEverybody)
		w.quick(t, 20*time.Millisecond)
		most, operations := w.mostClaimed(t)
		if err := w.run(t, nil); err != nil {
			t.Fatal(err)
		}
		if workers := w.options.Workers; *most <= workers || *most > workers+192 {
			t.Errorf("%d claims stood at once for %d workers, want more than there are workers and at most 192 more", *most, workers)
		}
		if *operations > 40 {
			t.Errorf("400 claims were written by %d operations, want many at once", *operations)
		}
	})
}

// TestWhatIsClaimedAheadLeavesSoon has a service take a while: no more are claimed than leave within a second.
func TestWhatIsClaimedAheadLeavesSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 200, invitesEverybody)
		w.quick(t, 200*time.Millisecond)
		most, _ := w.mostClaimed(t)
		if err := w.run(t, nil); err != nil {
			t.Fatal(err)
		}
		if workers := w.options.Workers; *most <= workers || *most > 6*workers {
			t.Errorf("%d claims stood at once for %d workers, want at most five for each beside that of its request", *most, workers)
		}
	})
}

// TestNothingIsClaimedAheadOfASlowService keeps claims, which are good for a few seconds, from becoming stale in a queue.
func TestNothingIsClaimedAheadOfASlowService(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 100, invitesEverybody)
		w.quick(t, 3*time.Second)
		most, operations := w.mostClaimed(t)
		if err := w.run(t, nil); err != nil {
			t.Fatal(err)
		}
		if *most > w.options.Workers {
			t.Errorf("%d claims stood at once for %d workers", *most, w.options.Workers)
		}
		if *operations > 100 {
			t.Errorf("%d operations have claimed 100 entries", *operations)
		}
	})
}

// TestNothingIsClaimedAheadWhereSomebodyMayLose replaces invitations: an answer may say that no other is to be replaced.
func TestNothingIsClaimedAheadWhereSomebodyMayLose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 60, invitesEverybody)
		var addresses []string
		for _, r := range w.rows(t) {
			addresses = append(addresses, r.Email)
		}
		w.replacePending(addresses...)
		w.quick(t, 20*time.Millisecond)
		most, _ := w.mostClaimed(t)
		if err := w.run(t, nil); err != nil {
			t.Fatal(err)
		}
		if *most > w.options.Workers || *most < 2 {
			t.Errorf("%d claims stood at once for %d workers", *most, w.options.Workers)
		}
	})
}

// lateDisk keeps what steps came to some time later.
type lateDisk struct {
	*ledgertest.Memory
	takes time.Duration
}

func (d lateDisk) Conclude(ctx context.Context, run string, then func(error), conclusions ...record.Conclusion) error {
	if then == nil {
		return d.Memory.Conclude(ctx, run, nil, conclusions...)
	}
	time.AfterFunc(d.takes, func() {
		if err := d.Memory.Conclude(ctx, run, then, conclusions...); err != nil {
			then(err)
		}
	})
	return nil
}

// TestNobodyLeavesBeforeTheAnswersAreHeard has a service say no to everybody from some moment on, while the disk takes its time
// to keep what it says: whoever was claimed ahead is not sent meanwhile.
func TestNobodyLeavesBeforeTheAnswersAreHeard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refused := 0
		w := newWorld(t, 400, invitesEverybody)
		w.service.script = func(string, int) reply {
			if len(w.service.sent) <= 100 {
				return created()
			}
			refused++
			return forbidden()
		}
		w.quick(t, 20*time.Millisecond)
		w.options.Limits.MaxFailures = 1
		var err error
		if w.recovered, err = (batch.Recovery{
			Ledger: lateDisk{w.process, 30 * time.Millisecond}, Scope: scope, Policy: w.rules, Read: w.read, Remember: w.remember,
		}).Recover(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := w.recovered.Run(t.Context(), nil, w.options); err == nil {
			t.Error("the run has not stopped")
		}
		if refused > w.options.Workers {
			t.Errorf("%d requests were refused, with %d workers", refused, w.options.Workers)
		}
	})
}

// slowing is a service that takes longer from an invitation on.
type slowing struct {
	*fakeService
	asked atomic.Int64
	after int64
	by    time.Duration
}

func (s *slowing) Invite(ctx context.Context, organizationID string, invite cybedefend.Invite) (cybedefend.Invitation, error) {
	slow := s.asked.Add(1) > s.after
	invitation, err := s.fakeService.Invite(ctx, organizationID, invite)
	if slow {
		time.Sleep(s.by) // virtual time
	}
	return invitation, err
}

// TestAServiceThatBecomesSlow has claims become stale that were written ahead while it was quick: nobody is sent by one of
// them, and nobody is lost.
func TestAServiceThatBecomesSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 200, invitesEverybody)
		w.quick(t, 10*time.Millisecond)
		w.options.Service = &slowing{fakeService: w.service, after: 50, by: 8 * time.Second}
		if err := w.run(t, nil); err != nil {
			t.Fatal(err)
		}
		if twice := w.mailedTwice(); len(twice) > 0 || len(w.service.mails) != 200 || len(w.claims(t)) > 0 {
			t.Errorf("%d were mailed, twice: %v; %d claims stand", len(w.service.mails), twice, len(w.claims(t)))
		}
	})
}

// TestWhatIsClaimedAheadIsRecalled has a run stop while claims stand whose requests have not left: they do not leave any more,
// the claims end, and the budget that they took is there for others.
func TestWhatIsClaimedAheadIsRecalled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 400, invitesEverybody)
		w.quick(t, 20*time.Millisecond)
		w.options.Budget = budget.New(budget.Limits{PerDay: new(200)}, budget.Used{})
		stop := make(chan struct{})
		var sent int
		time.AfterFunc(110*time.Millisecond, func() {
			w.service.locked(func() { sent = len(w.service.sent) })
			if claims := len(w.claims(t)); claims <= w.options.Workers {
				t.Errorf("%d claims stand when the run is stopped", claims)
			}
			close(stop)
		})
		if err := w.run(t, stop); breaker.ReasonOf(err) != breaker.Interrupted {
			t.Fatal(err)
		}
		if len(w.service.sent) != sent || len(w.claims(t)) > 0 {
			t.Errorf("%d requests left, of which %d after the stop; %d claims stand", len(w.service.sent), len(w.service.sent)-sent, len(w.claims(t)))
		}
		open := 0
		for _, r := range w.rows(t) {
			if r.Outcome == record.Unset {
				open++
			}
			if r.Outcome == record.Unset && r.Attempts != 0 {
				t.Errorf("row %d was not sent and has %d attempts", r.Row, r.Attempts)
			}
		}
		if used := w.options.Budget.Mailings(time.Now()); open != 400-sent || used != sent {
			t.Errorf("after %d requests %d rows are open and %d are counted", sent, open, used)
		}
	})
}
