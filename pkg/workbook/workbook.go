// Package workbook reads Excel workbooks (.xlsx, .xlsm) as rows of cells as they are shown, writes tables and forms
// as workbooks, and changes cells and rows of one in place: all else in it stays as it is, byte for byte, but for what refers to
// cells that have moved.
//
//	book, err := workbook.Open(document)
//	for row, err := range book.Sheets[0].Rows() { … }
//
// A workbook is a ZIP archive that a few kilobytes can make a bomb of. [Open] and [Sheet.Rows] believe none of the
// sizes that it states: what is taken out of it is counted while it comes out, and beyond the limits below it is
// refused. Memory is bounded by those limits whatever the document holds: rows are read one by one, and only the texts
// that cells share are kept.
//
// Nothing is ever written to the disk, neither in reading nor in writing. The package runs no formula, follows no link
// and opens no password.
package workbook

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"strings"
)

// MaxSize is how long, in bytes, a workbook may be: several times one with the hundred thousand people of the largest
// rosters.
const MaxSize = 24 << 20

// What may come out of the archive.
const (
	// maxDirectory bounds the list of the archive's parts: some 10,000 of them. A workbook has dozens.
	maxDirectory = 1 << 20
	// maxPart is for the parts that say what there is: sheets, styles, links.
	maxPart = 16 << 20
	// maxTexts is for the texts that cells share.
	maxTexts = 32 << 20
	// maxSheets, maxStyles and maxAreas are what Excel itself comes nowhere near, or cannot exceed.
	maxSheets, maxStyles, maxAreas = 1024, 1 << 16, 1 << 17
)

// What bounds the time, to some three seconds each, and the memory. Tests are in a hurry.
var (
	// maxText bounds how many texts cells share.
	maxText = 1 << 20
	// maxSheet is for the rows of a sheet, which are not kept.
	maxSheet int64 = 128 << 20
	// maxTotal is for all that may come out of one Book, each sheet of which is read twice or more.
	maxTotal int64 = 640 << 20
	// maxTokens is how much markup may be read. A row of six cells has 40 tokens at most.
	maxTokens = 12_000_000
	// maxGrowth is how much longer a part may become in editing: cells that share a formula or a text get it each then.
	maxGrowth = 16 << 20
)

// Kinds of an [Error].
var (
	// ErrForeign: the document is something else than a workbook of this kind.
	ErrForeign = errors.New("not an Excel workbook")
	// ErrEncrypted: it opens with a password only.
	ErrEncrypted = errors.New("encrypted")
	// ErrDamaged: it is incomplete or contradicts itself.
	ErrDamaged = errors.New("damaged")
	// ErrTooLarge: it holds more than a roster could, as archives made to fill the memory do.
	ErrTooLarge = errors.New("too large")
)

// Error says why a workbook cannot be read. Match its kind with errors.Is.
type Error struct {
	Kind error
	// Reason says it in words; Suggestion is what to do about it.
	Reason, Suggestion string
}

// Error returns the reason and the suggestion.
func (e *Error) Error() string { return e.Reason + " (" + e.Suggestion + ")" }

// Unwrap returns the kind.
func (e *Error) Unwrap() error { return e.Kind }

func damaged(format string, args ...any) error {
	return &Error{ErrDamaged, "the workbook is damaged: " + fmt.Sprintf(format, args...), "open it in a spreadsheet program and save it anew"}
}

func tooLarge(format string, args ...any) error {
	return &Error{ErrTooLarge, "the workbook is too large: " + fmt.Sprintf(format, args...), "save its sheet as CSV UTF-8"}
}

// Book is an open workbook. It is not safe for concurrent use.
type Book struct {
	// Sheets are the sheets with cells, in the order of their tabs.
	Sheets []*Sheet

	parts *parts
	texts []string
	// struck tells of which texts a part is struck through, up to the last such one.
	struck  []bool
	formats *formats
	// stale tells that formulas are to be worked out when a spreadsheet program opens the workbook, since whatever wrote
	// it could not.
	stale bool
	// about is what follows the rows of the sheet that was read last: of all sheets, it could fill the memory.
	about    about
	lastRead *Sheet
}

// Sheet is one sheet of a workbook.
type Sheet struct {
	Name string
	// Hidden tells that the workbook does not show the sheet.
	Hidden bool

	book *Book
	part string
	// unseen are the columns that the sheet does not show.
	unseen []columns
}

// columns are columns of a sheet from the first to the last.
type columns struct{ first, last int }

// Open reads what is common to all sheets of a workbook. The document must not change while the book is used. An error
// is an [*Error].
func Open(document []byte) (*Book, error) {
	if len(document) > MaxSize {
		return nil, tooLarge("it has more than %d MiB", MaxSize>>20)
	}
	parts, err := openParts(document)
	if err != nil {
		return nil, err
	}
	b := &Book{parts: parts}
	main, err := b.main()
	if err != nil {
		return nil, err
	}
	related, err := b.related(main)
	if err != nil {
		return nil, err
	}
	era, err := b.readSheets(main, related)
	if err != nil {
		return nil, err
	}
	if err := b.readCommon(related, era); err != nil {
		return nil, err
	}
	return b, nil
}

