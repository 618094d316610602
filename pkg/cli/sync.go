package cli

import (
	"github.com/spf13/cobra"

	"rollcall/pkg/order"
	"rollcall/pkg/usage"
)

func (a *app) syncCommand() *cobra.Command {
	o, jobs := order.NewSync(), ""
	cmd := &cobra.Command{
		Use:  "sync ROSTER",
		Args: order.Rosters(0, 1), // jobs name theirs, and a plan has one
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
			if err := a.refuseConflicts(cmd, o.Conflicts()); err != nil {
				return err
			}
			if err := o.Choose(cmd, paths); err != nil {
				return err
			}
			return a.completeSync(cmd, o)
		}))
	}
	a.files[cmd] = func(paths []string) fileNames { return o.FileNames(paths) }
	o.SyncFlags(cmd)
	usage.Group(cmd, "A plan, for a person to look at before anything is changed; not for jobs", o.SyncPlanFlags)
	usage.Group(cmd, "Many rosters", func(cmd *cobra.Command) {
		cmd.Flags().StringVar(&jobs, "jobs", "", "run the jobs in `FILE` one after the other, each with its own roster, flags and results: now, whatever schedules they have")
	})
	return cmd
}

// completeSync works out what the command line of sync means, or a job.
func (a *app) completeSync(cmd *cobra.Command, o *order.Order) error {
	a.limitUnreached(cmd, &o.Service)
	if err := a.refuseConflicts(cmd, o.Conflicts()); err != nil {
		return err
	}
	return a.complete(o)
}
