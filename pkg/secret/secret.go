// Package secret holds text that must not be printed: personal access tokens, access tokens, invitation tokens.
//
// A [Text] prints as "[redacted]" under every fmt verb and in every encoder that asks the value how to print
// itself. It does not encrypt anything and does not wipe memory.
package secret

import (
	"errors"
	"fmt"
	"io"
)

// Redacted is what a secret prints as.
const Redacted = "[redacted]"

// Shortest is how many bytes a secret has at least. Whatever is shorter is found all over ordinary text, so that it can't be
// kept out of it, and is refused where it is read.
const Shortest = 8

// Text is a secret string. The zero value is no secret at all. It is safe for concurrent use; compare with
// [Text.Equal].
type Text struct {
	// A pointer, since fmt's %p looks past a Formatter into the fields, and finds only an address here.
	value *string
}

// New returns value as a secret.
func New(value string) Text {
	if value == "" {
		return Text{}
	}
	return Text{&value}
}

// Reveal returns the secret itself. Call it only where the secret is sent or stored.
func (t Text) Reveal() string {
	if t.value == nil {
		return ""
	}
	return *t.value
}

// Empty reports whether there is no secret.
func (t Text) Empty() bool { return t.value == nil }

// Equal reports whether both hold the same secret.
func (t Text) Equal(other Text) bool { return t.Reveal() == other.Reveal() }

// String returns [Redacted], or nothing for the zero value.
func (t Text) String() string {
	if t.Empty() {
		return ""
	}
	return Redacted
}

// Format prints [Text.String] whatever the verb, since verbs like %d would otherwise show the field.
func (t Text) Format(state fmt.State, _ rune) {
	// A fmt.State never fails; its error belongs to the writer behind it, which fmt reports itself.
	_, _ = io.WriteString(state, t.String())
}

// MarshalText redacts the secret in JSON, YAML and logs.
func (t Text) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads the secret as it stands. Redacted text is refused: it is not the secret any more.
func (t *Text) UnmarshalText(text []byte) error {
	if string(text) == Redacted {
		return errors.New("the secret was redacted before it was stored")
	}
	*t = New(string(text))
	return nil
}
