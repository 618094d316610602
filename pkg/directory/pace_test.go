package directory_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/pace"
)

// TestReadTakesWhatThePaceAllows reads a large organization from services near and far away, as a whole and for few people. The
// pages of both lists are the least that it takes: windows of invitations that overlap are 38 more, and the end of a list without
// a total shows itself only when more has been asked for, as much as the pace allows until an answer comes.
func TestReadTakesWhatThePaceAllows(t *testing.T) {
	const perSecond, members, invitations, overlap = 200, 20_000, 2_000, 38
	roster := make([]string, 300)
	for i := range roster {
		roster[i] = fmt.Sprintf("stranger%d@x.example", i)
	}
	tests := []struct {
		name   string
		people []string
		// least is how many calls are needed, ahead the share of the pace that goes to the list without a total, and idle for how
		// many latencies at most nothing can be asked for.
		least, ahead, idle int
	}{
		{"everybody", nil, (members+invitations)/cybedefend.PageSize + 2, perSecond / 2, 3},
		{"few people", roster, invitations/cybedefend.PageSize + 1 + 1 + 1 + len(roster), perSecond, 8},
	}
	for _, tt := range tests {
		for _, latency := range []time.Duration{time.Millisecond, 20 * time.Millisecond, 100 * time.Millisecond, 300 * time.Millisecond} {
			t.Run(fmt.Sprintf("%s, %s", tt.name, latency), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					service := &organization{latency: latency}
					service.populate(members, invitations)
					p, err := pace.New(pace.Options{Rate: perSecond})
					if err != nil {
						t.Fatal(err)
					}
					began := time.Now()
					d := readWith(t, service, directory.Options{People: tt.people, Parallel: 64, Call: paced(p)})
					took, calls := time.Since(began), len(service.times)
					if !d.Certain() || d.Pending() != invitations || d.Members() != members {
						t.Errorf("%d pending, %d members: %v", d.Pending(), d.Members(), d.Gaps)
					}
					if most := tt.least + overlap + int(float64(tt.ahead)*latency.Seconds()) + 1; calls > most {
						t.Errorf("%d calls %v, at most %d were expected, and %d are needed", calls, service.calls, most, tt.least)
					}
					if most := time.Duration(calls)*time.Second/perSecond + time.Duration(tt.idle)*latency; took > most {
						t.Errorf("%d calls took %s, at most %s were expected", calls, took, most)
					}
				})
			})
		}
	}
}

// paced makes each call at a pace.
func paced(p *pace.Pace) func(context.Context, func(context.Context) error) error {
	return func(ctx context.Context, call func(context.Context) error) error {
		if _, err := p.Acquire(ctx); err != nil {
			return err
		}
		return call(ctx)
	}
}
