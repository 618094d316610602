package cli

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"rollcall/pkg/sandbox"
	"rollcall/pkg/sandboxflags"
)

func (a *app) sandboxCommand() *cobra.Command {
	var f sandboxflags.Flags
	cmd := &cobra.Command{
		Use:   "sandbox",
		Short: "Serve an emulation of the service on this machine, with faults on demand",
		Long: `sandbox serves the calls that rollcall uses from memory, as strictly as the service would, and mails nobody. It
prints the environment to use, misbehaves as the flags ask, and counts the e-mails that would have gone out:
GET /sandbox/mails per person, GET /sandbox/stats in all, and on standard output when it is stopped. Most of the
misbehaviour can also be ordered while it serves, as in
  curl -d '{"kind": "challenge"}' $CYBEDEFEND_API_URL/sandbox/answer`,
		Example: `  rollcall sandbox --latency 20ms
  rollcall sandbox --limit 60/s --burst 10 --cut-after 3% --truncate 3%
  rollcall sandbox --list-lag 15s --spell-list gmail --odd-reply queued=10%`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.serveSandbox(cmd.Context(), f.Listen, f.Options())
		},
	}
	var groups flagGroups
	for _, g := range f.Groups() {
		groups.group(cmd, g.Title, func(cmd *cobra.Command) { g.Add(cmd.Flags()) })
	}
	cmd.SetUsageFunc(groups.usage)
	return cmd
}

// serveSandbox serves until the first signal.
func (a *app) serveSandbox(ctx context.Context, listen string, o sandbox.Options) error {
	if err := a.act(); err != nil {
		return err
	}
	running, err := sandbox.Start(context.WithoutCancel(ctx), listen, o)
	if err != nil {
		return usageError("", "%w", err)
	}
	for _, line := range running.Environment(running.URL()) {
		if _, err := fmt.Fprintln(a.Out, "export "+line); err != nil {
			return err
		}
	}
	a.log.Info().Str("url", running.URL()).Msg("serving until interrupted")
	<-ctx.Done()
	if err := running.Close(); err != nil {
		return err
	}
	return json.NewEncoder(a.Out).Encode(running.Counts())
}
