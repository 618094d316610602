package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/sqlite"
	"rollcall/pkg/record"
)

// What was claimed and not concluded is in doubt, for this process and any later one.
func Example() {
	dir, err := os.MkdirTemp("", "")
	if err == nil {
		err = errors.Join(inviteAll(filepath.Join(dir, "ledger.db")), os.RemoveAll(dir))
	}
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// person-2@example.com is in doubt: true
	// person-3@example.com is in doubt: false
}

func inviteAll(path string) error {
	l, err := sqlite.Open(path, sqlite.Options{})
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }()
	ctx := context.Background()
	run, err := l.Begin(ctx, ledger.Run{Service: service, OrganizationID: organization}, people(3))
	if err != nil {
		return err
	}
	for row := 1; row <= 2; row++ {
		if err := l.Claim(ctx, nil, invite(run, row, 1)); err != nil {
			return err
		}
	}
	if err := l.Conclude(ctx, run.ID, nil, record.Conclusion{Record: record.Record{Row: 1, Outcome: record.Invited}}); err != nil {
		return err
	}
	for entry, err := range l.Pending(ctx, run.ID) {
		if err != nil {
			return err
		}
		fmt.Println(entry.Email, "is in doubt:", entry.Claim != nil)
	}
	return nil
}
