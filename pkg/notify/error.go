package notify

import (
	"errors"

	"rollcall/pkg/remedy"
)

// SettingError is a mistake in the [Options]. It does not show the address of the webhook.
type SettingError struct {
	// Option is the plain name of what is wrong, such as [OptionSummary].
	Option string
	// Hint says what to do, unless that is plain.
	Hint remedy.Hint
	// Err is what is wrong.
	Err error
}

// Error returns "option: what is wrong", without the hint.
func (e *SettingError) Error() string { return e.Option + ": " + e.Err.Error() }

// Unwrap returns [SettingError.Err].
func (e *SettingError) Unwrap() error { return e.Err }

// EndError is what could not be told of the end of a run.
type EndError struct {
	// Files could not be written, so the status of the run is a worse one. They are in the order in which that was found out.
	Files []*FileError
	// Post is why nobody took the notice, which does not change the status; nil if it was taken, or if there was none.
	Post error
}

// Error returns all errors, a line each.
func (e *EndError) Error() string { return errors.Join(e.Unwrap()...).Error() }

// Unwrap returns all errors: those of the files, then that of the post.
func (e *EndError) Unwrap() []error {
	var all []error
	for _, file := range e.Files {
		all = append(all, file)
	}
	if e.Post != nil {
		all = append(all, e.Post)
	}
	return all
}

// FileError is a file that could not be written.
type FileError struct {
	// Option is the plain name of the option that names the file: [OptionSummary] or [OptionMetrics].
	Option string
	// Err is what went wrong.
	Err error
}

// Error returns "option: what went wrong".
func (e *FileError) Error() string { return e.Option + ": " + e.Err.Error() }

// Unwrap returns [FileError.Err].
func (e *FileError) Unwrap() error { return e.Err }
