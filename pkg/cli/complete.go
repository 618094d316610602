package cli

import (
	"context"

	"github.com/spf13/cobra"

	"rollcall/pkg/completion"
	"rollcall/pkg/onboard"
	"rollcall/pkg/order"
)

// addCompletions has shells complete what commands and flags take.
func (a *app) addCompletions(root *cobra.Command) {
	completion.Add(root, a.Args, completion.Source{
		Bind: func(cmd *cobra.Command) { _ = a.bindEnvironment(cmd) }, // what cannot be set offers nothing
		Ledgers: func(value func(string) string) []string {
			history, _ := a.history(historyFlags{value("ledger"), value("organization-id"), value("sandbox") == "true"})
			return history.Ledgers
		},
		Service: func(value func(string) string) onboard.Service {
			p := order.Place{
				Region: value("region"), APIURL: value("api-url"), AuthEndpoint: value("auth-endpoint"), PATFile: value("pat-file"),
				Sandbox: value("sandbox") == "true",
			}
			return onboard.Service{OrganizationID: value("organization-id"), Dial: func(ctx context.Context) (onboard.Endpoint, error) {
				if p.PATFile == "-" {
					return onboard.Endpoint{}, usageError("", "standard input is the shell's")
				}
				return a.dial(ctx, p)
			}}
		},
	})
}
