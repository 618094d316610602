package order

import (
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"rollcall/pkg/orderflags"
	"rollcall/pkg/usage"
)

// InviteFlags adds all flags of an invite.
func (o *Order) InviteFlags(cmd *cobra.Command) {
	usage.Group(cmd, "The roster", func(cmd *cobra.Command) {
		orderflags.Roster(cmd, &o.Document, &o.HeaderFile)
		orderflags.Fix(cmd, &o.Fix, "invite the people in that one")
	})
	usage.Group(cmd, "The service", func(cmd *cobra.Command) { ServiceFlags(cmd, &o.Service, &o.Place) })
	usage.Group(cmd, "Who is invited", func(cmd *cobra.Command) {
		orderflags.Who(cmd, &o.Options)
		cmd.Flags().BoolVar(&o.CreateTeams, "create-teams", false, "make every team that the roster names and the organization lacks")
		cmd.Flags().BoolVar(&o.NoPreflight, "no-preflight", false, "do not look up members and invitations: what earlier runs did decides who is sent")
	})
	usage.Group(cmd, "Guards, which send nothing and end with exit code 8", func(cmd *cobra.Command) { orderflags.Guards(cmd, &o.Options) })
	usage.Group(cmd, "What is shown and written", func(cmd *cobra.Command) {
		orderflags.Outcome(cmd, &o.Output, &o.Progress, &o.Invalid)
		flags := cmd.Flags()
		flags.BoolVar(&o.Offline, "offline", false, "with --dry-run: open no connection at all")
		flags.BoolVarP(&o.Yes, "yes", "y", false, "send without asking. Where nobody can be asked, since standard input or standard error is no terminal, nothing is sent without it")
		o.PlanFlags(cmd)
		orderflags.Force(cmd, &o.Fix, "--fix or --plan")
	})
	usage.Group(cmd, "On the way", func(cmd *cobra.Command) {
		orderflags.Pacing(cmd, &o.Pacing, &o.RateText)
		orderflags.Way(cmd, &o.Options, &o.StopAt)
	})
	usage.Group(cmd, "For the machine that watches", o.Watch.Flags)
}

// SyncFlags adds all flags of a sync; a job has the same ones as keys.
func (o *Order) SyncFlags(cmd *cobra.Command) {
	usage.Group(cmd, "The roster", func(cmd *cobra.Command) { orderflags.Roster(cmd, &o.Document, &o.HeaderFile) })
	usage.Group(cmd, "The service", func(cmd *cobra.Command) { ServiceFlags(cmd, &o.Service, &o.Place) })
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
		orderflags.Pacing(cmd, &o.Pacing, &o.RateText)
		orderflags.Way(cmd, &o.Options, &o.StopAt)
	})
	usage.Group(cmd, "For the machine that watches", o.Watch.Flags)
}

// SyncPlanFlags adds those flags of a sync that a job has not: they are about a plan for a person to look at.
func (o *Order) SyncPlanFlags(cmd *cobra.Command) {
	o.PlanFlags(cmd)
	orderflags.Force(cmd, &o.Fix, "--plan")
}

// PageFlags adds the flags that the page begins with: not those about one run alone, which is for the page to ask.
func (o *Order) PageFlags(cmd *cobra.Command) {
	group := func(title string, add func(*cobra.Command)) {
		usage.Group(cmd, title, func(cmd *cobra.Command) {
			all := &cobra.Command{}
			add(all)
			all.Flags().SortFlags = false
			all.Flags().VisitAll(func(flag *pflag.Flag) {
				if !slices.Contains([]string{"header-file", "approve", "accept-roster", "fresh", "limit", "deadline"}, flag.Name) {
					cmd.Flags().AddFlag(flag)
				}
			})
		})
	}
	group("The roster", func(cmd *cobra.Command) { orderflags.Roster(cmd, &o.Document, &o.HeaderFile) })
	group("The service", func(cmd *cobra.Command) { ServiceFlags(cmd, &o.Service, &o.Place) })
	group("Who is invited", func(cmd *cobra.Command) { orderflags.Who(cmd, &o.Options) })
	if o.Sync != nil {
		group("What else a sync changes", func(cmd *cobra.Command) { orderflags.Changes(cmd, &o.Options, &o.Follow) })
	}
	group("Guards, which send nothing", func(cmd *cobra.Command) {
		if orderflags.Guards(cmd, &o.Options); o.Sync != nil {
			orderflags.SyncGuards(cmd, &o.Options, &o.Follow)
		}
	})
	group("On the way", func(cmd *cobra.Command) {
		orderflags.Pacing(cmd, &o.Pacing, &o.RateText)
		orderflags.Way(cmd, &o.Options, &o.StopAt)
	})
}
