// Package bounded reads what is small by nature, and refuses what is not: a device, a disk image or a log that was named by
// mistake fills no memory.
package bounded

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// ErrTooLong is matched by the errors of what is longer than its limit.
var ErrTooLong = errors.New("too long")

// Read reads all there is, and refuses more than limit bytes.
func Read(r io.Reader, limit int64) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(content)) > limit {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrTooLong, limit)
	}
	return content, nil
}

// File reads the file at path, and refuses one of more than limit bytes. Its errors name the file.
func File(path string, limit int64) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // it was only read
	content, err := Read(file, limit)
	if errors.Is(err, ErrTooLong) {
		return nil, &fs.PathError{Op: "read", Path: path, Err: err}
	}
	return content, err
}
