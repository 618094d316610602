package roster

import "rollcall/pkg/email"

// addressRead is what there is to be said about an address, wherever it stands.
type addressRead struct {
	// address is what counts of the cell, empty if nothing does. It failed if it is what a formula leaves that has failed.
	address string
	failed  bool
	// key is that of the address, empty if it has a problem.
	key            string
	problem, doubt *email.Problem
}

// addressReader reads the cells of addresses. It is not safe for concurrent use.
type addressReader struct {
	unwrap bool
	doubt  email.Doubter
}

func (r *addressReader) read(text string) addressRead {
	a := addressRead{address: email.Trim(text)}
	if a.address == "" {
		return a
	}
	if a.failed = IsErrorWord(a.address); a.failed {
		return a
	}
	if r.unwrap {
		if bare, ok := email.Unwrap(a.address); ok {
			a.address = bare
		}
	}
	a.key, a.problem, a.doubt = r.doubt.Read(a.address)
	return a
}
