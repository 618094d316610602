package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"rollcall/pkg/directory"
	"rollcall/pkg/fileset"
	"rollcall/pkg/listing"
	"rollcall/pkg/onboard"
	"rollcall/pkg/optional"
	"rollcall/pkg/order"
	"rollcall/pkg/orderflags"
	"rollcall/pkg/remedy"
	"rollcall/pkg/version"
)

// listingFlags are the flags of commands that list what an organization has.
type listingFlags struct {
	service onboard.Service
	rate    string
	place   order.Place
	form    listing.Form
}

// listed is a command that lists something: read reads it from the service that the flags mean.
type listed struct {
	use  string
	read func(context.Context, onboard.Service) (listing.List, error)
}

// listCommand returns a command that lists something. It changes nothing.
func (a *app) listCommand(l listed) *cobra.Command {
	var f listingFlags
	cmd := &cobra.Command{
		Use: l.use, Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.list(cmd, f, l) },
	}
	order.ServiceFlags(cmd, &f.service, &f.place)
	orderflags.Pacing(cmd, &f.service.Pacing, &f.rate)
	cmd.Flags().BoolVar(&f.form.CSV, "csv", false, "print CSV on standard output instead of a table")
	cmd.Flags().BoolVar(&f.form.XLSX, "xlsx", false, "write an Excel workbook to standard output, which goes into a file")
	a.files[cmd] = func([]string) fileNames { return f.place.FileNames() }
	return cmd
}

func (a *app) teamsCommand() *cobra.Command {
	return a.listCommand(listed{
		use: "teams",
		read: a.organizationList(func(ctx context.Context, c *onboard.Connection) (listing.List, error) {
			teams, err := directory.Teams(ctx, c.Reading())
			return listing.Teams(c.Organization.ID, teams), err
		}),
	})
}

func (a *app) invitationsCommand() *cobra.Command {
	var filter listing.Filter
	cmd := a.listCommand(listed{
		use: "invitations",
		read: func(ctx context.Context, service onboard.Service) (listing.List, error) {
			filter, err := filter.Parse()
			if err != nil {
				return listing.List{}, err
			}
			return a.organizationList(func(ctx context.Context, c *onboard.Connection) (listing.List, error) {
				invitations, stable, err := directory.Invitations(ctx, c.Reading())
				a.warnOfGaps(stable || err != nil, "invitations")
				return listing.Invitations(c.Organization.ID, invitations, filter, c.Now()), err
			})(ctx, service)
		},
	})
	flags := cmd.Flags()
	flags.StringVar((*string)(&filter.State), "status", string(directory.Pending), "list invitations that are `WORD`: pending, expired or all")
	flags.StringVar(&filter.Role, "role", "", "only those that give `ROLE`")
	flags.StringArrayVar(&filter.Domains, "domain", nil, "only those of addresses at `DOMAIN` (repeatable); .DOMAIN or *.DOMAIN: at its subdomains")
	flags.Var(optional.Duration(&filter.ExpiresWithin), "expires-within", "only those that can be accepted no longer than this, as in 24h")
	return cmd
}

func (a *app) progressCommand() *cobra.Command {
	var header string
	o := onboard.ProgressOptions{LedgerOf: a.defaultLedger, Render: asFlag}
	cmd := a.listCommand(listed{
		use: "progress ROSTER",
		read: func(ctx context.Context, service onboard.Service) (l listing.List, err error) {
			o.Service, o.Input, o.Observer = service, a.In, a.observer()
			if o.Header, err = a.readHeader(header, o.Roster); err != nil {
				return l, err
			}
			found, err := onboard.ReadProgress(ctx, o)
			return listing.Progress(found), err
		},
	})
	cmd.Args, cmd.PreRun = order.Rosters(1, 1), func(_ *cobra.Command, paths []string) { o.Roster = paths[0] }
	orderflags.Roster(cmd, &o.Document, &header)
	cmd.Flags().StringVar(&o.By, "by", "", "count the people by `COLUMN`: any of the roster, or domain for that of the address")
	cmd.Flags().StringVar(&o.Ledger, "ledger", "", "`FILE` that remembers what was sent, or a database, as postgres://USER@HOST/NAME; it need not be there (default: that of the organization, see rollcall help environment)")
	names := a.files[cmd]
	a.files[cmd] = func(paths []string) fileNames {
		return append(append(names(nil), order.RosterNames(paths, header)...), fileset.File{Path: o.Ledger, Role: fileset.Ledger, Option: "ledger"})
	}
	return cmd
}

