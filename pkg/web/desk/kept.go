package desk

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"rollcall/pkg/ledger/place"
	"rollcall/pkg/remedy"
	"rollcall/pkg/secret"
)

// Ledger returns where the ledger of the place is, and how many bytes it has; 0 if it is not there yet. The path is empty as
// long as it is not known which organization is meant.
func (d *Desk) Ledger() (path string, size int64, err error) {
	p, s := d.Place(), d.Standing()
	if path = d.o.Order.Ledger; path == "" || p.Sandbox {
		if s.ID == "" {
			return "", 0, nil
		}
		if path, err = d.o.LedgerOf(p.Sandbox, s.ID); err != nil {
			return "", 0, err
		}
	}
	if path = place.Public(path); place.IsAddress(path) {
		return path, 0, nil
	}
	for _, file := range []string{path, path + "-wal"} {
		if info, err := os.Stat(file); err == nil {
			size += info.Size()
		}
	}
	return path, size, nil
}

// Kept returns where rosters are kept, and how many bytes all that is kept there has.
func (d *Desk) Kept() (folder string, size int64, err error) {
	err = filepath.WalkDir(d.o.Folder, func(_ string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) { // there is none yet, or it is gone just now
			return nil
		}
		if err != nil || entry.IsDir() {
			return err
		}
		if info, err := entry.Info(); err == nil {
			size += info.Size()
		}
		return nil
	})
	return d.o.Folder, size, err
}

// Holds returns what holds for inviting, and for following a roster, for people.
func (d *Desk) Holds() (inviting, following []remedy.Remedy) {
	return d.o.Order.Holds(), d.o.Sync.Holds()
}

// CanRemember reports whether there is something that remembers tokens.
func (d *Desk) CanRemember() bool { return d.o.Remember != nil }

// Forget forgets the token that was typed in, wherever it was remembered, and looks at the place with what there is else.
func (d *Desk) Forget(ctx context.Context) error {
	p := d.Place()
	inMemory := !p.Token.Empty() && !d.Standing().Remembered
	p.Token, p.Remember = secret.Text{}, false
	var err error
	if d.o.Remember != nil {
		err = d.o.Remember(ctx, p)
	}
	if inMemory { // and nowhere else, whether or not there is something that remembers tokens
		err = nil
	}
	d.Move(p) //nolint:contextcheck // it is looked at longer than the request lasts
	return err
}
