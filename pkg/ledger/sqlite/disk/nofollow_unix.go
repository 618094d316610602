//go:build unix

package disk

import "golang.org/x/sys/unix"

// noFollow makes opening a file fail if it is a symbolic link.
const noFollow = unix.O_NOFOLLOW
