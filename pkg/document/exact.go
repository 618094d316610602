package document

import (
	"io"

	"golang.org/x/text/encoding"
	"golang.org/x/text/transform"
)

// Exact is [Document.Text], but for the ends of its lines: they stay as they are, so that [Text.Encode] makes the bytes of
// the document again.
func (d *Document) Exact(encoding Encoding) (*Text, error) {
	t, plain, err := d.open(encoding)
	if err != nil {
		return nil, err
	}
	t.decode(plain, encoding)
	return t, nil
}

// Encode returns a writer that writes UTF-8 to w as the text of the document was written: in its encoding, and with a
// byte order mark if it had one. Characters that the encoding does not have are an error. Close writes what is held back,
// and leaves w open.
func (t *Text) Encode(w io.Writer) (io.WriteCloser, error) {
	encoder := encoding.Nop.NewEncoder()
	coding, err := t.Encoding.coding()
	switch {
	case err != nil:
		return nil, err
	case coding != nil:
		encoder = coding.NewEncoder()
	}
	out := transform.NewWriter(w, encoder)
	if !t.Marked {
		return out, nil
	}
	_, err = io.WriteString(out, "\ufeff")
	return out, err
}
