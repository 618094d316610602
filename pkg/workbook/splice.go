package workbook

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"

	"rollcall/pkg/pattern"
)

// errIntricate says that a sheet has to be taken apart to change the cells: they are formulas, links or merged, say.
var errIntricate = errors.New("the cells cannot be replaced in place")

// splice writes a workbook again with other texts in cells of a sheet. All other parts of it are copied as they are, and of the
// sheet all but the cells. It fails with errIntricate, before anything is written, where a cell is more than a value.
func splice(w io.Writer, document []byte, sheet string, texts map[position]string) error {
	b, _, _, err := openSheets(document)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(b.Sheets, func(s *Sheet) bool { return s.Name == sheet })
	if at < 0 {
		return errIntricate
	}
	part := b.Sheets[at].part
	content, err := b.parts.open(part, maxSheet)
	if err != nil {
		return err
	}
	before, err := io.ReadAll(content)
	if err = errors.Join(err, content.Close()); err != nil {
		return err
	}
	s := splicer{all: before, texts: texts}
	if err := s.run(); err != nil {
		return err
	}
	return replaceParts(w, document, map[string][]byte{b.parts.files[partName(part)].Name: s.out.Bytes()})
}

// replaceParts writes an archive with other contents of some parts, by their names; without those that have none.
func replaceParts(w io.Writer, document []byte, contents map[string][]byte) error {
	archive, err := zip.NewReader(bytes.NewReader(document), int64(len(document)))
	if err != nil {
		return err
	}
	out := zip.NewWriter(w)
	for _, file := range archive.File {
		content, differs := contents[file.Name]
		switch {
		case !differs:
			if err := out.Copy(file); err != nil {
				return err
			}
			continue
		case content == nil:
			continue
		}
		part, err := out.CreateHeader(&zip.FileHeader{Name: file.Name, Method: zip.Deflate, Modified: file.Modified})
		if err == nil {
			_, err = part.Write(content)
		}
		if err != nil {
			return err
		}
	}
	return out.Close()
}

// splicer copies the XML of a sheet with other cells.
type splicer struct {
	all   []byte
	texts map[position]string
	out   bytes.Buffer
	done  int
	// prefix is that of the names of elements, with its colon.
	prefix string
}

var (
	opening   = pattern.Of(`<((?:[A-Za-z0-9_]+:)?)sheetData\s*>`)
	reference = pattern.Of(`<(?:[A-Za-z0-9_]+:)?(?:mergeCell|hyperlink)\s[^>]*?\bref\s*=\s*["']([A-Za-z0-9:$]+)["']`)
)

func (s *splicer) run() error {
	begin := opening().FindSubmatchIndex(s.all)
	if encoding := declared().FindSubmatch(s.all); begin == nil || encoding != nil && !bytes.EqualFold(encoding[1], []byte("utf-8")) {
		return errIntricate
	}
	s.prefix = string(s.all[begin[2]:begin[3]])
	end := bytes.Index(s.all, []byte("</"+s.prefix+"sheetData>"))
	if end < 0 || bytes.Contains(s.all[begin[1]:end], []byte("<!")) || s.isIntricate(s.all[end:]) {
		return errIntricate
	}
	rows := map[int]map[int]string{}
	for at, text := range s.texts {
		if rows[at.row] == nil {
			rows[at.row] = map[int]string{}
		}
		rows[at.row][at.column] = text
	}
	closing := []byte("</" + s.prefix + "row>")
	number := 0
	for at := begin[1]; ; {
		next := bytes.IndexByte(s.all[at:end], '<')
		if next < 0 {
			break
		}
		tag, after, empty := s.tag(at + next)
		if after < 0 || tag.local != "row" {
			return errIntricate
		}
		number = tag.number(number)
		if at = after; empty {
			if rows[number] != nil {
				return errIntricate
			}
			continue
		}
		length := bytes.Index(s.all[at:end], closing)
		if length < 0 {
			return errIntricate
		}
		if wanted := rows[number]; wanted != nil {
			if err := s.row(at, at+length, number, wanted); err != nil {
				return err
			}
			delete(rows, number)
		}
		at += length + len(closing)
	}
	if len(rows) > 0 {
		return errIntricate
	}
	s.out.Write(s.all[s.done:])
	return nil
}