func (a *app) membersCommand() *cobra.Command {
	return a.listCommand(listed{
		use: "members",
		read: a.organizationList(func(ctx context.Context, c *onboard.Connection) (listing.List, error) {
			members, stable, err := directory.Members(ctx, c.Reading())
			if err != nil {
				return listing.List{}, err
			}
			teams, err := directory.Teams(ctx, c.Reading())
			if err != nil {
				return listing.List{}, err
			}
			staff, err := directory.ReadStaff(ctx, c.Reading(), c, teams)
			if err != nil {
				return listing.List{}, err
			}
			a.warnOfGaps(stable && staff.Stable, "members")
			return listing.Members(c.Organization.ID, members, staff), nil
		}),
	})
}

func (a *app) organizationsCommand() *cobra.Command {
	return a.listCommand(listed{
		use: "organizations",
		read: func(ctx context.Context, service onboard.Service) (listing.List, error) {
			found, err := onboard.Organizations(ctx, service, a.observer())
			return listing.Organizations(found), err
		},
	})
}

// warnOfGaps warns unless a list stood still.
func (a *app) warnOfGaps(stable bool, what string) {
	if !stable {
		a.log.Warn().Msg("the list kept changing while it was read: some " + what + " may be missing")
	}
}

// organizationList returns what connects to one organization and reads a list there.
func (a *app) organizationList(read func(context.Context, *onboard.Connection) (listing.List, error)) func(context.Context, onboard.Service) (listing.List, error) {
	return func(ctx context.Context, service onboard.Service) (l listing.List, err error) {
		c, err := onboard.Connect(ctx, service, a.observer())
		if err != nil {
			return l, err
		}
		defer func() { err = errors.Join(err, c.Close()) }()
		return read(ctx, c)
	}
}

// list has a list read, and prints it as the flags ask for it.
func (a *app) list(cmd *cobra.Command, f listingFlags, l listed) error {
	f.form.JSON = a.common.json
	if err := f.form.Check(); err != nil {
		return err
	}
	if terminal, _ := terminalOf(a.Out); f.form.XLSX && terminal {
		return usageError("send it into a file, as in rollcall "+l.use+" --xlsx > "+cmd.Name()+".xlsx", "--xlsx: a workbook is nothing for a terminal")
	}
	if err := order.CompleteService(&f.service, f.rate); err != nil {
		return err
	}
	service, err := a.serviceOf(cmd, f.service, f.place)
	if err != nil {
		return err
	}
	found, err := l.read(cmd.Context(), service)
	if err != nil {
		return err
	}
	a.console.Clear()
	if len(found.Rows) == 0 && f.form.IsTable() && !a.common.quiet {
		a.console.Printf("%s", found.None)
	}
	if f.form.IsTable() {
		return a.paper().Print(found.Lines()...)
	}
	return found.Write(a.Out, f.form)
}

// connect opens the connection that the flags ask for. Close it.
func (a *app) connect(cmd *cobra.Command, s onboard.Service, p order.Place) (*onboard.Connection, error) {
	s, err := a.serviceOf(cmd, s, p)
	if err != nil {
		return nil, err
	}
	return onboard.Connect(cmd.Context(), s, a.observer())
}

// serviceOf returns the service that the flags mean.
func (a *app) serviceOf(cmd *cobra.Command, s onboard.Service, p order.Place) (onboard.Service, error) {
	if err := a.refuseConflicts(cmd, []order.Conflict{{Given: p.Sandbox, Flag: "--sandbox", Others: order.BesideSandbox}}); err != nil {
		return s, err
	}
	if s.Timeout == 0 {
		return s, remedy.MustBePositive("timeout")
	}
	a.limitUnreached(cmd, &s)
	s.UserAgent = "rollcall/" + version.Get().Version
	s.Dial = func(ctx context.Context) (onboard.Endpoint, error) { return a.dial(ctx, p) }
	return s, nil
}

// limitUnreached says how long a service is waited for that is not reached at all, by whether a person watches.
func (a *app) limitUnreached(cmd *cobra.Command, s *onboard.Service) {
	watched, _ := terminalOf(a.Err)
	s.Unreached = s.WaitUnreached(watched && !cmd.Flags().Changed("max-wait"))
}
