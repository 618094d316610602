package cli

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"rollcall/pkg/breaker"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
	"rollcall/pkg/roster"
)

func TestExitCodeOf(t *testing.T) {
	tests := []struct {
		give error
		want ExitCode
	}{
		{nil, ExitWell},
		{errors.New("anything"), ExitUnexpected},
		{usageError("", "--rate: no"), ExitUsage},
		{&cybedefend.Error{Err: cybedefend.ErrCredentials}, ExitRefused},
		{&cybedefend.Error{Err: cybedefend.ErrForbidden}, ExitRefused},
		{&breaker.StopError{Reason: breaker.Credentials}, ExitRefused},
		{&breaker.StopError{Reason: breaker.Forbidden}, ExitRefused},
		{&roster.RefusedError{}, ExitRoster},
		{&ledger.LockedError{}, ExitLocked},
		{&breaker.StopError{Reason: breaker.Deadline}, ExitStopped},
		{&breaker.StopError{Reason: breaker.Overlong}, ExitStopped},
		{&breaker.StopError{Reason: breaker.Streak}, ExitStopped},
		{&breaker.StopError{Reason: breaker.Failures}, ExitStopped},
		{&breaker.StopError{Reason: breaker.Unsettled}, ExitStopped},
		{&breaker.StopError{Reason: breaker.Interrupted}, ExitInterrupted},
		{context.Canceled, ExitInterrupted},
		{&ledger.Error{Err: ledger.ErrDiskFull}, ExitUnexpected},
		{&ledger.Error{Err: ledger.ErrForeign}, ExitUsage},
	}
	for _, tt := range tests {
		if got := exitCodeOf(tt.give); got != tt.want {
			t.Errorf("exitCodeOf(%v) = %d, want %d", tt.give, got, tt.want)
		}
		if tt.give == nil {
			continue
		}
		wrapped := fmt.Errorf("read: %w", errors.Join(tt.give, errors.New("and more")))
		if got := exitCodeOf(wrapped); got != tt.want {
			t.Errorf("exitCodeOf(%v), wrapped = %d, want %d", tt.give, got, tt.want)
		}
	}
}

func TestExitCodeFor(t *testing.T) {
	for _, outcome := range record.Outcomes() {
		want := ExitRows
		switch outcome { //nolint:exhaustive // all others are trouble
		case record.Invited, record.AlreadyInvited, record.AlreadyMember, record.Skipped, record.Duplicate, record.WouldInvite, record.WouldReinvite:
			want = ExitWell
		}
		if got := exitCodeFor(map[record.Outcome]int{record.Invited: 3, outcome: 1}); got != want {
			t.Errorf("exitCodeFor(%s) = %d, want %d", outcome, got, want)
		}
		if got := exitCodeFor(map[record.Outcome]int{record.Invited: 3, outcome: 0}); got != ExitWell {
			t.Errorf("exitCodeFor(no %s) = %d, want 0", outcome, got)
		}
	}
}

func TestRunEnded(t *testing.T) {
	complete := map[record.Outcome]int{record.Invited: 2, record.Rejected: 1}
	cutShort := map[record.Outcome]int{record.Invited: 2, record.NotSent: 1}
	for _, exit := range exitCodes {
		want := exit.code == ExitWell || exit.code == ExitRows
		if got := runEnded(exit.code, complete); got != want {
			t.Errorf("runEnded(%d) = %v, want %v", exit.code, got, want)
		}
		if runEnded(exit.code, cutShort) {
			t.Errorf("a run with rows that were not sent is over with exit code %d", exit.code)
		}
	}
}

func TestEveryExitCodeIsExplainedOnce(t *testing.T) {
	seen := map[ExitCode]bool{}
	for _, exit := range exitCodes {
		if seen[exit.code] || exit.meaning == "" {
			t.Errorf("exit code %d is explained twice or not at all", exit.code)
		}
		seen[exit.code] = true
	}
	for _, code := range []ExitCode{0, 1, 2, 3, 4, 5, 6, 7, 8, 130} {
		if !seen[code] {
			t.Errorf("exit code %d is not explained", code)
		}
	}
}

func TestWorse(t *testing.T) {
	for i, worst := range severityOrder {
		for _, other := range severityOrder[:i+1] {
			if got := worse(worst, other); got != worst {
				t.Errorf("worse(%d, %d) = %d", worst, other, got)
			}
			if got := worse(other, worst); got != worst {
				t.Errorf("worse(%d, %d) = %d", other, worst, got)
			}
		}
	}
	if len(severityOrder) != len(exitCodes) {
		t.Errorf("%d codes are ordered, there are %d", len(severityOrder), len(exitCodes))
	}
}
