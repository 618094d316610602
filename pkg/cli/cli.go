// Package cli is the command line of rollcall: commands, flags, wiring, the terminal and the exit code.
//
// [Run] is the whole program but for the process around it. It is the only package that reads the environment, and it
// does so through [Process.Lookup].
//
// It has no example: the scripts in testdata/script are.
package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"rollcall/pkg/breaker"
	"rollcall/pkg/console"
	"rollcall/pkg/doctor"
	"rollcall/pkg/fileset"
	"rollcall/pkg/onboard"
	"rollcall/pkg/paint"
	"rollcall/pkg/remedy"
	"rollcall/pkg/secret"
	"rollcall/pkg/status"
	"rollcall/pkg/twin"
	"rollcall/pkg/usage"
	"rollcall/pkg/version"
)

// Process is what a process has around it.
type Process struct {
	// Args are the arguments after the program's name.
	Args []string
	In   io.Reader
	// Out carries only the product: the summary, findings, results. Err carries everything else.
	Out, Err io.Writer
	// Lookup returns an environment variable.
	Lookup func(name string) (value string, ok bool)
	// Environ returns all of them as name=value, for names that no flag has to be found. Nil: they are not looked for.
	Environ func() []string
	// Signals delivers requests to stop: the first one ends the feeding, the second one ends Run at once.
	Signals <-chan os.Signal
}

// patience is how long a command that has changed nothing yet may take to end after the first signal: what it waits for,
// such as the writer of a named pipe, may never come.
const patience = 500 * time.Millisecond

// Run runs one command and returns its exit code. When a second signal ends it early, or the first one a command that has
// changed nothing yet, goroutines may still be at work: the process should end.
func Run(ctx context.Context, p Process) status.Status {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	a := newApp(p)
	ended := make(chan status.Status, 1)
	go func() { ended <- a.run(ctx) }()
	var leave <-chan time.Time
	for {
		select {
		case code := <-ended:
			return code
		case <-leave:
			if a.stage.CompareAndSwap(stageHarmless, stageLeft) {
				return status.Interrupted
			}
		case signal := <-p.Signals:
			if signal == os.Interrupt && a.paging.Load() {
				continue // it is the pager's
			}
			if leave != nil {
				return status.Interrupted
			}
			stop(&breaker.StopError{Reason: breaker.Interrupted})
			leave = time.After(patience)
		}
	}
}

// The stages of a command.
const (
	stageHarmless int32 = iota // whatever it does can be broken off
	stageActing                // it has its own way to end
	stageLeft                  // the process is about to end
)

// act says that what comes next must not be broken off. It returns an error if the process is about to end.
func (a *app) act() error {
	if a.stage.CompareAndSwap(stageHarmless, stageActing) || a.stage.Load() == stageActing {
		return nil
	}
	return &breaker.StopError{Reason: breaker.Interrupted}
}

// app is one run of the program. Its context ends with the first signal.
type app struct {
	Process
	common  commonFlags
	console *console.Console
	log     zerolog.Logger
	// redactors stand in front of standard error and of the log file.
	redactors []*console.Redactor
	logFile   io.Closer
	witness   doctor.Witness // of what a detailed log tells of a connection
	stage     atomic.Int32
	// product is standard output as it is. Out lets nothing through to a terminal that one would obey.
	product io.Writer
	paging  atomic.Bool // a pager has the terminal
	sandbox atomic.Bool // what is done is done in one that this process is
	warned  sync.Map    // what was said about settings, which a job after the other would say again
	// jobName is that of the job at hand, its file and line, nil or empty if there is none.
	jobName atomic.Pointer[string]
	// runName is that of the run at hand, nil or empty before there is one.
	runName atomic.Pointer[string]
	// origins are the variables of the environment that have set flags, and files what is read and written, by command.
	origins map[*cobra.Command]twin.Set
	files   map[*cobra.Command]func(args []string) fileNames
}

func newApp(p Process) *app {
	a := &app{
		Process: p, product: p.Out, origins: map[*cobra.Command]twin.Set{}, files: map[*cobra.Command]func([]string) fileNames{},
	}
	if terminal, _ := terminalOf(p.Out); terminal {
		a.Out = paint.NewFilter(p.Out)
	}
	return a
}

// commonFlags are the flags of every command.
type commonFlags struct {
	json, quiet, verbose, noColor, noProgress, noPager bool
	logFormat, logFile                                 string
}

func (a *app) run(ctx context.Context) (code status.Status) {
	args, all := splitHelpAll(a.Args)
	root := a.root()
	a.addHelp(root, all)
	root.SetArgs(args)
	root.SetIn(a.In)
	root.SetOut(a.Out)
	root.SetErr(a.Err)
	cmd, err := root.ExecuteContextC(ctx)
	if a.console == nil { // the command line was not understood
		a.common = commonFlags{}
		err = errors.Join(err, a.open())
	}
	a.console.Clear()
	code = onboard.StatusOf(err)
	var silent *silentError
	switch {
	case errors.As(err, &silent):
		code = silent.code
	case err != nil:
		a.explain(err, a.origins[cmd])
	}
	return code.Worse(a.close())
}

