package operator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"rollcall/pkg/fileset"
	"rollcall/pkg/fleet/store"
	"rollcall/pkg/listing"
	"rollcall/pkg/onboard"
	"rollcall/pkg/order"
	"rollcall/pkg/plural"
	"rollcall/pkg/remedy"
	"rollcall/pkg/status"
)

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

func (h *Host) listJobsCommand() *cobra.Command {
	var where []string
	var open bool
	most := 100
	cmd := h.command("list", h.NoArguments, func(ctx context.Context, f *connected, _ []string) error {
		only, err := filter(where)
		if err != nil {
			return err
		}
		only.Open, only.Most = open, most
		found, err := f.Jobs(ctx, only)
		if err != nil {
			return err
		}
		return h.printList(listing.Jobs(found))
	})
	cmd.Flags().BoolVar(&open, "open", false, "those that have not ended")
	cmd.Flags().IntVar(&most, "most", most, "the newest `N` at most; 0: all")
	filterFlags(cmd, &where)
	return cmd
}

// printList prints a list for people, or for programs.
func (h *Host) printList(l listing.List) error {
	if h.JSON() {
		return json.NewEncoder(h.Out).Encode(l.Object)
	}
	if len(l.Rows) == 0 {
		l.Head, l.Columns = append(l.Head, l.None), nil
	}
	return h.Paper().Print(l.Lines()...)
}

// printJob prints a job for programs, or a line about it for people.
func (h *Host) printJob(job store.Job, line string) error {
	if h.JSON() {
		return json.NewEncoder(h.Out).Encode(listing.JobOf(job))
	}
	_, err := fmt.Fprintln(h.Out, line)
	return err
}

// jobID reads the number of a job.
func jobID(text string) (int64, error) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, order.UsageError("rollcall jobs list shows them", "%q is no number of a job", text)
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
		return job, order.UsageError("rollcall jobs list shows them", "there is no job %d", id)
	}
	return job, err
}

func (h *Host) showJobCommand() *cobra.Command {
	cmd := h.command("show ID", cobra.ExactArgs(1), func(ctx context.Context, f *connected, args []string) error {
		job, err := jobOf(ctx, f, args[0])
		if err != nil {
			return err
		}
		return h.printList(listing.Job(job))
	})
	return cmd
}

// runless says why a job has no run.
func runless(job store.Job) string {
	switch {
	case job.Open():
		return "it has begun no run yet"
	case job.Exit == int(status.Well):
		return "there was nothing to be done"
	}
	return "it ended before its run began"
}

func (h *Host) jobResultsCommand() *cobra.Command {
	file := "-"
	cmd := h.command("results ID", cobra.ExactArgs(1), func(ctx context.Context, f *connected, args []string) error {
		job, err := jobOf(ctx, f, args[0])
		if err != nil {
			return err
		}
		if job.Run == "" {
			return order.Refuse(status.Settings, fmt.Errorf("job %d has no results: %s", job.ID, runless(job)),
				"rollcall jobs show "+args[0]+" says more, and rollcall jobs list which jobs have a run")
		}
		past := onboard.History{Ledgers: []string{f.address}, Render: order.AsFlag, Warn: h.Warn}
		return past.Results(ctx, job.Run, onboard.Output{Results: file, Stream: h.Out})
	})
	cmd.Flags().StringVar(&file, "results", file, "write the results to `FILE` (.csv, .jsonl or .xlsx), - being standard output as CSV")
	h.Files[cmd] = func([]string) []fileset.File {
		return []fileset.File{{Path: file, Role: fileset.Results, Option: "results"}}
	}
	return cmd
}

func (h *Host) cancelJobsCommand() *cobra.Command {
	var where []string
	var yes bool
	cmd := h.command("cancel ID...", cobra.ArbitraryArgs, func(ctx context.Context, f *connected, args []string) error {
		meant, err := h.meant(ctx, f, args, where)
		if err != nil {
			return err
		}
		if len(where) > 0 {
			if err := h.Ask(ctx, yes, "cancel "+plural.Of(len(meant), "job"), "cancelled"); err != nil {
				return err
			}
		}
		var failed error
		for _, job := range meant {
			now, err := f.Cancel(ctx, job.ID, who())
			line := fmt.Sprintf("job %d is cancelled", job.ID)
			switch {
			case errors.Is(err, store.ErrEnded):
				line = fmt.Sprintf("job %d has ended already", job.ID)
			case err != nil:
				failed = errors.Join(failed, err)
				continue
			case now.Open():
				line += ": what is in flight is still answered"
			default:
				job = now
			}
			failed = errors.Join(failed, h.printJob(job, line))
		}
		return failed
	})
	filterFlags(cmd, &where)
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, "with --where: cancel without asking")
	return cmd
}

// meant returns the open jobs that are named by their numbers, or by what they have in common.
func (h *Host) meant(ctx context.Context, f *connected, ids, where []string) (meant []store.Job, err error) {
	switch {
	case len(ids) > 0 && len(where) > 0:
		return nil, order.UsageError("leave one of them out", "jobs are named by their numbers or by --where")
	case len(where) > 0:
		only, err := filter(where)
		if err != nil {
			return nil, err
		}
		only.Open = true
		return f.Jobs(ctx, only)
	case len(ids) == 0:
		return nil, order.UsageError("rollcall jobs list --open shows them", "name a job by its number, or several by --where")
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
