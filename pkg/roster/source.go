package roster

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// Source is a document that can be read more than once.
type Source struct {
	// Name stands in findings and, by its extension, tells the format.
	Name string
	// Open returns the document from its beginning. It is called once for every reading.
	Open func() (io.ReadCloser, error)
}

// File is the document in a file.
func File(path string) Source {
	return Source{Name: path, Open: func() (io.ReadCloser, error) { return os.Open(path) }}
}

// Spool copies what can be read only once, such as standard input, into a temporary file that only its owner can
// read. The returned function removes that file; call it when the source is no longer needed.
func Spool(name string, r io.Reader) (Source, func() error, error) {
	file, err := os.CreateTemp("", "rollcall-roster-*") // mode 0600
	if err != nil {
		return Source{}, nil, fmt.Errorf("spool %s: %w", name, err)
	}
	path := file.Name()
	_, err = io.Copy(file, r)
	if err = errors.Join(err, file.Close()); err != nil {
		return Source{}, nil, fmt.Errorf("spool %s: %w", name, errors.Join(err, os.Remove(path)))
	}
	return Source{Name: name, Open: File(path).Open}, func() error { return os.Remove(path) }, nil
}
