package fleet_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"rollcall/pkg/breaker"
	"rollcall/pkg/fleet"
	"rollcall/pkg/fleet/store"
	"rollcall/pkg/ledger"
)

// limited returns a fleet with a limit named "all".
func limited(tb testing.TB, rate float64) *fleet.Fleet {
	tb.Helper()
	f := open(tb)
	if _, err := f.Apply(tb.Context(), "set", map[string]float64{"all": rate}, nil); err != nil {
		tb.Fatal(err)
	}
	return f
}

// under returns the order of a job under the limit "all".
func under(organization string) store.Order {
	o := order(organization)
	o.Limit = "all"
	return o
}

// TestNoMoreThanTheRateInAnyWindow has many on several connections book at once, and looks at what the database has given away
// by its own clock. Slots that lie behind each other at the distance of the rate are no more than it in any window.
func TestNoMoreThanTheRateInAnyWindow(t *testing.T) {
	const rate, processes, each, times, together = 400, 3, 4, 10, 3
	f := limited(t, rate)
	schema, pool := pgx.Identifier{f.Database().Schema()}.Sanitize(), f.Database().Pool()
	for _, sql := range []string{
		"CREATE TABLE " + schema + ".given (until timestamptz, at timestamptz)",
		"CREATE FUNCTION " + schema + ".note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO " + schema +
			".given VALUES (new.booked, clock_timestamp()); RETURN NULL; END $$",
		"CREATE TRIGGER note AFTER UPDATE ON " + schema + ".limit_group FOR EACH ROW EXECUTE FUNCTION " + schema + ".note()",
	} {
		if _, err := pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	var booking sync.WaitGroup
	for range processes {
		own, err := pgxpool.NewWithConfig(t.Context(), pool.Config())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(own.Close)
		rows := store.New(own, f.Database().Schema())
		for range each {
			booking.Go(func() {
				for range times {
					booked, err := rows.Book(t.Context(), "all", together, time.Hour)
					if err != nil || booked.Slots != together || booked.Every != time.Second/rate {
						t.Errorf("booked %+v, %v", booked, err)
					}
				}
			})
		}
	}
	booking.Wait()
	given, err := pool.Query(t.Context(), "SELECT until, at FROM "+schema+".given ORDER BY until")
	if err != nil {
		t.Fatal(err)
	}
	var until, at, free time.Time
	bookings := 0
	if _, err := pgx.ForEachRow(given, []any{&until, &at}, func() error {
		bookings++
		if first := until.Add(-together * time.Second / rate); first.Before(free) {
			t.Errorf("slots from %s on were given away, and are free from %s on", first, free)
		}
		if free = until; at.After(free) { // nothing is given away for a time that is over
			free = at
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if bookings != processes*each*times {
		t.Errorf("%d bookings, want %d", bookings, processes*each*times)
	}
}

// TestJobsUnderALimitSend has two workers send for two organizations each.
func TestJobsUnderALimitSend(t *testing.T) {
	const rate, jobs, each = 100, 4, 25
	f := limited(t, rate)
	c := newCrew(t, f)
	ids := make([]int64, jobs)
	for i := range ids {
		ids[i] = submit(t, f, under(string(rune('a'+i)))).ID
	}
	var mu sync.Mutex
	var left []time.Time
	for _, name := range []string{"v", "w"} {
		c.run(fleet.Options{Name: name, Slots: 2, Slice: time.Hour, Execute: func(ctx context.Context, s *fleet.Slice) (store.Ended, error) {
			if most, learned, err := s.Limit().Rates(ctx); most != rate || learned != 0 || err != nil {
				t.Errorf("Rates = %v, %v, %v", most, learned, err)
			}
			s.Began()
			for range each {
				wait, err := s.Limit().Reserve(ctx)
				if err != nil {
					return store.Ended{Exit: 1}, err
				}
				mu.Lock()
				left = append(left, time.Now().Add(wait))
				mu.Unlock()
			}
			return store.Ended{}, nil
		}})
	}
	for _, id := range ids {
		if job := c.ended(id); job.Exit != 0 {
			t.Errorf("job %d has ended as %+v", id, job)
		}
	}
	slices.SortFunc(left, time.Time.Compare)
	if took := left[len(left)-1].Sub(left[0]); took < (jobs*each-5)*time.Second/rate {
		t.Errorf("%d requests leave within %s at %d/s", len(left), took, rate)
	}
}

// TestALongHoldGivesTheSlotBack has one organization be asked for a pause, then another one have the only slot of the worker
// under the same limit, and then a third one under none.
func TestALongHoldGivesTheSlotBack(t *testing.T) {
	f := limited(t, 100)
	c := newCrew(t, f)
	one := submit(t, f, under("one"))
	c.run(fleet.Options{Name: "w", Slots: 1, Slice: time.Hour, Execute: func(ctx context.Context, s *fleet.Slice) (store.Ended, error) {
		if s.Limit() == nil {
			return store.Ended{}, nil
		}
		s.Began()
		if s.Job.Organization == "one" {
			if _, err := s.Limit().Reserve(ctx); err != nil {
				t.Error(err)
			}
			s.Limit().Hold(time.Hour, "the service asks for a pause") //nolint:contextcheck // whoever is refused has none
			<-ctx.Done()
		}
		_, err := s.Limit().Reserve(ctx)
		if stop, ok := errors.AsType[*breaker.StopError](err); !ok || stop.Reason != breaker.Interrupted {
			t.Errorf("%s: Reserve = %v", s.Job.Organization, err)
		}
		return store.Ended{Exit: fleet.Interrupted}, nil
	}})
	c.until("the end of a slice", func() bool { return len(c.told(fleet.SliceEnded)) == 1 })
	two := submit(t, f, under("two"))
	c.until("the end of two slices", func() bool { return len(c.told(fleet.SliceEnded)) == 2 })
	c.ended(submit(t, f, order("three")).ID)
	for _, id := range []int64{one.ID, two.ID} {
		job, err := f.Job(t.Context(), id)
		if err != nil || !job.Open() || time.Until(job.DueAt) < 55*time.Minute || time.Until(job.DueAt) > 61*time.Minute {
			t.Errorf("job %d goes on at %s, %v", id, job.DueAt, err)
		}
	}
	limits, err := f.Limits(t.Context())
	if err != nil || len(limits) != 1 || limits[0].HoldWhy != "the service asks for a pause" || time.Until(limits[0].HoldUntil) < 55*time.Minute {
		t.Errorf("limits: %+v, %v", limits, err)
	}
}

// TestWhatIsLearnedIsOfAll has one of two jobs find out how much the service takes from it: another one begins with its part.
func TestWhatIsLearnedIsOfAll(t *testing.T) {
	f := limited(t, 100)
	c := newCrew(t, f)
	var both, learned sync.WaitGroup
	both.Add(2)
	learned.Add(1)
	ids := []int64{submit(t, f, under("one")).ID, submit(t, f, under("two")).ID}
	c.run(fleet.Options{Name: "w", Slots: 2, Execute: func(ctx context.Context, s *fleet.Slice) (store.Ended, error) {
		limit := s.Limit()
		both.Done()
		both.Wait()
		if s.Job.Organization == "one" {
			defer learned.Done()
			return store.Ended{}, limit.Learn(ctx, 15)
		}
		learned.Wait()
		most, mine, err := limit.Rates(ctx)
		if most != 100 || mine != 15 && mine != 30 { // the other one may have ended
			t.Errorf("Rates = %v, %v, %v", most, mine, err)
		}
		if err := limit.Learn(ctx, mine); err != nil { // which is nothing new
			t.Error(err)
		}
		kept, err := f.Store.Limit(ctx, "all")
		if err != nil || kept.Learned != 30 {
			t.Errorf("learned: %+v, %v", kept, err)
		}
		if err := limit.Learn(ctx, 99); err != nil { // with the other one's part it is all there is
			t.Error(err)
		}
		return store.Ended{}, nil
	}})
	for _, id := range ids {
		c.ended(id)
	}
}

// TestALimitThatIsNotThere is not taken for a database that is away.
func TestALimitThatIsNotThere(t *testing.T) {
	f := limited(t, 100)
	if _, err := f.Book(t.Context(), "none", 1, time.Hour); !errors.Is(err, store.ErrNone) {
		t.Errorf("Book = %v", err)
	}
	if _, err := f.Store.Limit(t.Context(), "none"); !errors.Is(err, store.ErrNone) {
		t.Errorf("Limit = %v", err)
	}
	if err := f.Hold(t.Context(), "none", time.Hour, ""); !errors.Is(err, store.ErrNone) || errors.Is(err, ledger.ErrUnreachable) {
		t.Errorf("Hold = %v", err)
	}
}

// TestWhatIsFarOffIsNotBooked has a hold be in the way.
func TestWhatIsFarOffIsNotBooked(t *testing.T) {
	f := limited(t, 100)
	if err := f.Hold(t.Context(), "all", time.Minute, "because"); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the first try has booked nothing
		far, err := f.Book(t.Context(), "all", 5, 10*time.Second)
		if err != nil || far.Slots != 0 || far.Wait < 50*time.Second || far.Wait > time.Minute || far.Every != 10*time.Millisecond {
			t.Errorf("Book = %+v, %v", far, err)
		}
	}
	if near, err := f.Book(t.Context(), "all", 5, time.Hour); err != nil || near.Slots != 5 || near.Wait > time.Minute {
		t.Errorf("Book = %+v, %v", near, err)
	}
}
