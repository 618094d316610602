package roster

import (
	"bufio"
	"errors"
	"io"

	"rollcall/pkg/document"
)

// window is how much of a text is looked at, at a time: enough for the header and some rows.
const window = 64 << 10

// detail is what a pass over a document is to find in its rows.
type detail uint8

const (
	wantFields detail = iota
	wantExtra
	wantAll
)

// reading is one pass over a document.
type reading struct {
	// Reader gives UTF-8 without byte order mark and NUL, with lines that end in LF or CRLF. It is nil for a workbook.
	*bufio.Reader
	// limit keeps a record whose quote is never closed from filling the memory.
	limit *recordLimit
	// text is where Reader gets it from.
	text *document.Text
	// bytes are what a workbook is read from.
	bytes io.Reader

	rules *rules
	// wantExtra tells whether the rows should carry their extra cells.
	wantExtra bool
	// wantAll tells whether they should carry what [RawRow] has.
	wantAll bool
	// columns, fields and dialect are for the format of a table to set before its first row.
	columns []string
	fields  []FieldSource
	dialect Dialect
	// known are the names that extra has had at the end of an earlier reading, none in the first.
	known []string
	// extra is for the format to set before its last row: the names of the columns that mean nothing to it.
	extra []string
	// selection is for the format to set before its first row: what chooses the rows that are meant, nil if all are.
	selection *selection
	// number is for the format to set before its first row, or once it comes up: the column with the numbers of people.
	number numbering
	// doubts are for the format to set: what there is to be said about the document as a whole, though it can be used.
	doubts []problem
	// detected is for the format to add what a person should know about how the document is read.
	detected []string
}

// openText makes the document a text in the encoding.
func (r *reading) openText(d *document.Document, encoding document.Encoding) (err error) {
	if r.text, err = d.Text(encoding); err != nil {
		return err
	}
	r.limit = &recordLimit{source: r.text}
	r.Reader = bufio.NewReaderSize(r.limit, window)
	return nil
}

// peek returns what comes next, up to a window, without reading on. What ends the window early, other than at once,
// will be met again where it stands.
func (r *reading) peek() ([]byte, error) {
	head, err := r.Peek(window)
	if len(head) > 0 || errors.Is(err, io.EOF) {
		err = nil
	}
	return head, err
}

// recordLimit fails when more than most bytes are read between two calls of its reset. With most 0, it never fails.
type recordLimit struct {
	source      io.Reader
	most, taken int
}

// errRecordTooLong says that the limit was passed; the format knows where the record began.
var errRecordTooLong = errors.New("record too long")

func (l *recordLimit) reset() { l.taken = 0 }

func (l *recordLimit) Read(p []byte) (int, error) {
	if l.most > 0 && l.taken > l.most {
		return 0, errRecordTooLong
	}
	n, err := l.source.Read(p)
	l.taken += n
	return n, err
}
