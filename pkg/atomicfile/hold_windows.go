package atomicfile

import "os"

// closeBeforeRename is true: an open file cannot be renamed.
const closeBeforeRename = true

// hold has nothing to do: an open file cannot be removed.
func hold(*os.File) bool { return true }

// removeAbandoned removes a temporary file, which fails where a living writer has it open.
func removeAbandoned(path string) {
	_ = os.Remove(path)
}
