// Package overlay lays corrections over the document of a roster: texts that some of its cells are to say instead, and other
// words for words of the roster.
//
//	corrected, err := overlay.Correct(ctx, document.File("people.csv"), roster.Options{}, overlay.Corrections{
//		Cells: map[int]map[string]string{4: {roster.FieldEmail: "ann@x.test"}},
//		Words: map[string]map[string]string{roster.FieldRole: {"Chef": "manager"}},
//	})
//	r, err := roster.Read(ctx, corrected.Source(), corrected.Options)
//
// The corrected document is one in the format of the original, which stays as it is, byte for byte, but for the cells: quotes,
// comments, order, styles. It has the same rows on the same lines, and every other cell says what it said: [Correct] makes sure of
// that before it returns anything.
//
// A text keeps its encoding as long as that has the characters of the corrections; otherwise it becomes UTF-8 with a byte order
// mark, see [Corrected.Recoded].
package overlay

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"rollcall/pkg/document"
	"rollcall/pkg/rewrite"
	"rollcall/pkg/roster"
)

// Corrections say what cells are to say instead. The zero value corrects nothing.
type Corrections struct {
	// Cells are whole cells: by the number of the row, see [roster.Entry], and the field, [roster.FieldEmail], [roster.FieldRole]
	// or [roster.FieldTeams]. Line breaks in a text become blanks.
	Cells map[int]map[string]string
	// Words are other words for words of the roster, in all rows: by the field and the word as the roster has it, whose spelling
	// does not matter, see [roster.WordKey]. [roster.FieldRole] is about whole cells; [roster.FieldTeamRole] and
	// [roster.FieldTeams] are about a role and about the name of a team within cells of teams, of which the rest stays as it is. A
	// row whose cell is among Cells is not looked at.
	Words map[string]map[string]string
}

// Corrected is a document with corrections.
type Corrected struct {
	// Name is that of the original, and Content the document.
	Name    string
	Content []byte
	// Options are those with which the document is read as the original was.
	Options roster.Options
	// Recoded tells that it is UTF-8 now, since its encoding lacks characters of the corrections, or would not give the rest back
	// byte for byte. Then Options leave the encoding to be found out, and so must whoever reads it.
	Recoded bool
	// Cells counts the cells that were written anew.
	Cells int

	extension string
}

// Source returns the document as a source to be read.
func (c *Corrected) Source() document.Source {
	return document.Source{Name: c.Name, Extension: c.extension, Open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(c.Content)), nil
	}}
}

// Error says of which row a cell cannot be corrected. Match its reason with errors.Is: [rewrite.ErrNoColumn] and others.
type Error struct {
	Row, Line int
	// Field is empty if it is about the row as a whole.
	Field string
	Err   error
}

// Error returns where and why.
func (e *Error) Error() string {
	field := e.Field
	if field == "" {
		field = "row"
	}
	if e.Line == 0 {
		return fmt.Sprintf("row %d: %s: %v", e.Row, field, e.Err)
	}
	return fmt.Sprintf("line %d: %s: %v", e.Line, field, e.Err)
}

// Unwrap returns the reason.
func (e *Error) Unwrap() error { return e.Err }

// The reasons of an [Error] beside those of package rewrite.
var (
	// ErrNoRow: the roster has no row of that number.
	ErrNoRow = errors.New("there is no such row")
	// ErrText: the text has a character that no cell can have.
	ErrText = errors.New("the text has a character that a cell cannot have")
	// ErrBlank: nothing would be left in the row, and a row without anything is none.
	ErrBlank = errors.New("nothing would be left in the row: delete it in the file instead")
)

// errOtherwise means a mistake in this package, found before anybody relied on it, or a document that is read otherwise once a
// cell has changed.
var errOtherwise = errors.New("the corrected roster would differ in more than its corrections: correct the file itself")