// silentError ends a command whose output has said everything already.
type silentError struct{ code status.Status }

func (e *silentError) Error() string { return fmt.Sprintf("exit code %d", e.code) }

// exitWith returns the error that ends a command with the code and prints nothing.
func exitWith(code status.Status) error {
	if code == status.Well {
		return nil
	}
	return &silentError{code}
}

// explain prints an error, after the lines that belong to it, and on a last line what to do about it.
func (a *app) explain(err error, from twin.Set) {
	job := ""
	if name := a.jobName.Load(); name != nil && *name != "" {
		job = *name + ": "
	}
	if refused, ok := errors.AsType[*onboard.Error](err); ok {
		for _, line := range refused.Details {
			a.console.Print(paint.Words(job + line).Hanging(4))
		}
	}
	for line := range strings.SplitSeq(from.Of(err)+remedy.Text(err, asFlag), "\n") {
		a.console.Print(paint.Line{}.In(paint.Bad, "rollcall: ").Words(job + line).Hanging(2))
	}
	if hint := onboard.RemedyOf(err).Render(asFlag); hint != "" {
		a.console.Print(paint.Line{}.In(paint.Strong, "hint: ").Words(hint).Hanging(2))
	}
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "rollcall",
		SilenceUsage:  true,
		SilenceErrors: true,
		Version:       version.Get().String(),
		Args:          noArguments, SuggestionsMinimumDistance: 2,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRunE: func(cmd *cobra.Command, args []string) error {
			if isCompletion(cmd) {
				return nil
			}
			if err := a.bindEnvironment(cmd); err != nil {
				return err
			}
			if err := a.refuseCollisions(cmd, args); err != nil {
				return err
			}
			if err := refuseProxy(cmd, args); err != nil {
				return err
			}
			if err := a.start(); err != nil {
				return err
			}
			cmd.SetContext(a.witness.Watch(cmd.Context()))
			return a.checkVariables(cmd)
		},
	}
	root.SetVersionTemplate("rollcall {{.Version}}\n")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		if invalid, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
			err = fmt.Errorf("--%s: %w", invalid.GetFlag().Name, twin.Plain(err))
		}
		hint := "see " + cmd.CommandPath() + " --help"
		if unknown, ok := errors.AsType[*pflag.NotExistError](err); ok && unknown.GetSpecifiedName() == "pat" {
			hint = "no secret is a flag's value, since others could see it: set CYBEDEFEND_PAT, or give --pat-file FILE"
		} else if ok {
			hint = usage.NearFlag(cmd, unknown.GetSpecifiedName()) + hint
		}
		return usageError(hint, "%w", err)
	})
	root.Flags().Bool("version", false, "print the version")
	flags := root.PersistentFlags()
	flags.SortFlags = false
	flags.BoolVar(&a.common.json, "json", false, "print one JSON object on standard output instead of text")
	flags.BoolVarP(&a.common.quiet, "quiet", "q", false, "print no progress and no logs, and nothing at all where an invite, a sync or a cancel ends with exit code 0")
	flags.BoolVarP(&a.common.verbose, "verbose", "v", false, "log every request, and at the start of a run what rollcall doctor says")
	flags.StringVar(&a.common.logFormat, "log-format", string(console.LogConsole), "`FORMAT` of logs on standard error: console or json")
	flags.StringVar(&a.common.logFile, "log-file", "", "append a detailed log to `FILE`, as JSON")
	flags.BoolVar(&a.common.noColor, "no-color", false, "no colours (also with NO_COLOR set; FORCE_COLOR asks for them where there is no terminal)")
	flags.BoolVar(&a.common.noProgress, "no-progress", false, "no line that changes: a new one soon and then every 30s, as for a screen reader or a slow connection (also with TERM=dumb)")
	flags.BoolVar(&a.common.noPager, "no-pager", false, "print what is long at once, without $ROLLCALL_PAGER, $PAGER or less (also with ROLLCALL_PAGER empty)")
	flags.BoolP("help", "h", false, "show this help, and with --all the whole of it")
	root.AddCommand(a.inviteCommand(), a.syncCommand(), a.serveCommand(), a.cancelCommand(), a.checkCommand(), a.runsCommand(), a.resultsCommand(), a.auditCommand(),
		a.teamsCommand(), a.membersCommand(), a.invitationsCommand(), a.progressCommand(), a.organizationsCommand(), a.doctorCommand(), a.templateCommand(), a.schemaCommand(), a.sandboxCommand(), a.workerCommand(), a.operator().Command())
	for _, command := range root.Commands() {
		command.Flags().SortFlags = false
	}
	return root
}

