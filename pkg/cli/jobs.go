package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v4"

	"rollcall/pkg/fileset"
	"rollcall/pkg/status"
)

// syncJob is one sync of several: a roster and the flags for it, as the command line would have them.
type syncJob struct {
	roster string
	flags  []string
	line   int
}

// runJobs runs the jobs in a file, one after the other, and ends with the worst exit code. A mistake in one
// of them is found before any begins.
func (a *app) runJobs(cmd *cobra.Command, path string, rosters []string) error {
	if len(rosters) > 0 {
		return usageError("name the roster in the job", "--jobs says which rosters, and %s is named beside it", rosters[0])
	}
	var given error
	cmd.Flags().Visit(func(flag *pflag.Flag) {
		if flag.Name != "jobs" && a.typed(cmd, flag.Name) && cmd.InheritedFlags().Lookup(flag.Name) == nil {
			given = usageError("put it under defaults in "+path, "--%s makes no sense beside --jobs", flag.Name)
		}
	})
	if given != nil {
		return given
	}
	jobs, commands, err := a.jobsIn(cmd, path)
	if err != nil {
		return err
	}
	if err := distinct(commands, jobs); err != nil {
		return usageError("give each its own", "--jobs: %s:%w", path, err)
	}
	worst := status.Well
	for i, j := range jobs {
		a.nameRun("")
		a.log.Info().Str("roster", publicName(j.roster)).Int("job", i+1).Int("jobs", len(jobs)).Msg("job begins")
		code := a.runJob(commands[i], j)
		if worst = worst.Worse(code); code == status.Interrupted {
			break
		}
	}
	return exitWith(worst)
}

// jobsIn reads the jobs in a file, and makes the command of each.
func (a *app) jobsIn(cmd *cobra.Command, path string) ([]syncJob, []*cobra.Command, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, usageError("", "--jobs: %w", err)
	}
	jobs, err := readJobs(bytes.NewReader(text))
	if err != nil {
		return nil, nil, usageError("see rollcall sync --help", "--jobs: %s:%w", path, err)
	}
	commands := make([]*cobra.Command, len(jobs))
	for i, j := range jobs {
		if commands[i], err = a.commandOf(cmd, j); err != nil {
			return nil, nil, usageError("see rollcall sync --help", "--jobs: %s:%d: %w", path, j.line, err)
		}
	}
	return jobs, commands, nil
}

// runJob runs one job, and says what is wrong with it.
func (a *app) runJob(cmd *cobra.Command, j syncJob) status.Status {
	err := cmd.RunE(cmd, []string{j.roster})
	var silent *silentError
	switch {
	case errors.As(err, &silent):
		return silent.code
	case err != nil:
		a.explain(err)
	}
	return exitCodeOf(err)
}

// commandOf returns the sync that a job means.
func (a *app) commandOf(parent *cobra.Command, j syncJob) (*cobra.Command, error) {
	cmd := a.syncCommand()
	cmd.SetContext(parent.Context())
	cmd.SetOut(a.Out)
	cmd.SetErr(a.Err)
	if err := cmd.ParseFlags(j.flags); err != nil {
		return nil, plainFlagError(err)
	}
	if err := a.bindEnvironment(cmd); err != nil {
		return nil, err
	}
	return cmd, cmd.Flags().Set("jobs", "") // a variable may name the very file that the job is from
}

// refuseJobCollisions refuses jobs that would write over files of their own, of each other, or over the file of jobs.
func (a *app) refuseJobCollisions(cmd *cobra.Command, path string) error {
	jobs, commands, err := a.jobsIn(cmd, path)
	if err != nil {
		return nil //nolint:nilerr // it is said when the jobs are to be run, with what is wrong beside it
	}
	var files fileset.Set
	files.Add(fileset.File{Path: path, Role: fileset.Jobs, Option: "jobs"})
	files.Add(fileset.File{Path: a.common.logFile, Role: fileset.Log, Option: "log-file"})
	for i, cmd := range commands {
		a.addFiles(&files, cmd, []string{jobs[i].roster}, i+1)
	}
	collision, found := files.Collision()
	if !found {
		return nil
	}
	text, of := collisionText(collision), collision.Other.Run
	if of > 0 && of != collision.Output.Run {
		text += fmt.Sprintf(" of the job on line %d", jobs[of-1].line)
	}
	if run := collision.Output.Run; run > 0 {
		return usageError("name another file", "--jobs: %s:%d: %s", path, jobs[run-1].line, text)
	}
	return usageError("name another file", "%s", text)
}

// distinct refuses jobs that share what is remembered of an organization: each would take the other's people for leavers.
func distinct(commands []*cobra.Command, jobs []syncJob) error {
	reconciled := map[[4]string]int{}
	for i, cmd := range commands {
		var memory [4]string
		for k, name := range [...]string{"region", "api-url", "organization-id", "ledger"} {
			memory[k] = cmd.Flag(name).Value.String()
		}
		if line, twice := reconciled[memory]; twice {
			return fmt.Errorf("%d: the job on line %d has the same organization and ledger, and would take these people for leavers", jobs[i].line, line)
		}
		reconciled[memory] = jobs[i].line
	}
	return nil
}

// readJobs reads {defaults: {FLAG: VALUE, …}, jobs: [{roster: FILE, FLAG: VALUE, …}, …]}. Its errors begin with a line.
func readJobs(r io.Reader) ([]syncJob, error) {
	var file struct {
		Defaults yaml.Node   `yaml:"defaults"`
		Jobs     []yaml.Node `yaml:"jobs"`
	}
	loader, err := yaml.NewLoader(r, yaml.WithKnownFields())
	if err != nil {
		return nil, err
	}
	if err := loader.Load(&file); err != nil {
		return nil, fmt.Errorf("1: %w", err)
	}
	if len(file.Jobs) == 0 {
		return nil, errors.New("1: there are no jobs in it")
	}
	defaults, err := jobOf(&file.Defaults)
	if err != nil {
		return nil, err
	}
	if defaults.roster != "" {
		return nil, fmt.Errorf("%d: each job names its own roster", file.Defaults.Line)
	}
	jobs := make([]syncJob, len(file.Jobs))
	for i := range file.Jobs {
		if jobs[i], err = jobOf(&file.Jobs[i]); err != nil {
			return nil, err
		}
		if jobs[i].roster == "" {
			return nil, fmt.Errorf("%d: the job names no roster", jobs[i].line)
		}
		jobs[i].flags = slices.Concat(defaults.flags, jobs[i].flags) // the last one counts
	}
	return jobs, nil
}

// jobOf turns a mapping into flags. A list stands for a flag that is given more than once.
func jobOf(node *yaml.Node) (syncJob, error) {
	j := syncJob{line: node.Line}
	if node.IsZero() {
		return j, nil
	}
	if node.Kind != yaml.MappingNode {
		return j, fmt.Errorf("%d: expected flags and their values", node.Line)
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		values := []*yaml.Node{value}
		if value.Kind == yaml.SequenceNode {
			values = value.Content
		}
		for _, value := range values {
			switch {
			case value.Kind != yaml.ScalarNode:
				return j, fmt.Errorf("%d: %s: expected a value", value.Line, key.Value)
			case key.Value == "jobs":
				return j, fmt.Errorf("%d: a job has no jobs of its own", key.Line)
			case key.Value == "roster":
				j.roster = value.Value
			default:
				j.flags = append(j.flags, "--"+key.Value+"="+value.Value)
			}
		}
	}
	return j, nil
}
