package opening

import (
	"errors"
	"io"
	"os/exec"
	"strings"
	"sync"

	"github.com/cli/browser"
)

// Open opens an address, in the environment env, name=value each. It returns at once. What became of it is told to done, from
// another goroutine: nil once the browser has taken the address, or, with some, once the person has closed it. Where
// [Way.Reason] is not [Here], it does nothing, and done is not called.
func (w Way) Open(address string, env []string, done func(error)) {
	if w.Reason != Here {
		return
	}
	go func() { done(w.run(address, env)) }()
}

// silence keeps what the library starts from our streams, which are variables of its own.
var silence = sync.OnceFunc(func() { browser.Stdout, browser.Stderr = io.Discard, io.Discard })

// run opens an address with the first command that does it.
func (w Way) run(address string, env []string) error {
	if len(w.commands) == 0 {
		// On Windows and macOS the system is asked, and no program of ours is between.
		silence()
		return browser.OpenURL(address)
	}
	var failed error
	for _, words := range w.commands {
		args := make([]string, 0, len(words))
		for _, word := range words {
			args = append(args, strings.ReplaceAll(word, "%s", address))
		}
		command := exec.Command(args[0], args[1:]...) //nolint:gosec,noctx // the person has chosen it, and it outlives us
		command.Env = env
		apart(command)
		err := command.Run()
		if err == nil {
			return nil
		}
		failed = errors.Join(failed, named(args[0], err))
	}
	return failed
}

// named returns an error that says which command has failed.
func named(command string, err error) error {
	if _, ok := errors.AsType[*exec.Error](err); ok { // which names it
		return err
	}
	return &exec.Error{Name: command, Err: err}
}
