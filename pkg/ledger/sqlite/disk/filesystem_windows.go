package disk

import (
	"path/filepath"

	"golang.org/x/sys/windows"
)

// Remote reports whether path is on another machine's drive. SQLite's write-ahead log needs memory shared by all who open
// the file, see https://www.sqlite.org/wal.html.
func Remote(path string) bool {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return false
	}
	root, err := windows.UTF16PtrFromString(filepath.VolumeName(absolute) + `\`) // of a drive, or of \\server\share
	return err == nil && windows.GetDriveType(root) == windows.DRIVE_REMOTE
}
