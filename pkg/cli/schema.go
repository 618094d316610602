package cli

import (
	"github.com/spf13/cobra"

	"rollcall/pkg/roster"
)

func (a *app) schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:  "schema",
		Args: noArguments,
		RunE: func(*cobra.Command, []string) error {
			_, err := a.Out.Write(roster.Schema())
			return err
		},
	}
}
