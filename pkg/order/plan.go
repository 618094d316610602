package order

import (
	"cmp"
	"fmt"

	"github.com/spf13/cobra"

	"rollcall/pkg/atomicfile"
	"rollcall/pkg/fetch"
	"rollcall/pkg/onboard"
	"rollcall/pkg/remedy"
	"rollcall/pkg/roster"
)

// PlanFlags say where what would be done is kept, and which plan is carried out.
func (o *Order) PlanFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.Plan, "plan", "", "with --dry-run: write what would be done to `FILE`, for --from-plan")
	cmd.Flags().StringVar(&o.FromPlan, "from-plan", "", "do exactly what the plan in `FILE` says, or nothing if it would be something else by now; its roster and its flags are the plan's")
}

// Choose takes the roster, and all that goes with it, from the plan or else from the command line.
func (o *Order) Choose(cmd *cobra.Command, paths []string) error {
	switch {
	case o.FromPlan != "":
		if err := o.approve(paths); err != nil {
			return err
		}
	case len(paths) == 0:
		return Rosters(1, 1)(cmd, paths)
	default:
		o.Roster = paths[0]
	}
	return o.checkPlan()
}

// approve puts what the plan says in the place of the flags.
func (o *Order) approve(paths []string) error {
	saved, err := onboard.ReadPlan(o.FromPlan)
	if err != nil {
		return remedy.About("from-plan", err).With(remedy.Words("make one with ").Use("dry-run", "").Words(" ").Use("plan", ""))
	}
	if len(paths) > 0 {
		if given, err := (onboard.Document{Roster: paths[0]}).Absolute(); err != nil || given != saved.Roster {
			return UsageError("leave it out", "the plan is about another roster than %s: %s", paths[0], saved.Roster)
		}
	}
	o.PlanFile, o.Invalid = o.FromPlan, saved.Flags.Invalid
	if o.Options, err = o.Options.Approve(saved); remedy.Of(err) != nil {
		return err
	} else if err != nil {
		return remedy.About("from-plan", fmt.Errorf("%s: %w", o.FromPlan, err)).With(remedy.Words("make another one"))
	}
	o.Encoding = cmp.Or(o.Encoding, roster.EncodingAuto)
	return nil
}

// checkPlan checks where a plan is to go.
func (o *Order) checkPlan() error {
	problem := func(hint, text string) error {
		return &remedy.OptionError{Option: "plan", What: remedy.Use("plan", "").Words(" " + text), Remedy: remedy.Words(hint)}
	}
	switch {
	case o.Plan == "":
		return nil
	case !o.DryRun:
		return UsageError("add --dry-run", "--plan is about what would be done, so it goes with --dry-run only")
	case o.Offline:
		return UsageError("leave --offline out", "--plan needs to know the organization")
	case o.Roster == "-":
		return problem("name a file", "needs a roster that can be read again, and standard input cannot")
	case fetch.Is(o.Roster):
		return problem("fetch it into a file first", "needs a roster that stays as it is, and an address may bring another one each time")
	}
	if err := onboard.MayReplace("plan", o.Plan, o.Fix.Force); err != nil {
		return err
	}
	if err := atomicfile.Check(o.Plan); err != nil {
		return remedy.About("plan", err).With(remedy.Words("name another file"))
	}
	return nil
}
