package roster

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"

	"rollcall/pkg/document"
	"rollcall/pkg/email"
	"rollcall/pkg/formula"
	"rollcall/pkg/workbook"
)

// Survey is what can be chosen about a document: between columns, sheets, delimiters and encodings. What is chosen is what [Read]
// would take, as far as that is known.
type Survey struct {
	Format Format `json:"format"`
	// Columns are those of the table, and Fields say which of them each field is read from. Both are empty as long as no sheet is
	// chosen. Of a document that is no table, they are the three fields and the columns of the first people.
	Columns []ColumnChoice `json:"columns,omitempty"`
	Fields  []FieldSource  `json:"fields,omitempty"`
	// Sheets are those of a workbook, Sheet is the chosen one, empty if none is.
	Sheets []SheetChoice `json:"sheets,omitempty"`
	Sheet  string        `json:"sheet,omitempty"`
	// Delimiters are those of a delimited text under which its header has several columns; Delimiter is the chosen one.
	Delimiters []DelimiterChoice `json:"delimiters,omitempty"`
	Delimiter  rune              `json:"delimiter,omitempty"`
	// Encoding is that of a text. Encodings are those in which it makes sense, the likeliest first, if it is not UTF-8 and nothing
	// says what it is.
	Encoding  document.Encoding  `json:"encoding,omitempty"`
	Encodings []document.Reading `json:"encodings,omitempty"`
}

// SheetChoice is a sheet of a workbook.
type SheetChoice struct {
	Name   string `json:"name"`
	Hidden bool   `json:"hidden,omitempty"`
	// Addresses tells that its header has a column for e-mail addresses, or one that may be. Columns is the header.
	Addresses bool     `json:"addresses,omitempty"`
	Columns   []string `json:"columns,omitempty"`
}

// DelimiterChoice is a delimiter, and the header that it would make.
type DelimiterChoice struct {
	Delimiter rune     `json:"delimiter"`
	Columns   []string `json:"columns"`
}

// Look returns what can be chosen about a document, also about one that [Read] refuses: what is known of it goes no further than
// its beginning, but for whether a text is UTF-8. An error is about
// the options or the context, or a [*RefusedError] about a document of which nothing can be said.
func Look(ctx context.Context, source document.Source, options Options) (*Survey, error) {
	rules, err := newRules(options)
	if err != nil {
		return nil, err
	}
	r := &Roster{Name: source.Name, source: source, encoding: rules.encoding, rules: rules}
	s := &Survey{}
	err = r.look(ctx, s)
	if errors.Is(err, document.ErrNotUTF8) {
		if s.Encodings, err = document.Readings(ctx, source); err == nil && len(s.Encodings) > 0 {
			r.encoding = s.Encodings[0].Encoding
			err = r.look(ctx, s)
		}
	}
	if err != nil {
		return nil, r.refuse(err, &RefusedError{})
	}
	return s, nil
}

// look reads as much of the document as it takes to say what can be chosen.
func (r *Roster) look(ctx context.Context, s *Survey) error {
	d, err := document.Open(ctx, r.source)
	if err != nil {
		return err
	}
	defer d.Close() //nolint:errcheck // it was only read
	reading := &reading{bytes: d, rules: r.rules, wantExtra: true, wantAll: true}
	known := *r.rules
	if !d.Workbook {
		known.sheet = "" // which no text has
	}
	open := &Roster{Name: r.Name, source: r.source, encoding: r.encoding, rules: &known}
	if err := open.recognize(d, reading); err != nil {
		return err
	}
	switch s.Format = open.Format; s.Format {
	case XLSX:
		return s.lookAtBook(d, r.rules)
	case CSV:
		s.Encoding = open.encoding
		if err := s.lookAtTable(reading); err != nil {
			return err
		}
		// Whether all of it is UTF-8 shows at its end.
		if _, err := io.Copy(io.Discard, reading); errors.Is(err, document.ErrNotUTF8) {
			return err
		}
		return nil
	default:
		s.Encoding = open.encoding
		return s.lookAtPeople(ctx, reading)
	}
}

// lookAtTable looks at the beginning of delimited text.
func (s *Survey) lookAtTable(r *reading) error {
	head, err := r.peek()
	if err != nil {
		return err
	}
	above := skip(head)
	if head = head[above.length:]; len(head)+above.length >= window {
		head = head[:bytes.LastIndexByte(head, '\n')+1]
	}
	if s.Delimiter = cmp.Or(r.rules.delimiter, above.delimiter); s.Delimiter == 0 {
		s.Delimiter = sniff(head, r.rules.columns)
	}
	s.Delimiters = nil
	for _, delimiter := range delimiters {
		if names := firstRecords(lazily(head, delimiter), 1); len(names) > 0 && len(names[0]) > 1 {
			s.Delimiters = append(s.Delimiters, DelimiterChoice{delimiter, names[0]})
		}
	}
	records := firstRecords(lazily(head, s.Delimiter), 1+sampledRows)
	if len(records) == 0 {
		return nil // without a header, there is nothing to choose from
	}
	h := header{cells: records[0], places: make([]place, len(records[0]))}
	l := s.lookAtHeader(h, r.rules)
	for _, cells := range records[1:] {
		if take(s.Columns, func(i int) string {
			if i >= len(cells) {
				return ""
			}
			if l.defused {
				return formula.Restore(cells[i])
			}
			return cells[i]
		}) {
			break
		}
	}
	s.fillFields()
	return nil
}

