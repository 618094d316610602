package results

import (
	"path/filepath"
	"strings"
)

// sandboxMark stands in the names of files that say what became of people in a sandbox, which has mailed nobody.
const sandboxMark = ".sandbox"

// SandboxPath returns where that goes, of a sandbox, which goes to a path otherwise: team.sandbox.results.csv for
// team.results.csv, whatever the extension, and team.sandbox.todo.csv for team.todo.csv. What has the mark stays as it is.
func SandboxPath(path string) string {
	directory, name := filepath.Split(path)
	stem := strings.TrimSuffix(name, filepath.Ext(name))
	at := len(stem)
	if parts := todoNames().FindStringSubmatchIndex(stem); parts != nil {
		at = parts[3]
	}
	if strings.HasSuffix(stem[:at], sandboxMark) {
		return path
	}
	return directory + name[:at] + sandboxMark + name[at:]
}
