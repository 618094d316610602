package cli

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"rollcall/pkg/config"
	"rollcall/pkg/doctor"
	"rollcall/pkg/fileset"
	"rollcall/pkg/onboard"
	"rollcall/pkg/order"
	"rollcall/pkg/remedy"
	"rollcall/pkg/version"
)

func (a *app) doctorCommand() *cobra.Command {
	var o doctor.Options
	var p order.Place
	cmd := &cobra.Command{
		Use:  "doctor",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.examine(cmd.Context(), o, p) },
	}
	order.ServiceFlags(cmd, &o.Service, &p)
	cmd.Flags().StringVar(&o.Ledger, "ledger", "", "`FILE` that would remember what is sent, or a database, as postgres://USER@HOST/NAME (default: that of the organization, see rollcall help environment)")
	a.files[cmd] = func([]string) fileNames {
		return append(p.FileNames(), fileset.File{Path: o.Ledger, Role: fileset.Ledger, Option: "ledger"})
	}
	return cmd
}

// examine has everything examined, and prints what was found.
func (a *app) examine(ctx context.Context, o doctor.Options, p order.Place) error {
	var endpoint onboard.Endpoint
	o.Version, o.LedgerOf, o.Service.UserAgent = version.Get().Version, a.defaultLedger, "rollcall/"+version.Get().Version
	o.Resolve = func() (found config.Settings, err error) {
		if p.Sandbox {
			endpoint, err = a.dial(ctx, p)
			return a.witness.Settings, err
		}
		found, err = a.resolve(p)
		endpoint = endpointOf(found)
		return found, err
	}
	o.Service.Dial = func(context.Context) (onboard.Endpoint, error) { return endpoint, nil }
	found := doctor.Examine(ctx, o)
	a.console.Clear()
	write := func(io.Writer, remedy.Renderer) error { return a.paper().Print(found.Lines(asFlag)...) }
	if a.common.json {
		write = found.WriteJSON
	}
	if err := write(a.Out, asFlag); err != nil {
		return err
	}
	return exitWith(found.Status)
}
