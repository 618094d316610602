package remedy

import (
	"errors"
	"fmt"
	"strings"
)

// OptionError is an error that an option can mend, or is to blame for.
type OptionError struct {
	// Option is the plain name of the option at fault, empty if none is.
	Option string
	// What says what is wrong.
	What Hint
	// Remedy says what to do about it, nil where What says it all.
	Remedy Hint
	// Err is what is behind it, nil if nothing is. What has its text already.
	Err error
}

// About returns the problem that an option has a value that it cannot have.
func About(option string, err error) *OptionError {
	return &OptionError{Option: option, What: Use(option, "").Words(": " + err.Error()), Err: err}
}

// Aboutf is [About] with an error made like that of [fmt.Errorf].
func Aboutf(option, format string, args ...any) *OptionError {
	return About(option, fmt.Errorf(format, args...))
}

// MustBePositive returns the error that an option is nothing or less.
func MustBePositive(option string) *OptionError {
	return &OptionError{Option: option, What: Use(option, "").Words(" must be more than nothing")}
}

// With returns the problem with what to do about it.
func (p *OptionError) With(remedy Hint) *OptionError {
	p.Remedy = remedy
	return p
}

// Error returns what is wrong, with options in words.
func (p *OptionError) Error() string { return p.What.String() }

// Unwrap returns what is behind the problem.
func (p *OptionError) Unwrap() error { return p.Err }

// Text returns the text of an error, with the options in its problems as the renderer shows them.
func Text(err error, render Renderer) string {
	text := err.Error()
	for _, p := range optionErrors(err) {
		text = strings.Replace(text, p.Error(), p.What.Render(render), 1)
	}
	return text
}

// optionErrors returns those that an error is made of, the outermost of each branch.
func optionErrors(err error) (found []*OptionError) {
	if p, ok := err.(*OptionError); ok { //nolint:errorlint // the tree is walked here
		return []*OptionError{p}
	}
	switch wrapped := err.(type) { //nolint:errorlint // the tree is walked here
	case interface{ Unwrap() error }:
		if inner := wrapped.Unwrap(); inner != nil {
			return optionErrors(inner)
		}
	case interface{ Unwrap() []error }:
		for _, inner := range wrapped.Unwrap() {
			found = append(found, optionErrors(inner)...)
		}
	}
	return found
}

// Of returns the first problem that an error is made of, nil if there is none.
func Of(err error) *OptionError {
	p, _ := errors.AsType[*OptionError](err)
	return p
}