// readCommon reads the parts that cells refer to. One that is missing is missed by the first such cell, if there is any.
func (b *Book) readCommon(related []relation, era era) (err error) {
	missing := ""
	for _, r := range related {
		isThere := b.parts.has(r.target)
		switch {
		case r.kind == "sharedStrings" && isThere:
			err = b.readTexts(r.target)
		case r.kind == "styles" && isThere:
			b.formats, err = b.readFormats(r.target, era)
		case r.kind == "styles":
			missing = r.target
		}
		if err != nil {
			return err
		}
	}
	if b.formats == nil {
		b.formats = newFormats(nil, era)
		b.formats.missing = missing
	}
	return nil
}

// main returns the part that lists the sheets.
func (b *Book) main() (string, error) {
	related, err := b.related("")
	if err != nil {
		return "", err
	}
	for _, r := range related {
		if r.kind != "officeDocument" {
			continue
		}
		switch {
		case strings.HasSuffix(r.target, ".bin"):
			return "", &Error{ErrForeign, "this is a binary Excel workbook (.xlsb)", "save it as .xlsx or as CSV UTF-8"}
		case strings.HasPrefix(r.target, "xl/") || strings.Contains(r.target, "workbook"):
			return r.target, nil
		}
	}
	return "", &Error{ErrForeign, "this is a ZIP archive, but not an Excel workbook", "save it as .xlsx or as CSV UTF-8"}
}

// relationsOf returns the part that lists the relations of a part to others.
func relationsOf(part string) string {
	directory, name := path.Split(part)
	return directory + "_rels/" + name + ".rels"
}

// relation is what a part says about another one.
type relation struct{ id, kind, target string }

// related returns the relations of a part to others, of the archive itself for "". Without any there is no list.
func (b *Book) related(part string) (related []relation, err error) {
	directory, _ := path.Split(part)
	list := relationsOf(part)
	if !b.parts.has(list) {
		return nil, nil
	}
	err = b.elements(list, func(e element) error {
		if e.local != "Relationship" {
			return nil
		}
		r := relation{e.get("Id"), path.Base(e.get("Type")), e.get("Target")}
		if e.get("TargetMode") != "External" {
			r.target = resolve(directory, r.target)
		}
		if len(related) == maxAreas {
			return tooLarge("%s has more than %d lines", list, maxAreas)
		}
		related = append(related, r)
		return nil
	})
	return related, err
}

// resolve returns the name of the part that a part in the directory calls target.
func resolve(directory, target string) string {
	if !strings.HasPrefix(target, "/") {
		target = path.Join(directory, target)
	}
	return strings.TrimPrefix(path.Clean(target), "/")
}

// readSheets lists the sheets. It returns the era of the workbook's dates.
func (b *Book) readSheets(main string, related []relation) (era era, err error) {
	sheets := make(map[string]string, len(related))
	for _, r := range related {
		if r.kind == "worksheet" { // charts have sheets of their own
			sheets[r.id] = r.target
		}
	}
	about := false // an extension says more under the same name
	err = b.elements(main, func(e element) error {
		switch e.local {
		case "workbookPr":
			era.of1904 = era.of1904 || !about && isTrue(e.get("date1904"))
			about = true
		case "calcPr":
			b.stale = b.stale || isTrue(e.get("fullCalcOnLoad"))
		case "sheet":
			part, ok := sheets[e.get("id")]
			if !ok {
				return nil
			}
			if len(b.Sheets) == maxSheets {
				return tooLarge("it has more than %d sheets", maxSheets)
			}
			state := e.get("state")
			b.Sheets = append(b.Sheets, &Sheet{
				Name: e.get("name"), Hidden: state != "" && state != "visible", book: b, part: part,
			})
		}
		return nil
	})
	if err == nil && len(b.Sheets) == 0 {
		err = damaged("it has no sheet")
	}
	return era, err
}

// isTrue reads a boolean as XML Schema writes it.
func isTrue(text string) bool { return text == "1" || text == "true" }

// ole is how documents of the old container format begin; encrypted workbooks are wrapped in one.
var ole = []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")

// wrapped explains a document in the old container format, nil for any other.
func wrapped(document []byte) error {
	switch {
	case !bytes.HasPrefix(document, ole):
		return nil
	case bytes.Contains(document, utf16LE("EncryptedPackage")):
		return &Error{ErrEncrypted, "the workbook is protected by a password", "remove the password, or save its sheet as CSV UTF-8"}
	}
	return &Error{ErrForeign, "this is an old Excel workbook (.xls)", "save it as .xlsx or as CSV UTF-8"}
}

func utf16LE(ascii string) []byte {
	var wide []byte
	for i := range len(ascii) {
		wide = append(wide, ascii[i], 0)
	}
	return wide
}
