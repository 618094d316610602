// Package fix does to a roster what needs no person: it takes blanks from around cells and addresses out of what mail
// programs put around them, writes roles as the service spells them, and drops rows that say the same as an earlier one.
//
//	fixed, err := fix.Read(ctx, document.File("people.csv"), roster.Options{})
//	content, err := fixed.Content(ctx, "fixed.csv")
//	for change, err := range fixed.Changes(ctx) { … }
//
// Everything else stays as it is, byte for byte: other cells, comments, spacing, quotes, order, encoding. What needs a
// guess stays, too, and remains a finding, as does an address that only a formula shows, or that is struck through. The
// fixed roster, read again, has the same entries but for those that were dropped; [Fix.Content] makes sure of that. Fixing
// it again changes nothing.
//
// The document is held as a whole. Nothing is written to the disk.
package fix

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"

	"rollcall/pkg/document"
	"rollcall/pkg/email"
	"rollcall/pkg/rewrite"
	"rollcall/pkg/roster"
)

// Fix is a roster and what is to be done to it. It is not safe for concurrent use.
type Fix struct {
	// Cells counts the values that change, Rows the rows that are dropped, once Content was called.
	Cells, Rows int

	roster   *roster.Roster
	options  roster.Options
	document *rewrite.Document
	left     left
}

// Read reads a roster. Errors are those of [roster.Read].
func Read(ctx context.Context, source document.Source, options roster.Options) (*Fix, error) {
	unwrapping := options
	unwrapping.Unwrap = true
	r, err := roster.Read(ctx, source, unwrapping)
	if err != nil {
		return nil, err
	}
	d, err := rewrite.Open(ctx, source, r)
	switch {
	case err != nil:
		return nil, err
	case !d.ComesBack():
		return nil, fmt.Errorf("%w (%s)", ErrEncoding, d.Encoding())
	}
	return &Fix{roster: r, options: options, document: d}, nil
}

// ErrEncoding says that a text cannot be written again as it was: its encoding writes some characters in several ways.
var ErrEncoding = errors.New("the document is in an encoding in which it would not come back byte for byte")

// Format returns what the roster is written in, and what its content will be.
func (f *Fix) Format() roster.Format { return f.roster.Format }

// Changes yields what is to be changed, in the order of the document. An error comes alone and last.
func (f *Fix) Changes(ctx context.Context) iter.Seq2[Change, error] {
	return func(yield func(Change, error) bool) {
		e, err := f.document.Edit(io.Discard)
		if err == nil {
			err = errors.Join(f.edit(ctx, e, func(c Change, _ int) bool { return yield(c, nil) }), e.Close())
		}
		if err != nil {
			yield(Change{}, err)
		}
	}
}

// Content returns the fixed document, for a file of that name.
func (f *Fix) Content(ctx context.Context, name string) ([]byte, error) {
	var content bytes.Buffer
	var dropped map[int]bool
	write := func(out io.Writer) (err error) {
		dropped, err = f.writeTo(ctx, out)
		return err
	}
	if err := f.document.Encode(&content, write); err != nil {
		return nil, err
	}
	return content.Bytes(), f.verify(ctx, name, content.Bytes(), dropped)
}

// writeTo writes the fixed document and counts what is changed. It returns the rows that are dropped.
func (f *Fix) writeTo(ctx context.Context, out io.Writer) (dropped map[int]bool, err error) {
	e, err := f.document.Edit(out)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	dropped = map[int]bool{}
	f.Cells, f.Rows = 0, 0
	err = f.edit(ctx, e, func(c Change, row int) bool {
		if c.Field == FieldRow {
			f.Rows++
			dropped[row] = true
		} else {
			f.Cells++
		}
		return true
	})
	if err != nil {
		return nil, err
	}
	return dropped, e.Finish()
}

