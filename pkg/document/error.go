package document

import (
	"errors"

	"rollcall/pkg/remedy"
)

// ErrNotUTF8 says that a text is not UTF-8 though nothing said that it is: another encoding may be right, see [Identify].
var ErrNotUTF8 = errors.New("not UTF-8")

// Error is why a document cannot be read.
type Error struct {
	// Line and Column are where the trouble begins, both from 1, columns in bytes.
	Line, Column int
	Reason       string
	// Code says it in a word that does not change, and Args are the values that it speaks of.
	Code string
	Args []string
	// Suggestion is what to do about it.
	Suggestion remedy.Hint
	// Damaged tells that some bytes are no characters, or none of a text.
	Damaged bool
	// Err is [ErrNotUTF8] or nil.
	Err error
}

// Error returns the reason and the suggestion.
func (e *Error) Error() string { return e.Reason + " (" + e.Suggestion.String() + ")" }

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// refusal returns an Error about the document as a whole.
func refusal(code, reason, suggestion string, args ...string) error {
	return &Error{Line: 1, Column: 1, Code: code, Args: args, Reason: reason, Suggestion: remedy.Words(suggestion)}
}

// asUTF8 is the suggestion that always helps.
const asUTF8 = "save it as CSV UTF-8"
