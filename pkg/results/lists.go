package results

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"rollcall/pkg/bounded"
	"rollcall/pkg/workbook"
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

// longestHeader is far beyond the first line of any list, in bytes.
const longestHeader = 1 << 20

// IsList reports whether the file at the path is a plain one that has rows to correct, by its header, whatever has saved it
// since. A workbook is told by its name.
func IsList(path string) bool {
	if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() {
		return false
	}
	if isWorkbook(path) {
		content, err := bounded.File(path, longestList)
		return err == nil && isListBook(content)
	}
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer file.Close() //nolint:errcheck // it was only read
	head := make([]byte, longestHeader)
	n, _ := io.ReadFull(file, head) // of a shorter one, or one that cannot be read, there is less
	for _, delimiter := range ",;\t|" {
		in := csv.NewReader(bytes.NewReader(head[:n]))
		in.Comma = delimiter
		if header, err := in.Read(); err == nil && HasCorrections(header) {
			return true
		}
	}
	return false
}

// isListBook reports whether the first row of a sheet is the header of a list.
func isListBook(content []byte) bool {
	book, err := workbook.Open(content)
	if err != nil {
		return false
	}
	for _, sheet := range book.Sheets {
		for row, err := range sheet.Rows() {
			if err == nil && slices.ContainsFunc(row.Cells, func(c workbook.Cell) bool { return HasCorrections([]string{c.Text}) }) {
				return true
			}
			break
		}
	}
	return false
}
