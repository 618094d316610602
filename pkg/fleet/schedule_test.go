package fleet_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"rollcall/pkg/fleet"
	"rollcall/pkg/fleet/store"
)

// due returns a schedule that is due already.
func due(name, organization string) store.Schedule {
	past := time.Now().Add(-time.Hour)
	return store.Schedule{Name: name, Order: order(organization), Timing: []byte("{}"), Slot: past, DueAt: past}
}

// TestSchedulesBeginJobs has one schedule that nothing can be done about, which is the first one.
func TestSchedulesBeginJobs(t *testing.T) {
	f := open(t)
	first := due("broken", "one")
	first.DueAt = first.DueAt.Add(-time.Hour)
	if _, err := f.Apply(t.Context(), "set", nil, []store.Schedule{first, due("well", "two")}); err != nil {
		t.Fatal(err)
	}
	c := newCrew(t, f)
	broken := errors.New("it cannot be read")
	c.run(fleet.Options{
		Name: "w",
		Decide: func(due store.Schedule, now time.Time) (store.Firing, error) {
			if due.Name == "broken" {
				return store.Firing{}, broken
			}
			return store.Firing{Begin: true, Slot: due.Slot, Next: now.Add(time.Hour), DueAt: now.Add(time.Hour)}, nil
		},
		Execute: func(context.Context, *fleet.Slice) (store.Ended, error) { return store.Ended{}, nil },
	})
	c.until("the end of the job", func() bool { return len(c.told(fleet.JobEnded)) == 1 })
	if job := c.told(fleet.JobEnded)[0].Job; job.Schedule != "well" || job.Set != "set" || len(c.told(fleet.Fired)) != 1 {
		t.Errorf("ended: %+v", job)
	}
	c.until("the trouble", func() bool { return len(c.told(fleet.Trouble)) > 0 })
	if told := c.told(fleet.Trouble)[0]; !errors.Is(told.Err, broken) {
		t.Errorf("trouble: %v", told.Err)
	}
}

// TestSchedulesTakeNoWorkerWhole has a schedule that is due again at once, for ever: the worker is seen all the same.
func TestSchedulesTakeNoWorkerWhole(t *testing.T) {
	f := open(t)
	if _, err := f.Apply(t.Context(), "set", nil, []store.Schedule{due("often", "one")}); err != nil {
		t.Fatal(err)
	}
	c := newCrew(t, f)
	c.run(fleet.Options{
		Name: "w",
		Decide: func(_ store.Schedule, now time.Time) (store.Firing, error) {
			return store.Firing{Next: now.Add(time.Microsecond), DueAt: now.Add(time.Microsecond)}, nil
		},
		Execute: func(context.Context, *fleet.Slice) (store.Ended, error) { return store.Ended{}, nil },
	})
	seen := map[time.Time]bool{}
	c.until("a worker that is seen again", func() bool {
		workers, err := f.Workers(t.Context(), time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range workers {
			seen[w.SeenAt] = true
		}
		return len(seen) > 5
	})
}
