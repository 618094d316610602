package cli

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"rollcall/pkg/sandbox"
	"rollcall/pkg/sandboxflags"
	"rollcall/pkg/usage"
)

func (a *app) sandboxCommand() *cobra.Command {
	var f sandboxflags.Flags
	cmd := &cobra.Command{
		Use:  "sandbox",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.serveSandbox(cmd.Context(), f.Listen, f.Options())
		},
	}
	for _, g := range f.Groups() {
		usage.Group(cmd, g.Title, func(cmd *cobra.Command) { g.Add(cmd.Flags()) })
	}
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
