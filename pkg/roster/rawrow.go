package roster

import (
	"context"
	"errors"
	"iter"

	"rollcall/pkg/document"
)

// Dialect says how a table is written. The zero value is that of any other document.
type Dialect struct {
	// Sheet is the one of a workbook that has the table.
	Sheet string
	// Delimiter separates the cells of a text.
	Delimiter rune
	// Marked tells that the text begins with a byte order mark, LineEnd what its lines end in.
	Marked  bool
	LineEnd document.LineEnd
	// Defused tells that the cells were made harmless for spreadsheets.
	Defused bool
}

// Dialect returns how the document is written.
func (r *Roster) Dialect() Dialect { return r.dialect }

// Encoding returns how the characters of the document are written, [document.Auto] if it is no text.
func (r *Roster) Encoding() document.Encoding { return r.encoding }

// RawRow is an entry and what the document itself has of it.
type RawRow struct {
	Entry
	// Column is where the row begins, on its Line.
	Column int
	// All are the cells under [Roster.Columns], without passwords. There may be fewer, and more if the row has too many. Of
	// a document that is no table, they are what a table would have, the defaults of the document filled in.
	All []string
	// Written are the values of the fields in their order in the document. None is that of a default, and those of which
	// the format cannot be sure are left out.
	Written []Cell
	// Marked tells that the document has a mark on the row that a person should look at: it is struck through, say.
	Marked bool
}

// RawRows reads the document again as [Roster.Entries] does, and yields what it says itself.
func (r *Roster) RawRows(ctx context.Context) iter.Seq2[RawRow, error] {
	return func(yield func(RawRow, error) bool) {
		err := r.reread(ctx, wantAll, func(entry *Entry, row *row) bool {
			return yield(rawRow(entry, row), nil)
		})
		if err != nil {
			yield(RawRow{}, err)
		}
	}
}

// Scan reads a document once and hands its rows to take, as [Roster.RawRows] yields them but for what only all of them together
// tell: who is there twice, and which domains are rare. Take gets the roster as far as the beginning of the document tells:
// [Roster.Format], [Roster.Fields], and the columns of a table. Where a text turns out not to be UTF-8, take gets all rows again
// from the first one on. Scan returns the roster without what is counted. Errors are those of [Read], and that of take.
func Scan(ctx context.Context, source document.Source, options Options, take func(*Roster, RawRow) error) (*Roster, error) {
	rules, err := newRules(options)
	if err != nil {
		return nil, err
	}
	r := &Roster{Name: source.Name, source: source, encoding: rules.encoding, rules: rules}
	taking, err := r.scan(ctx, take)
	if errors.Is(err, document.ErrNotUTF8) && (r.Format == CSV || r.Format == Auto) {
		var found document.Identified
		if found, err = document.Identify(ctx, source); err == nil {
			r = &Roster{Name: source.Name, source: source, encoding: found.Encoding, confidence: found.Confidence, rules: rules}
			taking, err = r.scan(ctx, take)
		}
	}
	switch {
	case taking != nil:
		return nil, taking
	case err != nil:
		return nil, r.refuse(err, &RefusedError{})
	}
	return r, nil
}

// scan is one pass of [Scan]. It returns what take returned, and what keeps the document from being read.
func (r *Roster) scan(ctx context.Context, take func(*Roster, RawRow) error) (taking, err error) {
	judge := newJudge(r.Name, r.rules)
	err = r.pass(ctx, wantAll, func(row *row, number int) error {
		var entry Entry
		judge.judge(row, number, &entry)
		r.Rows = number
		taking = take(r, rawRow(&entry, row))
		return taking
	})
	return taking, err
}

// rawRow returns an entry with what the document has of it.
func rawRow(entry *Entry, row *row) RawRow {
	one := RawRow{*entry, row.column, row.all, row.written, len(row.warnings) > 0}
	if one.All == nil {
		one.All = append([]string{entry.Email, entry.Role, FormatTeams(entry.Teams)}, entry.Extra...)
	}
	return one
}
