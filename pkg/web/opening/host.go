package opening

import (
	"bufio"
	"context"
	"io"
	"slices"
	"strings"
	"time"
)

// Host shows a page to a person: its addresses at the terminal, and the page itself in a browser. All fields are required but
// Env.
type Host struct {
	Way
	// Env is the environment of the browser, name=value each. Nil: that of the program.
	Env []string
	// Print prints an address, whole and on a line of its own. Tell says what a person wants to know, and who wants no
	// words need not be told.
	Print, Tell func(text string)
}

// Greet says how the page is reached that is listened on at the given host and port, and offers a ticket to it: another
// one whenever the person presses Enter, whose keys come from in. It is nil if there is no such person. What reads the keys
// stays with them until they end.
func (h Host) Greet(listening string, ticket func() string, in io.Reader) {
	for _, line := range h.Lead(listening) {
		h.Tell(line)
	}
	h.Offer(ticket())
	if in == nil {
		h.Tell("It lets in one browser, once, within two minutes. Quit on the page ends the program, and so does TERM.")
		return
	}
	h.Tell("It lets in one browser, once, within two minutes: press Enter for a fresh one.")
	h.Tell("Ctrl-C ends the program, and so does Quit on the page. Closing the page stops nothing.")
	go func() {
		for lines := bufio.NewScanner(in); lines.Scan(); {
			h.Offer(ticket())
		}
	}()
}

// Offer prints an address and opens it, without waiting for that. What it returns is closed once it is done.
func (h Host) Offer(address string) <-chan struct{} {
	h.Print(address)
	done := make(chan struct{})
	if h.Reason != Here {
		close(done)
		return done
	}
	h.Open(address, h.Env, func(err error) {
		if err != nil {
			h.Tell("No browser could be opened: " + strings.ReplaceAll(err.Error(), "\n", "; "))
		}
		close(done)
	})
	return done
}

// moment is how long a browser may take to be started by a program that ends.
const moment = 3 * time.Second

// Leave offers an address and waits until it is opened, but for no longer than a moment: a browser may stay as long as the
// person looks at it. It returns early, with the cause, if ctx ends.
func (h Host) Leave(ctx context.Context, address string) error {
	select {
	case <-h.Offer(address):
	case <-time.After(moment):
	case <-ctx.Done():
	}
	return context.Cause(ctx)
}

// Without returns an environment without the variables whose names begin so: a browser need not know them. Nil stays nil.
func Without(prefix string, env []string) []string {
	if env == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(env), func(pair string) bool { return strings.HasPrefix(pair, prefix) })
}
