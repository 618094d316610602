package results

import (
	"crypto/sha256"
	"encoding/csv"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"rollcall/pkg/bounded"
)

// Lists are files of rows to correct that earlier runs have written, by their absolute paths, each with the digest of its
// content then. A file that has the digest still is nobody's work, and can be replaced or removed.
type Lists map[string][sha256.Size]byte

// longestList is far beyond any list that a person would work through, in bytes.
const longestList = 256 << 20

// Untouched reports whether the file at the path is a plain one and still as it was written. One that is not known is not.
func (l Lists) Untouched(path string) bool {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return false
	}
	digest, known := l[absolute]
	if info, err := os.Lstat(path); !known || err != nil || !info.Mode().IsRegular() {
		return false
	}
	content, err := bounded.File(path, longestList)
	return err == nil && sha256.Sum256(content) == digest
}

// Remove removes the files that are untouched, but for the one at the path keep, and returns the paths of those that are not
// there any more, whoever has removed them.
func (l Lists) Remove(keep string) (gone []string, err error) {
	keep, keepErr := filepath.Abs(keep)
	for path := range l {
		if keepErr == nil && path == keep {
			continue
		}
		var removeErr error
		if l.Untouched(path) {
			removeErr = os.Remove(path)
		}
		if _, statErr := os.Lstat(path); errors.Is(statErr, fs.ErrNotExist) {
			gone, removeErr = append(gone, path), nil
		}
		err = errors.Join(err, removeErr)
	}
	return gone, err
}

// IsList reports whether the file at the path is a plain one that has rows to correct, by its first line.
func IsList(path string) bool {
	if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() {
		return false
	}
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer file.Close() //nolint:errcheck // it was only read
	header, err := csv.NewReader(file).Read()
	return err == nil && HasCorrections(header)
}
