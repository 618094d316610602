package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"rollcall/pkg/audit"
	"rollcall/pkg/order"
)

func (a *app) inviteCommand() *cobra.Command {
	o := &order.Order{}
	cmd := &cobra.Command{
		Use:  "invite ROSTER|EMAIL",
		Args: order.Rosters(0, 1), // a plan has one
	}
	cmd.RunE = func(_ *cobra.Command, paths []string) error {
		return exitWith(a.carryOut(cmd, o, strings.Join(paths, " "), func() error { return a.completeInvite(cmd, o, paths) }))
	}
	a.files[cmd] = func(paths []string) fileNames { return o.FileNames(paths) }
	o.InviteFlags(cmd)
	return cmd
}

// completeInvite works out what the command line of invite means.
func (a *app) completeInvite(cmd *cobra.Command, o *order.Order, paths []string) error {
	a.limitUnreached(cmd, &o.Service)
	if err := a.refuseConflicts(cmd, o.Conflicts()); err != nil {
		return err
	}
	if err := o.Choose(cmd, paths); err != nil {
		return err
	}
	if o.Yes && o.FromPlan == "" {
		o.Consent = audit.InAdvance
	}
	if err := a.complete(o); err != nil {
		return err
	}
	if err := o.Missing(); err != nil { // which comes before any question
		return err
	}
	return a.refuseUnasked(o, "invite", "send", "sent")
}
