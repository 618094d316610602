// Package disk looks after the file of a ledger and the files beside it: their names, modes and lock, and what is wrong
// with them. It opens no database.
//
// It has no example: it is a part of package sqlite, and nobody else's.
package disk

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"rollcall/pkg/ledger"
)

// ApplicationID marks a database as a ledger: "roll".
const ApplicationID = 0x726f6c6c

// CheckRegular returns an error if something is at the path that is no file, such as a folder or a pipe, which would be
// waited for. It opens nothing.
func CheckRegular(path string) error {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%w: it is not a regular file", ledger.ErrForeign)
	}
	return nil
}

// MakeParent creates the directory of path and everything above it for their owner only. It refuses a path that
// can't become a ledger, without opening anything: as long as this process may have the ledger open, closing a second
// descriptor of the file would drop the locks that SQLite holds on it.
func MakeParent(path string) error {
	if err := CheckRegular(path); err != nil {
		return err
	}
	dir := filepath.Dir(path)
	first := dir // the deepest directory that is there already
	for {
		if _, err := os.Stat(first); !errors.Is(err, fs.ErrNotExist) || first == filepath.Dir(first) {
			break
		}
		first = filepath.Dir(first)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for ; dir != first; dir = filepath.Dir(dir) {
		syncDir(filepath.Dir(dir))
	}
	return nil
}

// Resolve returns the one name of the file at path, so that whoever comes by another name finds the same lock and the
// same log.
func Resolve(path string) (string, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return path, err
	}
	resolved, err := filepath.EvalSymlinks(absolute)
	if errors.Is(err, fs.ErrNotExist) {
		resolved, err = filepath.EvalSymlinks(filepath.Dir(absolute))
		resolved = filepath.Join(resolved, filepath.Base(absolute))
	}
	if err != nil {
		return absolute, err
	}
	return resolved, nil
}

// Prepare creates the file at path, or makes sure that it is a whole ledger, before SQLite may touch it: opening
// another program's database would already change it. SQLite's companion files inherit the mode set here.
func Prepare(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|noFollow, 0o600)
	if err != nil {
		return err
	}
	err = CheckHeader(file, path)
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	syncDir(filepath.Dir(path))
	for _, name := range append(companions(path), path) {
		if err := narrow(name); err != nil {
			return err
		}
	}
	return nil
}

// companions are the names of the files that stand beside the ledger at path from time to time.
func companions(path string) []string {
	return []string{path + "-wal", path + "-shm", path + "-journal", path + ".lock", path + ".holder"}
}

// CheckLinks returns [ledger.ErrLink] if a file beside the ledger at path is a symbolic link. Whoever can put one there
// could otherwise have this program write into any file of its user. The path itself may come from [Resolve] only.
func CheckLinks(path string) error {
	for _, name := range companions(path) {
		if info, err := os.Lstat(name); err == nil && info.Mode()&fs.ModeSymlink != 0 {
			return fmt.Errorf("%w: %s", ledger.ErrLink, name)
		}
	}
	return nil
}

// CheckHeader reads the first 100 bytes as https://www.sqlite.org/fileformat.html section 1.3 lays them out. An
// empty file is a ledger that was about to be made.
func CheckHeader(file *os.File, path string) error {
	const magic = "SQLite format 3\x00"
	header := make([]byte, 100)
	n, err := io.ReadFull(file, header)
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil && !errors.Is(err, io.ErrUnexpectedEOF):
		return err
	case n < len(magic) || string(header[:len(magic)]) != magic:
		return ledger.ErrForeign
	case n < len(header):
		return fmt.Errorf("%w: it ends after %d bytes", ledger.ErrDamaged, n)
	}
	number := func(at int) uint32 { return binary.BigEndian.Uint32(header[at:]) }
	if number(68) != ApplicationID {
		return ledger.ErrForeign
	}
	if logged(path) || number(24) != number(92) {
		return nil // the header may be behind the log: SQLite will see to it
	}
	info, err := file.Stat()
	if err != nil {
		return err
	}
	pageSize := int64(binary.BigEndian.Uint16(header[16:]))
	if pageSize == 1 {
		pageSize = 65536
	}
	if want := pageSize * int64(number(28)); info.Size() < want {
		return fmt.Errorf("%w: it ends after %d of %d bytes", ledger.ErrDamaged, info.Size(), want)
	}
	return nil
}

// logged reports whether a crash left changes beside the file at path.
func logged(path string) bool {
	for _, name := range []string{path + "-wal", path + "-journal"} {
		if info, err := os.Stat(name); err == nil && info.Size() > 0 {
			return true
		}
	}
	return false
}

// narrow takes the file at path away from everybody but its owner. A missing file is fine.
func narrow(path string) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil || info.Mode().Perm()&0o077 == 0 {
		return err
	}
	return os.Chmod(path, info.Mode().Perm()&0o600)
}

// syncDir puts the entry of a new file on disk. Not every system can; the file's own bytes are SQLite's care.
func syncDir(path string) {
	dir, err := os.Open(path)
	if err != nil {
		return
	}
	_ = dir.Sync()
	_ = dir.Close()
}

// Source names the file at path as a URI, since only a URI may hold a question mark or a percent sign.
func Source(path string, query url.Values) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/… on Windows
	}
	return (&url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: query.Encode()}).String()
}
