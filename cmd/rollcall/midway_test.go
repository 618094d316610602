package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// midway runs a command, and disturbs it once the sandbox has sent so many mails:
//
//	midway N INT command…      a signal; TERM and KILL, too, and several as INT,TERM
//	midway N revoke command…   an order to the sandbox; expire, too
//	midway OPERATION=N what…   once the sandbox was called so often: midway invite=1 KILL …
//
// It ends with the command's exit code, 137 if the command was killed. It is a process of its own since only that has
// the environment of the script.
func midway() {
	code, err := disturb(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "midway:", err)
		code = 1
	}
	os.Exit(code)
}

func disturb(args []string) (code int, err error) {
	if len(args) < 3 {
		return 0, errors.New("usage: midway N what command [args...]")
	}
	operation, number, called := strings.Cut(args[0], "=")
	if !called {
		number = operation
	}
	after, err := strconv.Atoi(number)
	if err != nil {
		return 0, err
	}
	command := exec.Command(args[2], args[3:]...) //nolint:noctx // it is waited for, and bounded by the test's own time
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := command.Start(); err != nil {
		return 0, err
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = command.Wait() // ProcessState has what it returns
	}()
	url := os.Getenv("CYBEDEFEND_API_URL")
	reached := func(counts stats) bool { return counts.Emails >= after }
	if called {
		reached = func(counts stats) bool { return counts.Requests[operation] >= after }
	}
	if await(url, reached, ended) {
		if err := do(args[1], url, command.Process); err != nil {
			return 0, err
		}
	}
	<-ended
	if code = command.ProcessState.ExitCode(); code < 0 {
		code = 137
	}
	return code, nil
}

// await waits until the sandbox has come that far, and reports false if the command has ended before.
func await(url string, reached func(stats) bool, ended <-chan struct{}) bool {
	ticker := time.NewTicker(2 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-ended:
			return false
		case <-ticker.C:
			if counts, err := statsOf(url); err == nil && reached(counts) {
				return true
			}
		}
	}
}

// do sends signals to the process, or an order to the sandbox.
func do(what, url string, process *os.Process) error {
	signals := map[string]os.Signal{"INT": os.Interrupt, "TERM": syscall.SIGTERM, "HUP": syscall.SIGHUP, "KILL": os.Kill}
	for name := range strings.SplitSeq(what, ",") {
		signal, known := signals[name]
		if !known {
			return order(url, what, "")
		}
		if err := process.Signal(signal); err != nil {
			return err
		}
	}
	return nil
}
