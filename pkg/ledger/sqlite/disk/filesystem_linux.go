package disk

import "golang.org/x/sys/unix"

// Remote reports whether path is, or may be, on a network file system. SQLite's write-ahead log needs memory
// shared by all who open the file, see https://www.sqlite.org/wal.html. FUSE counts, since nobody knows what is
// behind it.
func Remote(path string) bool {
	var stat unix.Statfs_t
	if unix.Statfs(path, &stat) != nil {
		return false
	}
	switch uint32(stat.Type) {
	case unix.NFS_SUPER_MAGIC, unix.SMB_SUPER_MAGIC, unix.CIFS_SUPER_MAGIC, unix.SMB2_SUPER_MAGIC,
		unix.AFS_SUPER_MAGIC, unix.AFS_FS_MAGIC, unix.CODA_SUPER_MAGIC, unix.NCP_SUPER_MAGIC,
		unix.CEPH_SUPER_MAGIC, unix.V9FS_MAGIC, unix.FUSE_SUPER_MAGIC, lustre, gfs2:
		return true
	}
	return false
}

// Magic numbers that the unix package does not name.
const (
	lustre = 0x0bd00bd0
	gfs2   = 0x01161970
)
