package cli

import (
	"os"
	"time"

	"github.com/spf13/cobra"

	"rollcall/pkg/fleet"
	"rollcall/pkg/onboard"
	"rollcall/pkg/remedy"
)

// flags adds the flags of a worker, but for those that say where the service is.
func (w *worker) flags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&w.name, "name", "", "`NAME` that people see (default: that of the machine)")
	flags.IntVar(&w.slots, "slots", fleet.DefaultSlots, "work on so many jobs at a time: each takes some 40 MB, and as many requests in flight as its pace needs")
	flags.DurationVar(&w.slice, "slice", fleet.DefaultSlice, "work on a job for so long before others have their turn; longer where beginning takes long")
	flags.StringVar(&w.credentials, "credentials", "", "`FOLDER` with a file for each credential that jobs name, with a personal access token in it (default: $CREDENTIALS_DIRECTORY, which systemd sets). It is read whenever a job begins or goes on")
	flags.StringVar(&w.listen, "listen", "", "serve /metrics for Prometheus, /healthz and /livez at `HOST:PORT` (default: nowhere)")
	flags.DurationVar(&w.pulse, "pulse", time.Second, "look around and be seen every so often; a worker is taken to be gone after sixty times as long. Tests are quicker by it")
	_ = flags.MarkHidden("pulse") // all workers of a fleet must have the same, and nobody alive may be taken to be gone
	flags.Var(&w.keep, onboard.OptionKeep, "forget jobs, and runs of their organizations, that ended so long ago: `AGE` is 90d, 12w or a duration, of two days at least; 0: never")
}

// check returns what is wrong.
func (w *worker) check() error {
	switch {
	case w.slots <= 0:
		return remedy.MustBePositive("slots")
	case w.slice <= 0:
		return remedy.MustBePositive("slice")
	case w.pulse <= 0:
		return remedy.MustBePositive("pulse")
	}
	if err := onboard.CheckKeep(w.keep); err != nil {
		return err
	}
	// A worker without its folder would be the first to take every job, and end each for want of its credential.
	if info, err := os.Stat(w.credentials); err != nil || !info.IsDir() {
		return usageError("make it, with a file for each credential that jobs name: see rollcall help fleet",
			"--credentials: there is no folder %s", w.credentials)
	}
	return nil
}
