package cli

import (
	"github.com/spf13/cobra"

	"rollcall/pkg/roster"
)

func (a *app) schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of a YAML or JSON roster, for editors",
		Long: `schema prints the JSON Schema (draft 2020-12) of a roster in YAML or JSON on standard output. With it, an editor
completes keys and roles, and marks mistakes while you type.

With the YAML extension of VS Code, and every editor that runs the YAML language server, the first line of a
roster names the schema:

  # yaml-language-server: $schema=roster.schema.json

Or the settings of VS Code (.vscode/settings.json) name the rosters, of either kind:

  "yaml.schemas": {"./roster.schema.json": "people*.yaml"}
  "json.schemas": [{"url": "./roster.schema.json", "fileMatch": ["people*.json"]}]

What an editor cannot see, such as one person on two lines, rollcall check does.`,
		Example: `  rollcall schema > roster.schema.json`,
		Args:    noArguments,
		RunE: func(*cobra.Command, []string) error {
			_, err := a.Out.Write(roster.Schema())
			return err
		},
	}
}