// Correct returns the document with the corrections. A document that cannot be read is a [*roster.RefusedError], a cell that
// cannot be corrected an [*Error].
func Correct(ctx context.Context, source document.Source, options roster.Options, corrections Corrections) (*Corrected, error) {
	cells, err := tidy(corrections.Cells)
	if err != nil {
		return nil, err
	}
	words, err := keyed(corrections.Words)
	if err != nil {
		return nil, err
	}
	o := &overlay{cells: cells, words: words}
	r, err := roster.Scan(ctx, source, plain(options), o.look)
	if err == nil && len(o.rows) == 0 {
		r, err = roster.Read(ctx, source, plain(options)) // which says that there is nobody
	}
	if err != nil {
		return nil, err
	}
	for _, row := range slices.Sorted(maps.Keys(cells)) {
		if _, there := o.touched[row]; !there && len(cells[row]) > 0 {
			return nil, &Error{Row: row, Err: ErrNoRow}
		}
	}
	d, err := rewrite.Open(ctx, source, r)
	if err != nil {
		return nil, err
	}
	o.roster, o.document = r, d
	corrected := &Corrected{Name: source.Name, Options: options, extension: source.Extension}
	var failed error
	for _, recode := range []bool{false, true} {
		if recode && (r.Format == roster.XLSX || d.Encoding() == document.UTF8) || !recode && !d.ComesBack() {
			continue
		}
		if corrected.Recoded = recode; recode {
			corrected.Options.Encoding = document.Auto
		}
		if failed = o.write(ctx, corrected); failed == nil || errors.As(failed, new(*Error)) || ctx.Err() != nil {
			break
		}
	}
	if failed != nil {
		return nil, failed
	}
	return corrected, nil
}

// plain returns the options that say where cells stand, without those that say what rows mean.
func plain(options roster.Options) roster.Options {
	columns := maps.Clone(options.Map)
	delete(columns, roster.FieldActive)
	return roster.Options{
		Format: options.Format, Map: columns, Role: options.Role, Encoding: options.Encoding, Delimiter: options.Delimiter,
		Sheet: options.Sheet, IncludeInactive: true, IDColumn: roster.NoIDColumn,
	}
}

// tidy returns the cells with blanks for line breaks.
func tidy(cells map[int]map[string]string) (map[int]map[string]string, error) {
	tidied := make(map[int]map[string]string, len(cells))
	for _, row := range slices.Sorted(maps.Keys(cells)) {
		tidied[row] = make(map[string]string, len(cells[row]))
		for _, field := range slices.Sorted(maps.Keys(cells[row])) {
			if !slices.Contains([]string{roster.FieldEmail, roster.FieldRole, roster.FieldTeams}, field) {
				return nil, &Error{Row: row, Field: field, Err: errors.New("this is no field of a roster")}
			}
			text := oneLine(cells[row][field])
			if !fit(text) {
				return nil, &Error{Row: row, Field: field, Err: ErrText}
			}
			tidied[row][field] = text
		}
	}
	return tidied, nil
}

var lineBreaks = strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ", "\u0085", " ", "\u2028", " ", "\u2029", " ", "\v", " ", "\f", " ")

// oneLine returns a text with blanks for its line breaks.
func oneLine(text string) string { return lineBreaks.Replace(text) }

// fit reports whether a cell can have all characters of a text.
func fit(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsControl(r) && r != '\t' || r == '\ufeff' || r == '\ufffe' || r == '\uffff'
	})
}

// keyed returns the words by their keys.
func keyed(words map[string]map[string]string) (map[string]map[string]string, error) {
	all := make(map[string]map[string]string, len(words))
	for field, meanings := range words {
		if !slices.Contains([]string{roster.FieldRole, roster.FieldTeamRole, roster.FieldTeams}, field) {
			return nil, fmt.Errorf("words of %q cannot be corrected", field)
		}
		all[field] = make(map[string]string, len(meanings))
		for word, meant := range meanings {
			if meant = oneLine(meant); !fit(meant) {
				return nil, fmt.Errorf("%s %q: %w", field, word, ErrText)
			}
			all[field][roster.WordKey(word)] = meant
		}
	}
	return all, nil
}
