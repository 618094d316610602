package roster

import (
	"context"
	"errors"
	"io"
	"strings"

	"go.yaml.in/yaml/v4"
)

// The library holds a document as a whole, at up to 1.2 KiB for each sign that parts two values. These limits keep the
// process below 400 MiB whatever the document; in a stream, they hold for what is between two "---".
const (
	maxYAML  = 16 << 20 // bytes
	maxSigns = 200_000
	signs    = ",:-?[{"
)

// readYAML reads a list of entries, a mapping with "people" and perhaps "defaults", or a stream of such documents or
// of single entries. Defaults hold from their document on.
func readYAML(_ context.Context, r *reading, emit func(*row) error) error {
	people, err := newPeopleReader(r, emit, "YAML")
	if err != nil {
		return err
	}
	scale := &scale{source: r.Reader}
	loader, err := yaml.NewLoader(scale)
	if err != nil {
		return err
	}
	for {
		scale.reset()
		var document yaml.Node
		switch err := loader.Load(&document); {
		case errors.Is(err, io.EOF):
			return nil
		case scale.err != nil:
			return scale.err // which the library hides
		case err != nil:
			return scale.indented(explainYAML(err))
		}
		if err := people.document(document.Content[0]); err != nil {
			return scale.indented(err)
		}
	}
}

// explainYAML turns an error of the YAML library into a structureError.
func explainYAML(err error) error {
	var load *yaml.LoadError
	if !errors.As(err, &load) {
		return err
	}
	suggestion := ""
	if strings.Contains(load.Message, "cannot start any token") {
		suggestion = "put a value that starts with a sign such as @ or % in quotes, and indent with spaces"
	}
	// What was begun and never ended stands where it began, not at the end of the document.
	at := load.Mark
	if load.ContextMark.Line > 0 && strings.Contains(load.Message, "end of stream") {
		at = load.ContextMark
	}
	return broken(place{at.Line, at.Column}, say("yaml-invalid", "not valid YAML: "+load.Message, load.Message), suggestion)
}
