package sqlite

import (
	"context"
	"fmt"

	"rollcall/pkg/ledger/sqlite/commit"
	"rollcall/pkg/ledger/sqlite/disk"
)

// WithoutLog makes [Open] do as on a network file system.
func WithoutLog(o Options) Options {
	o.journal = "DELETE"
	return o
}

// NewestVersion is the version of the files that this program writes.
var NewestVersion = len(migrations)

// LimitPages lets the file grow to so many pages and no further, as a full disk would. It never shrinks it.
func (l *Ledger) LimitPages(pages int) error {
	_, err := l.Setting(fmt.Sprintf("max_page_count = %d", pages))
	return err
}

// Setting returns what the writing connection says to a pragma that yields a number.
func (l *Ledger) Setting(pragma string) (number int64, err error) {
	err = l.writer.Write(context.Background(), func(ctx context.Context, w *commit.Writer) error {
		number, _, err = w.Number(ctx, "PRAGMA "+pragma)
		return err
	})
	return number, err
}

// Migrations returns the scripts that make an empty file a ledger of an earlier version.
func Migrations(version int) []string {
	var scripts []string
	for _, m := range migrations[:version] {
		scripts = append(scripts, m.script)
	}
	return append(scripts, fmt.Sprintf("PRAGMA application_id = %d", disk.ApplicationID),
		fmt.Sprintf("PRAGMA user_version = %d", version))
}
