package desk

import (
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// tidy removes sheets that nobody has used for long, for as long as the desk is there.
func (d *Desk) tidy() {
	every := time.NewTicker(tidyEvery)
	defer every.Stop()
	for {
		d.sweepSheets(lifetime)
		select {
		case <-d.ctx.Done():
			return
		case <-every.C:
		}
	}
}

// sweepSheets removes what nobody has used for so long and no run needs. What cannot be removed is tried again.
func (d *Desk) sweepSheets(unused time.Duration) {
	now := time.Now()
	for _, s := range d.Sheets() {
		_ = d.removeUnless(s, func() bool {
			return len(s.state.Kept) > 0 || now.Sub(time.Unix(0, s.used.Load())) < unused || isKeptIn(s.folder)
		})
	}
	entries, _ := os.ReadDir(d.o.Folder)
	for _, entry := range entries { // uploads that were never finished
		info, err := entry.Info()
		if err == nil && now.Sub(info.ModTime()) >= unused && isUnfinished(filepath.Join(d.o.Folder, entry.Name()), entry) {
			_ = os.RemoveAll(filepath.Join(d.o.Folder, entry.Name()))
		}
	}
}

// isKeptIn reports whether the files of a sheet say that a run over it can be gone on with: a process that serves beside this one
// may have begun it.
func isKeptIn(folder string) bool {
	s, err := fetchSheet(folder)
	return err == nil && len(s.state.Kept) > 0
}

// isUnfinished reports whether an entry of the folder is what is left of an upload that did not come to its end.
func isUnfinished(path string, entry fs.DirEntry) bool {
	if !entry.IsDir() {
		return strings.HasPrefix(entry.Name(), "upload-")
	}
	if id, err := hex.DecodeString(entry.Name()); err != nil || len(id) != idLength {
		return false // whatever that is, it is not ours
	}
	_, err := os.Lstat(filepath.Join(path, fileSheet))
	return errors.Is(err, fs.ErrNotExist)
}
