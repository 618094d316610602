package results

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
)

// objects writes JSON Lines.
type objects struct {
	out    io.Writer
	values []value
	line   []byte
	// quoted and quoter write the texts that need escapes.
	quoted bytes.Buffer
	quoter *json.Encoder
}

// value is how the value of a column is written.
type value struct {
	key []byte // with what comes before and behind it
	// bare is a number, and is not quoted. Where there is none, or none of what is absent, it is null.
	bare, absent bool
}

// The fixed columns that have numbers, and those that are null where there is nothing.
var (
	numbers = []string{"row", "line", "attempts", "http_status"}
	absents = []string{"expires_at", "http_status", "updated_at"}
)

func newObjects(w io.Writer, extra []string, _ Dialect) (encoder, error) {
	o := &objects{out: w}
	o.quoter = json.NewEncoder(&o.quoted)
	// Nobody puts a results file into a web page, and people read "R&D", not "R\u0026D".
	o.quoter.SetEscapeHTML(false)
	fixed := Columns()
	for i, name := range append(fixed, extra...) {
		before := ","
		if i == 0 {
			before = "{"
		}
		key := o.appendText([]byte(before), name)
		isFixed := i < len(fixed)
		o.values = append(o.values, value{
			key: append(key, ':'), bare: isFixed && slices.Contains(numbers, name), absent: isFixed && slices.Contains(absents, name),
		})
	}
	return o, nil
}

func (o *objects) encode(cells []string) error {
	o.line = o.line[:0]
	for i, cell := range cells {
		o.line = append(o.line, o.values[i].key...)
		switch {
		case cell == "" && o.values[i].absent:
			o.line = append(o.line, "null"...)
		case o.values[i].bare:
			o.line = append(o.line, cell...)
		default:
			o.line = o.appendText(o.line, cell)
		}
	}
	o.line = append(o.line, "}\n"...)
	_, err := o.out.Write(o.line)
	return err
}

// appendText appends a text in quotes. Most have nothing to escape.
func (o *objects) appendText(line []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			o.quoted.Reset()
			_ = o.quoter.Encode(text) // a buffer never fails, nor does a text
			return append(line, bytes.TrimSuffix(o.quoted.Bytes(), []byte("\n"))...)
		}
	}
	line = append(line, '"')
	line = append(line, text...)
	return append(line, '"')
}

// finish does nothing: JSON Lines has no end of its own.
func (o *objects) finish() error { return nil }
