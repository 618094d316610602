package roster

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"rollcall/pkg/remedy"
)

// scale weighs a document while it is read, and fails when it is too heavy.
//
// On the way, it makes comments of the directives that say which YAML 1.x the document is, since the library knows 1.1
// alone and a roster says the same in all of them, and looks for indents of no-break spaces.
type scale struct {
	source       *bufio.Reader
	bytes, signs int
	// line is the line at hand, from 0; inLine tells that more than an indent was read of it.
	line   int
	inLine bool
	// space is the first space in an indent that is none to YAML, 0 if there is none; odd is its line, from 1.
	space rune
	odd   int
	// err is what ended the reading, nil for the end of the source.
	err error
}

func (s *scale) reset() { s.bytes, s.signs = 0, 0 }

func (s *scale) Read(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err // the library overlooks errors in comments
	}
	n, err := s.source.Read(p)
	s.bytes += n
	for i, c := range p[:n] {
		if strings.IndexByte(signs, c) >= 0 {
			s.signs++
		}
		switch {
		case c == '\n':
			s.line++
			s.inLine = false
		case s.inLine, c == ' ', c == '\t', c == '-':
		case c == '%' && bytes.HasPrefix(s.ahead(p[i:n]), []byte("%YAML 1.")):
			p[i] = '#'
			s.inLine = true
		default:
			s.inLine = true
			if char, _ := utf8.DecodeRune(s.ahead(p[i:n])); c >= utf8.RuneSelf && s.odd == 0 && unicode.IsSpace(char) {
				s.space, s.odd = char, s.line+1
			}
		}
	}
	if s.bytes > maxYAML || s.signs > maxSigns {
		err = structureError{{
			reason:     say("yaml-too-large", "a YAML document may have 16 MiB and some 200,000 values at most, and this one has more"),
			suggestion: remedy.Words(`write it as JSON Lines or CSV, or as a stream with "---" between entries`),
		}}
	}
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// ahead returns some bytes from where these begin, also those that are not read yet.
func (s *scale) ahead(begin []byte) []byte {
	const enough = len("%YAML 1.")
	rest := enough - len(begin)
	if rest <= 0 {
		return begin
	}
	more, _ := s.source.Peek(rest) // an error is met where it stands
	return append(bytes.Clone(begin), more...)
}

// indented returns what is wrong with a document, which is its indent if that has spaces above that are letters to YAML.
func (s *scale) indented(err error) error {
	var structure structureError
	if !errors.As(err, &structure) || s.odd == 0 || s.odd > structure[0].line+1 {
		return err
	}
	what := fmt.Sprintf("spaces of another kind (%U)", s.space)
	if s.space == '\u00a0' {
		what = "no-break spaces (U+00A0)"
	}
	return broken(place{s.odd, 1}, say("yaml-indent", "the line is indented with "+what+", as web pages and some keyboards have them, which YAML takes for letters"), "replace them by spaces")
}
