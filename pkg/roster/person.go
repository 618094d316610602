package roster

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"unicode/utf8"

	"rollcall/pkg/document"
)

// Person is one of the [People] whom a program has itself.
type Person struct {
	Email string
	// Role is the organization role. "" stands for that of [Options].
	Role string
	// Teams are those of [Options] if they are nil. An empty list means none.
	Teams []Team
	// Extra are columns of the program's own, by their names. They come back in [Entry.Extra].
	Extra map[string]string
}

// People is a document of people who are in no file, such as those of a database. It is JSON Lines, with the nth person on line
// n, and [Read] checks it as it does any other.
//
// It is read more than once, and the sequence must yield the same people in the same order each time: query the database
// again within it, best in one snapshot. If it yields others, that is [ErrChanged]. The people are taken from it while they are
// read, and one at a time is held in memory.
//
// An error that the sequence yields is the end of every reading: it is in the [*RefusedError] as it is, and the people before it
// do not count. A text that is not UTF-8 is such an error, too.
func People(name string, people iter.Seq2[Person, error]) document.Source {
	open := func() (io.ReadCloser, error) {
		next, stop := iter.Pull2(people)
		return &peopleWriter{next: next, stop: stop}, nil
	}
	return document.Source{Name: name, Extension: ".jsonl", Open: open}
}

// peopleWriter is what is read: people as JSON Lines, each written when the last has been read.
type peopleWriter struct {
	next func() (Person, error, bool)
	stop func()
	// line is what is still to be read of the last of so many.
	line  bytes.Buffer
	count int
	err   error
}

func (w *peopleWriter) Read(p []byte) (n int, err error) {
	for n < len(p) && w.err == nil {
		if w.line.Len() == 0 {
			w.write()
		}
		n += copy(p[n:], w.line.Next(len(p)-n))
	}
	if n == 0 {
		return 0, w.err
	}
	return n, nil
}

// write writes the next person, or sets the error that ends the document.
func (w *peopleWriter) write() {
	person, err, more := w.next()
	w.count++
	switch {
	case errors.Is(err, io.EOF):
		// It is an error all the same: a database that hangs up must not be taken for the end of the people.
		w.err = fmt.Errorf("person %d: %w: %s", w.count, io.ErrUnexpectedEOF, err.Error())
	case err != nil:
		w.err = err
	case !more:
		w.err = io.EOF
	default:
		w.err = person.encode(w.count, &w.line)
	}
}

// Close ends the sequence. It never fails.
func (w *peopleWriter) Close() error {
	w.stop()
	return nil
}

// personLine is how a person is written. Nil teams are left out, an empty list is not.
type personLine struct {
	Email string            `json:"email"`
	Role  string            `json:"role,omitempty"`
	Teams []teamValue       `json:"teams,omitzero"`
	Extra map[string]string `json:"extra,omitempty"`
}

type teamValue struct {
	Team string `json:"team"`
	Role string `json:"role,omitempty"`
}

// encode writes the person as one line.
func (p Person) encode(number int, into *bytes.Buffer) error {
	line := personLine{Email: p.Email, Role: p.Role, Extra: p.Extra}
	texts := []string{p.Email, p.Role}
	if p.Teams != nil {
		line.Teams = make([]teamValue, len(p.Teams))
	}
	for i, team := range p.Teams {
		line.Teams[i] = teamValue{team.Name, team.Role}
		texts = append(texts, team.Name, team.Role)
	}
	for _, name := range slices.Sorted(maps.Keys(p.Extra)) {
		texts = append(texts, name, p.Extra[name])
	}
	// encoding/json would write another character in its place.
	if i := slices.IndexFunc(texts, func(text string) bool { return !utf8.ValidString(text) }); i >= 0 {
		return fmt.Errorf("person %d: %s is not UTF-8", number, quote(texts[i]))
	}
	out := json.NewEncoder(into)
	out.SetEscapeHTML(false)
	return out.Encode(line)
}
