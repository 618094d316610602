package cli

import (
	"cmp"
	"errors"
	"path/filepath"
	"strings"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"rollcall/pkg/console"
	"rollcall/pkg/fileset"
	"rollcall/pkg/listing"
	"rollcall/pkg/onboard"
	"rollcall/pkg/order"
	"rollcall/pkg/orderflags"
	"rollcall/pkg/results"
)

// historyFlags say which ledgers are meant. Commands that look back share them.
type historyFlags struct {
	ledger       string
	organization string
	sandbox      bool
}

// lookBack adds the flags to a command.
func (a *app) lookBack(cmd *cobra.Command, f *historyFlags) {
	orderflags.History(cmd, &f.ledger, &f.organization, &f.sandbox)
	a.files[cmd] = func([]string) fileNames { return fileNames{{Path: f.ledger, Role: fileset.Ledger, Option: "ledger"}} }
}

// history returns the ledgers that are meant.
func (a *app) history(f historyFlags) (onboard.History, error) {
	if f.ledger != "" {
		return onboard.History{Ledgers: []string{f.ledger}, Render: asFlag}, nil
	}
	pattern := "*"
	if uuid.Validate(f.organization) == nil && len(f.organization) == 36 {
		pattern = f.organization
	}
	of := a.defaultLedger
	if f.sandbox {
		of = a.sandboxLedger
	}
	path, err := of(pattern)
	if err != nil {
		return onboard.History{}, err
	}
	paths, err := filepath.Glob(path)
	return onboard.History{Ledgers: paths, Render: asFlag}, err
}

func (a *app) runsCommand() *cobra.Command {
	var f historyFlags
	cmd := &cobra.Command{
		Use:  "runs",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			history, err := a.history(f)
			if err != nil {
				return err
			}
			runs, err := history.Runs(cmd.Context())
			if len(runs) == 0 && err != nil {
				return err
			}
			if a.common.json {
				return errors.Join(onboard.WriteRuns(a.Out, runs), err)
			}
			return errors.Join(a.paper().Print(listing.Runs(runs).Lines()...), err)
		},
	}
	a.lookBack(cmd, &f)
	cmd.AddCommand(a.pruneCommand())
	return cmd
}

func (a *app) pruneCommand() *cobra.Command {
	var f historyFlags
	var p onboard.Pruning
	o := &order.Order{}
	cmd := &cobra.Command{Use: "prune", Args: noArguments}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		history, err := a.history(f)
		o.DryRun, o.Place.Sandbox = p.DryRun, f.sandbox
		if err = cmp.Or(err, p.Check(), a.refuseUnasked(o, "forget them", "forget old runs", "forgotten")); err != nil {
			return err
		}
		p.Agree = func(would onboard.Pruned) error {
			if o.Asks() && a.canAsk() {
				a.console.Printf("  %s", console.Clean(would.String()))
				if yes, err := a.console.Ask(cmd.Context(), a.In, "forget them? [y/N]"); err != nil || !yes {
					return cmp.Or(err, unconfirmed("forgotten"))
				}
			}
			return a.act()
		}
		done, err := history.Prune(cmd.Context(), p)
		if a.common.quiet && !a.common.json || done.Before.IsZero() {
			return err
		}
		return errors.Join(err, done.Write(a.Out, a.common.json))
	}
	a.lookBack(cmd, &f)
	orderflags.Prune(cmd, &p, &o.Yes)
	return cmd
}

func (a *app) resultsCommand() *cobra.Command {
	var f historyFlags
	var file, page string
	cmd := &cobra.Command{
		Use: "results [RUN]",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usageError("rollcall runs lists them", "results takes one run, not %d", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if a.common.json {
				return usageError("name a .jsonl file with --results", "results has no --json")
			}
			if page != "" && !cmd.Flags().Changed("results") {
				file = ""
			} else if file != "-" {
				if _, err := results.FormatOf(file); err != nil {
					return usageError("", "--results: %w", err)
				}
			}
			history, err := a.history(f)
			if history.Warn = a.observer().Warn; err != nil {
				return err
			}
			o := onboard.Output{Results: file, Stream: a.Out, Sandbox: f.sandbox, Reporting: onboard.Reporting{Report: page}}
			return history.Results(cmd.Context(), strings.Join(args, ""), o)
		},
	}
	a.lookBack(cmd, &f)
	a.files[cmd] = func([]string) fileNames {
		return fileNames{{Path: f.ledger, Role: fileset.Ledger, Option: "ledger"}, {Path: file, Role: fileset.Results, Option: "results"}, {Path: page, Role: fileset.Report, Option: "report"}}
	}
	cmd.Flags().StringVar(&file, "results", "-", "write to `FILE` (.csv, .jsonl or .xlsx), - being standard output as CSV. With --report alone none are written")
	cmd.Flags().StringVar(&page, "report", "", "write a page about the run to `FILE` (.html): what became of whom, why, and how the pace went")
	return cmd
}
