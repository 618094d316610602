//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package atomicfile

import (
	"errors"
	"os"
	"syscall"
)

// closeBeforeRename is false: the lock is kept until the file is in its place.
const closeBeforeRename = false

// hold locks a temporary file, so that others see that its writer is alive. It reports false if somebody else has taken
// the file for a leftover. Where the file system has no locks, nobody removes leftovers, and the file counts as held.
func hold(file *os.File) bool {
	err := flock(file)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false
	}
	if err != nil {
		return true
	}
	opened, err := file.Stat()
	if err != nil {
		return true // writing will say it
	}
	named, err := os.Lstat(file.Name())
	return err == nil && os.SameFile(opened, named)
}

// removeAbandoned removes a temporary file unless its writer is alive, and so holds its lock.
func removeAbandoned(path string) {
	file, err := os.OpenFile(path, os.O_RDWR|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return
	}
	if flock(file) == nil {
		_ = os.Remove(path) // one that stays does no harm
	}
	_ = file.Close() // nothing was written
}

// flock locks an open file for this opening of it alone, or fails at once.
func flock(file *os.File) error {
	for {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}
