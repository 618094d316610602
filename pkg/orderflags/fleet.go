package orderflags

import (
	"time"

	"github.com/spf13/cobra"

	"rollcall/pkg/fleet"
	"rollcall/pkg/onboard"
	"rollcall/pkg/quantity"
	"rollcall/pkg/remedy"
)

// Fleet adds the flag that says which database machines share.
func Fleet(cmd *cobra.Command, ledger *string) {
	cmd.Flags().StringVar(ledger, "ledger", "", "the database that machines share, as postgres://`USER@HOST/NAME`, without a password: that is in PGPASSFILE, or in the variable ROLLCALL_LEDGER together with all else")
}

// Worker is what a worker is told.
type Worker struct {
	Ledger, Name, Credentials, Listen string
	Slots                             int
	Slice                             time.Duration
	Keep                              quantity.Age
}

// Flags adds the flags.
func (w *Worker) Flags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&w.Name, "name", "", "`NAME` that people see (default: that of the machine)")
	flags.IntVar(&w.Slots, "slots", fleet.DefaultSlots, "work on so many jobs at a time: each takes some 40 MB, and as many requests in flight as its pace needs")
	flags.DurationVar(&w.Slice, "slice", fleet.DefaultSlice, "work on a job for so long before others have their turn; longer where beginning takes long")
	flags.StringVar(&w.Credentials, "credentials", "", "`FOLDER` with a file for each credential that jobs name, with a personal access token in it (default: $CREDENTIALS_DIRECTORY, which systemd sets). It is read whenever a job begins or goes on")
	flags.StringVar(&w.Listen, "listen", "", "serve /metrics for Prometheus, /healthz and /livez at `HOST:PORT` (default: nowhere)")
	flags.Var(&w.Keep, onboard.OptionKeep, "forget jobs, and runs of their organizations, that ended so long ago: `AGE` is 90d, 12w or a duration, of two days at least; 0: never")
}

// Check returns what is wrong.
func (w *Worker) Check() error {
	switch {
	case w.Slots <= 0:
		return remedy.MustBePositive("slots")
	case w.Slice <= 0:
		return remedy.MustBePositive("slice")
	}
	return onboard.CheckKeep(w.Keep)
}
