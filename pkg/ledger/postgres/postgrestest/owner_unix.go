//go:build unix

package postgrestest

import (
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// nobody returns whom the server belongs to: nil is whoever runs the tests, unless that is root.
func nobody() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil //nolint:nilnil // nobody else
	}
	found, err := user.Lookup("nobody")
	if err != nil {
		return nil, err
	}
	uid, err := strconv.ParseUint(found.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(found.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, err
}

// give gives a folder to whom the server belongs to.
func give(folder string) error {
	owner, err := nobody()
	if err != nil || owner == nil {
		return err
	}
	return os.Chown(folder, int(owner.Uid), int(owner.Gid))
}

// stepDown runs a command as whom the server belongs to. A signal from the terminal does not reach it.
func stepDown(c *exec.Cmd) {
	owner, _ := nobody() // give has said why not
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: owner}
}
