package cli

import (
	"github.com/spf13/cobra"

	"rollcall/pkg/onboard"
	"rollcall/pkg/orderflags"
	"rollcall/pkg/remedy"
	"rollcall/pkg/usage"
)

func (a *app) syncCommand() *cobra.Command {
	o, jobs := newSync(), ""
	cmd := &cobra.Command{
		Use:  "sync ROSTER",
		Args: rosters(0, 1), // jobs name theirs, and a plan has one
	}
	cmd.RunE = func(_ *cobra.Command, paths []string) error {
		if jobs != "" {
			return a.runJobs(cmd, jobs, paths)
		}
		path := ""
		if len(paths) > 0 {
			path = paths[0]
		}
		return exitWith(a.carryOut(cmd, o, path, func() error {
			if err := a.refuseConflicts(cmd, o.conflicts()); err != nil {
				return err
			}
			if err := o.choose(cmd, paths); err != nil {
				return err
			}
			return a.completeSync(cmd, o)
		}))
	}
	a.files[cmd] = func(paths []string) fileNames { return o.fileNames(paths) }
	o.syncFlags(cmd)
	usage.Group(cmd, "A plan, for a person to look at before anything is changed; not for jobs", func(cmd *cobra.Command) {
		o.planFlags(cmd)
		orderflags.Force(cmd, &o.fix, "--plan")
	})
	usage.Group(cmd, "Many rosters", func(cmd *cobra.Command) {
		cmd.Flags().StringVar(&jobs, "jobs", "", "run the jobs in `FILE` one after the other, each with its own roster, flags and results")
	})
	return cmd
}

// newSync returns the order of a sync before anything was told.
func newSync() *order {
	o := &order{Options: onboard.ForSync(), yes: true}
	o.Follow = *o.Sync
	o.Sync = &o.Follow
	return o
}

// syncFlags adds all flags of a sync; a job has the same ones as keys.
func (o *order) syncFlags(cmd *cobra.Command) {
	usage.Group(cmd, "The roster", func(cmd *cobra.Command) { orderflags.Roster(cmd, &o.Document, &o.HeaderFile) })
	usage.Group(cmd, "The service", func(cmd *cobra.Command) { serviceFlags(cmd, &o.Service, &o.Place) })
	usage.Group(cmd, "Who is invited, and what else is changed", func(cmd *cobra.Command) {
		orderflags.Who(cmd, &o.Options)
		orderflags.Changes(cmd, &o.Options, &o.Follow)
	})
	usage.Group(cmd, "Guards, which send nothing and end with exit code 8", func(cmd *cobra.Command) {
		orderflags.Guards(cmd, &o.Options)
		orderflags.SyncGuards(cmd, &o.Options, &o.Follow)
	})
	usage.Group(cmd, "What is shown and written", func(cmd *cobra.Command) { orderflags.Outcome(cmd, &o.Output, &o.Progress, &o.Invalid) })
	usage.Group(cmd, "On the way", func(cmd *cobra.Command) {
		orderflags.Pacing(cmd, &o.Pacing, &o.rate)
		orderflags.Way(cmd, &o.Options, &o.StopAt)
	})
	usage.Group(cmd, "For the machine that watches", o.Watch.flags)
}

// completeSync works out what the command line of sync means, or a job.
func (a *app) completeSync(cmd *cobra.Command, o *order) error {
	a.limitUnreached(cmd, &o.Service)
	if err := a.refuseConflicts(cmd, o.conflicts()); err != nil {
		return err
	}
	if o.Follow.MinAdmins == 0 {
		return remedy.MustBePositive("min-admins")
	}
	return o.complete(a)
}
