package cli

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"rollcall/pkg/atomicfile"
	"rollcall/pkg/audit"
	"rollcall/pkg/fetch"
	"rollcall/pkg/onboard"
	"rollcall/pkg/orderflags"
	"rollcall/pkg/remedy"
	"rollcall/pkg/roster"
	"rollcall/pkg/usage"
)

func (a *app) inviteCommand() *cobra.Command {
	o := &order{}
	cmd := &cobra.Command{
		Use:  "invite ROSTER|EMAIL",
		Args: rosters(0, 1), // a plan has one
	}
	cmd.RunE = func(_ *cobra.Command, paths []string) error {
		return exitWith(a.carryOut(cmd, o, strings.Join(paths, " "), func() error { return a.completeInvite(cmd, o, paths) }))
	}
	a.files[cmd] = func(paths []string) fileNames { return o.fileNames(paths) }
	usage.Group(cmd, "The roster", func(cmd *cobra.Command) {
		orderflags.Roster(cmd, &o.Document, &o.HeaderFile)
		orderflags.Fix(cmd, &o.fix, "invite the people in that one")
	})
	usage.Group(cmd, "The service", func(cmd *cobra.Command) { serviceFlags(cmd, &o.Service, &o.Place) })
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
		flags.BoolVarP(&o.yes, "yes", "y", false, "send without asking. Where nobody can be asked, since standard input or standard error is no terminal, nothing is sent without it")
		o.planFlags(cmd)
		orderflags.Force(cmd, &o.fix, "--fix or --plan")
	})
	usage.Group(cmd, "On the way", func(cmd *cobra.Command) {
		orderflags.Pacing(cmd, &o.Pacing, &o.rate)
		orderflags.Way(cmd, &o.Options, &o.StopAt)
	})
	usage.Group(cmd, "For the machine that watches", o.Watch.flags)
	return cmd
}

// completeInvite works out what the command line of invite means.
func (a *app) completeInvite(cmd *cobra.Command, o *order, paths []string) error {
	a.limitUnreached(cmd, &o.Service)
	if err := a.refuseConflicts(cmd, o.conflicts()); err != nil {
		return err
	}
	if err := o.choose(cmd, paths); err != nil {
		return err
	}
	if o.yes && o.fromPlan == "" {
		o.Consent = audit.InAdvance
	}
	if err := o.complete(a); err != nil {
		return err
	}
	if err := o.Missing(); err != nil { // which comes before any question
		return err
	}
	return a.refuseUnasked(o, "invite", "send", "sent")
}

// planFlags say where what would be done is kept, and which plan is carried out.
func (o *order) planFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.Plan, "plan", "", "with --dry-run: write what would be done to `FILE`, for --from-plan")
	cmd.Flags().StringVar(&o.fromPlan, "from-plan", "", "do exactly what the plan in `FILE` says, or nothing if it would be something else by now; its roster and its flags are the plan's")
}

// choose takes the roster, and all that goes with it, from the plan or else from the command line.
func (o *order) choose(cmd *cobra.Command, paths []string) error {
	switch {
	case o.fromPlan != "":
		if err := o.approve(paths); err != nil {
			return err
		}
	case len(paths) == 0:
		return rosters(1, 1)(cmd, paths)
	default:
		o.Roster = paths[0]
	}
	return o.checkPlan()
}

// approve puts what the plan says in the place of the flags.
func (o *order) approve(paths []string) error {
	saved, err := onboard.ReadPlan(o.fromPlan)
	if err != nil {
		return remedy.About("from-plan", err).With(remedy.Words("make one with ").Use("dry-run", "").Words(" ").Use("plan", ""))
	}
	if len(paths) > 0 {
		if given, err := (onboard.Document{Roster: paths[0]}).Absolute(); err != nil || given != saved.Roster {
			return usageError("leave it out", "the plan is about another roster than %s: %s", paths[0], saved.Roster)
		}
	}
	o.PlanFile, o.Invalid = o.fromPlan, saved.Flags.Invalid
	if o.Options, err = o.Options.Approve(saved); remedy.Of(err) != nil {
		return err
	} else if err != nil {
		return remedy.About("from-plan", fmt.Errorf("%s: %w", o.fromPlan, err)).With(remedy.Words("make another one"))
	}
	o.Encoding = cmp.Or(o.Encoding, roster.EncodingAuto)
	return nil
}

// checkPlan checks where a plan is to go.
func (o *order) checkPlan() error {
	problem := func(hint, text string) error {
		return &remedy.OptionError{Option: "plan", What: remedy.Use("plan", "").Words(" " + text), Remedy: remedy.Words(hint)}
	}
	switch {
	case o.Plan == "":
		return nil
	case !o.DryRun:
		return usageError("add --dry-run", "--plan is about what would be done, so it goes with --dry-run only")
	case o.Offline:
		return usageError("leave --offline out", "--plan needs to know the organization")
	case o.Roster == "-":
		return problem("name a file", "needs a roster that can be read again, and standard input cannot")
	case fetch.Is(o.Roster):
		return problem("fetch it into a file first", "needs a roster that stays as it is, and an address may bring another one each time")
	}
	if err := onboard.MayReplace("plan", o.Plan, o.fix.Force); err != nil {
		return err
	}
	if err := atomicfile.Check(o.Plan); err != nil {
		return remedy.About("plan", err).With(remedy.Words("name another file"))
	}
	return nil
}
