package roster

import (
	"context"
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
// tell: who is there twice, and which domains are rare. A text is read in the encoding of the options, UTF-8 if they have none. It
// returns the names of the columns. Errors are those of [Read], and that of take.
func Scan(ctx context.Context, source document.Source, options Options, take func(RawRow) error) ([]string, error) {
	rules, err := newRules(options)
	if err != nil {
		return nil, err
	}
	r := &Roster{Name: source.Name, source: source, encoding: rules.encoding, rules: rules}
	judge := newJudge(r.Name, rules)
	var taking error
	err = r.pass(ctx, wantAll, func(row *row, number int) error {
		var entry Entry
		judge.judge(row, number, &entry)
		taking = take(rawRow(&entry, row))
		return taking
	})
	switch {
	case taking != nil:
		return nil, taking
	case err != nil:
		return nil, r.refuse(err, &RefusedError{})
	}
	return r.Columns, nil
}

// rawRow returns an entry with what the document has of it.
func rawRow(entry *Entry, row *row) RawRow {
	one := RawRow{*entry, row.column, row.all, row.written, len(row.warnings) > 0}
	if one.All == nil {
		one.All = append([]string{entry.Email, entry.Role, FormatTeams(entry.Teams)}, entry.Extra...)
	}
	return one
}
