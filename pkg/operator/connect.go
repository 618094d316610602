package operator

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"rollcall/pkg/fleet"
	"rollcall/pkg/fleet/store"
	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/place"
	"rollcall/pkg/ledger/postgres"
	"rollcall/pkg/order"
)

// LedgerFlag adds the flag that says which database machines share.
func LedgerFlag(cmd *cobra.Command, ledger *string) {
	cmd.Flags().StringVar(ledger, "ledger", "", "the database that machines share, as postgres://`USER@HOST/NAME`, without a password: that is in PGPASSFILE, or in the variable ROLLCALL_LEDGER together with all else")
}

// Connect connects to the database that machines share, for who has so many ledgers in it at a time.
func Connect(ctx context.Context, address string, ledgers int) (*fleet.Fleet, func(), error) {
	if !place.IsAddress(address) {
		return nil, nil, order.UsageError("name it with --ledger or ROLLCALL_LEDGER, as in postgres://rollcall@db.example.com/rollcall", "a fleet needs a database that its machines share")
	}
	database, err := postgres.ConnectFor(ctx, address, ledgers)
	if err != nil {
		return nil, nil, err
	}
	f, err := fleet.Open(database)
	if err != nil {
		database.Close()
		return nil, nil, database.Explain(err)
	}
	return f, database.Close, nil
}

// Explain says what to do about tables that are not as this program needs them.
func Explain(err error) error {
	if _, ok := errors.AsType[*store.OlderError](err); ok {
		return order.UsageError("rollcall jobs migrate brings them up to date", "%w", err)
	}
	if _, ok := errors.AsType[*store.NewerError](err); ok || errors.Is(err, ledger.ErrNewer) {
		return order.UsageError("use the version of rollcall that made them, or a newer one", "%w", err)
	}
	return err
}
