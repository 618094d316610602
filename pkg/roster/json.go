package roster

import (
	"context"

	"go.yaml.in/yaml/v4"
)

// readJSON reads a list of people, an object with "people" and perhaps "defaults" before it, or persons one behind the other. Of
// a list, it holds one person at a time.
func readJSON(_ context.Context, r *reading, emit func(*row) error) error {
	people, err := newPeopleReader(r, emit, "JSON")
	if err != nil {
		return err
	}
	j := jsonReader{peopleReader: people, scanner: newScanner(r.Reader)}
	switch {
	case j.next == '[':
		err = j.list()
	case j.next != 0:
		err = j.document()
	}
	if err != nil {
		return err
	}
	if err := j.others(); err != nil {
		return err
	}
	if j.space(); j.next == ',' {
		return j.broken(say("json-comma-alone", "a comma behind a person who is in no list"), "put [ before the first and ] behind the last, or remove the commas and call it .jsonl")
	}
	if j.next != 0 {
		return j.broken(say("json-after-end", "something follows the end of the roster"), "put everybody into one list, or one on each line of a document called .jsonl")
	}
	return j.ended()
}

// readJSONLines reads one person after another, each from a line of its own.
func readJSONLines(_ context.Context, r *reading, emit func(*row) error) error {
	people, err := newPeopleReader(r, emit, "JSON")
	if err != nil {
		return err
	}
	j := jsonReader{peopleReader: people, scanner: newScanner(r.Reader)}
	for last := 0; ; {
		switch j.space(); {
		case j.next == 0:
			return j.ended()
		case j.next == '[':
			return j.broken(say("jsonl-list", "a list, where JSON Lines has one person on each line"), "call the document .json if it is one list")
		case j.next == ',':
			return j.broken(say("json-comma-alone", "a comma behind a person, where JSON Lines has nothing"), "remove the commas, or make it one list in [ and ] and call it .json")
		case j.line == last:
			return j.broken(say("jsonl-same-line", "something follows the person on this line"), "begin a new line for everybody")
		}
		if err := j.person(); err != nil {
			return err
		}
		last = j.line
	}
}

// jsonReader reads people from JSON.
type jsonReader struct {
	*peopleReader
	*scanner
	// single tells that the document has begun with a person who is in no list.
	single bool
}

// others reads those who follow a single person, one behind the other as jq writes them, each from a new line.
func (j *jsonReader) others() error {
	for j.single {
		last := j.line
		if j.space(); j.next != '{' || j.line == last {
			return nil
		}
		if err := j.person(); err != nil {
			return err
		}
	}
	return nil
}

// person reads one, in memory that is given back before the next.
func (j *jsonReader) person() error {
	j.begin()
	node, err := j.value(0)
	if err != nil {
		return err
	}
	return j.entry(node)
}

func (j *jsonReader) list() error {
	return j.items(']', j.person)
}

// document reads anything but a list.
func (j *jsonReader) document() error {
	if j.next != '{' {
		top, err := j.value(0)
		if err != nil {
			return err
		}
		return j.peopleReader.document(top)
	}
	top := &yaml.Node{Kind: yaml.MappingNode, Line: j.line, Column: j.column}
	streamed := false
	if err := j.items('}', func() error {
		key, err := j.key()
		if err != nil {
			return err
		}
		switch {
		case streamed:
			return j.late(key)
		case key.Value == keyPeople && j.next == '[' && !hasKey(top, FieldEmail):
			streamed = true
			return j.stream(top, key)
		}
		value, err := j.value(1)
		top.Content = append(top.Content, key, value)
		return err
	}); err != nil || streamed {
		return err
	}
	j.single = hasKey(top, FieldEmail)
	return j.peopleReader.document(top)
}

// stream reads the list of people, of whom the document has said so much before.
func (j *jsonReader) stream(top, key *yaml.Node) error {
	top.Content = append(top.Content, key, &yaml.Node{Kind: yaml.SequenceNode})
	if err := j.peopleReader.document(top); err != nil {
		return err
	}
	if err := j.list(); err != nil {
		return err
	}
	j.begin()
	return nil
}

// late refuses a key behind the people, who would have to be read again for it.
func (j *jsonReader) late(key *yaml.Node) error {
	switch key.Value {
	case keyDefaults:
		return structureError{at(key, "", say("json-defaults-late", "defaults behind the people they are for"), `put "defaults" before "people"`)}
	case keyPeople:
		return structureError{twice(key)}
	}
	return structureError{unknownKey(key, []string{keyDefaults, keyPeople})}
}
