package document

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"io"
)

// window is how much of a document is looked at, at a time: enough for the header and some rows.
const window = 64 << 10

// Document is a source that is being read. It is not safe for concurrent use.
type Document struct {
	// Workbook tells that this is an Excel workbook (.xlsx), to be taken by Read. What is none is a text.
	Workbook bool

	file   io.Closer
	bytes  *bufio.Reader
	digest *digester
}

// Open opens the source. What is neither a text nor a workbook is an [*Error]. The caller closes the document.
func Open(ctx context.Context, source Source) (opened *Document, err error) {
	file, err := source.Open()
	if err != nil {
		return nil, err
	}
	d := &Document{file: file, digest: newDigester()}
	defer func() {
		if opened != nil {
			return
		}
		if _, closing := d.Close(); closing != nil {
			err = errors.Join(err, closing)
		}
	}()
	d.bytes = newBuffer(io.TeeReader(contextReader{ctx.Err, file}, d.digest))
	if d.Workbook, err = recognize(d.bytes); err != nil {
		return nil, err
	}
	return d, nil
}

// Read reads the bytes as they are. A document is read by Read or by Text, not by both.
func (d *Document) Read(p []byte) (int, error) { return d.bytes.Read(p) }

// Finish reads what is left of the document.
func (d *Document) Finish() error {
	_, err := io.Copy(io.Discard, d.bytes)
	return err
}

// Close closes the source and returns the digest of the bytes that were read: of all of them, after Finish.
func (d *Document) Close() ([sha256.Size]byte, error) {
	return d.digest.sum(), d.file.Close()
}

func newBuffer(source io.Reader) *bufio.Reader { return bufio.NewReaderSize(source, window) }

// peek returns what comes next, up to a window, without reading on. What ends the window early, other than at once,
// will be met again where it stands.
func peek(r *bufio.Reader) ([]byte, error) {
	head, err := r.Peek(window)
	if len(head) > 0 || errors.Is(err, io.EOF) {
		err = nil
	}
	return head, err
}

// contextReader fails when the context is done.
type contextReader struct {
	err    func() error
	source io.Reader
}

func (r contextReader) Read(p []byte) (int, error) {
	if err := r.err(); err != nil {
		return 0, err
	}
	return r.source.Read(p)
}
