package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"rollcall/pkg/fetch"
	"rollcall/pkg/fileset"
	"rollcall/pkg/fleet"
	"rollcall/pkg/fleet/rota"
	"rollcall/pkg/fleet/store"
	"rollcall/pkg/jobs"
	"rollcall/pkg/listing"
	"rollcall/pkg/onboard"
	"rollcall/pkg/order"
	"rollcall/pkg/orderflags"
	"rollcall/pkg/plural"
	"rollcall/pkg/remedy"
	"rollcall/pkg/status"
	"rollcall/pkg/usage"
)

// connected is the fleet, and the address of its database with all that is needed to connect again.
type connected struct {
	*fleet.Fleet
	address string
}

// fleetCommand returns a command that works with the fleet.
func (a *app) fleetCommand(use string, args cobra.PositionalArgs, do func(ctx context.Context, f *connected, args []string) error) *cobra.Command {
	var ledger string
	cmd := &cobra.Command{Use: use, Args: args}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		f, done, err := a.openFleet(cmd.Context(), ledger)
		if err != nil {
			return err
		}
		defer done()
		if err := f.Check(cmd.Context()); err != nil && cmd.Name() != "migrate" {
			return explainFleet(err)
		}
		return do(cmd.Context(), &connected{f, ledger}, args)
	}
	orderflags.Fleet(cmd, &ledger)
	return cmd
}

func (a *app) jobsCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "jobs", RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }, Args: noArguments}
	cmd.AddCommand(a.applyCommand(), a.submitCommand(), a.listJobsCommand(), a.showJobCommand(), a.jobResultsCommand(), a.cancelJobsCommand(),
		a.pauseCommand("pause"), a.pauseCommand("resume"), a.schedulesCommand(), a.workersCommand(), a.migrateCommand())
	for _, command := range cmd.Commands() {
		command.Flags().SortFlags = false
	}
	return cmd
}

// who is the person who asks for something, as far as the machine knows.
func (a *app) who() string {
	host, err := os.Hostname()
	if err != nil {
		host = "somewhere"
	}
	name := "somebody"
	if current, err := user.Current(); err == nil {
		name = current.Username
	}
	return name + "@" + host
}

func (a *app) migrateCommand() *cobra.Command {
	cmd := a.fleetCommand("migrate", noArguments, func(ctx context.Context, f *connected, _ []string) error {
		steps, err := f.Migrate(ctx)
		if err != nil {
			return explainFleet(f.Database().Explain(err))
		}
		if a.common.json {
			return json.NewEncoder(a.Out).Encode(map[string]int{"steps": steps})
		}
		_, err = fmt.Fprintln(a.Out, map[bool]string{true: "the tables are as this version needs them", false: "the tables have been brought up to date"}[steps == 0])
		return err
	})
	return cmd
}

func (a *app) applyCommand() *cobra.Command {
	var set string
	var dry bool
	cmd := a.fleetCommand("apply FILE", cobra.ExactArgs(1), func(ctx context.Context, f *connected, args []string) error {
		name := cmp.Or(set, strings.TrimSuffix(filepath.Base(args[0]), filepath.Ext(args[0])))
		opened, err := os.Open(args[0])
		if err != nil {
			return usageError("", "%w", err)
		}
		file, err := jobs.Read(opened, args[0])
		if err = errors.Join(err, opened.Close()); err != nil {
			return usageError("see rollcall help fleet", "%w", err)
		}
		now, err := f.Now(ctx)
		if err != nil {
			return err
		}
		wanted, err := rota.Read(file, name, now)
		if err != nil {
			return usageError("see rollcall help fleet", "%w", err)
		}
		for _, job := range file.Jobs { // what its options say is found out before a night is over
			o, _ := order.New(true)
			if err := job.Decode(o); err != nil {
				return usageError("see rollcall sync --help", "%w", err)
			}
		}
		var applied store.Applied
		if dry {
			applied, err = wanted.Compare(ctx, f.Store)
		} else {
			applied, err = wanted.Apply(ctx, f.Store)
		}
		if taken, ok := errors.AsType[*store.TakenError](err); ok {
			return usageError("apply the file that has it first, without it", "%w", taken)
		}
		if err != nil {
			return err
		}
		return a.printList(listing.Applied(name, applied, dry))
	})
	cmd.Flags().StringVar(&set, "set", "", "`NAME` of the set that the file is: applied again, what is gone from it stops (default: that of the file)")
	cmd.Flags().BoolVar(&dry, "dry-run", false, "say what would change, and change nothing")
	a.files[cmd] = func(args []string) fileNames { return fileNames{{Path: strings.Join(args, ""), Role: fileset.Jobs}} }
	return cmd
}

// notSubmitted are the flags that a job cannot have: they are about one machine, or for its worker to know.
var notSubmitted = []string{
	"region", "api-url", "auth-endpoint", "pat-file", "sandbox", "results", "report", "summary", "metrics-file", "ledger", "lock-wait", "audit",
	"header-file", "progress", "dry-run", "offline", "yes", "plan", "from-plan", "fix", "force", "keep", "organization-id", "no-preflight",
}

