package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"rollcall/pkg/fileset"
	"rollcall/pkg/jobs"
	"rollcall/pkg/onboard"
	"rollcall/pkg/order"
	"rollcall/pkg/status"
)

// job is one sync of several.
type job struct {
	jobs.Job
	order *order.Order
	// cmd has the flags of the job, for what their variables and defaults are.
	cmd *cobra.Command
}

// runJobs runs the jobs in a file, one after the other, and ends with the worst status. A mistake in one of them is found
// before any begins.
func (a *app) runJobs(cmd *cobra.Command, path string, rosters []string) error {
	if len(rosters) > 0 {
		return usageError("name the roster in the job", "--jobs says which rosters, and %s is named beside it", rosters[0])
	}
	var given error
	cmd.Flags().Visit(func(flag *pflag.Flag) {
		if flag.Name != "jobs" && flag.Name != "approve" && a.typed(cmd, flag.Name) && cmd.InheritedFlags().Lookup(flag.Name) == nil {
			hint := "put it under defaults in " + path
			if slices.Contains([]string{"plan", "from-plan", "force"}, flag.Name) {
				hint = "make a plan of one roster alone"
			}
			given = usageError(hint, "--%s makes no sense beside --jobs", flag.Name)
		}
	})
	if given != nil {
		return given
	}
	all, err := a.readJobs(cmd, path)
	if err != nil {
		return err
	}
	var wrong []error
	for _, j := range all {
		if err := a.completeSync(j.cmd, j.order); err != nil {
			from := a.origins[j.cmd].Of(err)
			wrong = append(wrong, fmt.Errorf("%s:%d: %s%w", path, j.Line, from, err))
		}
	}
	if err := errors.Join(wrong...); err != nil {
		return usageError(onboard.RemedyOf(err).Render(asFlag), "--jobs: %w", err)
	}
	if err := distinct(cmd.Context(), path, all); err != nil {
		return err
	}
	worst := status.Well
	for i, j := range all {
		a.nameRun("")
		a.jobName.Store(new(string))
		begins := a.log.Info().Str("roster", j.order.PublicName()).Int("job", i+1).Int("jobs", len(all))
		if j.Schedule != nil {
			begins.Str("schedule", j.Schedule.Line(time.Now()))
		}
		begins.Msg("job begins")
		j.order.Job = fmt.Sprintf("%s:%d", path, j.Line)
		a.jobName.Store(&j.order.Job)
		how := a.carryOut(j.cmd, j.order, j.Roster, func() error { return a.completeSync(j.cmd, j.order) })
		if worst = worst.Worse(how); how == status.Interrupted {
			break
		}
	}
	return exitWith(worst)
}

// readJobs reads the jobs in a file, each with the values that it has beside the defaults and the environment.
func (a *app) readJobs(parent *cobra.Command, path string) ([]job, error) {
	opened, err := os.Open(path)
	if err != nil {
		return nil, usageError("", "--jobs: %w", err)
	}
	defer opened.Close() //nolint:errcheck // it was only read
	file, err := jobs.Read(opened, path)
	if err != nil {
		return nil, usageError("see rollcall sync --help", "--jobs: %w", err)
	}
	all := make([]job, len(file.Jobs))
	for i, j := range file.Jobs {
		if all[i], err = a.newJob(parent, j); err != nil {
			return nil, usageError("", "--jobs: %s:%d: %w", path, j.Line, err)
		}
	}
	next := 0
	err = file.DecodeAll(func(jobs.Job) any {
		next++
		return all[next-1].order
	})
	if err != nil {
		return nil, usageError("see rollcall sync --help", "--jobs: %w", err)
	}
	for _, j := range all {
		if err := j.order.Resolve(j.Job); err != nil {
			return nil, usageError("move it there, or write its whole path", "--jobs: %s:%d: %w", path, j.Line, err)
		}
	}
	return all, nil
}

// newJob returns the sync that a job means, with defaults and variables where the job names no values of its own.
func (a *app) newJob(parent *cobra.Command, j jobs.Job) (job, error) {
	o, cmd := order.NewSync(), &cobra.Command{Use: "sync"}
	o.SyncFlags(cmd)
	o.ApprovedDigests, _ = parent.Flags().GetStringArray("approve") // unless the job names its own
	cmd.SetContext(parent.Context())
	var told []string
	cmd.Flags().VisitAll(func(flag *pflag.Flag) {
		if j.Names(flag.Name) {
			told = append(told, flag.Name)
			flag.Changed = true
		}
	})
	return job{Job: j, order: o, cmd: cmd}, a.bindEnvironment(cmd, told...)
}

// refuseJobCollisions refuses jobs that would write over files of their own, of each other, or over the file of jobs.
func (a *app) refuseJobCollisions(cmd *cobra.Command, path string) error {
	all, err := a.readJobs(cmd, path)
	if err != nil {
		return nil //nolint:nilerr // it is said when the jobs are to be run, with what is wrong beside it
	}
	var files fileset.Set
	a.addFiles(&files, fileNames{
		{Path: path, Role: fileset.Jobs, Option: "jobs"}, {Path: a.common.logFile, Role: fileset.Log, Option: "log-file"},
	}, 0)
	for i, j := range all {
		a.addFiles(&files, j.order.FileNames([]string{j.Roster}), i+1)
	}
	collision, found := files.Collision()
	if !found {
		return nil
	}
	text, of := collisionText(collision), collision.Other.Run
	if of > 0 && of != collision.Output.Run {
		text += fmt.Sprintf(" of the job on line %d", all[of-1].Line)
	}
	if run := collision.Output.Run; run > 0 {
		return usageError("name another file", "--jobs: %s:%d: %s", path, all[run-1].Line, text)
	}
	return usageError("name another file", "%s", text)
}

// distinct refuses jobs of which each would take the other's people for leavers, and tells each of the ledgers of the others.
func distinct(ctx context.Context, path string, all []job) error {
	works := make([]onboard.Options, len(all))
	for i, j := range all {
		works[i] = j.order.Options
		for k, other := range all {
			if k != i {
				j.order.Follow.Beside = append(j.order.Follow.Beside, other.order.Ledger)
			}
		}
	}
	err := onboard.Distinct(ctx, works)
	if twins, ok := errors.AsType[*onboard.TwinsError](err); ok {
		return usageError("give each its own organization or its own ledger, or put their people into one roster",
			"--jobs: %s:%d: the job on line %d has the same organization%s and ledger, and would take these people for leavers",
			path, all[twins.Second].Line, all[twins.First].Line, twins.Organization())
	}
	return err
}
