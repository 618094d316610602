package gauge

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rollcall/pkg/fleet/store"
)

// silent is after how long without a pulse a worker is not fit to work. It has one every second, and now and then something to do
// that takes longer: the schedules of a whole hour, or the runs of a machine that is gone.
const silent = 15 * time.Second

// unfit says why the worker is not fit to work, in one line without anything that is not for any eyes; empty if it is.
func (g *Gauge) unfit(ctx context.Context) string {
	is := g.worker()
	switch {
	case is.Draining:
		return "draining"
	case is.Pulse.IsZero():
		return "the worker has not begun"
	}
	err := g.health.get(ctx)
	older, isOlder := errors.AsType[*store.OlderError](err)
	newer, isNewer := errors.AsType[*store.NewerError](err)
	switch {
	case isOlder:
		return older.Error()
	case isNewer:
		return newer.Error()
	case errors.Is(err, context.DeadlineExceeded):
		return "the database does not answer within " + patience.String()
	case err != nil: // whatever it says may name hosts and users
		return "the database cannot be used: the log of the worker says why"
	}
	if quiet := time.Since(is.Pulse); quiet > silent {
		return fmt.Sprintf("nothing has gone well for %s: the log of the worker says why", quiet.Round(time.Second))
	}
	return ""
}