// start opens the terminal and the logs, once the flags are known.
func (a *app) start() error {
	if format := console.LogFormat(a.common.logFormat); format != console.LogConsole && format != console.LogJSON {
		return onboard.NoneOf("log-format", a.common.logFormat, string(console.LogConsole), string(console.LogJSON))
	}
	return a.open()
}

// open makes the console on standard error, and the logger.
func (a *app) open() error {
	terminal, width := terminalOf(a.Err)
	color := a.colors(terminal)
	// On a terminal the plan, the live line and the summary say it better.
	level := zerolog.InfoLevel
	switch {
	case a.common.verbose:
		level = zerolog.DebugLevel
	case terminal && a.common.logFormat == string(console.LogConsole):
		level = zerolog.WarnLevel
	}
	screen := console.Redact(a.Err)
	a.redactors = []*console.Redactor{screen}
	a.console = console.New(console.Options{
		Out: screen, Terminal: terminal, Width: width, Color: color, Quiet: a.common.quiet, Append: a.common.noProgress || a.getenv("TERM") == "dumb",
		Plain: func(status string) {
			if a.log.Info().Msg(status); level > zerolog.InfoLevel { // a log file has it, and nobody else
				a.console.Printf("%s", status)
			}
		},
	})
	sinks := []console.Sink{{Out: a.console, Format: console.LogFormat(a.common.logFormat), Level: level, Color: color}}
	if a.common.logFile != "" {
		file, err := fileset.Append(a.common.logFile)
		if err != nil {
			return usageError("name a file that can be written", "--log-file: %w", err)
		}
		redacted := console.Redact(file)
		a.logFile, a.redactors = file, append(a.redactors, redacted)
		sinks = append(sinks, console.Sink{Out: redacted, Format: console.LogJSON, Level: zerolog.DebugLevel})
	}
	a.log = console.NewLogger(sinks...).Hook(zerolog.HookFunc(func(event *zerolog.Event, _ zerolog.Level, _ string) {
		if job := a.jobName.Load(); job != nil && *job != "" {
			event.Str(console.FieldJob, *job)
		}
		if a.sandbox.Load() {
			event.Bool("sandbox", true)
		}
		if run := a.runName.Load(); run != nil && *run != "" {
			event.Str(console.FieldRun, *run)
		}
	}))
	if a.witness = (doctor.Witness{Version: version.Get().Version, LedgerOf: a.defaultLedger}); a.log.GetLevel() <= zerolog.DebugLevel {
		a.witness.Tell = func(f doctor.Fact) { a.log.Debug().Str("state", string(f.State)).Msg(f.Line(asFlag)) }
	}
	return nil
}

// nameRun puts the run's name into every line of the log from now on. The logger stays the same: others are using it.
func (a *app) nameRun(id string) {
	a.runName.Store(&id)
}

// redact keeps secrets out of everything that is printed or logged from now on.
func (a *app) redact(secrets ...secret.Text) {
	for _, redactor := range a.redactors {
		redactor.Add(secrets...)
	}
}

// getenv returns an environment variable, empty if it is not set.
func (a *app) getenv(name string) string {
	value, _ := a.Lookup(name)
	return value
}

// close ends the printing, and says whether everything could be printed.
func (a *app) close() status.Status {
	a.console.Close()
	printed := a.printed()
	if filter, ok := a.Out.(*paint.Filter); ok && filter.Close() != nil {
		printed = printed.Worse(status.Unexpected)
	}
	if a.logFile != nil {
		if err := a.logFile.Close(); err != nil {
			a.console.Printf("rollcall: log file: %v", err)
		}
	}
	return printed
}

// printed says whether standard error has taken everything so far. The log file is the place to say so.
func (a *app) printed() status.Status {
	err := a.console.Err()
	if err == nil {
		return status.Well
	}
	a.log.Error().Err(err).Msg("standard error could not be written")
	return status.Unexpected
}

// home returns the home directory, also where HOME is not set, as under some schedulers.
func (a *app) home() (string, error) {
	variable := "HOME"
	if runtime.GOOS == "windows" { // where a Unix shell may set the other one, and nobody else does
		variable = "USERPROFILE"
	}
	if home, ok := a.Lookup(variable); ok && home != "" {
		return home, nil
	}
	current, err := user.Current()
	if err != nil || current.HomeDir == "" {
		return "", errors.New("there is no home directory")
	}
	return current.HomeDir, nil
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:  "version",
		Args: noArguments,
		RunE: func(*cobra.Command, []string) error {
			if a.common.json {
				return json.NewEncoder(a.Out).Encode(version.Get())
			}
			_, err := fmt.Fprintln(a.Out, "rollcall", version.Get())
			return err
		},
	}
}
