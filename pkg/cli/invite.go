package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"rollcall/pkg/journey"
	"rollcall/pkg/quantity"
	"rollcall/pkg/results"
)

// What to do about invalid rows.
const (
	refuseInvalid = "refuse"
	skipInvalid   = "skip"
)

// inviteFlags are the flags of invite.
type inviteFlags struct {
	rosterFlags
	serviceFlags
	policyFlags
	pacingFlags
	wayFlags
	outcomeFlags
	watch  watchFlags
	guards guardFlags
	plan   planFlags
	fix    fixFlags
}

func (a *app) inviteCommand() *cobra.Command {
	var f inviteFlags
	cmd := &cobra.Command{
		Use:   "invite ROSTER",
		Short: "Invite everybody in a roster, once each",
		Long: `invite checks the whole roster, reads who is a member or invited already, shows the plan, and invites the rest.
Every row gets a line in the results file, with the invitation's id and token or with the error and a hint.

Nobody is invited twice: what was sent is remembered in a ledger before it is sent, and a request whose reply was
lost is looked up, never repeated blindly. After a crash or an interruption the same command goes on where it was.

A dry run can keep its plan in a file, for somebody to look at: --from-plan then does exactly that, or nothing.

Exit codes:
` + exitCodeTable(),
		Example: `  rollcall invite team.csv --dry-run
  rollcall invite team.csv
  rollcall invite people.yaml --rate 30/m --deadline 06:00 --yes --json
  rollcall invite team.csv --dry-run --plan team.plan.json && rollcall invite --from-plan team.plan.json`,
		Args: rosters(0, 1), // a plan has one
		RunE: a.withNotification(&f, func(cmd *cobra.Command, paths []string) error {
			path, err := a.understand(cmd, &f, paths)
			if err != nil {
				return err
			}
			if f.fix.file != "" {
				if err := a.fixFirst(cmd.Context(), path, f); err != nil {
					return err
				}
				path, f.headerFile = f.fix.file, "" // the fixed roster is a file, wherever it came from
			}
			return a.invite(cmd.Context(), path, f)
		}),
	}
	var groups flagGroups
	groups.group(cmd, "The roster", func(cmd *cobra.Command) { f.rosterFlags.add(cmd); f.fix.add(cmd, "invite the people in that one") })
	groups.group(cmd, "The service", f.serviceFlags.add)
	groups.group(cmd, "Who is invited", f.policyFlags.add)
	groups.group(cmd, "Guards, which send nothing and end with exit code 8", f.guards.add)
	groups.group(cmd, "What is shown and written", func(cmd *cobra.Command) { f.outcomeFlags.add(cmd); f.plan.add(cmd); f.fix.addForce(cmd, " or --plan") })
	groups.group(cmd, "On the way", func(cmd *cobra.Command) { f.pacingFlags.add(cmd); f.wayFlags.add(cmd) })
	groups.group(cmd, "For the machine that watches", f.watch.add)
	cmd.SetUsageFunc(groups.usage)
	return cmd
}

// understand checks the command line, and returns the path of the roster: the one that is named, or that of the plan.
func (a *app) understand(cmd *cobra.Command, f *inviteFlags, paths []string) (path string, err error) {
	afterGiven := cmd.Flags().Changed("reinvite-after")
	if f.plan.from != "" {
		afterGiven = true
		path, err = a.fromPlan(cmd, f, paths)
	} else if err = rosters(1, 1)(cmd, paths); err == nil {
		path = paths[0]
	}
	if err != nil {
		return "", err
	}
	if err := f.finish(a.common, path, afterGiven); err != nil {
		return "", err
	}
	if err := f.checkService(a, cmd); err != nil {
		return "", err
	}
	if f.offline {
		if err := a.refuseBeside(cmd, "--offline", "sandbox", "no-preflight", "trust-lists"); err != nil {
			return "", err
		}
	}
	return path, a.refuseUnasked(f)
}

// outcomeFlags say whether anything is done, and where what came of it goes.
type outcomeFlags struct {
	results string
	dryRun  bool
	offline bool
	invalid string
	yes     bool
}

func (f *outcomeFlags) add(cmd *cobra.Command) {
	f.addOutcome(cmd)
	flags := cmd.Flags()
	flags.BoolVar(&f.offline, "offline", false, "with --dry-run: open no connection at all")
	flags.BoolVarP(&f.yes, "yes", "y", false, "send without asking; where nobody can be asked, since standard input or standard error is no terminal, nothing is sent without it")
}

// addOutcome adds the flags that make sense where nobody is asked.
func (f *outcomeFlags) addOutcome(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.results, "results", "", "write the results to `FILE` (.csv, .jsonl or .xlsx), - being standard output as CSV\n(default: NAME.results.csv beside the roster)")
	flags.BoolVar(&f.dryRun, "dry-run", false, "show what would happen to each row, with the same exit codes, and send nothing;\nresults are written only where --results asks for them")
	flags.StringVar(&f.invalid, "invalid", refuseInvalid, "refuse: one invalid row and nothing is sent; skip: invite the others")
}

// wayFlags say how long a run goes on and what it remembers.
type wayFlags struct {
	grace       time.Duration
	deadline    string
	maxFailures quantity.Quantity
	ledger      string
	fresh       bool

	// until is what deadline means.
	until time.Time
}

