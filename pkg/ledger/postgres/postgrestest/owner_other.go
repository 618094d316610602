//go:build !unix

package postgrestest

import (
	"fmt"
	"os/exec"
)

// give says that there are no servers on this system.
func give(string) error {
	return fmt.Errorf("%w: servers for tests run on Unix only", exec.ErrNotFound)
}

func stepDown(*exec.Cmd) {}
