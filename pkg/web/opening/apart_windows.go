package opening

import (
	"os/exec"
	"syscall"
)

// apart starts a command in a group of its own: Ctrl-C at our console would end a browser that it has started.
func apart(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}
