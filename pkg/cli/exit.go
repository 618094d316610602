package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"rollcall/pkg/breaker"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
	"rollcall/pkg/roster"
)

// ExitCode is what the process tells whoever started it. The numbers are a contract.
type ExitCode int

// The exit codes.
const (
	ExitWell        ExitCode = 0
	ExitUnexpected  ExitCode = 1
	ExitUsage       ExitCode = 2
	ExitRows        ExitCode = 3
	ExitRefused     ExitCode = 4
	ExitRoster      ExitCode = 5
	ExitLocked      ExitCode = 6
	ExitStopped     ExitCode = 7
	ExitGuard       ExitCode = 8
	ExitInterrupted ExitCode = 130
)

// exitCodes is the one table of what the codes mean: help prints it and a test holds the README to it.
var exitCodes = []struct {
	code    ExitCode
	meaning string
}{
	{ExitWell, "every row ended well (invited, already_invited, already_member, skipped, duplicate of such)"},
	{ExitUnexpected, "stopped by an unexpected error"},
	{ExitUsage, "wrong command line or settings; nothing sent"},
	{ExitRows, "finished; some rows are rejected, failed, unknown or (with --invalid skip) invalid"},
	{ExitRefused, "the service refused the credentials or the caller's right to invite"},
	{ExitRoster, "the roster was refused: unreadable, empty or invalid; nothing sent"},
	{ExitLocked, "another run holds this ledger"},
	{ExitStopped, `stopped on purpose before the end (deadline, wait budget, too many failures, --limit reached, "n", lists that contradict themselves); the same command resumes`},
	{ExitGuard, "a guard tripped; nothing sent"},
	{ExitInterrupted, "interrupted; the same command resumes"},
}

// meaning says the code in words.
func (c ExitCode) meaning() string {
	for _, exit := range exitCodes {
		if exit.code == c {
			return exit.meaning
		}
	}
	return "unknown"
}

// severityOrder orders the codes, the worst last, for commands that end several runs with one code.
var severityOrder = []ExitCode{
	ExitWell, ExitRows, ExitLocked, ExitStopped, ExitGuard, ExitRoster, ExitUsage, ExitRefused, ExitUnexpected, ExitInterrupted,
}

// worse returns the worse of two codes.
func worse(a, b ExitCode) ExitCode {
	if slices.Index(severityOrder, a) >= slices.Index(severityOrder, b) {
		return a
	}
	return b
}

// runEnded reports whether a run is over. Any other can be resumed: one that stopped early, and one in which a row has
// not had its turn, whatever the code.
func runEnded(code ExitCode, outcomes map[record.Outcome]int) bool {
	return (code == ExitWell || code == ExitRows) && outcomes[record.NotSent] == 0
}

// codedError is an error that has its exit code already.
type codedError struct {
	code ExitCode
	err  error
	hint string
}

func (e *codedError) Error() string { return e.err.Error() }
func (e *codedError) Unwrap() error { return e.err }

func usageError(hint, format string, args ...any) error {
	return &codedError{ExitUsage, fmt.Errorf(format, args...), hint}
}

// exitCodeOf returns the code for the error that ended a command.
func exitCodeOf(err error) ExitCode {
	if err == nil {
		return ExitWell
	}
	if coded, ok := errors.AsType[*codedError](err); ok {
		return coded.code
	}
	switch breaker.ReasonOf(err) {
	case breaker.Interrupted:
		return ExitInterrupted
	case breaker.Deadline, breaker.Overlong, breaker.Streak, breaker.Failures, breaker.Unsettled, breaker.Contradicted, breaker.Foreign:
		return ExitStopped
	case breaker.Credentials, breaker.Forbidden:
		return ExitRefused
	}
	if _, ok := errors.AsType[*roster.RefusedError](err); ok {
		return ExitRoster
	}
	if _, ok := errors.AsType[*ledger.LockedError](err); ok {
		return ExitLocked
	}
	if errors.Is(err, ledger.ErrForeign) || errors.Is(err, ledger.ErrNewer) {
		return ExitUsage
	}
	if errors.Is(err, context.Canceled) { // only a signal cancels
		return ExitInterrupted
	}
	if errors.Is(err, cybedefend.ErrAddress) {
		return ExitUsage
	}
	if errors.Is(err, cybedefend.ErrCredentials) || errors.Is(err, cybedefend.ErrForbidden) {
		return ExitRefused
	}
	return ExitUnexpected
}

// exitCodeFor returns the code for a run that came to its end with these outcomes.
func exitCodeFor(outcomes map[record.Outcome]int) ExitCode {
	for outcome, n := range outcomes {
		if n > 0 && !outcome.Well() {
			return ExitRows
		}
	}
	return ExitWell
}

// hintOf returns what a person can do about an error, empty if there is nothing to add.
func hintOf(err error) string {
	if coded, ok := errors.AsType[*codedError](err); ok {
		return coded.hint
	}
	if _, ok := errors.AsType[*ledger.LockedError](err); ok {
		return "wait until the other run has ended: another ledger would know nothing of what it sends"
	}
	if broken, ok := errors.AsType[*ledger.Error](err); ok {
		return broken.Hint
	}
	switch {
	case errors.Is(err, cybedefend.ErrAddress):
		return "what answers there is not CybeDefend: check --region, or --api-url and --auth-endpoint"
	case errors.Is(err, cybedefend.ErrCredentials):
		return "check the personal access token and the region; a token can be made in the dashboard under your profile"
	case errors.Is(err, cybedefend.ErrForbidden):
		return "ask an administrator of the organization for the right to invite"
	}
	return ""
}

// writeExitCodes prints the table for help.
func writeExitCodes(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, exit := range exitCodes {
		if _, err := fmt.Fprintf(table, "  %d\t%s\n", exit.code, exit.meaning); err != nil {
			return err
		}
	}
	return table.Flush()
}

func exitCodeTable() string {
	var b strings.Builder
	// A strings.Builder never fails.
	_ = writeExitCodes(&b)
	return b.String()
}