// isIntricate reports whether what follows the rows says more about one of the cells: it is merged, or a link.
func (s *splicer) isIntricate(rest []byte) bool {
	for _, match := range reference().FindAllSubmatch(rest, -1) {
		from, to, ok := parseArea(string(bytes.ReplaceAll(match[1], []byte("$"), nil)))
		if !ok {
			return true
		}
		for at := range s.texts {
			if from.row <= at.row && at.row <= to.row && from.column <= at.column && at.column <= to.column {
				return true
			}
		}
	}
	return false
}

// startTag is a start tag.
type startTag struct{ element }

// number returns that of a row, which is the one after the last unless it says another.
func (t startTag) number(last int) int {
	if given, err := strconv.Atoi(t.get("r")); err == nil {
		return given
	}
	return last + 1
}

// tag reads the start tag at the index. It returns the index behind it, -1 if it is none, and whether it is that of an empty
// element.
func (s *splicer) tag(at int) (tag startTag, after int, empty bool) {
	quote := byte(0)
	for end := at; end < len(s.all); end++ {
		switch c := s.all[end]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			text := s.all[at : end+1]
			token, err := scannerOf(text).next()
			if err != nil || token.kind != isStart {
				return tag, -1, false
			}
			return startTag{token.element}, end + 1, bytes.HasSuffix(text, []byte("/>"))
		}
	}
	return tag, -1, false
}

// row writes the cells between two indexes, and those that are wanted in their places.
func (s *splicer) row(at, end, number int, wanted map[int]string) error {
	columns := slices.Sorted(maps.Keys(wanted))
	closing := []byte("</" + s.prefix + "c>")
	column := 0
	for len(columns) > 0 {
		next := bytes.IndexByte(s.all[at:end], '<')
		if next < 0 {
			break
		}
		begin := at + next
		tag, after, empty := s.tag(begin)
		if after < 0 || tag.local != "c" {
			return errIntricate
		}
		column++
		if text := tag.get("r"); text != "" {
			given, _, ok := parseReference(text)
			if !ok || given < column {
				return errIntricate
			}
			column = given
		}
		if at = after; !empty {
			length := bytes.Index(s.all[at:end], closing)
			if length < 0 {
				return errIntricate
			}
			at += length + len(closing)
		}
		for len(columns) > 0 && columns[0] < column {
			s.replace(begin, begin, s.cell(position{number, columns[0]}, "", wanted[columns[0]]))
			columns = columns[1:]
		}
		if len(columns) == 0 || columns[0] != column {
			continue
		}
		if bytes.Contains(s.all[begin:at], []byte("<"+s.prefix+"f")) {
			return errIntricate
		}
		s.replace(begin, at, s.cell(position{number, column}, tag.get("s"), wanted[column]))
		columns = columns[1:]
	}
	for _, column := range columns {
		s.replace(end, end, s.cell(position{number, column}, "", wanted[column]))
	}
	return nil
}

func (s *splicer) replace(from, to int, by string) {
	s.out.Write(s.all[s.done:from])
	s.out.WriteString(by)
	s.done = to
}

// cell writes a cell with a text of its own, in a style.
func (s *splicer) cell(at position, style, text string) string {
	var b bytes.Buffer
	b.WriteString("<" + s.prefix + `c r="` + CellName(at.column, at.row) + `"`)
	if style != "" {
		b.WriteString(` s="` + style + `"`)
	}
	if text == "" {
		b.WriteString("/>")
		return b.String()
	}
	b.WriteString(` t="inlineStr"><` + s.prefix + `is><` + s.prefix + `t xml:space="preserve">`)
	_ = xml.EscapeText(&b, []byte(looksEscaped().ReplaceAllString(text, "_x005F_$1"))) // a buffer never fails
	b.WriteString("</" + s.prefix + "t></" + s.prefix + "is></" + s.prefix + "c>")
	return b.String()
}
