//go:build unix

package opening

import (
	"os/exec"
	"syscall"
)

// apart starts a command in a session of its own: Ctrl-C at our terminal would end a browser that it has started.
func apart(command *exec.Cmd) { command.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }
