package fleet_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"rollcall/pkg/breaker"
	"rollcall/pkg/fleet"
	"rollcall/pkg/fleet/limit"
	"rollcall/pkg/fleet/store"
	"rollcall/pkg/pace"
)

// crowd is a service that refuses whatever is more than so many requests in any second.
type crowd struct {
	most int

	mu       sync.Mutex
	accepted []time.Time
	refused  int
	by       map[string]int
}

func (c *crowd) call(who string) (refused bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	if n := len(c.accepted); n >= c.most && now.Sub(c.accepted[n-c.most]) < time.Second {
		c.refused++
		return true
	}
	c.accepted = append(c.accepted, now)
	c.by[who]++
	return false
}

// send sends under the limit of a slice for as long as that lasts.
func (c *crowd) send(ctx context.Context, s *fleet.Slice) error {
	most, learned, err := s.Limit().Rates(ctx)
	if err != nil {
		return err
	}
	p, err := pace.New(pace.Options{Most: pace.Rate(most), Start: pace.Rate(learned), Reserve: s.Limit().Reserve})
	if err != nil {
		return err
	}
	s.Began()
	var flying sync.WaitGroup
	defer flying.Wait()
	for {
		permission, err := p.Acquire(ctx)
		if err != nil {
			return err
		}
		flying.Go(func() {
			<-time.After(time.Duration(5+rand.IntN(10)) * time.Millisecond)
			answered := pace.Answered{Permission: permission, Kind: pace.Accepted}
			if c.call(s.Job.Organization) {
				answered.Kind = pace.Refused
			}
			<-time.After(10 * time.Millisecond)
			p.Report(answered)
		})
	}
}

// BenchmarkOneLimit has four workers send for ten seconds for an organization each, in real time, under a row of 48/s, to a
// service that refuses the 51st request in any second.
func BenchmarkOneLimit(b *testing.B) {
	const rate, workers, lasts = 48, 4, 10 * time.Second
	for b.Loop() {
		f := limited(b, rate)
		service := &crowd{most: 50, by: map[string]int{}}
		c := newCrew(b, f)
		for i := range workers {
			submit(b, f, under(fmt.Sprint("organization", i)))
		}
		var all sync.WaitGroup
		all.Add(workers)
		began := make(chan struct{})
		var leaving []func()
		for i := range workers {
			leaving = append(leaving, c.run(fleet.Options{
				Name: fmt.Sprint("w", i), Slots: 1, Slice: time.Hour,
				Execute: func(ctx context.Context, s *fleet.Slice) (store.Ended, error) {
					all.Done()
					<-began
					err := service.send(ctx, s)
					if breaker.ReasonOf(err) == breaker.Interrupted {
						err = nil
					}
					return store.Ended{Exit: fleet.Interrupted}, err
				},
			}))
		}
		all.Wait()
		close(began)
		start := time.Now()
		<-time.After(lasts)
		took := time.Since(start)
		service.mu.Lock()
		accepted, refused, by := len(service.accepted), service.refused, fmt.Sprint(service.by)
		service.mu.Unlock()
		for _, leave := range leaving {
			leave()
		}
		b.ReportMetric(float64(accepted)/took.Seconds(), "accepted/s")
		b.ReportMetric(float64(1000*refused)/float64(accepted+refused), "refused/1000")
		b.Log(by)
	}
}

// BenchmarkReserve reserves slots of a limit that is in nobody's way, by as many as there are processors, and tells how many a
// second the database gives away to one process.
func BenchmarkReserve(b *testing.B) {
	f := limited(b, 1e6)
	pool, err := pgxpool.NewWithConfig(b.Context(), f.Database().Pool().Config())
	if err != nil {
		b.Fatal(err)
	}
	defer pool.Close()
	booker := limit.New(store.New(pool, f.Database().Schema()), "all")
	defer booker.Close()
	b.RunParallel(func(pb *testing.PB) {
		booker.Join()
		defer booker.Leave()
		for pb.Next() {
			if _, err := booker.Reserve(b.Context()); err != nil {
				b.Error(err)
			}
		}
	})
}