// edit goes through the roster and changes what is to be changed, until each returns false.
func (f *Fix) edit(ctx context.Context, e rewrite.Editor, each func(c Change, row int) bool) error {
	f.left = newLeft()
	for row, err := range f.roster.RawRows(ctx) {
		if err != nil {
			return err
		}
		if keeps := f.left.keeps(row); row.DuplicateOf > 0 && !keeps && e.Drop(row) {
			if !each(f.dropped(row), row.Row) {
				return nil
			}
			continue
		}
		slices.SortFunc(row.Written, func(a, b roster.Cell) int {
			return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
		})
		for _, cell := range row.Written {
			before, after, done, err := e.Repair(cell)
			if err != nil {
				return fmt.Errorf("%s:%d:%d: %s: %w", f.roster.Name, cell.Line, cell.Column, cell.Field, err)
			}
			if !done {
				f.left.leave(row, cell)
				continue
			}
			if before != after && !each(f.changed(cell, before, after), row.Row) {
				return nil
			}
		}
	}
	return nil
}

// errOtherwise means a mistake in this package, found before anybody relied on it.
var errOtherwise = errors.New("the fixed roster would not say the same as before; nothing was written")

// verify makes sure that the content has the same entries but for those that were dropped.
func (f *Fix) verify(ctx context.Context, name string, content []byte, dropped map[int]bool) error {
	again, err := roster.Read(ctx, document.Source{Name: name, Open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(content)), nil
	}}, f.options)
	if err != nil {
		return fmt.Errorf("%w: %w", errOtherwise, err)
	}
	next, stop := iter.Pull2(again.Entries(ctx))
	defer stop()
	for before, err := range f.roster.Entries(ctx) {
		if err != nil {
			return err
		}
		if dropped[before.Row] {
			continue
		}
		after, err, more := next()
		if err != nil {
			return err
		}
		if !more || !f.left.same(before, after) {
			return fmt.Errorf("%w: line %d, %q", errOtherwise, before.Line, before.Email)
		}
	}
	if _, _, more := next(); more {
		return errOtherwise
	}
	return nil
}

// sameBut reports whether two entries are the same but for what is wrong with them.
func sameBut(a, b roster.Entry) bool {
	return a.Email == b.Email && a.Role == b.Role && roster.FormatTeams(a.Teams) == roster.FormatTeams(b.Teams) && slices.Equal(a.Extra, b.Extra)
}

// FieldRow stands in a [Change] for the row as a whole.
const FieldRow = "row"

// Change is something that is fixed.
type Change struct {
	File string `json:"file"`
	// Line and Column are where it was, see [roster.Finding].
	Line   int `json:"line"`
	Column int `json:"column"`
	// Field is "email", "role" or "teams", or [FieldRow] if the row was dropped.
	Field string `json:"field"`
	// Old is what stood there, New what stands there now; of a row, the address and nothing.
	Old string `json:"old"`
	New string `json:"new"`
	// Why says it in words.
	Why string `json:"why"`
}

// String returns the change as findings are printed: `team.csv:14:3: role: "Member" -> "member" (the service's spelling)`.
func (c Change) String() string {
	if c.Field == FieldRow {
		return fmt.Sprintf("%s:%d:%d: row: %q dropped (%s)", c.File, c.Line, c.Column, c.Old, c.Why)
	}
	return fmt.Sprintf("%s:%d:%d: %s: %q -> %q (%s)", c.File, c.Line, c.Column, c.Field, c.Old, c.New, c.Why)
}

func (f *Fix) changed(cell roster.Cell, before, after string) Change {
	why := "the service's spelling"
	switch {
	case after == email.Trim(before):
		why = "without blanks around it"
	case cell.Field == roster.FieldEmail:
		why = "the bare address"
	}
	return Change{File: f.roster.Name, Line: cell.Line, Column: cell.Column, Field: cell.Field, Old: before, New: after, Why: why}
}

func (f *Fix) dropped(row roster.RawRow) Change {
	return Change{
		File: f.roster.Name, Line: row.Line, Column: row.Column, Field: FieldRow, Old: row.Email,
		Why: fmt.Sprintf("on line %d already, with the same role and teams", row.DuplicateOf),
	}
}
