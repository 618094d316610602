// Package operator has the commands by which people work with a fleet: rollcall jobs and what is below it.
//
//	host := &operator.Host{In: in, Out: out, …}
//	root.AddCommand(host.Command())
//
// It has no example: the scripts in testdata/script are.
package operator

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"rollcall/pkg/fileset"
	"rollcall/pkg/fleet"
	"rollcall/pkg/fleet/rota"
	"rollcall/pkg/fleet/store"
	"rollcall/pkg/jobs"
	"rollcall/pkg/listing"
	"rollcall/pkg/onboard"
	"rollcall/pkg/order"
	"rollcall/pkg/paint"
)

// connected is the fleet, and the address of its database with all that is needed to connect again.
type connected struct {
	*fleet.Fleet
	address string
}

// command returns a command that works with the fleet.
func (h *Host) command(use string, args cobra.PositionalArgs, do func(ctx context.Context, f *connected, args []string) error) *cobra.Command {
	var ledger string
	cmd := &cobra.Command{Use: use, Args: args}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		f, done, err := Connect(cmd.Context(), ledger, 0)
		if err != nil {
			return err
		}
		defer done()
		if err := f.Check(cmd.Context()); err != nil && cmd.Name() != "migrate" {
			return Explain(f.Database().Explain(err))
		}
		return do(cmd.Context(), &connected{f, ledger}, args)
	}
	LedgerFlag(cmd, &ledger)
	return cmd
}

// Host is the command line that has the commands.
type Host struct {
	In  io.Reader
	Out io.Writer
	// JSON says that output is for programs.
	JSON func() bool
	// Paper is where people read.
	Paper func() paint.Paper
	// Ask asks a person whether to do something, unless yes is set, and returns an error if not; done is what was not done then.
	Ask func(ctx context.Context, yes bool, question, done string) error
	// Warn tells what a person should know.
	Warn func(onboard.Warning)
	// NoArguments is for commands that take none.
	NoArguments cobra.PositionalArgs
	// Files takes what a command reads and writes.
	Files map[*cobra.Command]func(args []string) []fileset.File
}

// Command returns the command with all that are below it.
func (h *Host) Command() *cobra.Command {
	cmd := &cobra.Command{Use: "jobs", RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }, Args: h.NoArguments}
	cmd.AddCommand(h.applyCommand(), h.submitCommand(), h.listJobsCommand(), h.showJobCommand(), h.jobResultsCommand(), h.cancelJobsCommand(),
		h.pauseCommand("pause"), h.pauseCommand("resume"), h.schedulesCommand(), h.workersCommand(), h.migrateCommand())
	for _, command := range cmd.Commands() {
		command.Flags().SortFlags = false
	}
	return cmd
}

// who is the person who asks for something, as far as the machine knows.
func who() string {
	host, err := os.Hostname()
	if err != nil {
		host = "somewhere"
	}
	name := "somebody"
	if current, err := user.Current(); err == nil {
		name = current.Username
	}
	return name + "@" + host
}

func (h *Host) migrateCommand() *cobra.Command {
	cmd := h.command("migrate", h.NoArguments, func(ctx context.Context, f *connected, _ []string) error {
		steps, err := f.Migrate(ctx)
		if err != nil {
			return Explain(f.Database().Explain(err))
		}
		if h.JSON() {
			return json.NewEncoder(h.Out).Encode(map[string]int{"steps": steps})
		}
		_, err = fmt.Fprintln(h.Out, map[bool]string{true: "the tables are as this version needs them", false: "the tables have been brought up to date"}[steps == 0])
		return err
	})
	return cmd
}

func (h *Host) applyCommand() *cobra.Command {
	var set string
	var dry bool
	cmd := h.command("apply FILE", cobra.ExactArgs(1), func(ctx context.Context, f *connected, args []string) error {
		name := cmp.Or(set, strings.TrimSuffix(filepath.Base(args[0]), filepath.Ext(args[0])))
		opened, err := os.Open(args[0])
		if err != nil {
			return order.UsageError("", "%w", err)
		}
		file, err := jobs.Read(opened, args[0])
		if err = errors.Join(err, opened.Close()); err != nil {
			return order.UsageError("see rollcall help fleet", "%w", err)
		}
		now, err := f.Now(ctx)
		if err != nil {
			return err
		}
		wanted, err := rota.Read(file, name, now)
		if err != nil {
			return order.UsageError("see rollcall help fleet", "%w", err)
		}
		for _, job := range file.Jobs { // what its options say is found out before a night is over
			o, _ := order.New(true)
			if err := job.Decode(o); err != nil {
				return order.UsageError("see rollcall sync --help", "%w", err)
			}
		}
		var applied store.Applied
		if dry {
			applied, err = wanted.Compare(ctx, f.Store)
		} else {
			applied, err = wanted.Apply(ctx, f.Store)
		}
		if taken, ok := errors.AsType[*store.TakenError](err); ok {
			return order.UsageError("apply the file that has it first, without it", "%w", taken)
		}
		if owned, ok := errors.AsType[*store.LimitError](err); ok {
			return order.UsageError("say the same rate here, or change it in the file of that set", "%w", owned)
		}
		if err != nil {
			return err
		}
		return h.printList(listing.Applied(name, applied, dry))
	})
	cmd.Flags().StringVar(&set, "set", "", "`NAME` of the set that the file is: applied again, what is gone from it stops (default: that of the file)")
	cmd.Flags().BoolVar(&dry, "dry-run", false, "say what would change, and change nothing")
	h.Files[cmd] = func(args []string) []fileset.File {
		return []fileset.File{{Path: strings.Join(args, ""), Role: fileset.Jobs}}
	}
	return cmd
}

// pauseCommand pauses, or resumes, whatever has a name.
func (h *Host) pauseCommand(what string) *cobra.Command {
	cmd := h.command(what+" NAME...", cobra.MinimumNArgs(1), func(ctx context.Context, f *connected, names []string) error {
		for _, name := range names {
			do := f.Resume
			if what == "pause" {
				do = func(ctx context.Context, name string) error { return f.Pause(ctx, name, who()) }
			}
			err := do(ctx, name)
			if errors.Is(err, store.ErrNone) {
				err = order.UsageError("rollcall jobs schedules shows them, and what is paused", "no organization, limit or schedule is called %q, or nothing is to be done", name)
			}
			if err != nil {
				return err
			}
			if h.JSON() {
				err = json.NewEncoder(h.Out).Encode(map[string]string{"name": name, "state": what + "d"})
			} else {
				_, err = fmt.Fprintf(h.Out, "%s: %sd\n", name, what)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	return cmd
}

func (h *Host) schedulesCommand() *cobra.Command {
	var set string
	cmd := h.command("schedules", h.NoArguments, func(ctx context.Context, f *connected, _ []string) error {
		schedules, err := f.Schedules(ctx, set)
		if err != nil {
			return err
		}
		limits, err := f.Limits(ctx)
		if err != nil {
			return err
		}
		paused, err := f.PausedOrganizations(ctx)
		if err != nil {
			return err
		}
		return h.printList(listing.Schedules(schedules, limits, paused, rota.Words))
	})
	cmd.Flags().StringVar(&set, "set", "", "those of the set `NAME` alone")
	return cmd
}

func (h *Host) workersCommand() *cobra.Command {
	cmd := h.command("workers", h.NoArguments, func(ctx context.Context, f *connected, _ []string) error {
		workers, err := f.Workers(ctx, time.Now().Add(-fleet.Unseen))
		if err != nil {
			return err
		}
		return h.printList(listing.Workers(workers))
	})
	return cmd
}
