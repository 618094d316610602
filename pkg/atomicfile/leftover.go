package atomicfile

import (
	"os"
	"path/filepath"
	"strings"
)

// removeLeftovers removes what writers of the same target that were killed have left beside it. A file that a living
// process still writes is left alone. What cannot be removed stays: it does no harm to the target.
func removeLeftovers(path string) {
	folder, base := filepath.Split(path)
	if folder == "" {
		folder = "."
	}
	// A folder that cannot be listed shows no leftovers.
	entries, _ := os.ReadDir(folder)
	for _, entry := range entries {
		if entry.Type().IsRegular() && isTemporary(entry.Name(), base) {
			removeAbandoned(filepath.Join(folder, entry.Name()))
		}
	}
}

// isTemporary reports whether [Create] gives such a name to a file aside of the target base: its random part has
// digits alone, so that the files of a.csv are none of a.
func isTemporary(name, base string) bool {
	random, begins := strings.CutPrefix(name, "."+base+".")
	random, ends := strings.CutSuffix(random, ".tmp")
	return begins && ends && random != "" && strings.Trim(random, "0123456789") == ""
}
