// Package remedy holds what a person can do about something, as data: the setting to change, and the words around it.
//
// Parts of the program that find a problem do not know how a person sets an option. They return a [Hint], and each face
// shows it in its own way:
//
//	hint := remedy.Words("choose one with ").Use("map", "email=Login")
//	hint.Render(func(r remedy.Remedy) string { return "--" + r.Option + " " + r.Value }) // choose one with --map email=Login
//	hint.Remedies()                                                                        // for a page with a chooser
package remedy

import (
	"slices"
	"strings"
)

// Remedy is a setting that solves a problem, or a use of the program that helps with it: one of Option and Command is
// set.
type Remedy struct {
	// Option is the plain name of the setting, such as "reinvite".
	Option string `json:"option,omitempty"`
	// Command is the plain name of the use, such as "check".
	Command string `json:"command,omitempty"`
	// Value is what to set the option to, or what to use the command on. It is empty for one that is only named.
	Value string `json:"value,omitempty"`
}

// String returns the remedy and its value in words.
func (r Remedy) String() string {
	name := r.Option + r.Command
	if r.Value == "" {
		return name
	}
	return name + " " + r.Value
}

// Renderer shows a remedy as the users of one face write it. A nil Renderer shows [Remedy.String].
type Renderer func(Remedy) string

// Text returns the remedy as the renderer shows it.
func (render Renderer) Text(r Remedy) string {
	if render == nil {
		return r.String()
	}
	return render(r)
}

// Part is one piece of a [Hint]: words, or a remedy if it names one.
type Part struct {
	Text string
	Remedy
}

// Hint is a sentence that says what to do. Its parts follow each other without anything between them. A hint without
// parts says nothing.
type Hint []Part

// Words returns a hint of words alone. Empty words make an empty hint.
func Words(text string) Hint { return Hint(nil).Words(text) }

// Use returns a hint of one remedy.
func Use(option, value string) Hint { return Hint(nil).Use(option, value) }

// Words returns the hint with words after it. It leaves the hint as it is.
func (h Hint) Words(text string) Hint {
	if text == "" {
		return h
	}
	return append(slices.Clip(h), Part{Text: text})
}

// Use returns the hint with a remedy after it. It leaves the hint as it is.
func (h Hint) Use(option, value string) Hint {
	return append(slices.Clip(h), Part{Remedy: Remedy{Option: option, Value: value}})
}

// Run returns the hint with a use of the program after it. It leaves the hint as it is.
func (h Hint) Run(command, value string) Hint {
	return append(slices.Clip(h), Part{Remedy: Remedy{Command: command, Value: value}})
}

// Remedies returns the remedies in the hint, in their order.
func (h Hint) Remedies() []Remedy {
	var all []Remedy
	for _, part := range h {
		if part.Remedy != (Remedy{}) {
			all = append(all, part.Remedy)
		}
	}
	return all
}

// Render returns the text of the hint, with its remedies as the renderer shows them.
func (h Hint) Render(render Renderer) string {
	var b strings.Builder
	for _, part := range h {
		if part.Remedy != (Remedy{}) {
			b.WriteString(render.Text(part.Remedy))
		} else {
			b.WriteString(part.Text)
		}
	}
	return b.String()
}

// String returns the hint with its remedies in words.
func (h Hint) String() string { return h.Render(nil) }

// MarshalText writes [Hint.String], so that a hint is a text in JSON.
func (h Hint) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads a text as a hint of words alone.
func (h *Hint) UnmarshalText(text []byte) error {
	*h = Words(string(text))
	return nil
}
