package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"rollcall/pkg/config"
	"rollcall/pkg/console"
	"rollcall/pkg/doctor"
	"rollcall/pkg/fileset"
	"rollcall/pkg/onboard"
	"rollcall/pkg/status"
)

func (a *app) doctorCommand() *cobra.Command {
	var o doctor.Options
	var p place
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Look at everything that a run needs, and say what is wrong",
		Long: `doctor looks at the settings and where each comes from, the credentials (never showing them), the proxy, the
connection, the clock, the caller, the organization and the ledger. It changes nothing and mails nobody. Each line is good,
doubtful or bad, with what can be done; the exit code is that with which a run would end.

Exit codes:
` + exitCodeTable(),
		Example: `  rollcall doctor
  rollcall doctor --json --region eu`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.examine(cmd.Context(), o, p) },
	}
	serviceFlags(cmd, &o.Service, &p)
	cmd.Flags().StringVar(&o.Ledger, "ledger", "", "`FILE` that would remember what is sent (default: that of the organization, under $XDG_STATE_HOME/rollcall)")
	a.files[cmd] = func([]string) fileNames {
		return append(p.fileNames(), fileset.File{Path: o.Ledger, Role: fileset.Ledger, Option: "ledger"})
	}
	return cmd
}

// examine has everything examined, and prints what was found.
func (a *app) examine(ctx context.Context, o doctor.Options, p place) error {
	var endpoint onboard.Endpoint
	o.Version, o.LedgerOf, o.Service.UserAgent = version(), a.defaultLedger, "rollcall/"+version()
	o.Resolve = func() (found config.Settings, err error) {
		if p.Sandbox {
			if endpoint, err = a.dial(ctx, p); err != nil {
				return found, err
			}
			found.APIURL = config.Value{Text: endpoint.URL, Source: "--sandbox"}
			found.AuthEndpoint, found.Credentials.Source = found.APIURL, "--sandbox"
			return found, nil
		}
		found, err = a.resolve(p)
		endpoint = endpointOf(found)
		return found, err
	}
	o.Service.Dial = func(context.Context) (onboard.Endpoint, error) { return endpoint, nil }
	found := doctor.Examine(ctx, o)
	a.console.Clear()
	if err := a.printExamination(found); err != nil {
		return err
	}
	return exitWith(found.Status)
}

func (a *app) printExamination(found doctor.Examination) error {
	type factJSON struct {
		Subject string `json:"subject"`
		State   string `json:"state"`
		Text    string `json:"text"`
		Remedy  string `json:"remedy,omitempty"`
	}
	facts := []factJSON{}
	table := tabwriter.NewWriter(a.Out, 0, 0, 2, ' ', 0)
	for _, f := range found.Facts {
		fact := factJSON{f.Subject, string(f.State), f.Text, f.Remedy.Render(asFlag)}
		facts = append(facts, fact)
		if a.common.json {
			continue
		}
		fmt.Fprintf(table, "%s\t%s\t%s\n", fact.State, fact.Subject, console.Clean(fact.Text))
		if fact.Remedy != "" {
			fmt.Fprintf(table, "\t\t%s\n", console.Clean(fact.Remedy))
		}
	}
	if a.common.json {
		return json.NewEncoder(a.Out).Encode(struct {
			Facts    []factJSON    `json:"facts"`
			ExitCode status.Status `json:"exit_code"`
		}{facts, found.Status})
	}
	return table.Flush()
}
