package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"rollcall/pkg/fleet/rota"
	"rollcall/pkg/fleet/store"
)

// minutely returns a file with jobs that are due every minute, each for an organization of its own.
func minutely(n int) string {
	var b strings.Builder
	b.WriteString("defaults: {schedule: '* * * * *'}\njobs:\n")
	for i := range n {
		fmt.Fprintf(&b, "- {name: s%d, roster: /srv/s%d.csv, organization-id: o%d}\n", i, i, i)
	}
	return b.String()
}

// TestNothingMissedNothingTwice has workers fire that are killed at every place: while a transaction is open, and while it is
// being kept.
func TestNothingMissedNothingTwice(t *testing.T) {
	const (
		schedules = 200
		minutes   = 5
		outage    = 7 // minutes without anybody
		workers   = 4
		oneIn     = 8 // is killed
	)
	c := open(t)
	c.apply("all", minutely(schedules))
	var kills atomic.Int64
	var killers sync.WaitGroup
	// work fires until nothing is due. Whoever is killed begins again.
	work := func() {
		for {
			ctx, cancel := context.WithCancel(t.Context())
			die := func(tx pgx.Tx) {
				if rand.IntN(oneIn) > 0 {
					return
				}
				kills.Add(1)
				how := cancel
				if pid := tx.Conn().PgConn().PID(); rand.IntN(2) > 0 {
					// By now the connection may be somebody else's, even that of who kills.
					how = func() { _, _ = c.pool.Exec(t.Context(), "SELECT pg_terminate_backend($1)", int64(pid)) }
				}
				if rand.IntN(2) > 0 {
					killers.Go(how)
				} else {
					how()
				}
			}
			fired, err := c.Fire(ctx, rota.Decide, func(tx pgx.Tx, _ *store.Store, _ store.Job) error {
				die(tx)
				return nil
			})
			cancel()
			if err == nil && !fired {
				return
			}
		}
	}
	together := func() {
		var all sync.WaitGroup
		for range workers {
			all.Go(work)
		}
		all.Wait()
		work() // what was locked by one that was killed
		killers.Wait()
		for range workers { // connections that were killed are found out
			_ = c.pool.Ping(t.Context())
		}
		c.exec("UPDATE " + c.schema + ".job SET ended_at = " + c.schema + ".now() WHERE ended_at IS NULL")
	}
	for range minutes {
		c.pass(time.Minute)
		together()
	}
	c.pass(outage * time.Minute)
	together()

	got := map[string][]store.Job{}
	all, err := c.Jobs(t.Context(), store.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, job := range all { // the newest one first
		got[job.Schedule] = append(got[job.Schedule], job)
	}
	t.Logf("%d jobs, %d kills", len(all), kills.Load())
	if kills.Load() < 50 || len(got) != schedules {
		t.Errorf("%d kills, %d schedules with jobs", kills.Load(), len(got))
	}
	for name, begun := range got {
		if len(begun) != minutes+1 || begun[0].Missed != outage-1 {
			t.Errorf("%s: %d jobs, and the one after the outage stands for %d slots besides", name, len(begun), begun[0].Missed)
			continue
		}
		for i, job := range begun[1:] {
			if want := begins.Truncate(time.Minute).Add(time.Duration(minutes-i) * time.Minute); !job.Slot.Equal(want) || job.Missed != 0 {
				t.Errorf("%s: slot %v, %d missed; want %v", name, job.Slot, job.Missed, want)
			}
		}
	}
}

// TestEverySlotHasOneJob has time pass, jobs end and workers fire in any order, all at once.
func TestEverySlotHasOneJob(t *testing.T) {
	const schedules, steps = 10, 40
	c := open(t)
	c.apply("all", minutely(schedules))
	var all sync.WaitGroup
	over := make(chan struct{})
	for range 3 {
		all.Go(func() {
			for {
				select {
				case <-over:
					return
				default:
				}
				if _, _, err := c.fire(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range steps {
		c.pass(time.Duration(rand.IntN(150)) * time.Second)
		for range schedules / 2 {
			if _, _, err := c.fire(t.Context()); err != nil {
				t.Error(err)
			}
			c.end(fmt.Sprint("o", rand.IntN(schedules)), 0)
		}
	}
	close(over)
	all.Wait()
	c.end("", 0)
	c.pass(time.Minute)
	c.fired()
	slots := map[string]int{}
	jobs, err := c.Jobs(t.Context(), store.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, job := range jobs {
		slots[job.Schedule] += 1 + job.Missed
	}
	want := int(c.now().Sub(begins.Truncate(time.Minute)) / time.Minute)
	t.Logf("%d jobs for %d slots of each schedule", len(jobs), want)
	for name, n := range slots {
		if n != want {
			t.Errorf("%s: jobs stand for %d slots, and there were %d", name, n, want)
		}
	}
	if len(slots) != schedules {
		t.Errorf("%d schedules have jobs", len(slots))
	}
}

func TestASlotWaitsForTheOrganization(t *testing.T) {
	c := open(t)
	c.apply("a", `
defaults: {organization-id: acme}
jobs:
- {name: hourly, roster: /srv/acme.csv, schedule: 0 * * * *}
- {name: often, roster: /srv/acme.csv, schedule: '10,30,50 * * * *'}
`)
	c.at(begins.Add(10 * time.Minute))
	c.want("often 12:10")
	c.at(begins.Add(60 * time.Minute)) // 13:00:30, and the job is still open: its own slots wait, and so does the other one
	c.want("")
	c.end("acme", 0)
	c.want("") // they are looked at again in a while
	c.pass(15 * time.Second)
	first := c.fired()
	c.end("acme", 0)
	c.pass(15 * time.Second)
	if both := first + ", " + c.fired(); both != "often 12:50 +1, hourly 13:00" && both != "hourly 13:00, often 12:50 +1" {
		t.Errorf("began %s", both)
	}
	c.end("acme", 0)
	// A job of a person counts as well.
	if _, err := c.Submit(t.Context(), store.Order{Organization: "acme", Command: store.Invite, Source: "x.csv"}, nil, "ada"); err != nil {
		t.Fatal(err)
	}
	c.at(begins.Add(70 * time.Minute))
	c.want("")
	c.end("acme", 0)
	c.pass(15 * time.Second)
	c.want("often 13:10")
	c.end("acme", 0)
	// So does whoever has stopped the organization.
	if err := c.Pause(t.Context(), "acme", "ada"); err != nil {
		t.Fatal(err)
	}
	c.at(begins.Add(95 * time.Minute))
	c.want("")
	if err := c.Resume(t.Context(), "acme"); err != nil {
		t.Fatal(err)
	}
	c.pass(15 * time.Second)
	c.want("often 13:30")
}

func TestCatchup(t *testing.T) {
	c := open(t)
	c.apply("a", `
defaults: {schedule: 0 13 * * *}
jobs:
- {name: one, roster: /srv/a.csv, organization-id: a}
- {name: none, roster: /srv/b.csv, organization-id: b, catchup: none}
- {name: some, roster: /srv/c.csv, organization-id: c, catchup: 6h}
`)
	c.at(begins.Add(time.Hour + 4*time.Minute)) // nearly on time
	c.want("one 13:00, none 13:00, some 13:00")
	c.end("", 0)
	c.at(begins.Add(24*time.Hour + 4*time.Hour))
	c.want("one 13:00, some 13:00")
	c.end("", 0)
	c.at(begins.Add(3*24*time.Hour + 12*time.Hour))
	c.want("one 13:00 +1")
	c.end("", 0)
	c.at(begins.Add(4*24*time.Hour + time.Hour))
	c.want("one 13:00, none 13:00, some 13:00")
}

// TestAJitterThatChanges holds that a slot has one job, also where it is due again after the job has begun.
func TestAJitterThatChanges(t *testing.T) {
	c := open(t)
	file := "jobs:\n- {name: a, roster: /srv/a.csv, organization-id: a, schedule: 0 * * * *, jitter: %s}"
	c.apply("a", fmt.Sprintf(file, "0s"))
	c.at(begins.Add(time.Hour).Truncate(time.Minute))
	c.want("a 13:00")
	c.end("a", 0)
	c.apply("a", fmt.Sprintf(file, "59m"))
	if a := c.schedule("a", "a"); !a.DueAt.Before(begins.Add(2*time.Hour).Truncate(time.Minute)) || !a.DueAt.After(c.now()) {
		t.Fatalf("due at %v, which is no second time in the same hour", a.DueAt)
	}
	c.at(begins.Add(2*time.Hour - time.Minute))
	c.want("")
	c.at(begins.Add(3 * time.Hour).Truncate(time.Minute))
	c.want("a 14:00")
}

func TestPauseOnFailure(t *testing.T) {
	c := open(t)
	c.apply("a", `
defaults: {schedule: 0 * * * *, pause-on-failure: true}
jobs:
- {name: one, roster: /srv/a.csv, organization-id: a}
- {name: none, roster: /srv/b.csv, organization-id: b, catchup: none}
- {name: on, roster: /srv/c.csv, organization-id: c, pause-on-failure: false}
`)
	hour := func(n int) { c.at(begins.Add(time.Duration(n)*time.Hour - 30*time.Second)) }
	// What the next run makes good does not pause.
	for i, exit := range []int{0, 3, 6, 7, 130} {
		hour(i + 1)
		c.want(fmt.Sprintf("one %[1]d:00, none %[1]d:00, on %[1]d:00", 13+i))
		c.end("", exit)
	}
	hour(6)
	c.want("one 18:00, none 18:00, on 18:00")
	c.end("", 2)
	if one := c.schedule("a", "one"); !strings.HasSuffix(one.Paused, " has ended with exit code 2") {
		t.Errorf("paused: %q", one.Paused)
	}
	hour(7)
	c.want("on 19:00")
	c.end("", 2)
	hour(9)
	c.pass(20 * time.Minute)
	for _, name := range []string{"one", "none"} {
		if err := c.Resume(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	// What was missed meanwhile is made up for as the catch-up says.
	c.want("one 21:00 +2, on 21:00 +1")
	c.end("", 0)
	hour(10)
	c.want("one 22:00, none 22:00, on 22:00")
}

// TestAScheduleThatCannotBeReadHoldsUpNobody: it is due before all others, for ever.
func TestAScheduleThatCannotBeReadHoldsUpNobody(t *testing.T) {
	c := open(t)
	c.apply("a", minutely(3))
	c.exec("UPDATE " + c.schema + `.schedule SET timing = '{"version": 99}', due_at = due_at - interval '1 hour' WHERE name = 's1'`)
	stone := func() {
		t.Helper()
		_, fired, err := c.fire(t.Context())
		var wrong *store.ScheduleError
		if !fired || !errors.As(err, &wrong) || wrong.Name != "s1" || !strings.Contains(err.Error(), "schedule s1 of a: when it is due was written by a newer version") {
			t.Errorf("%v, %v", fired, err)
		}
	}
	stone()
	c.pass(10 * time.Second)
	c.want("")
	c.pass(time.Minute)
	stone()
	c.want("s0 12:01, s2 12:01")
	// A worker that can read it makes up for the others.
	c.exec("UPDATE " + c.schema + ".schedule SET timing = (SELECT timing FROM " + c.schema + ".schedule WHERE name = 's0') WHERE name = 's1'")
	c.pass(time.Minute)
	c.want("s1 12:02 +1")
}

// TestWhatFailsForOneScheduleAlone: nothing of the job is kept, and what would be done for ever is refused.
func TestWhatFailsForOneScheduleAlone(t *testing.T) {
	c := open(t)
	c.apply("a", minutely(1))
	broken := errors.New("it does not begin")
	for _, test := range []struct {
		name   string
		decide func(store.Schedule, time.Time) (store.Firing, error)
		begin  error
		want   string
	}{
		{"it does not begin", rota.Decide, broken, "schedule s0 of a: it does not begin"},
		{"no next slot", func(store.Schedule, time.Time) (store.Firing, error) { return store.Firing{}, nil }, nil, "schedule s0 of a: it has no next slot"},
		{"due at once", func(_ store.Schedule, now time.Time) (store.Firing, error) {
			return store.Firing{Next: now, DueAt: now}, nil
		}, nil, "schedule s0 of a: it has no next slot"},
		{"no slot", func(_ store.Schedule, now time.Time) (store.Firing, error) {
			return store.Firing{Begin: true, Next: now.Add(1), DueAt: now.Add(time.Hour)}, nil
		}, nil, "schedule s0 of a: it has no slot"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c.pass(time.Minute)
			slot := c.schedule("a", "s0").Slot
			fired, err := c.Fire(t.Context(), test.decide, func(pgx.Tx, *store.Store, store.Job) error { return test.begin })
			if !fired || err == nil || err.Error() != test.want {
				t.Errorf("%v, %v", fired, err)
			}
			if open, err := c.Jobs(t.Context(), store.Filter{}); err != nil || len(open) != 0 {
				t.Errorf("jobs: %v, %v", open, err)
			}
			if now := c.schedule("a", "s0"); !now.Slot.Equal(slot) || !now.DueAt.After(c.now()) {
				t.Errorf("the slot is %v, due at %v", now.Slot, now.DueAt)
			}
		})
	}
	c.pass(time.Minute)
	c.want("s0 12:05 +4")
}