func (a *app) submitCommand() *cobra.Command {
	var o store.Order
	var sync bool
	told := map[bool]*cobra.Command{}
	submit := a.fleetCommand("submit ROSTER", order.Rosters(1, 1), func(ctx context.Context, f *connected, args []string) error {
		if o.Command = store.Invite; sync {
			o.Command = store.Sync
		}
		var content []byte
		d := onboard.Document{Roster: args[0], Input: a.In}
		if o.Source = args[0]; !fetch.Is(args[0]) {
			var err error
			if content, err = d.Read(ctx); err != nil {
				return err
			}
			o.Source = filepath.Base(args[0])
		}
		job, err := f.Submit(ctx, o, content, a.who())
		switch {
		case errors.Is(err, store.ErrBusy):
			return refuse(status.Locked, fmt.Errorf("%s: %w", o.Organization, err), "rollcall jobs list --open shows it; wait for its end, or cancel it")
		case errors.Is(err, store.ErrNone):
			return usageError("rollcall jobs apply makes limits", "there is no shared limit %q", o.Limit)
		case err != nil:
			return err
		}
		return a.printJob(job, fmt.Sprintf("job %d: %s is %sd as soon as a worker has time", job.ID, job.Source, job.Command))
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
				if !slices.Contains(notSubmitted, flag.Name) && cmd.Flags().Lookup(flag.Name) == nil {
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
			case slices.Contains(notSubmitted, flag.Name), cmd.InheritedFlags().Lookup(flag.Name) != nil, isOwn(flag.Name):
			case at == nil:
				wrong = usageError("leave it out, or add --sync", "--%s goes with sync only", flag.Name)
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

// filterFlags adds the flag that says which jobs are meant.
func filterFlags(cmd *cobra.Command, where *[]string) {
	cmd.Flags().StringArrayVar(where, "where", nil, "those jobs alone whose `KEY=VALUE` it is (repeatable); the keys are organization, shared-limit, set, schedule and credential")
}

// filter returns what was told.
func filter(where []string) (f store.Filter, err error) {
	fields := map[string]*string{
		"organization": &f.Organization, "shared-limit": &f.Limit, "set": &f.Set, "schedule": &f.Schedule, "credential": &f.Credential,
	}
	for _, text := range where {
		key, value, found := strings.Cut(text, "=")
		if fields[key] == nil || !found || value == "" {
			return f, remedy.Aboutf("where", "%q is none of organization, shared-limit, set, schedule and credential with a value", text)
		}
		*fields[key] = value
	}
	return f, nil
}

func (a *app) listJobsCommand() *cobra.Command {
	var where []string
	var open bool
	most := 100
	cmd := a.fleetCommand("list", noArguments, func(ctx context.Context, f *connected, _ []string) error {
		only, err := filter(where)
		if err != nil {
			return err
		}
		only.Open, only.Most = open, most
		found, err := f.Jobs(ctx, only)
		if err != nil {
			return err
		}
		return a.printList(listing.Jobs(found))
	})
	cmd.Flags().BoolVar(&open, "open", false, "those that have not ended")
	cmd.Flags().IntVar(&most, "most", most, "the newest `N` at most; 0: all")
	filterFlags(cmd, &where)
	return cmd
}

// printList prints a list for people, or for programs.
func (a *app) printList(l listing.List) error {
	if a.common.json {
		return json.NewEncoder(a.Out).Encode(l.Object)
	}
	if len(l.Rows) == 0 {
		l.Head, l.Columns = append(l.Head, l.None), nil
	}
	return a.paper().Print(l.Lines()...)
}

// printJob prints a job for programs, or a line about it for people.
func (a *app) printJob(job store.Job, line string) error {
	if a.common.json {
		return json.NewEncoder(a.Out).Encode(listing.JobOf(job))
	}
	_, err := fmt.Fprintln(a.Out, line)
	return err
}

// jobID reads the number of a job.
func jobID(text string) (int64, error) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, usageError("rollcall jobs list shows them", "%q is no number of a job", text)
	}
	return id, nil
}

// jobOf returns the job that is named.
func jobOf(ctx context.Context, f *connected, text string) (store.Job, error) {
	id, err := jobID(text)
	if err != nil {
		return store.Job{}, err
	}
	job, err := f.Job(ctx, id)
	if errors.Is(err, store.ErrNone) {
		return job, usageError("rollcall jobs list shows them", "there is no job %d", id)
	}
	return job, err
}

func (a *app) showJobCommand() *cobra.Command {
	cmd := a.fleetCommand("show ID", cobra.ExactArgs(1), func(ctx context.Context, f *connected, args []string) error {
		job, err := jobOf(ctx, f, args[0])
		if err != nil {
			return err
		}
		return a.printList(listing.Job(job))
	})
	return cmd
}

func (a *app) jobResultsCommand() *cobra.Command {
	file := "-"
	cmd := a.fleetCommand("results ID", cobra.ExactArgs(1), func(ctx context.Context, f *connected, args []string) error {
		job, err := jobOf(ctx, f, args[0])
		if err != nil {
			return err
		}
		if job.Run == "" {
			return refuse(status.Settings, fmt.Errorf("job %d has no run", job.ID), "rollcall jobs show "+args[0]+" says why")
		}
		h := onboard.History{Ledgers: []string{f.address}, Render: asFlag, Warn: a.observer().Warn}
		return h.Results(ctx, job.Run, onboard.Output{Results: file, Stream: a.Out})
	})
	cmd.Flags().StringVar(&file, "results", file, "write the results to `FILE` (.csv, .jsonl or .xlsx), - being standard output as CSV")
	a.files[cmd] = func([]string) fileNames { return fileNames{{Path: file, Role: fileset.Results, Option: "results"}} }
	return cmd
}

func (a *app) cancelJobsCommand() *cobra.Command {
	var where []string
	o := &order.Order{}
	cmd := a.fleetCommand("cancel ID...", cobra.ArbitraryArgs, func(ctx context.Context, f *connected, args []string) error {
		meant, err := a.meant(ctx, f, args, where)
		if err != nil {
			return err
		}
		if len(where) > 0 {
			if err := a.agree(ctx, o, "cancel", plural.Of(len(meant), "job")); err != nil {
				return err
			}
		}
		var failed error
		for _, job := range meant {
			now, err := f.Cancel(ctx, job.ID, a.who())
			line := fmt.Sprintf("job %d is cancelled", job.ID)
			switch {
			case errors.Is(err, store.ErrEnded):
				line, err = fmt.Sprintf("job %d has ended already", job.ID), nil
			case err != nil:
				failed = errors.Join(failed, err)
				continue
			case now.Open():
				line += ": what is in flight is still answered"
			default:
				job = now
			}
			failed = errors.Join(failed, a.printJob(job, line))
		}
		return failed
	})
	filterFlags(cmd, &where)
	cmd.Flags().BoolVarP(&o.Yes, "yes", "y", false, "with --where: cancel without asking")
	return cmd
}

// meant returns the open jobs that are named by their numbers, or by what they have in common.
func (a *app) meant(ctx context.Context, f *connected, ids, where []string) (meant []store.Job, err error) {
	switch {
	case len(ids) > 0 && len(where) > 0:
		return nil, usageError("leave one of them out", "jobs are named by their numbers or by --where")
	case len(where) > 0:
		only, err := filter(where)
		if err != nil {
			return nil, err
		}
		only.Open = true
		return f.Jobs(ctx, only)
	case len(ids) == 0:
		return nil, usageError("rollcall jobs list --open shows them", "name a job by its number, or several by --where")
	}
	for _, id := range ids {
		job, err := jobOf(ctx, f, id)
		if err != nil {
			return nil, err
		}
		meant = append(meant, job)
	}
	return meant, nil
}

// agree asks whether to go on with so many of something.
func (a *app) agree(ctx context.Context, o *order.Order, what, many string) error {
	if err := a.refuseUnasked(o, what, what+" "+many, what+"led"); err != nil || o.Yes {
		return err
	}
	yes, err := a.console.Ask(ctx, a.In, what+" "+many+"? [y/N]")
	if err == nil && !yes {
		err = refuse(status.Stopped, errors.New("not confirmed; nothing was changed"), "--yes goes on without a question")
	}
	return err
}

// pauseCommand pauses, or resumes, whatever has a name.
func (a *app) pauseCommand(what string) *cobra.Command {
	cmd := a.fleetCommand(what+" NAME...", cobra.MinimumNArgs(1), func(ctx context.Context, f *connected, names []string) error {
		for _, name := range names {
			err := f.Resume(ctx, name)
			if what == "pause" {
				err = f.Pause(ctx, name, a.who())
			}
			if errors.Is(err, store.ErrNone) {
				err = usageError("rollcall jobs schedules shows them", "no organization, limit or schedule is called %q, or nothing is to be done", name)
			}
			if err != nil {
				return err
			}
			if _, err := fmt.Fprintf(a.Out, "%s: %sd\n", name, what); err != nil {
				return err
			}
		}
		return nil
	})
	return cmd
}

func (a *app) schedulesCommand() *cobra.Command {
	var set string
	cmd := a.fleetCommand("schedules", noArguments, func(ctx context.Context, f *connected, _ []string) error {
		schedules, err := f.Schedules(ctx, set)
		if err != nil {
			return err
		}
		limits, err := f.Limits(ctx)
		if err != nil {
			return err
		}
		return a.printList(listing.Schedules(schedules, limits, rota.Words))
	})
	cmd.Flags().StringVar(&set, "set", "", "those of the set `NAME` alone")
	return cmd
}

func (a *app) workersCommand() *cobra.Command {
	cmd := a.fleetCommand("workers", noArguments, func(ctx context.Context, f *connected, _ []string) error {
		workers, err := f.Workers(ctx, time.Now().Add(-fleet.Unseen))
		if err != nil {
			return err
		}
		return a.printList(listing.Workers(workers))
	})
	return cmd
}
