package cli

import (
	"github.com/spf13/cobra"

	"rollcall/pkg/follow"
	"rollcall/pkg/onboard"
	"rollcall/pkg/remedy"
	"rollcall/pkg/roster"
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
		forceFlag(cmd, &o.fix, "--plan")
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
	usage.Group(cmd, "The roster", func(cmd *cobra.Command) { rosterFlags(cmd, &o.Document, &o.HeaderFile) })
	usage.Group(cmd, "The service", func(cmd *cobra.Command) { serviceFlags(cmd, &o.Service, &o.Place) })
	usage.Group(cmd, "Who is invited, and what else is changed", func(cmd *cobra.Command) {
		o.whoFlags(cmd)
		flags := cmd.Flags()
		flags.BoolVar(&o.Follow.CancelLeavers, "cancel-leavers", false, "cancel the open invitations of people whom an earlier roster named and this one does not")
		flags.BoolVar(&o.Follow.RemoveLeavers, "remove-leavers", false, "remove members whom an earlier roster named and this one does not, once --leaver-grace is over")
		flags.DurationVar(&o.Follow.LeaverGrace, "leaver-grace", o.Follow.LeaverGrace, "with --remove-leavers: for how long somebody has to be absent. Two different rosters in a row have to lack the person, whatever the time: an export that is stuck is no evidence")
		flags.BoolVar(&o.Follow.RemoveAtOnce, "remove-at-once", false, "with --remove-leavers: do not demote those first who have more rights than a member")
		flags.StringArrayVar(&o.Follow.Protect, "protect", nil, "take nothing from the people in `FILE|ADDRESS` (repeatable): they are not removed, keep their role and their teams unless the roster wants more, and their invitations stay open. A file has one address a line, or is a roster")
		flags.BoolVar(&o.Follow.ApplyRoles, "apply-roles", false, "give members the role that the roster has for them; never the caller, nor anybody whose role no roster can give")
		flags.BoolVar(&o.PruneTeams, "prune-teams", false, "take members out of teams that the roster names and their row does not; never the last team_manager, the caller, nor anybody whose row names no team")
		flags.StringVar(&o.IDColumn, roster.OptionIDColumn, "", "the `COLUMN` in which everybody has a number that stays the same when an address changes. Such a one is that of an employee; somebody who has another address is then known by it (default: by its name; none: there is none)")
		flags.BoolVar(&o.Follow.AcceptRenames, follow.OptionAcceptRenames, false, "invite people under their new address who are the same as under an old one, by the numbers of --id-column; the old one has left once the new one is there. Without it, neither is touched")
		flags.IntVar(&o.Follow.MinAdmins, "min-admins", o.Follow.MinAdmins, "with --apply-roles and --remove-leavers: leave at least `N` administrators; whoever is about to become one does not count")
	})
	usage.Group(cmd, "Guards, which send nothing and end with exit code 8", func(cmd *cobra.Command) {
		o.guardFlags(cmd)
		flags := cmd.Flags()
		flags.BoolVar(&o.Follow.AcceptRoster, "accept-roster", false, "change leavers although the roster has another name than the last one (digits in it don't count), or is read with other flags; it is the one that is followed from then on")
		flags.Var(&o.Follow.MaxShrink, "max-shrink", "send nothing if the roster has lost more than that share of the rows of the last one")
		flags.Var(&o.Follow.MaxRoleChanges, "max-role-changes", "send nothing if --apply-roles would give more members another role: a number, or a share of the organization's members as in 10%, which up to three never exceed")
		flags.Var(&o.MaxPrunes, "max-prunes", "send nothing if --prune-teams would take more people out, of one team or of all together: a number, or a share of those who are in as in 20%, which is usual and which up to three never exceed")
		flags.Var(&o.Follow.MaxRenames, "max-renames", "send nothing if more people seem to have another address, by the numbers of --id-column: a number, or a share of the rows as in 5%, which up to three never exceed")
		flags.Var(&o.Follow.MaxLeavers, "max-leavers", "send nothing if --cancel-leavers and --remove-leavers would change more people: a number, or a share of the people of the last roster as in 20%, which up to three leavers never exceed")
		flags.IntVar(&o.Follow.MaxRemovals, "max-removals", o.Follow.MaxRemovals, "send nothing if --remove-leavers would remove more than `N` members, or demote them on the way out")
	})
	usage.Group(cmd, "What is shown and written", o.outcomeFlags)
	usage.Group(cmd, "On the way", func(cmd *cobra.Command) { pacingFlags(cmd, &o.Pacing, &o.rate); o.wayFlags(cmd) })
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
