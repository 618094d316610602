package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// terminal runs a command at a terminal, which is its standard input, output and error and controls it:
//
//	terminal WIDTH command [args...]
//
// What comes on its own standard input is typed once the terminal shows what the line begins with, up to a tab: the line
// "y/N\ty" types y and Enter after the question. \x03 is Ctrl-C and \x04 Ctrl-D, without Enter. What the terminal was sent goes
// to standard output as it was, but for the carriage returns that a terminal itself adds to line feeds. The exit code is that of
// the command.
func terminal() {
	code, err := runTerminal(os.Args[1:], os.Stdin, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "terminal:", err)
		code = 71 // which no script expects
	}
	os.Exit(code)
}

func runTerminal(args []string, in io.Reader, out io.Writer) (code int, err error) {
	if len(args) < 2 {
		return 0, errors.New("usage: terminal WIDTH command [args...]")
	}
	width, err := strconv.ParseUint(args[0], 10, 16)
	if err != nil {
		return 0, err
	}
	typed, err := io.ReadAll(in)
	if err != nil {
		return 0, err
	}
	master, slave, err := openTerminal(uint16(width))
	if err != nil {
		return 0, err
	}
	cmd := exec.Command(args[1], args[2:]...) //nolint:noctx // bounded ends this process
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	if err := slave.Close(); err != nil {
		return 0, err
	}
	keys := strings.Split(strings.TrimSuffix(string(typed), "\n"), "\n")
	var shown bytes.Buffer
	var reading sync.WaitGroup
	reading.Go(func() {
		read := make([]byte, 4096)
		seen := 0 // by the keys that were typed
		for {
			n, err := master.Read(read)
			shown.Write(read[:n])
			for len(keys) > 0 {
				after, key, _ := strings.Cut(keys[0], "\t")
				at := strings.Index(shown.String()[seen:], after)
				if keys[0] == "" || at < 0 {
					break
				}
				seen, keys = seen+at+len(after), keys[1:]
				if !strings.ContainsAny(key, "\x03\x04") {
					key += "\n"
				}
				if _, err := io.WriteString(master, key); err != nil {
					return
				}
			}
			if err != nil { // EIO: nobody has the terminal any more
				return
			}
		}
	})
	err = cmd.Wait()
	reading.Wait()
	exit, ended := errors.AsType[*exec.ExitError](err)
	switch {
	case ended && exit.ExitCode() >= 0:
		code = exit.ExitCode()
	case err != nil:
		return 0, err
	}
	_, err = out.Write(bytes.ReplaceAll(shown.Bytes(), []byte("\r\n"), []byte("\n")))
	return code, err
}

// openTerminal returns the two ends of a new terminal.
func openTerminal(width uint16) (master, slave *os.File, err error) {
	if master, err = os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0); err != nil {
		return nil, nil, err
	}
	fd := int(master.Fd())
	n, err := unix.IoctlGetUint32(fd, unix.TIOCGPTN)
	if err != nil {
		return nil, nil, err
	}
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		return nil, nil, err
	}
	if slave, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0); err != nil {
		return nil, nil, err
	}
	const height = 24
	if err := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: height, Col: width}); err != nil {
		return nil, nil, err
	}
	return master, slave, nil
}
