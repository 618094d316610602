package ledger

import (
	"context"
	"fmt"
	"slices"
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
	l.disk.mu.Lock()
	defer l.disk.mu.Unlock()
	_, _, err := l.disk.number(context.Background(), fmt.Sprintf("PRAGMA max_page_count = %d", pages))
	return err
}

// Setting returns what the writing connection says to a pragma that yields a number.
func (l *Ledger) Setting(pragma string) (int64, error) {
	l.disk.mu.Lock()
	defer l.disk.mu.Unlock()
	number, _, err := l.disk.number(context.Background(), "PRAGMA "+pragma)
	return number, err
}

// Migrations returns what makes an empty file a ledger of an earlier version.
func Migrations(version int) []string {
	return append(slices.Clone(migrations[:version]),
		fmt.Sprintf("PRAGMA application_id = %d", applicationID), fmt.Sprintf("PRAGMA user_version = %d", version))
}
