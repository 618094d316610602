package workbook

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"io"
	"net/url"
	"slices"
	"strings"
)

// about is what a sheet says about its cells after all of its rows.
type about struct {
	mails map[position]string
	// areas are the merged areas that span rows, by their first one.
	areas []area
	// showing are those that the rows have come to and not left, filled counts the cells that they cover.
	showing []area
	filled  int
}

// area is a merged area. It shows the cell that is its first.
type area struct {
	position
	last  int // row
	shown Cell
}

// readAbout reads what follows the rows of the sheet.
func (s *Sheet) readAbout() (found about, err error) {
	mails, err := s.readMails()
	if err != nil {
		return found, err
	}
	found.mails = make(map[position]string, len(mails))
	err = s.readRest(func(e element) error {
		from, to, ok := parseArea(e.get("ref"))
		switch e.local {
		case "hyperlink":
			if mail := mails[e.get("id")]; mail != "" && ok && len(found.mails) < maxAreas {
				found.mails[from] = mail
			}
		case "mergeCell":
			if !ok || to.row == from.row {
				return nil
			}
			if len(found.areas) == maxAreas {
				return tooLarge("the sheet %q has more than %d merged cells", s.Name, maxAreas)
			}
			found.areas = append(found.areas, area{position: from, last: to.row})
		}
		return nil
	})
	slices.SortFunc(found.areas, func(a, b area) int { return cmp.Compare(a.row, b.row) })
	return found, err
}

// readRest calls take for every element behind the rows of the sheet.
func (s *Sheet) readRest(take func(element) error) error {
	content, err := s.book.parts.open(s.part, maxSheet)
	if err != nil {
		return err
	}
	defer content.Close()
	rest := bufio.NewReader(content)
	if err := skipRows(rest); err != nil {
		return err
	}
	return s.book.parts.markup(s.part, rest).elements(take)
}

// readMails returns the addresses of the mailto: links of the sheet, by the name of their relation.
func (s *Sheet) readMails() (map[string]string, error) {
	related, err := s.book.related(s.part)
	mails := make(map[string]string)
	for _, r := range related {
		const scheme = "mailto:"
		if r.kind != "hyperlink" || len(r.target) < len(scheme) || !strings.EqualFold(r.target[:len(scheme)], scheme) {
			continue
		}
		address, _, _ := strings.Cut(r.target[len(scheme):], "?")
		if plain, err := url.PathUnescape(address); err == nil {
			mails[r.id] = strings.TrimSpace(plain)
		}
	}
	return mails, err
}

// skipRows reads up to the end of the sheet's rows.
func skipRows(r *bufio.Reader) error {
	for {
		tag, err := r.ReadSlice('>')
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil && !errors.Is(err, bufio.ErrBufferFull):
			return err
		}
		if at := bytes.LastIndexByte(tag, '<'); at >= 0 {
			tag = tag[at:]
		}
		if bytes.HasSuffix(tag, []byte("sheetData>")) && bytes.HasPrefix(tag, []byte("</")) || bytes.HasSuffix(tag, []byte("sheetData/>")) {
			return nil
		}
	}
}

// complete gives a row the cells that it shows although they stand in a row above. It returns how much text they have.
func (a *about) complete(row *Row) (length int) {
	a.showing = slices.DeleteFunc(a.showing, func(one area) bool { return one.last < row.Number })
	own := len(row.Cells)
	a.filled += len(a.showing)
	for _, one := range a.showing {
		at, ok := slices.BinarySearchFunc(row.Cells[:own], one.column, func(c Cell, column int) int { return cmp.Compare(c.Column, column) })
		if ok && row.Cells[at].Text != "" {
			continue
		}
		if ok {
			row.Cells[at] = one.shown
		} else {
			row.Cells = append(row.Cells, one.shown)
		}
		length += len(one.shown.Text)
	}
	if len(row.Cells) > own {
		slices.SortFunc(row.Cells, func(x, y Cell) int { return cmp.Compare(x.Column, y.Column) })
	}
	for len(a.areas) > 0 && a.areas[0].row <= row.Number {
		begun := a.areas[0]
		a.areas = a.areas[1:]
		at, ok := slices.BinarySearchFunc(row.Cells, begun.column, func(c Cell, column int) int { return cmp.Compare(c.Column, column) })
		if begun.row == row.Number && ok {
			begun.shown = row.Cells[at]
			begun.shown.Merged = true
			a.showing = append(a.showing, begun)
		}
	}
	return length
}
