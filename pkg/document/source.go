package document

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// Source is a document that can be read more than once.
type Source struct {
	// Name is for messages; by its extension, it may tell the format.
	Name string
	// Extension tells the format, as in ".jsonl", of a document whose name is no file's. "" stands for that of the name.
	Extension string
	// Open returns the document from its beginning. It is called once for every reading.
	Open func() (io.ReadCloser, error)
}

// File is the document in a file.
func File(path string) Source {
	return Source{Name: path, Open: func() (io.ReadCloser, error) { return os.Open(path) }}
}

// Spool copies what can be read only once, such as standard input, into a temporary file that only its owner can
// read. The returned function gives the file up; call it when the source is no longer needed. Where the system allows
// it, the file has no name from the beginning, so that nothing stays behind however the process ends.
func Spool(name string, r io.Reader) (Source, func() error, error) {
	file, err := os.CreateTemp("", "rollcall-roster-*") // mode 0600
	if err != nil {
		return Source{}, nil, fmt.Errorf("spool %s: %w", name, err)
	}
	named := os.Remove(file.Name()) != nil // Windows keeps the name of an open file
	discard := func() error {
		err := file.Close()
		if named {
			err = errors.Join(err, os.Remove(file.Name()))
		}
		return err
	}
	size, err := io.Copy(file, r)
	if err != nil {
		return Source{}, nil, fmt.Errorf("spool %s: %w", name, errors.Join(err, discard()))
	}
	open := func() (io.ReadCloser, error) { return io.NopCloser(io.NewSectionReader(file, 0, size)), nil }
	return Source{Name: name, Open: open}, discard, nil
}
