package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"rollcall/pkg/breaker"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
	"rollcall/pkg/roster"
	"rollcall/pkg/status"
)

// runEnded reports whether a run is over. Any other can be resumed: one that stopped early, and one in which a row has
// not had its turn, whatever the code.
func runEnded(code status.Status, outcomes map[record.Outcome]int) bool {
	return (code == status.Well || code == status.Rows) && outcomes[record.NotSent] == 0
}

// codedError is an error that has its exit code already.
type codedError struct {
	code status.Status
	err  error
	hint string
}

func (e *codedError) Error() string { return e.err.Error() }
func (e *codedError) Unwrap() error { return e.err }

func usageError(hint, format string, args ...any) error {
	return &codedError{status.Settings, fmt.Errorf(format, args...), hint}
}

// exitCodeOf returns the code for the error that ended a command.
func exitCodeOf(err error) status.Status {
	if err == nil {
		return status.Well
	}
	if coded, ok := errors.AsType[*codedError](err); ok {
		return coded.code
	}
	switch breaker.ReasonOf(err) {
	case breaker.Interrupted:
		return status.Interrupted
	case breaker.Deadline, breaker.Overlong, breaker.Streak, breaker.Failures, breaker.Unsettled, breaker.Contradicted, breaker.Foreign:
		return status.Stopped
	case breaker.Credentials, breaker.Forbidden:
		return status.Refused
	}
	if _, ok := errors.AsType[*roster.RefusedError](err); ok {
		return status.Roster
	}
	if _, ok := errors.AsType[*ledger.LockedError](err); ok {
		return status.Locked
	}
	if errors.Is(err, ledger.ErrForeign) || errors.Is(err, ledger.ErrNewer) {
		return status.Settings
	}
	if errors.Is(err, context.Canceled) { // only a signal cancels
		return status.Interrupted
	}
	if errors.Is(err, cybedefend.ErrAddress) {
		return status.Settings
	}
	if errors.Is(err, cybedefend.ErrCredentials) || errors.Is(err, cybedefend.ErrForbidden) {
		return status.Refused
	}
	return status.Unexpected
}

// exitCodeFor returns the code for a run that came to its end with these outcomes.
func exitCodeFor(outcomes map[record.Outcome]int) status.Status {
	for outcome, n := range outcomes {
		if n > 0 && !outcome.Well() {
			return status.Rows
		}
	}
	return status.Well
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
	for _, one := range status.All() {
		if _, err := fmt.Fprintf(table, "  %d\t%s\n", one, one.Meaning(asFlag)); err != nil {
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
