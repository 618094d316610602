package cli

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"runtime"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"rollcall/pkg/console"
	"rollcall/pkg/fileset"
	"rollcall/pkg/onboard"
	"rollcall/pkg/order"
	"rollcall/pkg/paint"
	"rollcall/pkg/remedy"
	"rollcall/pkg/usage"
	"rollcall/pkg/version"
	"rollcall/pkg/web"
	"rollcall/pkg/web/beacon"
	"rollcall/pkg/web/desk"
	"rollcall/pkg/web/door"
	"rollcall/pkg/web/opening"
)

// serve is what the page is told to begin with.
type serve struct {
	listen  string
	origins []string
	noOpen  bool
	// invite and sync are what it does, by the same flags: cmd has those of sync, and beside what invite has of them.
	invite, sync *order.Order
	beside       *cobra.Command
}

func (a *app) serveCommand() *cobra.Command {
	s := &serve{invite: &order.Order{}, sync: order.NewSync(), beside: &cobra.Command{}}
	cmd := &cobra.Command{Use: "serve", Args: noArguments}
	cmd.RunE = func(*cobra.Command, []string) error {
		if err := a.completeServe(cmd, s); err != nil {
			return err
		}
		return a.serve(cmd.Context(), s)
	}
	a.files[cmd] = func([]string) fileNames {
		return append(s.sync.Place.FileNames(), fileset.File{Path: s.sync.Ledger, Role: fileset.Ledger, Option: "ledger"},
			fileset.File{Path: s.sync.Audit, Role: fileset.Audit, Option: "audit"})
	}
	usage.Group(cmd, "The page", func(cmd *cobra.Command) {
		cmd.Flags().StringVar(&s.listen, door.OptionListen, "127.0.0.1:0", "listen on `HOST:PORT` of this machine, 0 being a free port. No other machine reaches the page: forward the port by ssh instead")
		cmd.Flags().StringArrayVar(&s.origins, "origin", nil, "the page is reached as `URL`, too, as in http://localhost:9000 where another port is forwarded to it (repeatable)")
		cmd.Flags().BoolVar(&s.noOpen, "no-open", false, "open no browser: print the address alone")
	})
	s.sync.PageFlags(cmd)
	s.invite.PageFlags(s.beside)
	return cmd
}

// completeServe works out what the command line of serve means.
func (a *app) completeServe(cmd *cobra.Command, s *serve) error {
	if a.common.json {
		return usageError("", "serve has no --json")
	}
	if s.sync.Place.PATFile == "-" {
		return usageError("name a file", "--pat-file: standard input can be read once, and the page asks for the token time and again")
	}
	for _, origin := range s.origins {
		if _, err := door.Origin(origin); err != nil {
			return remedy.About("origin", err)
		}
	}
	if err := a.refuseConflicts(cmd, s.sync.Conflicts()); err != nil {
		return err
	}
	var failed error
	cmd.Flags().Visit(func(flag *pflag.Flag) {
		values := []string{flag.Value.String()}
		if many, ok := flag.Value.(pflag.SliceValue); ok {
			values = many.GetSlice()
		}
		for _, value := range values {
			if s.beside.Flags().Lookup(flag.Name) != nil && failed == nil {
				failed = s.beside.Flags().Set(flag.Name, value)
			}
		}
	})
	for _, o := range []*order.Order{s.invite, s.sync} {
		o.Invalid, o.Roster = onboard.RefuseInvalid, "roster" // which the page has
		failed = errors.Join(failed, a.complete(o))
		o.Roster, o.Results, o.Input, o.Stream = "", "", nil, nil
		if failed != nil {
			return failed
		}
	}
	return nil
}

// desk returns what the page works with.
func (a *app) desk(s *serve, folder string) desk.Options {
	at := s.sync.Place
	to := func(p desk.Place) order.Place {
		return order.Place{Region: p.Region, APIURL: p.APIURL, AuthEndpoint: p.AuthEndpoint, PATFile: at.PATFile, Sandbox: p.Sandbox, Typed: p.Token, InPage: true}
	}
	return desk.Options{
		Order: s.invite.Options, Sync: s.sync.Options, Folder: folder,
		Place:    desk.Place{Sandbox: at.Sandbox, Region: at.Region, APIURL: at.APIURL, AuthEndpoint: at.AuthEndpoint, Organization: s.sync.OrganizationID},
		Dial:     func(ctx context.Context, p desk.Place) (onboard.Endpoint, error) { return a.dial(ctx, to(p)) },
		Remember: func(ctx context.Context, p desk.Place) error { return a.remember(ctx, to(p)) },
		LedgerOf: func(sandbox bool, organizationID string) (string, error) {
			return map[bool]func(string) (string, error){false: a.defaultLedger, true: a.sandboxLedger}[sandbox](organizationID)
		},
		Ledgers: func(sandbox bool) ([]string, error) {
			f := historyFlags{ledger: s.sync.Ledger, sandbox: sandbox}
			if sandbox {
				f.ledger = ""
			}
			history, err := a.history(f)
			return history.Ledgers, err
		},
	}
}

// serve serves the page until it is quit or the first signal comes, or opens that of another process.
func (a *app) serve(ctx context.Context, s *serve) (err error) {
	state, err := a.defaultLedger("ORGANIZATION")
	if err != nil {
		return err
	}
	folder := filepath.Dir(state)
	mine, running, err := beacon.Find(ctx, folder)
	if silent, ok := errors.AsType[*beacon.SilentError](err); ok {
		a.log.Warn().Err(silent).Msg("this one serves beside it")
	} else if err != nil {
		return err
	}
	host := opening.Host{
		Way:   opening.Decide(opening.Surroundings{System: runtime.GOOS, Lookup: a.Lookup, Unwanted: s.noOpen}),
		Print: func(address string) { a.console.Print(paint.Line{}.In(paint.Strong, address)) },
		Tell:  func(text string) { a.tell("%s", text) },
	}
	if a.Environ != nil {
		host.Env = opening.Without("CYBEDEFEND_", a.Environ())
	}
	if running.Address != "" {
		a.tell("Process %d serves the page already, with the flags that it was given.", running.PID)
		return host.Leave(ctx, running.Address)
	}
	if mine != nil {
		defer func() { err = errors.Join(err, mine.Close()) }()
	}
	l, err := door.Listen(ctx, s.listen)
	if err != nil {
		return err
	}
	server, err := web.New(web.Options{
		Desk: a.desk(s, filepath.Join(folder, "serve")), Address: l.Addr().String(), Beacon: mine, Origins: s.origins,
		Version: version.Get().String(), Log: func(text string) { a.log.Warn().Msg(text) },
	})
	if err != nil {
		return errors.Join(err, l.Close())
	}
	if err := a.act(); err != nil {
		return errors.Join(err, l.Close(), server.Close())
	}
	var keys io.Reader
	if terminal, _ := terminalOf(a.In); terminal && console.Foreground(a.In) {
		keys = a.In
	}
	host.Greet(l.Addr().String(), server.Ticket, keys)
	defer context.AfterFunc(ctx, func() { a.tell("ending: what is in flight is still answered; interrupt again to leave at once") })()
	return errors.Join(server.Serve(ctx, l), server.Close())
}
