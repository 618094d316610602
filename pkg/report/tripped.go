package report

import (
	"strings"
	"time"
)

// Tripped says what guards keep back.
type Tripped struct {
	// Digest is that of what would be done, which a person can approve of; empty where it is not known.
	Digest string `json:"digest,omitempty"`
	// Since is when guards first kept the roster back, zero where that is not remembered.
	Since time.Time `json:"since,omitzero"`
	// Guards are those that tripped.
	Guards []Guard `json:"guards"`
}

// Guard is a guard that tripped.
type Guard struct {
	// Option is the plain name of the option that it is known by, Reason says what it has against going on. It names nobody: a
	// summary goes to many places.
	Option string `json:"option"`
	Reason string `json:"reason"`
}

// String says in words what keeps the work back, and since when; "" of nil.
func (t *Tripped) String() string {
	if t == nil {
		return ""
	}
	var options []string
	for _, guard := range t.Guards {
		options = append(options, guard.Option)
	}
	text := strings.Join(options, ", ")
	if !t.Since.IsZero() {
		text += ", since " + t.Since.Local().Format(time.DateTime)
	}
	if t.Digest != "" {
		text += ": " + t.Digest
	}
	return text
}
