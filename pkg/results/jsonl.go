package results

import (
	"bytes"
	"encoding/json"
	"io"
)

// objects writes JSON Lines.
type objects struct {
	out  io.Writer
	keys [][]byte
	buf  bytes.Buffer
	json *json.Encoder
}

func newObjects(w io.Writer, extra []string, _ Dialect) (encoder, error) {
	o := &objects{out: w}
	o.json = json.NewEncoder(&o.buf)
	// Nobody puts a results file into a web page, and people read "R&D", not "R\u0026D".
	o.json.SetEscapeHTML(false)
	for _, name := range extra {
		o.buf.Reset()
		if err := o.append(name); err != nil {
			return nil, err
		}
		o.keys = append(o.keys, bytes.Clone(o.buf.Bytes()))
	}
	return o, nil
}

func (o *objects) encode(fixed *line, extra []string) error {
	o.buf.Reset()
	if err := o.append(fixed); err != nil {
		return err
	}
	// The object is opened again for the roster's own columns.
	o.buf.Truncate(o.buf.Len() - len("}"))
	for i, key := range o.keys {
		cell := ""
		if i < len(extra) {
			cell = extra[i]
		}
		o.buf.WriteByte(',')
		o.buf.Write(key)
		o.buf.WriteByte(':')
		if err := o.append(cell); err != nil {
			return err
		}
	}
	o.buf.WriteString("}\n")
	_, err := o.out.Write(o.buf.Bytes())
	return err
}

// append adds a value to the buffer, without the line break that an Encoder puts behind it.
func (o *objects) append(value any) error {
	if err := o.json.Encode(value); err != nil {
		return err
	}
	o.buf.Truncate(o.buf.Len() - len("\n"))
	return nil
}

// finish does nothing: JSON Lines has no end of its own.
func (o *objects) finish() error { return nil }
