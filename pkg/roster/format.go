package roster

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"

	"rollcall/pkg/pattern"
)

// Format is a kind of document.
type Format uint8

// The formats. Auto, the default, goes by the content where that is a workbook, else by the name of the
// document, and by its first line if that says nothing.
const (
	Auto Format = iota
	CSV
	YAML
	JSON
	JSONLines
	XLSX
)

var formatNames = [...]string{Auto: "auto", CSV: "csv", YAML: "yaml", JSON: "json", JSONLines: "jsonl", XLSX: "xlsx"}

// String returns the word used in flags.
func (f Format) String() string {
	if int(f) < len(formatNames) {
		return formatNames[f]
	}
	return fmt.Sprintf("format(%d)", uint8(f))
}

// MarshalText writes [Format.String].
func (f Format) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText reads what [Format.String] writes.
func (f *Format) UnmarshalText(text []byte) error {
	for i, name := range formatNames {
		if name == string(text) {
			*f = Format(i)
			return nil
		}
	}
	return fmt.Errorf("unknown format %q", text)
}

// row is one row of a document before it is judged. It is used again for the next row, its strings and its extra are not.
type row struct {
	place
	email, role, teams cell
	// read is what there is to be said about the address where that was found out already.
	read *addressRead
	// list are the teams where the document has them as a list, already judged; else the cell counts.
	list []Team
	// number is the cell with the number of the person.
	number string
	// extra are the cells of the extra columns.
	extra []string
	// all are the cells of every column, and what stands behind the last one; written are those of the three fields as
	// they stand in the document. Both are there only when they are wanted.
	all     []string
	written []Cell
	// choice says why the row is left out, nil if it is meant.
	choice *choice
	// problems and warnings are what the format itself has to say about the row.
	problems, warnings []problem
	// isBook tells that the row is one of a workbook, whose cells have names.
	isBook bool
}

// cell is a value and where it stands. A missing one stands where its row begins.
type cell struct {
	place
	text string
	// judged tells that the format has found a problem in the cell, which is judged no more.
	judged bool
}

// reader hands the rows of a document to emit, in order, and returns when there are no more, or what emit returned. It
// returns a structureError where the document is not what it should be. Adding a format means to write one, to list
// it in readers, and to tell it from the others in detect.
type reader func(ctx context.Context, r *reading, emit func(*row) error) error

var readers = map[Format]reader{CSV: readCSV, YAML: readYAML, JSON: readJSON, JSONLines: readJSONLines, XLSX: readXLSX}

var (
	// jsonStart matches the beginning of a JSON roster, which is YAML, too; but then its keys are in double quotes.
	jsonStart = pattern.Of(`^\s*(\[\s*)?[\[{]\s*(["}\]]|$)`)
	// yamlStart matches the first line of a YAML roster.
	yamlStart = pattern.Of(`^(-$|- |---|%YAML|\[|\{|(defaults|people|email|role|teams)\s*:(\s|$))`)
)

// FormatOf tells the format that the name of a document stands for, Auto if it says nothing.
func FormatOf(name string) Format {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".csv", ".tsv", ".tab", ".txt":
		return CSV
	case ".yaml", ".yml":
		return YAML
	case ".jsonl", ".ndjson":
		return JSONLines
	case ".json":
		return JSON
	case ".xlsx", ".xlsm":
		return XLSX
	}
	return Auto
}

// detect tells the format of a document by its name or else its beginning.
func detect(name string, head []byte) Format {
	switch format := FormatOf(name); format {
	case JSON:
		return jsonOrLines(head)
	case Auto, XLSX: // a workbook is told by its content
	default:
		return format
	}
	if jsonStart().Match(head) {
		return jsonOrLines(head)
	}
	for line := range bytes.Lines(head) {
		line = bytes.TrimSpace(line)
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		if yamlStart().Match(line) {
			return YAML
		}
		break
	}
	return CSV
}

// jsonOrLines tells JSON Lines, where an object on one line is followed by another, from JSON.
func jsonOrLines(head []byte) Format {
	first, rest, _ := bytes.Cut(bytes.TrimSpace(head), []byte{'\n'})
	if rest = bytes.TrimSpace(rest); bytes.HasPrefix(rest, []byte{'{'}) && bytes.HasPrefix(first, []byte{'{'}) && json.Valid(first) {
		return JSONLines
	}
	return JSON
}
