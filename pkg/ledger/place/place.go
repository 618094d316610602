// Package place opens a ledger by where it is: a path names a file, see package sqlite, and an address that begins with
// postgres:// or postgresql:// a database, see package postgres.
//
//	l, err := place.Open(ctx, "postgres://rollcall@db.example.com/rollcall")
//	l, err := place.View(ctx, "ledger.db")
//
// It is what everybody else goes by, so that nobody else knows in what ledgers are kept.
package place

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"rollcall/pkg/fileset"
	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/postgres"
	"rollcall/pkg/ledger/sqlite"
	"rollcall/pkg/record"
	"rollcall/pkg/remedy"
)

// Open opens the ledger at a place to write to it, or makes it. In a file it keeps every other process out until it is closed;
// in a database it is [ledger.Ledger.Enter] that does, of an organization.
func Open(ctx context.Context, place string) (ledger.Ledger, error) {
	if IsAddress(place) {
		return opened(postgres.Open(ctx, place, postgres.Options{}))
	}
	return opened(sqlite.Open(place, sqlite.Options{}))
}

// View opens the ledger at a place for looking only. Where there is none, the error matches [fs.ErrNotExist].
func View(ctx context.Context, place string) (ledger.Ledger, error) {
	if IsAddress(place) {
		return opened(postgres.View(ctx, place, false))
	}
	return opened(sqlite.View(place))
}

// Peek is [View] that leaves everything as it is: a ledger that something has to be written to first is an error.
func Peek(ctx context.Context, place string) (ledger.Ledger, error) {
	if IsAddress(place) {
		return opened(postgres.View(ctx, place, true))
	}
	return opened(sqlite.Peek(place))
}

// opened returns no ledger with an error, rather than one that is nil.
func opened[L ledger.Ledger](l L, err error) (ledger.Ledger, error) {
	if err != nil {
		return nil, err
	}
	return l, nil
}

// IsAddress reports whether a place is the address of a database. There are no files beside it then.
func IsAddress(place string) bool { return postgres.Is(place) }

// Public returns a place as it may be shown: an address without its password.
func Public(place string) string {
	if !IsAddress(place) {
		return place
	}
	public, _ := postgres.Public(place)
	return public
}

// Same reports whether two places are one, as far as their names tell.
func Same(a, b string) bool {
	if IsAddress(a) || IsAddress(b) {
		return Public(a) == Public(b)
	}
	return fileset.Same(a, b)
}

// Missing reports whether there is no ledger at a place.
func Missing(ctx context.Context, place string) bool {
	if !IsAddress(place) {
		_, err := os.Stat(place)
		return errors.Is(err, fs.ErrNotExist)
	}
	l, err := Peek(ctx, place)
	if err == nil {
		_ = l.Close() // it was only looked at
	}
	return errors.Is(err, fs.ErrNotExist)
}

// HeldBy returns who seems to hold the ledger at a place, or in a database the organization; nil is nobody. It keeps nobody out
// meanwhile.
func HeldBy(ctx context.Context, place string, scope record.Scope) *ledger.LockedError {
	if IsAddress(place) {
		return postgres.HeldBy(ctx, place, scope)
	}
	return HolderOf(place)
}

// HolderOf returns which process seems to hold the ledger at a place, if that is a file; nil is nobody. In a database
// organizations are held, see [HeldBy].
func HolderOf(place string) *ledger.LockedError {
	if IsAddress(place) {
		return nil
	}
	pid, since, held := sqlite.HeldBy(place)
	if !held {
		return nil
	}
	return &ledger.LockedError{Path: place, PID: pid, Since: since}
}

// CheckOption returns an error for a place that was given where everybody can see it, as the words of a command line can be seen in the
// list of processes, if it has a password.
func CheckOption(option, place string) error {
	if !IsAddress(place) {
		return nil
	}
	if _, secret := postgres.Public(place); !secret {
		return nil
	}
	return &remedy.OptionError{
		Option: option, What: remedy.Use(option, "").Words(": the address has a password, which others could see"),
		Remedy: remedy.Words("leave it out: a file that PGPASSFILE names has passwords (~/.pgpass if none is named), and an address with one may stand in the variable ROLLCALL_LEDGER"),
	}
}
