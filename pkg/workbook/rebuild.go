package workbook

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"maps"
	"path"
	"slices"
	"strings"
)

// rebuild writes a workbook again with changes in a sheet, and in all parts that say something about what has changed there.
func rebuild(w io.Writer, document []byte, sheet string, c changes) error {
	b, main, related, err := openSheets(document)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(b.Sheets, func(s *Sheet) bool { return s.Name == sheet })
	if at < 0 {
		return damaged("it has no sheet %q", sheet)
	}
	m := &rebuilder{book: b, sheet: sheet, changes: c, parts: map[string][]byte{}}
	lost, err := m.revise(b.Sheets[at].part)
	if err != nil {
		return err
	}
	if len(c.gone) > 0 {
		if err := errors.Join(m.about(b.Sheets[at].part), m.others()); err != nil {
			return err
		}
	}
	if lost || len(c.gone) > 0 {
		if err := m.forgetOrder(main, related); err != nil {
			return err
		}
	}
	return replaceParts(w, document, m.parts)
}

// openSheets opens a workbook as far as to know its sheets.
func openSheets(document []byte) (b *Book, main string, related []relation, err error) {
	parts, err := openParts(document)
	if err != nil {
		return nil, "", nil, err
	}
	b = &Book{parts: parts}
	if main, err = b.main(); err != nil {
		return nil, "", nil, err
	}
	if related, err = b.related(main); err != nil {
		return nil, "", nil, err
	}
	_, err = b.readSheets(main, related)
	return b, main, related, err
}

// content returns what a part says, in UTF-8.
func (p *parts) content(name string, limit int64) ([]byte, error) {
	part, err := p.open(name, limit)
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(part)
	if err = errors.Join(err, part.Close()); err != nil {
		return nil, err
	}
	if found := declared().FindSubmatchIndex(content); found != nil && !bytes.EqualFold(content[found[2]:found[3]], []byte("utf-8")) {
		content = slices.Concat(content[:found[2]], []byte("UTF-8"), content[found[3]:])
	}
	return content, nil
}

// rebuilder revises the parts of a workbook.
type rebuilder struct {
	book  *Book
	sheet string
	changes
	// parts are those that say something else, by their names in the archive; nil stands for one that is left out.
	parts map[string][]byte
}

// revise revises the sheet. It reports whether cells have lost formulas.
func (m *rebuilder) revise(part string) (lost bool, err error) {
	content, err := m.book.parts.content(part, maxSheet)
	if err != nil {
		return false, err
	}
	s := newSheetReviser(m.refers(part, content, true), m.changes)
	if err := s.run(); err != nil {
		return false, err
	}
	m.keep(part, s.reviser)
	unused := maps.Clone(s.links)
	maps.DeleteFunc(unused, func(_ string, used bool) bool { return used })
	return s.lostFormula, m.without(relationsOf(part), "Relationship", "Id", func(id string) bool { _, is := unused[id]; return is })
}

// refers prepares to revise a part.
func (m *rebuilder) refers(part string, content []byte, own bool) *refers {
	r := &refers{reviser: newReviser(m.book.parts, part, content), gone: m.gone, sheet: m.sheet, own: own}
	r.on, r.about = r.start, r.text
	return r
}

// keep keeps a part that was revised, if it differs.
func (m *rebuilder) keep(part string, r *reviser) {
	if !bytes.Equal(r.all, r.out.Bytes()) {
		m.parts[m.book.parts.files[partName(part)].Name] = r.out.Bytes()
	}
}

// about revises what stands at the cells of the sheet: comments, pictures, tables.
func (m *rebuilder) about(part string) error {
	related, err := m.book.related(part)
	if err != nil {
		return err
	}
	for _, r := range related {
		switch r.kind {
		case "comments", "threadedComment", "drawing", "table", "pivotTable", "vmlDrawing":
		default:
			continue
		}
		if !m.book.parts.has(r.target) {
			continue
		}
		content, err := m.book.parts.content(r.target, maxPart)
		if err != nil {
			return err
		}
		one := m.refers(r.target, content, true)
		switch err := one.run(); {
		case r.kind == "vmlDrawing" && errors.Is(err, ErrDamaged): // which need not be XML, and is then left as it is
		case err != nil:
			return err
		default:
			m.keep(r.target, one.reviser)
		}
	}
	return nil
}

// others revises the formulas of other parts that name the sheet.
func (m *rebuilder) others() error {
	sheets := map[string]bool{}
	for _, s := range m.book.Sheets {
		sheets[partName(s.part)] = s.Name != m.sheet
	}
	var named bytes.Buffer
	_ = xml.EscapeText(&named, []byte(m.sheet)) // a buffer never fails
	for _, name := range slices.Sorted(maps.Keys(m.book.parts.files)) {
		other, isSheet := sheets[name]
		limit := int64(maxPart)
		switch {
		case isSheet && other:
			limit = maxSheet
		case isSheet, !strings.HasPrefix(name, "xl/"), path.Ext(name) != ".xml", path.Base(name) == "sharedstrings.xml", m.parts[m.book.parts.files[name].Name] != nil:
			continue
		}
		content, err := m.book.parts.content(name, limit)
		if err != nil {
			return err
		}
		if !mentions(content, m.sheet, named.String()) {
			continue
		}
		r := m.refers(name, content, false)
		if isSheet {
			newSheetReviser(r, changes{gone: m.gone})
		}
		if err := r.run(); err != nil {
			return err
		}
		m.keep(name, r.reviser)
	}
	return nil
}

// mentions reports whether a part may name a sheet: in plain letters, escaped, or with its apostrophes doubled.
func mentions(content []byte, sheet, escaped string) bool {
	if strings.ContainsAny(sheet, "'\"&<>") {
		return true
	}
	folded := bytes.ToLower(content)
	return bytes.Contains(folded, []byte(strings.ToLower(sheet))) || bytes.Contains(folded, []byte(strings.ToLower(escaped)))
}

// forgetOrder leaves out the order in which formulas are worked out, which names their cells. Programs make a new one.
func (m *rebuilder) forgetOrder(main string, related []relation) error {
	for _, r := range related {
		if r.kind != "calcChain" || !m.book.parts.has(r.target) {
			continue
		}
		m.parts[m.book.parts.files[partName(r.target)].Name] = nil
		return errors.Join(
			m.without(relationsOf(main), "Relationship", "Id", func(id string) bool { return id == r.id }),
			m.without("[Content_Types].xml", "Override", "PartName", func(name string) bool { return partName(name) == partName(r.target) }),
		)
	}
	return nil
}

// without leaves elements of a part out, by one of their attributes.
func (m *rebuilder) without(part, name, attribute string, isGone func(value string) bool) error {
	if !m.book.parts.has(part) {
		return nil
	}
	content, err := m.book.parts.content(part, maxPart)
	if err != nil {
		return err
	}
	r := newReviser(m.book.parts, part, content)
	r.on = func(e element, tag []byte) []byte {
		r.top(0).isGone = e.local == name && isGone(e.get(attribute))
		return tag
	}
	if err := r.run(); err != nil {
		return err
	}
	m.keep(part, r)
	return nil
}