// lazily returns a reader of a table in which quotes may stand anywhere.
func lazily(text []byte, delimiter rune) *csv.Reader {
	table := csv.NewReader(bufio.NewReader(bytes.NewReader(text)))
	table.Comma, table.FieldsPerRecord, table.LazyQuotes = delimiter, -1, true
	return table
}

// firstRecords returns the first records of a table that are not blank, up to one that cannot be read.
func firstRecords(table *csv.Reader, most int) (records [][]string) {
	for len(records) < most {
		cells, err := table.Read()
		if err != nil {
			break
		}
		if slices.ContainsFunc(cells, filled) {
			records = append(records, cells)
		}
	}
	return records
}

// lookAtHeader takes over what a header says, as far as it can be understood.
func (s *Survey) lookAtHeader(h header, rules *rules) layout {
	l := layout{results: isResults(h.cells), defused: isDefused(h.cells)}
	for i, at := range []*int{&l.email, &l.role, &l.teams} {
		*at, _ = h.find(columns[i], rules.columns, l.results)
	}
	s.Columns, s.Fields = newColumns(h.cells), h.fields(l, rules)
	return l
}

// fillFields gives the fields the samples of their columns.
func (s *Survey) fillFields() {
	for i := range s.Fields {
		if at := s.Fields[i].At; at != absent {
			s.Fields[i].Sample = s.Columns[at].Sample
		}
	}
}

// lookAtBook looks at the sheets of a workbook, and at the rows of the chosen one.
func (s *Survey) lookAtBook(d io.Reader, rules *rules) error {
	content, err := io.ReadAll(io.LimitReader(d, workbook.MaxSize+1))
	if err != nil {
		return err
	}
	book, err := workbook.Open(content)
	if err != nil {
		return explainBook(err)
	}
	for _, one := range book.Sheets {
		found, err := lookAt(one, rules)
		if err != nil {
			return explainBook(err)
		}
		s.Sheets = append(s.Sheets, SheetChoice{one.Name, one.Hidden, found.promise != noRoster, found.header.cells})
	}
	chosen, err := chooseSheet(book, rules)
	switch {
	case errors.As(err, new(structureError)):
		return nil
	case err != nil:
		return explainBook(err)
	case chosen.top.line == 0:
		s.Sheet = chosen.Name
		return nil
	}
	s.Sheet = chosen.Name
	l := s.lookAtHeader(chosen.header, rules)
	rows := 0
	for row, err := range chosen.Rows() {
		if err != nil {
			return explainBook(err)
		}
		if row.Number <= chosen.top.line {
			continue
		}
		restored := l.defused && !slices.Contains(exactSheets, chosen.Name)
		enough := take(s.Columns, func(i int) string {
			at := slices.IndexFunc(row.Cells, func(c workbook.Cell) bool { return c.Column == chosen.first+i })
			switch {
			case at < 0:
				return ""
			case restored:
				return formula.Restore(row.Cells[at].Text)
			}
			return row.Cells[at].Text
		})
		if rows++; enough || rows == sampledRows {
			break
		}
	}
	s.fillFields()
	return nil
}

// lookAtPeople looks at the first people of a document that is no table.
func (s *Survey) lookAtPeople(ctx context.Context, r *reading) error {
	var rows [][]string
	err := readers[s.Format](ctx, r, func(one *row) error {
		teams := one.teams.text
		if one.list != nil {
			teams = FormatTeams(one.list)
		}
		rows = append(rows, append([]string{one.email.text, one.role.text, teams}, one.extra...))
		if len(rows) == sampledRows {
			return errEnough
		}
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) && !errors.As(err, new(structureError)) {
		return err
	}
	s.Columns, s.Fields = newColumns(slices.Concat(fieldColumns, r.extra)), keyFields()
	for _, cells := range rows {
		take(s.Columns, func(i int) string {
			if i < len(cells) {
				return cells[i]
			}
			return ""
		})
	}
	s.fillFields()
	return nil
}

// isResults reports whether a header is that of a results file.
func isResults(names []string) bool {
	return len(names) >= len(resultsHeader) && slices.Equal(names[:len(resultsHeader)], resultsHeader)
}

// isDefused reports whether the cells under a header were made harmless for spreadsheets.
func isDefused(names []string) bool {
	return isResults(names) || slices.Contains(names, ColumnError) && slices.Contains(names, ColumnHint) ||
		slices.ContainsFunc(names, func(name string) bool { return squash(name) == columnCorrections })
}

// String returns the samples of a column as a chooser shows them: "Login: ada@x.test, bob@x.test".
func (c ColumnChoice) String() string {
	if len(c.Sample) == 0 {
		return email.Trim(c.Name)
	}
	return email.Trim(c.Name) + ": " + strings.Join(c.Sample, ", ")
}
