// Package rewrite writes the document of a roster again with other texts in some of its cells, and without some of its rows.
//
//	d, err := rewrite.Open(ctx, source, r)
//	err = d.Encode(out, func(out io.Writer) error {
//		e, err := d.Edit(out)
//		for row, err := range r.RawRows(ctx) { e.Repair(row.Written[0]) … }
//		return e.Finish()
//	})
//
// Everything else stays as it is, byte for byte: other cells, comments, spacing, quotes, order, encoding; of a workbook,
// styles, formulas and other sheets. What a cell should say, and whether the document then says what it should, is for the
// caller to know.
//
// The document is held as a whole. Nothing is written to the disk.
package rewrite

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"

	"rollcall/pkg/document"
	"rollcall/pkg/roster"
	"rollcall/pkg/workbook"
)

// Document is the document of a roster. It is not changed, and safe for concurrent use.
type Document struct {
	roster *roster.Roster
	// content is the text of the document, written how it is written there; or its bytes, if it is a workbook.
	content []byte
	written *document.Text
}

// Open reads the document of a roster that was read. An error is that of the source, or [roster.ErrChanged].
func Open(ctx context.Context, source document.Source, r *roster.Roster) (d *Document, err error) {
	file, err := document.Open(ctx, source)
	if err != nil {
		return nil, err
	}
	defer func() {
		digest, closing := file.Close()
		if err = errors.Join(err, closing); err == nil && digest != r.Digest {
			err = roster.ErrChanged
		}
	}()
	d = &Document{roster: r}
	content := io.Reader(file)
	if !file.Workbook {
		if d.written, err = file.Exact(r.Encoding()); err != nil {
			return nil, err
		}
		content = d.written
	}
	if d.content, err = io.ReadAll(content); err != nil {
		return nil, err
	}
	return d, file.Finish()
}

// Encoding returns what the text is encoded in, [document.Auto] if it is none.
func (d *Document) Encoding() document.Encoding {
	if d.written == nil {
		return document.Auto
	}
	return d.written.Encoding
}

// ComesBack reports whether the text, written again, is the document. Those in Unicode and Windows-1252 are, whatever they
// say; other encodings write some characters in several ways.
func (d *Document) ComesBack() bool {
	if d.written == nil || d.written.Encoding.Unicode() || d.written.Encoding == document.Windows1252 {
		return true
	}
	digest := sha256.New()
	err := d.Encode(digest, func(out io.Writer) error {
		_, err := out.Write(d.content)
		return err
	})
	return err == nil && [sha256.Size]byte(digest.Sum(nil)) == d.roster.Digest
}

// Encode has the document written as its text was: in its encoding, and with a byte order mark if it had one. Characters that
// the encoding does not have are an error.
func (d *Document) Encode(content io.Writer, write func(io.Writer) error) error {
	if d.written == nil {
		return write(content)
	}
	return encode(d.written, content, write)
}

// Recode has the text written in UTF-8 with a byte order mark.
func (d *Document) Recode(content io.Writer, write func(io.Writer) error) error {
	return encode(&document.Text{Encoding: document.UTF8, Marked: true}, content, write)
}

func encode(as *document.Text, content io.Writer, write func(io.Writer) error) error {
	out, err := as.Encode(content)
	if err != nil {
		return err
	}
	return errors.Join(write(out), out.Close())
}

// Editor changes a document from its beginning to its end: what it is told comes in the order of the rows. It is not safe for
// concurrent use.
type Editor interface {
	// Repair makes a cell say what [roster.Cell.Repair] makes of it. It returns what the cell says and what it should say, and
	// reports whether it does so now.
	Repair(cell roster.Cell) (before, after string, done bool, err error)
	// Set makes cells of a row say something else. It returns how many do.
	Set(row roster.RawRow, change Change) (cells int, err error)
	// Drop takes a row away, and reports whether it did.
	Drop(row roster.RawRow) bool
	// Finish writes what is left.
	Finish() error
	io.Closer
}

// Edit returns an editor, which writes to out: text as UTF-8, for [Document.Encode] to encode. The caller closes it.
func (d *Document) Edit(out io.Writer) (Editor, error) {
	if d.written == nil {
		edit, err := workbook.OpenEdit(d.content, d.roster.Dialect().Sheet)
		return &book{edit, d.roster, out}, err
	}
	t := &text{all: d.content, out: out, line: 1}
	t.ends.cr = d.written.LineEnd == document.LineEnd("CR")
	if d.roster.Format == roster.CSV {
		return &table{t, d.roster, d.roster.Dialect(), []byte(string(d.roster.Dialect().Delimiter))}, nil
	}
	t.ends.yaml = d.roster.Format == roster.YAML
	return &nodes{t}, nil
}