func (f *wayFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.DurationVar(&f.grace, "grace", journey.DefaultGrace, "how long a request may still be at work inside the service after an error;\none whose connection or process is gone is given up to 10s, one that timed out --timeout once more.\nA list is taken to lag behind by ten times as much unless it shows that it does not")
	flags.StringVar(&f.deadline, "deadline", "", "stop feeding at `WHEN`, to be resumed: a duration (90m), a time of day (06:00) or RFC 3339")
	flags.Var(&f.maxFailures, "max-failures", "stop, to be resumed, once so many rows ended rejected, failed or unknown: a number, or a share of the rows as in 5%")
	flags.StringVar(&f.ledger, "ledger", "", "`FILE` that remembers what was sent\n(default: one for each organization under $XDG_STATE_HOME/rollcall)")
	flags.BoolVar(&f.fresh, "fresh", false, "begin a new run even if one over this roster was cut short; it looks up and does not repeat what was sent")
}

// lagPerGrace is how late a list may be, in graces: by default half a minute.
const lagPerGrace = int(journey.UnknownLag / journey.DefaultGrace)

// lag returns how late a list of the service may be where nothing shows how late it is.
func (f *wayFlags) lag() time.Duration { return time.Duration(lagPerGrace) * f.grace }

// finish checks the flags and works out what their texts mean.
func (f *inviteFlags) finish(common commonFlags, path string, afterGiven bool) error {
	for _, err := range []error{
		f.policyFlags.finish(afterGiven), f.guards.finish(f.noPreflight || f.offline), f.plan.finish(path, f.dryRun, f.offline, f.fix.force),
		f.finishPacing(),
	} {
		if err != nil {
			return err
		}
	}
	var err error
	if f.until, err = parseDeadline(f.deadline, time.Now()); err != nil {
		return usageError("", "--deadline: %w", err)
	}
	switch {
	case f.grace <= 0:
		return usageError("", "--grace must be more than nothing")
	case f.maxFailures.Given() && f.maxFailures.Of(100) <= 0:
		return usageError("", "--max-failures must be more than nothing")
	}
	if f.results == "" && !f.dryRun {
		f.results = resultsFor(f.results, f.fix.roster(path))
	}
	if err := f.fix.finish(); err != nil {
		return err
	}
	switch {
	case f.invalid != refuseInvalid && f.invalid != skipInvalid:
		return usageError("", "--invalid: %q is neither refuse nor skip", f.invalid)
	case f.offline && !f.dryRun:
		return usageError("add --dry-run, or leave --offline out", "--offline sends nothing, so it goes with --dry-run only")
	case common.json && f.results == "-":
		return usageError("name a file with --results", "--json and --results - both want standard output")
	case path == "-" && f.settings.PATFile == "-":
		return usageError("", "standard input cannot be both the roster and the personal access token")
	}
	if f.results != "" && f.results != "-" {
		if _, err := results.FormatOf(f.results); err != nil {
			return usageError("", "--results: %w", err)
		}
	}
	return nil
}

// parseDeadline reads a duration from now, a time of day, the next one being meant, or an instant in RFC 3339.
func parseDeadline(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if d, err := time.ParseDuration(text); err == nil && d > 0 {
		return now.Add(d), nil
	}
	if day, err := time.ParseInLocation("15:04", text, now.Location()); err == nil {
		at := time.Date(now.Year(), now.Month(), now.Day(), day.Hour(), day.Minute(), 0, 0, now.Location())
		if !at.After(now) {
			at = at.AddDate(0, 0, 1)
		}
		return at, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	switch {
	case err != nil:
		return time.Time{}, fmt.Errorf("%q is neither a duration such as 90m, nor a time of day such as 06:00, nor an instant such as 2026-11-23T06:00:00Z", text)
	case !at.After(now):
		return time.Time{}, fmt.Errorf("%s is over", text)
	}
	return at, nil
}

// defaultLedger returns where the ledger of an organization is unless the flags say otherwise.
func (a *app) defaultLedger(organizationID string) (string, error) {
	state, ok := a.Lookup("XDG_STATE_HOME")
	if !ok || !filepath.IsAbs(state) { // a relative one is to be ignored, says the XDG specification
		home, err := a.home()
		if err != nil {
			return "", usageError("name a file with --ledger", "find a place for the ledger: %w", err)
		}
		state = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(state, "rollcall", organizationID+".db"), nil
}

// invite reads the roster and applies the plan, or only says what it would do.
func (a *app) invite(ctx context.Context, path string, f inviteFlags) error {
	r := &onboarding{app: a, flags: f, path: path, began: time.Now()}
	err := r.work(ctx)
	return exitWith(r.finish(context.WithoutCancel(ctx), err))
}

// command returns what was typed, without secrets, for a person to type again.
func (a *app) command() string {
	words := []string{"rollcall"}
	for _, word := range a.Args {
		for _, redactor := range a.redactors {
			word = redactor.Text(word)
		}
		words = append(words, quoted(word))
	}
	return strings.Join(words, " ")
}

// quoted returns a word as a shell takes it.
func quoted(word string) string {
	if word == "" || strings.ContainsAny(word, " \t\n\"'$`\\*?[]{}()<>|&;#~!") {
		return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	}
	return word
}
