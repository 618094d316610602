package fileset

import (
	"errors"
	"io/fs"
	"os"
)

// ErrLink means that a file to append to is a symbolic link: whoever can put one there could otherwise have the program
// write into any file of its user.
var ErrLink = errors.New("it is a symbolic link; name the file that it points to")

// Append opens the file at path to append to it. A new one is made for its owner only. A symbolic link is not followed:
// that is [ErrLink]. Links among the folders that lead to it are.
func Append(path string) (*os.File, error) {
	if err := refuseLink(path, nil); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	// The name may have become a link in the meantime. Nothing has been written yet.
	if err := refuseLink(path, file); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// refuseLink returns [ErrLink] if the path is a symbolic link, or if it does not name the opened file itself.
func refuseLink(path string, opened *os.File) error {
	named, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && opened == nil:
		return nil
	case err != nil:
		return err
	case named.Mode()&fs.ModeSymlink != 0:
		return &fs.PathError{Op: "open", Path: path, Err: ErrLink}
	case opened == nil:
		return nil
	}
	info, err := opened.Stat()
	if err != nil {
		return err
	}
	if !os.SameFile(named, info) {
		return &fs.PathError{Op: "open", Path: path, Err: ErrLink}
	}
	return nil
}
