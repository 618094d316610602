package disk

import "golang.org/x/sys/unix"

// Remote reports whether path is on a file system that is not this machine's own. SQLite's write-ahead log needs memory
// shared by all who open the file, see https://www.sqlite.org/wal.html.
func Remote(path string) bool {
	var stat unix.Statfs_t
	return unix.Statfs(path, &stat) == nil && stat.Flags&unix.MNT_LOCAL == 0
}
