package cli

import (
	"time"

	"github.com/spf13/cobra"

	"rollcall/pkg/batch"
	"rollcall/pkg/breaker"
	"rollcall/pkg/console"
	"rollcall/pkg/pace"
	"rollcall/pkg/retry"
)

// pacingFlags say how fast and how patiently to call the service. Commands that call it share them.
type pacingFlags struct {
	rate        string
	burst       int
	concurrency int
	attempts    int
	maxWait     time.Duration

	// pace is what rate and burst mean.
	pace pace.Options
}

func (f *pacingFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.rate, "rate", "auto", "requests: at most N/s, N/m or N/h, evenly; or auto. The service does not publish its limits: auto begins at 10/s\nand finds out what the service takes, which invite remembers for a week")
	flags.IntVar(&f.burst, "burst", 1, "with --rate N/s: requests that may leave at once after a pause. More than 1 may be refused")
	flags.IntVar(&f.concurrency, "concurrency", batch.DefaultWorkers, "requests in flight at most; there are never more than the rate needs while answers are slow")
	flags.IntVar(&f.attempts, "attempts", retry.DefaultAttempts, "requests per row, or per page of a list, at most: enough to outlast a restart behind the gateway.\nThose of a row that are refused for being too many (429) do not count; while nothing else comes back, --max-wait does")
	flags.DurationVar(&f.maxWait, "max-wait", breaker.DefaultMaxWait, "wait for the service at most this long, whether it asks for it or is down; then stop, to be resumed")
}

// finishPacing checks the flags and works out what their texts mean.
func (f *pacingFlags) finishPacing() error {
	rate, err := pace.ParseRate(f.rate)
	if err != nil {
		return usageError("", "--rate: %w", err)
	}
	f.pace = pace.Options{Rate: rate, Burst: f.burst}
	positive := []struct {
		name string
		ok   bool
	}{
		{"--burst", f.burst >= 1},
		{"--concurrency", f.concurrency >= 1},
		{"--attempts", f.attempts >= 1},
		{"--max-wait", f.maxWait > 0},
	}
	for _, flag := range positive {
		if !flag.ok {
			return usageError("", "%s must be more than nothing", flag.name)
		}
	}
	if rate == 0 && f.burst > 1 {
		return usageError("add a rate, as in --rate 10/s, or leave --burst out", "--burst goes with a rate; auto finds its own")
	}
	return nil
}

// patience is how reads are repeated: somebody may be watching, so not for long.
func (a *app) patience(p *pace.Pace, f pacingFlags) batch.ReadRetrier {
	return batch.ReadRetrier{
		Pace: p, Retry: retry.Policy{Attempts: f.attempts}, MaxWait: f.maxWait,
		Observe: func(err error, wait time.Duration) {
			a.log.Warn().Err(err).Dur(console.FieldWait, wait).Msg("the service could not be read, trying again")
		},
	}
}
