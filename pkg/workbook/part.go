package workbook

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"math"
	"strings"
)

// parts are the files in the archive, by their names in lower case.
type parts struct {
	files map[string]*zip.File
	// left is how much may still come out of all of them, tokens how much markup may be read.
	left   int64
	tokens int
}

// openParts reads the archive's directory, and nothing else of it.
func openParts(document []byte) (*parts, error) {
	if err := wrapped(document); err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(document, []byte("PK")) {
		return nil, &Error{ErrForeign, "this is not an Excel workbook", "save it as .xlsx or as CSV UTF-8"}
	}
	// The end of the directory says how long it is, and may lie.
	directory := &meteredAt{source: bytes.NewReader(document), left: maxDirectory}
	archive, err := zip.NewReader(directory, int64(len(document)))
	switch {
	case directory.left <= 0:
		return nil, tooLarge("it has too many parts")
	case err != nil:
		return nil, damaged("it is cut off, or not a ZIP archive")
	}
	directory.left = math.MaxInt64 // what comes out of a part is metered there
	p := &parts{make(map[string]*zip.File, len(archive.File)), maxTotal, maxTokens}
	for _, file := range archive.File {
		name := partName(file.Name)
		if p.files[name] != nil {
			return nil, damaged("it has two parts called %q", file.Name)
		}
		p.files[name] = file
	}
	return p, nil
}

// partName folds a name: parts are found whatever their letter case, and some programs write backslashes.
func partName(name string) string {
	return strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(name, `\`, "/"), "/"))
}

func (p *parts) has(name string) bool { return p.files[partName(name)] != nil }

// open returns a part, of which no more than limit bytes can be read.
func (p *parts) open(name string, limit int64) (io.ReadCloser, error) {
	file := p.files[partName(name)]
	switch {
	case file == nil:
		return nil, damaged("the part %q is missing", name)
	case file.Flags&1 != 0:
		return nil, &Error{ErrEncrypted, "the archive is protected by a password", "remove the password, or save its sheet as CSV UTF-8"}
	case file.UncompressedSize64 > uint64(limit):
		return nil, tooLarge("%s has more than %d MiB", name, limit>>20)
	}
	content, err := file.Open()
	if err != nil {
		return nil, damaged("the part %q cannot be read", name)
	}
	counted := &metered{content, p, name, limit, limit}
	decoded, err := inUTF8(name, counted)
	if err != nil {
		return nil, errors.Join(err, content.Close())
	}
	return struct {
		io.Reader
		io.Closer
	}{decoded, counted}, nil
}

// metered is a part that is being read.
type metered struct {
	io.ReadCloser
	all         *parts
	name        string
	limit, left int64
}

func (m *metered) Read(p []byte) (int, error) {
	n, err := m.ReadCloser.Read(p)
	m.left -= int64(n)
	m.all.left -= int64(n)
	switch {
	case m.all.left < 0:
		return 0, tooLarge("its sheets have more than %d MiB in all", maxTotal>>20)
	case m.left < 0:
		return 0, tooLarge("%s has more than %d MiB", m.name, m.limit>>20)
	case err != nil && !errors.Is(err, io.EOF):
		return n, damaged("the part %q is cut off or altered", m.name)
	}
	return n, err
}

// meteredAt fails once so many bytes were read.
type meteredAt struct {
	source io.ReaderAt
	left   int64
}

func (m *meteredAt) ReadAt(p []byte, at int64) (int, error) {
	if m.left -= int64(len(p)); m.left <= 0 {
		return 0, errors.New("enough")
	}
	return m.source.ReadAt(p, at)
}

// markup reads the XML of a part token by token, of which there may be so many.
type markup struct {
	*scanner
	all  *parts
	part string
}

func (p *parts) markup(part string, source io.Reader) *markup {
	return &markup{newScanner(source), p, part}
}

// next returns the next token, which is valid until the one after it, or io.EOF.
func (m *markup) next() (*token, error) {
	if m.all.tokens--; m.all.tokens < 0 {
		return nil, tooLarge("its sheets have more than %d pieces of markup", maxTokens)
	}
	token, err := m.scanner.next()
	if err != nil {
		return nil, m.explain(err)
	}
	if token.kind == isOther && bytes.HasPrefix(bytes.TrimSpace(token.text), []byte("DOCTYPE")) {
		return nil, damaged("%s defines entities, which no spreadsheet program does", m.part)
	}
	return token, nil
}

// explain turns an error of the scanner into one of the package, but for io.EOF.
func (m *markup) explain(err error) error {
	switch {
	case errors.Is(err, errTokenTooLong):
		return tooLarge("a single text in %s is longer than any cell", m.part)
	case errors.Is(err, io.EOF), errors.As(err, new(*Error)):
		return err
	}
	return damaged("%s is not the XML that it should be", m.part)
}

// elements calls take for every element of a part.
func (b *Book) elements(part string, take func(element) error) error {
	content, err := b.parts.open(part, maxPart)
	if err != nil {
		return err
	}
	defer content.Close()
	return b.parts.markup(part, content).elements(take)
}

func (m *markup) elements(take func(element) error) error {
	for {
		token, err := m.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if token.kind == isStart {
			if err := take(token.element); err != nil {
				return err
			}
		}
	}
}
