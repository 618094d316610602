// Package pager shows text in the program with which a person pages through what is long: that of $PAGER, else less.
//
//	p, err := pager.Start(pager.Options{Command: pager.Choose(os.LookupEnv), Out: os.Stdout, Err: os.Stderr, Env: os.Environ()})
//	…
//	_, err = p.Write(text) // [ErrQuit] once the person has seen enough
//	err = p.Close()        // which waits until the person has left
//
// It does not decide whether text should be paged: that is for who knows whether a person is at the terminal. What is written
// is shown as it is.
//
// It has no example: what it shows is seen at a terminal.
package pager

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
)

// ErrQuit says that the pager has ended, since the person who looked has seen enough: what else there is need not be written.
var ErrQuit = errors.New("the pager was left")

// Variable is that of the environment which chooses the pager of this program alone.
const Variable = "ROLLCALL_PAGER"

const (
	// usual is the pager where nobody has chosen one.
	usual = "less"
	// usualFlags have less show a text that fits on the screen without asking for a key, pass colours, and leave what was
	// shown on the screen.
	usualFlags = "FRX"
)

// Choose returns the command of the pager that the environment asks for, whose variables lookup returns: that of
// ROLLCALL_PAGER, else of PAGER, else less. It returns "" where none is wanted: since the variable is empty or cat, or the
// terminal cannot turn pages.
func Choose(lookup func(string) (string, bool)) string {
	if terminal, _ := lookup("TERM"); terminal == "dumb" {
		return ""
	}
	command := usual
	for _, name := range []string{"PAGER", Variable} { // the last one counts
		if value, given := lookup(name); given {
			command = strings.TrimSpace(value)
		}
	}
	if command == "cat" {
		return ""
	}
	return command
}

// Open returns a writer to what a person reads from a terminal, through the pager that an environment asks for, and what ends
// that. Where none is wanted, or it cannot be started, it returns the terminal itself and false.
func Open(terminal *os.File, env []string) (out io.Writer, end func() error, paged bool) {
	lookup := func(name string) (string, bool) {
		for _, pair := range slices.Backward(env) { // the last one counts
			if value, found := strings.CutPrefix(pair, name+"="); found {
				return value, true
			}
		}
		return "", false
	}
	if p, err := Start(Options{Command: Choose(lookup), Out: terminal, Err: terminal, Env: env}); err == nil {
		return p, p.Close, true
	}
	return terminal, func() error { return nil }, false
}

// Options say where text is shown.
type Options struct {
	// Command is what starts the pager, with its arguments, as [Choose] returns it.
	Command string
	// Out and Err are the terminal. The pager reads keys from there, too.
	Out, Err *os.File
	// Env is the environment of the pager, as name=value.
	Env []string
}

// Pager is a running pager. It is not safe for concurrent use. Close it.
type Pager struct {
	process *exec.Cmd
	in      *os.File
	quit    bool
}

// Start starts the pager. The error is [exec.ErrNotFound] where there is none of that name.
func Start(o Options) (*Pager, error) {
	process, err := command(o.Command)
	if err != nil {
		return nil, err
	}
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	process.Stdin, process.Stdout, process.Stderr = reader, o.Out, o.Err
	process.Env = withUsual(o.Env)
	err = errors.Join(process.Start(), reader.Close())
	if err != nil {
		return nil, errors.Join(err, writer.Close())
	}
	return &Pager{process: process, in: writer}, nil
}

// command returns what runs the pager. A shell does where there is one, as for every other program that has one: the variable
// may hold more than a name. Where the program is missing is found out before.
func command(text string) (*exec.Cmd, error) {
	words := strings.Fields(text)
	if len(words) == 0 {
		return nil, exec.ErrNotFound
	}
	found, err := exec.LookPath(words[0])
	shell, noShell := exec.LookPath("sh")
	switch simple := !strings.ContainsAny(text, `|&;<>()$'"\*?[#~=%`+"`"); {
	case simple && err != nil:
		return nil, err
	case simple:
		return exec.Command(found, words[1:]...), nil //nolint:gosec,noctx // the person has chosen it, and leaves it
	case noShell != nil:
		return nil, noShell
	}
	return exec.Command(shell, "-c", text), nil //nolint:gosec,noctx // the person has chosen it, and leaves it
}

// withUsual returns the environment with the usual flags of less, unless somebody has set others.
func withUsual(env []string) []string {
	for _, pair := range env {
		if strings.HasPrefix(pair, "LESS=") {
			return env
		}
	}
	return append(slices.Clip(env), "LESS="+usualFlags)
}

// Write hands text to the pager. It returns [ErrQuit] once that has ended.
func (p *Pager) Write(text []byte) (int, error) {
	if p.quit {
		return 0, ErrQuit
	}
	n, err := p.in.Write(text)
	if isQuit(err) {
		p.quit, err = true, ErrQuit
	}
	return n, err
}

// Close ends the text and waits until the person has left the pager. How the pager has ended does not matter: it has shown
// what it could.
func (p *Pager) Close() error {
	err := p.in.Close()
	if errors.Is(err, fs.ErrClosed) || isQuit(err) {
		err = nil
	}
	waitErr := p.process.Wait()
	if _, ended := errors.AsType[*exec.ExitError](waitErr); ended {
		waitErr = nil
	}
	return errors.Join(err, waitErr)
}

// isQuit reports whether an error says that nobody reads any more. The second number is that of Windows.
func isQuit(err error) bool {
	const windowsNoData = syscall.Errno(232)
	return errors.Is(err, syscall.EPIPE) || errors.Is(err, io.ErrClosedPipe) || runtime.GOOS == "windows" && errors.Is(err, windowsNoData)
}
