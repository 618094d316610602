package cli

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"rollcall/pkg/fileset"
	"rollcall/pkg/onboard"
)

func (a *app) auditCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Check the trail of who changed what, or print it",
		Long: `Every ledger keeps a trail: a line of JSON for each request that may have changed something, for what allowed a run
to send, and for each option that let something pass. Each line has the SHA-256 of the line before, so that none can be
changed, removed, added or moved unseen. invite and sync append the lines to the FILE of --audit as well.`,
		Args: noArguments,
		RunE: func(*cobra.Command, []string) error {
			return usageError("rollcall audit verify, or rollcall audit export", "rollcall audit says nothing by itself")
		},
	}
	cmd.AddCommand(a.auditVerifyCommand(), a.auditExportCommand())
	return cmd
}

func (a *app) auditVerifyCommand() *cobra.Command {
	var ledger string
	cmd := &cobra.Command{
		Use:   "verify FILE",
		Short: "Check that an audit trail is whole and was not changed",
		Long: `verify says how many lines an audit trail has, of how many runs, and since when; or the first line at which it does
not hold, and whether that was changed, inserted or moved, or lines before it are missing. Lines that are missing at the
end are seen only by comparison with the ledger, or with a copy that somebody else has.

Exit codes:
  0  the trail holds
  1  it could not be read
  2  wrong command line
  5  it does not hold`,
		Example: `  rollcall audit verify audit.jsonl
  rollcall audit verify audit.jsonl --ledger people.db`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError("see rollcall audit verify --help", "rollcall audit verify takes one file, not %d", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			trail, err := onboard.VerifyTrail(cmd.Context(), args[0], ledger)
			switch {
			case a.common.json && (err == nil || trail.Break != nil):
				err = errors.Join(err, json.NewEncoder(a.Out).Encode(trail))
			case err == nil:
				_, err = fmt.Fprintln(a.Out, trail)
			}
			return err
		},
	}
	cmd.Flags().StringVar(&ledger, "ledger", "", "compare the end with the trail in the ledger `FILE`, so that lines cut off there are noticed, too")
	a.files[cmd] = func([]string) fileNames { return fileNames{{Path: ledger, Role: fileset.Ledger, Option: "ledger"}} }
	return cmd
}

func (a *app) auditExportCommand() *cobra.Command {
	var f historyFlags
	cmd := &cobra.Command{
		Use:     "export",
		Short:   "Print the audit trail of the ledgers",
		Long:    `export prints the audit trail of a ledger, or of all, as JSON Lines.`,
		Example: `  rollcall audit export --ledger people.db > audit.jsonl`,
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			history, err := a.history(f)
			if err != nil {
				return err
			}
			out := bufio.NewWriter(a.Out)
			return errors.Join(history.WriteTrail(cmd.Context(), out), out.Flush())
		},
	}
	f.add(cmd)
	a.files[cmd] = func([]string) fileNames { return fileNames{{Path: f.ledger, Role: fileset.Ledger, Option: "ledger"}} }
	return cmd
}
