package roster

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// window is how much of a document is looked at, at a time: enough for the header and some rows.
const window = 64 << 10

// document is a source that is being read: as text for its format, as bytes for its digest.
type document struct {
	// Reader gives UTF-8 without byte order mark, NUL or carriage returns as line ends of their own. It fails with a
	// structureError where the document is not text.
	*bufio.Reader
	// leash keeps a runaway record from filling the memory.
	leash *leash

	file   io.Closer
	bytes  *bufio.Reader
	digest *digester
}

// openDocument opens the source. The caller closes the document.
func openDocument(ctx context.Context, source Source) (*document, error) {
	file, err := source.Open()
	if err != nil {
		return nil, err
	}
	d := &document{file: file, digest: newDigester()}
	d.bytes = bufio.NewReaderSize(io.TeeReader(contextReader{ctx.Err, file}, d.digest), window)
	if err := d.decode(); err != nil {
		_, closing := d.close()
		return nil, errors.Join(err, closing)
	}
	return d, nil
}

// decode puts what makes text of bytes between the two readers.
func (d *document) decode() error {
	head, err := peek(d.bytes)
	if err != nil {
		return err
	}
	if what := foreign(head); what != "" {
		return broken(place{1, 1}, what, "save it as CSV UTF-8")
	}
	text := &textReader{source: d.bytes, utf16: hasUTF16Mark(head)}
	if text.utf16 || bytes.HasPrefix(head, []byte("\xef\xbb\xbf")) {
		text.source = transform.NewReader(d.bytes, unicode.BOMOverride(transform.Nop))
	}
	d.leash = &leash{source: text}
	if !text.utf16 && bytes.IndexByte(head, '\r') >= 0 && bytes.IndexByte(head, '\n') < 0 {
		d.leash.source = &macReader{source: text}
	}
	d.Reader = bufio.NewReaderSize(d.leash, window)
	return nil
}

// finish reads what is left of the document.
func (d *document) finish() error {
	_, err := io.Copy(io.Discard, d.bytes)
	return err
}

// close returns the digest of the bytes that were read: of all of them, after finish.
func (d *document) close() ([sha256.Size]byte, error) {
	return d.digest.sum(), d.file.Close()
}

// peek returns what comes next, up to a window, without reading on. What ends the window early, other than at once,
// will be met again where it stands.
func peek(r *bufio.Reader) ([]byte, error) {
	head, err := r.Peek(window)
	if len(head) > 0 || errors.Is(err, io.EOF) {
		err = nil
	}
	return head, err
}

// foreign names a document that is no text, by its first bytes.
func foreign(head []byte) string {
	for _, kind := range []struct{ magic, what string }{
		{"PK\x03\x04", "this is a ZIP archive, perhaps an Excel workbook"},
		{"\xd0\xcf\x11\xe0", "this is an old Excel workbook"},
		{"%PDF-", "this is a PDF document"},
		{"\x1f\x8b", "this is compressed (gzip)"},
	} {
		if bytes.HasPrefix(head, []byte(kind.magic)) {
			return kind.what
		}
	}
	// Latin text in UTF-16 has a NUL in every other byte.
	if start := head[:min(len(head), 1<<10)]; !hasUTF16Mark(head) && bytes.Count(start, []byte{0}) > len(start)/3 {
		return "this looks like UTF-16 without a byte order mark"
	}
	return ""
}

func hasUTF16Mark(head []byte) bool {
	return bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff"))
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

// leash fails when more than limit bytes pass between two calls of its reset. Without a limit, anything passes.
type leash struct {
	source       io.Reader
	limit, taken int
}

// errLeash says that the leash was too short; whoever holds it knows what that means.
var errLeash = errors.New("record too long")

func (l *leash) reset() { l.taken = 0 }

func (l *leash) Read(p []byte) (int, error) {
	if l.limit > 0 && l.taken > l.limit {
		return 0, errLeash
	}
	n, err := l.source.Read(p)
	l.taken += n
	return n, err
}

// macReader reads files whose lines end in a carriage return alone, as spreadsheets on old Macs wrote them.
type macReader struct {
	source io.Reader
	line   int
}

func (r *macReader) Read(p []byte) (int, error) {
	n, err := r.source.Read(p)
	if i := bytes.IndexByte(p[:n], '\n'); i >= 0 {
		line := r.line + bytes.Count(p[:i], []byte{'\r'}) + 1
		return 0, broken(place{line, 1}, "the lines above end in CR alone, this one in LF", "save the document with one kind of line end")
	}
	for i := range p[:n] {
		if p[i] == '\r' {
			p[i] = '\n'
			r.line++
		}
	}
	return n, err
}
