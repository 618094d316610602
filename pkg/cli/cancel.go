package cli

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"rollcall/pkg/audit"
	"rollcall/pkg/console"
	"rollcall/pkg/fileset"
	"rollcall/pkg/onboard"
	"rollcall/pkg/order"
	"rollcall/pkg/orderflags"
	"rollcall/pkg/status"
)

func (a *app) cancelCommand() *cobra.Command {
	c := onboard.ForCancel()
	o := &order.Order{Options: c.Options, Invalid: onboard.SkipInvalid}
	cmd := &cobra.Command{
		Use: "cancel RUN|ROSTER|EMAIL...",
	}
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		c.Whom, o.Roster = args, cmp.Or(strings.Join(args, " "), "-")
		return a.cancel(cmd, o, c)
	}
	flags := cmd.Flags()
	flags.BoolVar(&o.DryRun, "dry-run", false, "show what would be cancelled, and cancel nothing")
	flags.BoolVarP(&o.Yes, "yes", "y", false, "cancel without asking; where nobody can be asked, nothing is cancelled without it")
	flags.Var(&c.MaxCancels, "max-cancels", "cancel nothing if it would be more: a number, or a share of the organization's pending invitations as in 10%. More than a team at once is often a mistake")
	flags.StringVar(&c.Changes, "results", "", "write what became of each person to `FILE`, as CSV (default: none)")
	orderflags.Stay(cmd, &o.Options, &o.StopAt)
	order.ServiceFlags(cmd, &o.Service, &o.Place)
	orderflags.Pacing(cmd, &o.Pacing, &o.RateText)
	orderflags.Roster(cmd, &o.Document, &o.HeaderFile)
	a.files[cmd] = func(args []string) fileNames {
		named := *o
		named.DryRun = true // which names no results of its own
		return append(named.FileNames(args), fileset.File{Path: c.Changes, Role: fileset.Drift, Option: "results"})
	}
	return cmd
}

// cancel carries out the order, and prints how it ended.
func (a *app) cancel(cmd *cobra.Command, o *order.Order, c onboard.CancelOptions) (err error) {
	a.limitUnreached(cmd, &o.Service)
	if err = errors.Join(a.refuseConflicts(cmd, o.Conflicts()), a.complete(o), a.refuseUnasked(o, "cancel", "cancel", "cancelled")); err != nil {
		return err
	}
	if c.History, err = a.history(historyFlags{o.Ledger, o.OrganizationID, o.Place.Sandbox}); err != nil {
		return err
	}
	a.sandbox.Store(o.Sandbox)
	c.Options, c.Observer = o.Options, a.observer()
	c.Observer.Connected = func(found *onboard.Connection) { a.witness.Connected(cmd.Context(), o.Ledger, found) }
	report, err := onboard.RunCancel(context.WithoutCancel(cmd.Context()), cmd.Context().Done(), c, func(p *onboard.CancelPreview) error {
		return a.agreeToCancel(cmd.Context(), o, p)
	})
	if a.common.quiet && !a.common.json && report.Status == status.Well && !o.DryRun {
		return err
	}
	return errors.Join(err, report.Write(a.Out, a.common.json))
}

// agreeToCancel shows what would be cancelled, and asks whether to go on.
func (a *app) agreeToCancel(ctx context.Context, o *order.Order, p *onboard.CancelPreview) error {
	asks := o.Asks() && p.Due() > 0
	for _, line := range p.Lines() {
		if !a.common.quiet || asks {
			a.console.Printf("  %s", console.Clean(line))
		}
	}
	if p.Agreed(audit.InAdvance); asks {
		if yes, err := a.console.Ask(ctx, a.In, p.Question()+" [y/N]"); err != nil || !yes {
			return cmp.Or(err, unconfirmed("cancelled"))
		}
		p.Agreed(audit.AtPrompt)
	}
	return a.act()
}
