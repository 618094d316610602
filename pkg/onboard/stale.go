package onboard

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"rollcall/pkg/fetch"
	"rollcall/pkg/fileset"
	"rollcall/pkg/ledger"
	"rollcall/pkg/results"
	"rollcall/pkg/status"
)

// A file that one run has written must not be taken for that of the next. What a run writes takes the place of what is
// there; where it writes nothing, it removes what is out of date if that is its own and nobody has touched it, or else names
// it.

// listOwner says for which roster a list of rows to correct is: by its name, and by how it is read, since a filter or another
// sheet has other rows. Standard input is another roster each time, so no list is known to be of the same.
func (s *Session) listOwner() (owner [sha256.Size]byte, known bool) {
	name := s.o.Roster
	if !fetch.Is(name) {
		absolute, err := filepath.Abs(name)
		if err != nil {
			return owner, false
		}
		name = absolute
	}
	return sha256.Sum256(fmt.Appendf(nil, "%q%q", name, s.o.Shape())), s.o.Roster != "-" && s.o.Source.Open == nil
}

// earlierLists returns the lists that earlier runs have written for the roster.
func (s *Session) earlierLists(ctx context.Context) (results.Lists, error) {
	earlier := results.Lists{}
	owner, known := s.listOwner()
	if !known {
		return earlier, nil
	}
	for file, err := range s.memory.ledger.Files(ctx, s.memory.scope) {
		if err != nil {
			return nil, err
		}
		if file.Roster == owner {
			earlier[file.Path] = file.Digest
		}
	}
	return earlier, nil
}

// keepList remembers a list that was written.
func (s *Session) keepList(ctx context.Context, path string, digest [sha256.Size]byte) error {
	owner, known := s.listOwner()
	path, err := filepath.Abs(path)
	if err != nil || !known {
		return err
	}
	return s.memory.ledger.KeepFile(ctx, s.memory.scope, ledger.File{Path: path, Roster: owner, Digest: digest})
}

// reportStale finds the files of an earlier run that this one has left as they are, and tells a person of them where no summary does.
// Another run that holds the ledger may be writing them.
func (s *Session) reportStale(how status.Status) {
	if how == status.Locked {
		return
	}
	written := []string{s.report.Results, s.report.Corrections}
	if s.report.Drift != nil {
		written = append(written, s.report.Drift.File)
	}
	for _, path := range s.o.Leftovers() {
		if !slices.Contains(written, path) {
			s.report.Stale = append(s.report.Stale, path)
		}
	}
	if len(s.report.Stale) > 0 && !s.report.Final && how != status.Settings { // which is what to look at first
		s.o.Observer.warn("there are files of an earlier run", map[string]any{"files": strings.Join(s.report.Stale, ", ")})
	}
}

// Leftovers returns the files at which the results are to be, the differences and the rows to correct, as far as they are
// there: before a run, those of an earlier one. A dry run leaves the rows to correct alone.
func (o Options) Leftovers() (found []string) {
	for _, file := range o.Files() {
		if o.isLeftover(file) {
			found = append(found, file.Path)
		}
	}
	return found
}

// stale returns the path of the list of whose invitations were cancelled, if that is of an earlier time.
func (c *CancelSession) stale(how status.Status) string {
	info, err := os.Lstat(c.o.Changes)
	if how == status.Locked || c.written != "" || err != nil || !info.Mode().IsRegular() {
		return ""
	}
	if c.failed != nil { // so that there is no report for a person
		c.o.Observer.warn("there is a file of an earlier run", map[string]any{"files": c.o.Changes})
	}
	return c.o.Changes
}

func (o Options) isLeftover(file fileset.File) bool {
	if file.Role == fileset.Corrections {
		return !o.DryRun && results.IsList(file.Path)
	}
	info, err := os.Lstat(file.Path)
	return (file.Role == fileset.Results || file.Role == fileset.Drift) && err == nil && info.Mode().IsRegular()
}
