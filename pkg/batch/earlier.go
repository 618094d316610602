package batch

import (
	"context"
	"time"

	"rollcall/pkg/directory"
	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
)

// SettleEarlier ends claims that processes before this one left behind, by a reading of the directory that began when
// none of their requests could be at work any more. Whoever is pending was invited by that request; for anybody else it
// had no effect, and the claim is taken back. A reading that was not stable settles nothing: then it is a [*StopError].
func SettleEarlier(ctx context.Context, memory Memory, reading *directory.Directory, claims []ledger.Claim, now time.Time) error {
	if len(claims) > 0 && !reading.Stable {
		return &StopError{Reason: Unsettled}
	}
	for _, claim := range claims {
		pending := Effect(reading.Person(claim.Email), claim.Replaces)
		if pending == nil {
			if err := memory.Release(ctx, claim.Run, claim.Row); err != nil {
				return err
			}
			continue
		}
		outcome := invited(record.Record{Row: claim.Row, Attempts: claim.Attempt, UpdatedAt: now}, *pending)
		if err := memory.Settle(ctx, claim.Run, outcome); err != nil {
			return err
		}
	}
	return nil
}
