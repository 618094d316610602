package jobs

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// Error is a mistake in a file of jobs.
type Error struct {
	// Path is that of the file.
	Path string
	// Line is where the mistake is, 0 if it is nowhere in particular.
	Line int
	// Key is the option that it is about, "" if it is about none.
	Key string
	// Err says what is wrong.
	Err error
}

// Error returns "jobs.yaml:7: max-new: what is wrong".
func (e *Error) Error() string {
	text := e.Err.Error()
	if e.Key != "" {
		text = e.Key + ": " + text
	}
	if e.Line == 0 {
		return e.Path + ": " + text
	}
	return fmt.Sprintf("%s:%d: %s", e.Path, e.Line, text)
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// enough mistakes are told about a file or a job: whoever generates thousands has made one.
const enough = 100

// faults are the mistakes in a file.
type faults struct {
	path string
	errs []*Error
}

func (f *faults) fault(line int, key, format string, a ...any) {
	if len(f.errs) < enough {
		f.errs = append(f.errs, &Error{f.path, line, key, fmt.Errorf(format, a...)})
	}
}

// joined returns the mistakes in the order of their lines.
func (f *faults) joined() error {
	slices.SortStableFunc(f.errs, func(a, b *Error) int { return cmp.Compare(a.Line, b.Line) })
	errs := make([]error, len(f.errs))
	for i, one := range f.errs {
		errs[i] = one
	}
	return errors.Join(errs...)
}
