package sqlite

import (
	"context"
	"fmt"

	"rollcall/pkg/ledger/sqlite/commit"
)

// WithoutLog makes [Open] do as on a network file system.
func WithoutLog(o Options) Options {
	o.journal = "DELETE"
	return o
}

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

// ErrUnfinished is what [Peek] says of a ledger that something has to be written to first.
var ErrUnfinished = errUnfinished
