package config

import (
	"errors"
	"io/fs"

	"rollcall/pkg/remedy"
)

// ErrNoCredentials means that none of the places for credentials has any.
var ErrNoCredentials = errors.New("no credentials")

// Error is what is wrong with a setting. It shows no secret.
type Error struct {
	// Source names the option, the variable or the file that the setting comes from; it may be empty.
	Source string
	// Hint says what to do, unless that is plain.
	Hint remedy.Hint
	// Err is what is wrong.
	Err error
}

// Error returns "source: what is wrong", without the hint.
func (e *Error) Error() string {
	if e.Source == "" {
		return e.Err.Error()
	}
	return e.Source + ": " + e.Err.Error()
}

// Unwrap returns [Error.Err].
func (e *Error) Unwrap() error { return e.Err }

// at says where err comes from. It returns nil if err is nil.
func at(source string, err error) error {
	if err == nil {
		return nil
	}
	if known, ok := errors.AsType[*Error](err); ok {
		return &Error{Source: source, Hint: known.Hint, Err: known.Err}
	}
	return &Error{Source: source, Err: err}
}

// cause returns err without the path that it repeats.
func cause(err error) error {
	if of, ok := errors.AsType[*fs.PathError](err); ok {
		return of.Err
	}
	return err
}
