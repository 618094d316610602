package cli

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"rollcall/pkg/fileset"
	"rollcall/pkg/ledger"
	"rollcall/pkg/listing"
	"rollcall/pkg/onboard"
	"rollcall/pkg/results"
)

// historyFlags say which ledgers are meant. Commands that look back share them.
type historyFlags struct {
	ledger       string
	organization string
	sandbox      bool
}

func (f *historyFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.ledger, "ledger", "", "`FILE` that remembers the runs (default: those of all organizations, see rollcall help environment)")
	flags.StringVar(&f.organization, "organization-id", "", "`ID` of the organization whose ledger is meant (default: CYBEDEFEND_ORGANIZATION_ID, else all)")
	flags.BoolVar(&f.sandbox, "sandbox", false, "look at the runs with --sandbox, which have ledgers of their own")
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
			write := a.writeRuns
			if a.common.json {
				write = a.writeRunsJSON
			}
			return errors.Join(write(runs), err)
		},
	}
	f.add(cmd)
	a.files[cmd] = func([]string) fileNames { return fileNames{{Path: f.ledger, Role: fileset.Ledger, Option: "ledger"}} }
	return cmd
}

func (a *app) writeRuns(runs []ledger.Summary) error {
	return a.paper().Print(listing.Runs(runs).Lines()...)
}

func (a *app) writeRunsJSON(runs []ledger.Summary) error {
	encoder := json.NewEncoder(a.Out)
	for _, run := range runs {
		if err := encoder.Encode(onboard.PastRunOf(run)); err != nil {
			return err
		}
	}
	return nil
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
			if err != nil {
				return err
			}
			o := onboard.Output{Results: file, Stream: a.Out, Sandbox: f.sandbox, Reporting: onboard.Reporting{Report: page}}
			return history.Results(cmd.Context(), strings.Join(args, ""), o)
		},
	}
	a.files[cmd] = func([]string) fileNames {
		return fileNames{{Path: f.ledger, Role: fileset.Ledger, Option: "ledger"}, {Path: file, Role: fileset.Results, Option: "results"}, {Path: page, Role: fileset.Report, Option: "report"}}
	}
	f.add(cmd)
	cmd.Flags().StringVar(&file, "results", "-", "write to `FILE` (.csv, .jsonl or .xlsx), - being standard output as CSV. With --report alone none are written")
	cmd.Flags().StringVar(&page, "report", "", "write a page about the run to `FILE` (.html): what became of whom, why, and how the pace went")
	return cmd
}
