// Package atomicfile writes files whole: a [File] grows aside and takes the place of its target only when it is
// complete.
//
// Whoever reads the target sees the old file or the new one, never a part of either. The package does not lock
// anything: of two files for one target the last to be committed stays.
package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
)

// errEnded means that the file was committed or discarded, so it takes no more calls.
var errEnded = errors.New("already committed or discarded")

// File is a file in the making. What is written goes to a file beside the target, owner-only from its first byte. A
// process killed before [File.Commit] leaves the target as it was, and the other file, .NAME.*.tmp, behind: the next
// [Create] for the same target removes it. A File is not safe for concurrent use.
type File struct {
	path  string
	mode  fs.FileMode
	temp  *os.File
	ended bool
}

// Create starts a file that will be at path with the permissions mode, whatever the umask. A target that is there
// already must be a plain file: a directory, a device or a symbolic link is refused.
func Create(path string, mode fs.FileMode) (*File, error) {
	if err := replaceable(path); err != nil {
		return nil, err
	}
	removeLeftovers(path)
	for {
		// CreateTemp opens with mode 0600.
		temp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp")
		if of, ok := errors.AsType[*fs.PathError](err); ok {
			of.Path = filepath.Dir(path) // which is at fault: nobody has chosen the other name
		}
		if err != nil {
			return nil, err
		}
		if hold(temp) {
			return &File{path: path, mode: mode, temp: temp}, nil
		}
		// Somebody else has taken it for a leftover, in the moment before it was held.
		if err := temp.Close(); err != nil {
			return nil, err
		}
	}
}

// Check reports why a file cannot be put at path. It leaves what is there as it is, and nothing else behind. That does
// not make sure that a later [File.Commit] succeeds.
func Check(path string) error {
	f, err := Create(path, 0o600)
	if err != nil {
		return err
	}
	return f.Discard()
}

// Write puts content at path with the permissions mode, as [Create] and [File.Commit] do, and leaves nothing else
// behind.
func Write(path string, mode fs.FileMode, content []byte) error {
	f, err := Create(path, mode)
	if err != nil {
		return err
	}
	if _, err := f.Write(content); err != nil {
		return errors.Join(err, f.Discard())
	}
	if err := f.Commit(); err != nil {
		return errors.Join(err, f.Discard())
	}
	return nil
}

// Write adds to the file.
func (f *File) Write(content []byte) (int, error) { return f.temp.Write(content) }

// Commit puts the file in its place, safe from a power cut. After an error, Discard cleans up.
func (f *File) Commit() error {
	if f.ended {
		return errEnded
	}
	if err := f.temp.Chmod(f.mode); err != nil {
		return err
	}
	if err := f.temp.Sync(); err != nil {
		return err
	}
	if closeBeforeRename {
		if err := f.temp.Close(); err != nil {
			return err
		}
	}
	if err := replaceable(f.path); err != nil {
		return err
	}
	if err := rename(f.temp.Name(), f.path); err != nil {
		return err
	}
	f.ended = true
	var err error
	if !closeBeforeRename {
		err = f.temp.Close()
	}
	return errors.Join(err, syncDirectory(filepath.Dir(f.path)))
}

// Discard gives the file up and leaves nothing behind. After Commit or an earlier Discard it does nothing, so it can
// always be deferred.
func (f *File) Discard() error {
	if f.ended {
		return nil
	}
	f.ended = true
	err := f.temp.Close()
	// A Commit that failed may have closed the file.
	if errors.Is(err, fs.ErrClosed) {
		err = nil
	}
	return errors.Join(err, os.Remove(f.temp.Name()))
}

// replaceable reports why a rename onto path would destroy more than an older file.
func replaceable(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.Mode()&fs.ModeSymlink != 0:
		return errors.New("it is a symbolic link; name the file that it points to")
	case info.IsDir():
		return errors.New("it is a directory")
	case !info.Mode().IsRegular():
		return errors.New("it is not a plain file")
	}
	return inUse(path)
}

// syncDirectory makes a rename durable. File systems that cannot are left to their own promises, and Windows has no
// such call.
func syncDirectory(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	directory, err := os.Open(path)
	if err != nil {
		return err
	}
	err = directory.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		err = nil
	}
	return errors.Join(err, directory.Close())
}
