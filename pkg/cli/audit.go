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
		Use:  "audit",
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
		Use: "verify FILE",
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
	cmd.Flags().StringVar(&ledger, "ledger", "", "compare the end with the trail in the ledger `FILE`, or in a database, so that lines cut off there are noticed, too")
	a.files[cmd] = func([]string) fileNames { return fileNames{{Path: ledger, Role: fileset.Ledger, Option: "ledger"}} }
	return cmd
}

func (a *app) auditExportCommand() *cobra.Command {
	var f historyFlags
	cmd := &cobra.Command{
		Use:  "export",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			history, err := a.history(f)
			if err != nil {
				return err
			}
			out := bufio.NewWriter(a.Out)
			return errors.Join(history.WriteTrail(cmd.Context(), out), out.Flush())
		},
	}
	a.lookBack(cmd, &f)
	return cmd
}
