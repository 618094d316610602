package operator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"rollcall/pkg/fetch"
	"rollcall/pkg/fleet/rota"
	"rollcall/pkg/fleet/store"
	"rollcall/pkg/onboard"
	"rollcall/pkg/order"
	"rollcall/pkg/remedy"
	"rollcall/pkg/status"
	"rollcall/pkg/usage"
)

// done says what a command does to a roster.
var done = map[store.Command]string{store.Invite: "invited", store.Sync: "synced"}

// notSubmitted are the flags that a job cannot have, besides those that mean nothing in a fleet at all.
var notSubmitted = []string{
	"lock-wait", "header-file", "dry-run", "offline", "yes", "plan", "from-plan", "fix", "force", "keep", "organization-id", "no-preflight",
}

// isForJobs reports whether a job may have the flag.
func isForJobs(flag string) bool {
	return rota.Elsewhere(flag) == "" && !slices.Contains(notSubmitted, flag)
}

func (h *Host) submitCommand() *cobra.Command {
	var o store.Order
	var sync bool
	told := map[bool]*cobra.Command{}
	submit := h.command("submit ROSTER", order.Rosters(1, 1), func(ctx context.Context, f *connected, args []string) error {
		if o.Command = store.Invite; sync {
			o.Command = store.Sync
		}
		var content []byte
		d := onboard.Document{Roster: args[0], Input: h.In}
		if o.Source = args[0]; !fetch.Is(args[0]) {
			var err error
			if content, err = d.Read(ctx); err != nil {
				return err
			}
			o.Source = filepath.Base(args[0])
		}
		job, err := f.Submit(ctx, o, content, who())
		switch {
		case errors.Is(err, store.ErrBusy):
			return order.Refuse(status.Locked, fmt.Errorf("%s: %w", o.Organization, err), "rollcall jobs list --open shows it; wait for its end, or cancel it")
		case errors.Is(err, store.ErrNone):
			return order.UsageError("rollcall jobs apply makes limits", "there is no shared limit %q", o.Limit)
		case err != nil:
			return err
		}
		return h.printJob(job, fmt.Sprintf("job %d: %s is %s as soon as a worker has time", job.ID, job.Source, done[job.Command]))
	})
	flags := submit.Flags()
	flags.StringVar(&o.Organization, "organization-id", "", "`ID` of the organization")
	flags.StringVar(&o.Credential, "credential", "", "`NAME` of the credential, which is that of a file in the workers' --credentials (default: what the workers have themselves)")
	flags.StringVar(&o.Limit, "shared-limit", "", "`NAME` of the limit that is shared with others")
	flags.BoolVar(&sync, "sync", false, "have the organization follow the roster, as rollcall sync does")
	usage.Group(submit, "As for invite, or with --sync for sync", func(cmd *cobra.Command) {
		for _, follows := range []bool{true, false} {
			_, told[follows] = order.New(follows)
			told[follows].Flags().VisitAll(func(flag *pflag.Flag) {
				if isForJobs(flag.Name) && cmd.Flags().Lookup(flag.Name) == nil {
					cmd.Flags().AddFlag(flag)
				}
			})
		}
	})
	run := submit.RunE
	submit.RunE = func(cmd *cobra.Command, args []string) error {
		if o.Organization == "" {
			return remedy.Aboutf("organization-id", "a job is for one organization").With(remedy.Words("name it"))
		}
		values := map[string]any{}
		var wrong error
		cmd.Flags().Visit(func(flag *pflag.Flag) {
			switch at := told[sync].Flags().Lookup(flag.Name); {
			case !isForJobs(flag.Name), cmd.InheritedFlags().Lookup(flag.Name) != nil, isOwn(flag.Name):
			case at == nil:
				wrong = order.UsageError("leave it out, or add --sync", "--%s goes with sync only", flag.Name)
			default:
				values[flag.Name] = valueOf(flag)
			}
		})
		if wrong != nil {
			return wrong
		}
		text, err := json.Marshal(values) // which is YAML
		if err != nil {
			return err
		}
		o.Options = string(text)
		return run(cmd, args)
	}
	return submit
}

// isOwn reports whether a flag of submit is no option of the job.
func isOwn(name string) bool {
	return slices.Contains([]string{"credential", "shared-limit", "sync", "ledger", "help"}, name)
}

// valueOf returns what a flag was told.
func valueOf(flag *pflag.Flag) any {
	if many, ok := flag.Value.(pflag.SliceValue); ok {
		return many.GetSlice()
	}
	return flag.Value.String()
}
