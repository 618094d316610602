package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/pace"
	"rollcall/pkg/sandbox"
)

// share is a flag value between 0% and 100%.
type share float64

func (s *share) String() string { return strconv.FormatFloat(float64(*s)*100, 'f', -1, 64) + "%" }
func (s *share) Type() string   { return "P%" }

func (s *share) Set(text string) error {
	value, err := strconv.ParseFloat(strings.TrimSuffix(text, "%"), 64)
	if err != nil || value < 0 || value > 100 {
		return errors.New("not a share between 0% and 100%")
	}
	*s = share(value / 100)
	return nil
}

// word is a flag value of a string type whose values the sandbox checks.
type word[T ~string] struct{ target *T }

func (w word[T]) String() string {
	if w.target == nil {
		return ""
	}
	return string(*w.target)
}
func (w word[T]) Type() string          { return "WORD" }
func (w word[T]) Set(text string) error { *w.target = T(text); return nil }

func (a *app) sandboxCommand() *cobra.Command {
	var o sandbox.Options
	var listen, limit string
	var latency time.Duration
	shares := []struct {
		name, usage string
		target      *float64
		value       share
	}{
		{name: "error-before", usage: "invites that get a 500 before anything was done", target: &o.Faults.ErrorBefore},
		{name: "error-after", usage: "invites that get a 500 although the invitation was made", target: &o.Faults.ErrorAfter},
		{name: "cut-before", usage: "invites whose connection is cut before anything was done", target: &o.Faults.CutBefore},
		{name: "cut-after", usage: "invites whose connection is cut although the invitation was made", target: &o.Faults.CutAfter},
		{name: "truncate", usage: "invites whose reply is cut in the middle", target: &o.Faults.Truncate},
		{name: "unavailable", usage: "invites that get a 503 with Retry-After, with nothing done", target: &o.Faults.Unavailable},
	}
	cmd := &cobra.Command{
		Use:   "sandbox",
		Short: "Serve an emulation of the service on this machine, with faults on demand",
		Long: `sandbox serves the calls that rollcall uses from memory, as strictly as the service would, and mails nobody. It
prints the environment to use, misbehaves as the flags ask, and counts the e-mails that would have gone out:
GET /sandbox/mails per person, GET /sandbox/stats in all, and on standard output when it is stopped.`,
		Example: `  rollcall sandbox --latency 20ms
  rollcall sandbox --limit 60/s --burst 10 --cut-after 3% --truncate 3%`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			for i := range shares {
				*shares[i].target = float64(shares[i].value)
			}
			if limit != "" {
				rate, err := pace.ParseRate(limit)
				if err != nil || rate == 0 {
					return usageError("", "--limit: %q is not a rate such as 60/s", limit)
				}
				o.Limit.Rate = float64(rate)
			}
			o.Latency = latency
			return a.serveSandbox(cmd.Context(), listen, o)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&listen, "listen", "127.0.0.1:0", "loopback `ADDRESS` to serve at; port 0 is any free one")
	flags.DurationVar(&latency, "latency", 0, "how long every call takes")
	flags.DurationVar(&o.LatencyJitter, "jitter", 0, "how much longer a call may take, at random")
	flags.StringVar(&limit, "limit", "", "refuse more than `RATE` with 429, as in 60/s")
	flags.IntVar(&o.Limit.Burst, "burst", 1, "how many calls the limit allows at once")
	flags.Var(word[sandbox.RetryAfter]{&o.Limit.RetryAfter}, "retry-after", "how a 429 says when to come back: seconds, date or none")
	flags.Var(word[sandbox.Headers]{&o.Limit.Headers}, "limit-headers", "how every answer tells the limit: none, x-ratelimit, x-ratelimit-named or ratelimit-policy")
	for i := range shares {
		flags.Var(&shares[i].value, shares[i].name, "share of "+shares[i].usage)
	}
	flags.BoolVar(&o.Faults.Everywhere, "faults-everywhere", false, "let the faults meet every call, not only invites")
	flags.Var(word[sandbox.Duplicates]{&o.Duplicates}, "duplicates", "what a second invite of a pending address gets: 409, 400, replace or second")
	flags.DurationVar(&o.TokenLifetime, "token-lifetime", sandbox.DefaultTokenLifetime, "how long access tokens last")
	flags.DurationVar(&o.InvitationLifetime, "invitation-lifetime", sandbox.DefaultInvitationLifetime, "how long invitations last")
	flags.Var(word[cybedefend.Role]{&o.CallerRole}, "caller-role", "the caller's role: creator, administrator, manager, …")
	flags.IntVar(&o.Members.Count, "members", 0, "how many members there are from the beginning")
	flags.IntVar(&o.Pending.Count, "pending", 0, "how many invitations are pending from the beginning")
	flags.IntVar(&o.Expired.Count, "expired", 0, "how many invitations have expired at the beginning")
	flags.IntVar(&o.Leaving, "leaving", 0, "how many more members and invitations there are of which one goes with each page of its list that is read")
	flags.IntVar(&o.Seats, "seats", 0, "how many seats the caller's subscription has, which is told and not enforced (default plenty)")
	flags.Uint64Var(&o.Seed, "seed", 0, "decides identifiers and faults")
	return cmd
}

// serveSandbox serves until the first signal.
func (a *app) serveSandbox(ctx context.Context, listen string, o sandbox.Options) error {
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
