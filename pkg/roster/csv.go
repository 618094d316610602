package roster

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"rollcall/pkg/email"
	"rollcall/pkg/panics"
	"rollcall/pkg/remedy"
)

// maxRecord is the length, in bytes, beyond which a record must be a quote that nobody closed.
const maxRecord = 1 << 20

// readCSV reads delimited text, by four goroutines: one reads and decodes it, one splits it into records, places them and puts
// them through gocsv, one reads the addresses, which takes most of a judgement, and the caller's hands all of it to emit. They
// are handed over in batches, since to hand over each by itself takes longer than to read it. A panic of any of them becomes the
// caller's.
func readCSV(ctx context.Context, r *reading, emit func(*row) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	text := readAhead(ctx, r.limit.source)
	defer text.close()
	r.limit.source = text
	t, err := openTable(r)
	if err != nil {
		return err
	}
	r.extra, r.doubts = t.layout.names, t.layout.doubts
	full, read, empty, failed := make(chan *batch, batches), make(chan *batch, batches), make(chan *batch, batches), make(chan error, 1)
	for range batches {
		empty <- new(batch)
	}
	var unfilled, unread any // what has panicked
	go func() {
		defer close(full)
		panics.Catch(&unfilled, func() { failed <- t.fill(ctx, empty, full) })
	}()
	go func() {
		defer close(read)
		unread = readAddresses(full, read, addressReader{unwrap: r.rules.unwrap})
		stop()
		for range full { // until nobody fills any more
			continue
		}
	}()
	defer func() {
		stop()
		for range read { // until nobody reads any more
			continue
		}
	}()
	var plain row
	for b := range read {
		for i := range b.length {
			if err := emit(b.row(i, &plain)); err != nil {
				return err
			}
		}
		empty <- b
	}
	panics.Rethrow(cmp.Or(unfilled, unread))
	return <-failed
}

// readAddresses reads the addresses of all full batches. It returns what that has panicked with, nil if it has not.
func readAddresses(full <-chan *batch, read chan<- *batch, reader addressReader) (broken any) {
	panics.Catch(&broken, func() {
		for b := range full {
			b.readAddresses(&reader)
			read <- b
		}
	})
	return broken
}

// fill reads to the end, into empty batches that it makes full ones.
func (t *table) fill(ctx context.Context, empty <-chan *batch, full chan<- *batch) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case t.batch = <-empty:
		}
		end := t.batch.read(t)
		if err := t.batch.decode(); err != nil {
			return err
		}
		full <- t.batch
		if errors.Is(end, io.EOF) {
			return nil
		} else if end != nil {
			return end
		}
	}
}

// table is delimited text whose header was read.
type table struct {
	*reading
	csv    *csv.Reader
	layout layout
	// delimiter stands between the cells.
	delimiter byte
	// lines are whole ones that come next, hasQuotes tells that there are quotes in them. The reader is still behind by what was
	// cut of them.
	lines     string
	hasQuotes bool
	behind    int
	// line is the record read last if it was cut, which the CSV reader then knows nothing of.
	line  line
	isCut bool
	// above counts the lines that csv does not see.
	above int
	// after is the line on which the next record starts, or a blank one before it.
	after int
	// quoted is the line with quotes that was met last.
	quoted string
	// batch is what the next row is read into.
	batch *batch
}

func openTable(r *reading) (*table, error) {
	head, err := r.peek()
	if err != nil {
		return nil, err
	}
	above := skip(head)
	delimiter := cmp.Or(r.rules.delimiter, above.delimiter)
	if delimiter == 0 {
		delimiter = sniff(head[above.length:], r.rules.columns)
	}
	if _, err := r.Discard(above.length); err != nil {
		return nil, err
	}
	t := &table{reading: r, delimiter: byte(delimiter), above: above.lines, after: above.lines + 1}
	r.limit.most = maxRecord
	t.csv = csv.NewReader(r.Reader)
	t.csv.Comma, t.csv.FieldsPerRecord, t.csv.ReuseRecord = delimiter, -1, true
	cells, err := t.read()
	switch {
	case errors.Is(err, io.EOF):
		return nil, broken(place{1, 1}, say("document-empty", "the document is empty"), "it needs a header such as email,role,teams")
	case errors.As(err, new(*csv.ParseError)):
		if blanksAtQuotes(t.quoted, t.delimiter) != "" {
			return nil, structureError{*t.stray(t.start(cells))}
		}
		return nil, broken(t.start(cells), say("header-quotes", "the quotes in the header do not pair up"), "")
	case err != nil:
		return nil, err
	}
	t.describe(delimiter, len(cells))
	h := header{cells: slices.Clone(cells)}
	for i := range cells {
		h.places = append(h.places, t.place(i))
	}
	r.columns, r.dialect = h.cells, Dialect{Delimiter: delimiter, Marked: r.text.Marked, LineEnd: r.text.LineEnd}
	if t.layout, err = layOut(h, r.rules); err != nil {
		return nil, t.below(h, err)
	}
	r.fields = h.fields(t.layout, r.rules)
	r.dialect.Defused, r.selection, r.number = t.layout.defused, t.layout.selection, t.layout.number
	return t, nil
}

// below returns what is wrong with the first row of a table, or says that its header stands further below if it does.
func (t *table) below(first header, wrong error) error {
	for range titles {
		if first.promise(t.rules) != noRoster {
			break
		}
		cells, err := t.read()
		if err != nil {
			break
		}
		if one := (header{cells: cells}); one.promise(t.rules) == surelyRoster {
			line := t.place(0).line
			return broken(first.places[0], say("header-below", fmt.Sprintf("this is no header, but line %d looks like one", line), strconv.Itoa(line)), "delete the lines above that one")
		}
	}
	return wrong
}

// describe says how the table is read.
func (t *table) describe(delimiter rune, columns int) {
	between := fmt.Sprintf("%q between cells", string(delimiter))
	switch {
	case columns == 1:
		between = "one column"
	case delimiter == '\t':
		between = "tabs between cells"
	}
	t.detected = append(t.detected, between)
	if t.text.LineEnd != "" {
		t.detected = append(t.detected, string(t.text.LineEnd)+" line ends")
	}
}

// read returns the next record that is not blank. A *csv.ParseError concerns a single line, after which reading can
// go on.
func (t *table) read() ([]string, error) {
	for {
		t.limit.reset()
		cells, err := t.record()
		if err != nil {
			return cells, t.explain(cells, err)
		}
		if slices.ContainsFunc(cells, filled) {
			return cells, nil
		}
	}
}

// record returns the next record, which may be blank.
func (t *table) record() ([]string, error) {
	if t.isCut = t.cut(); t.isCut {
		t.above++
		t.after++
		return t.line.cells, nil
	}
	t.catchUp()
	began := t.csv.InputOffset()
	cells, err := t.csv.Read()
	t.lines = t.lines[min(len(t.lines), int(t.csv.InputOffset()-began)):]
	if err == nil {
		last := len(cells) - 1
		t.after = t.place(last).line + strings.Count(cells[last], "\n") + 1
	}
	return cells, err
}

// explain turns an error of the CSV reader into a structureError if the records that follow cannot be trusted.
func (t *table) explain(cells []string, err error) error {
	if errors.Is(err, errRecordTooLong) {
		return broken(t.start(cells), say("quote-open", "a record starts here that has not ended after 1 MiB: a quote is not closed"), "close it, or write it twice if it belongs to the text")
	}
	var parse *csv.ParseError
	if !errors.As(err, &parse) {
		return err
	}
	_, end := t.Peek(1)
	if end != nil && !errors.Is(end, io.EOF) && !errors.Is(end, errRecordTooLong) {
		return end // the record was cut off by what the source says now
	}
	if parse.Line == parse.StartLine && (end == nil || errors.Is(parse.Err, csv.ErrBareQuote)) {
		t.after = parse.Line + t.above + 1
		return err
	}
	reason := say("quote-open", "a record starts here in which a quote is not closed")
	if line := parse.Line + t.above; end == nil {
		reason = say("quote-open-until", reason.text+fmt.Sprintf("; it runs into line %d", line), strconv.Itoa(line))
	}
	return broken(place{parse.StartLine + t.above, 1}, reason, "close it, or write it twice if it belongs to the text")
}

// start is where a record begins of which only these cells could be read.
func (t *table) start(cells []string) place {
	if len(cells) > 0 {
		return t.place(0)
	}
	return place{t.after, 1}
}

// place is where the cell of the record read last stands, or where the record starts if there is no such cell.
func (t *table) place(cell int) place {
	if t.isCut {
		return place{t.after - 1, t.line.columns[cell]}
	}
	line, column := t.csv.FieldPos(cell)
	return place{line + t.above, column}
}

func filled(cell string) bool { return email.Trim(cell) != "" }

// next reads the next row into the batch.
func (t *table) next() error {
	cells, err := t.read()
	if err != nil {
		return t.quarantine(err)
	}
	wrong := t.headerAgain(cells)
	if wrong == nil {
		wrong = t.surplus(cells)
	}
	t.fillRow(cells, t.place(0), wrong)
	return nil
}

// quarantine turns a record with stray quotes into a row that says so. It has none of the cells, since only those before
// the quote are known: with them alone, results that are fed back would be a row that lacks, say, its teams.
func (t *table) quarantine(err error) error {
	var parse *csv.ParseError
	if !errors.As(err, &parse) {
		return err
	}
	at := place{parse.Line + t.above, parse.Column}
	t.fillRow(nil, place{at.line, 1}, t.stray(at))
	return nil
}

// surplus objects to a row that has something where the header has no column. Its cells may be shifted: a delimiter
// too many is more likely than a column too few.
func (t *table) surplus(cells []string) *problem {
	if len(cells) <= t.layout.width {
		return nil
	}
	i := slices.IndexFunc(cells[t.layout.width:], filled)
	if i < 0 {
		return nil
	}
	return &problem{
		place:      t.place(t.layout.width + i),
		reason:     say("row-too-long", fmt.Sprintf("the row has more cells than the header has columns (%d)", t.layout.width), strconv.Itoa(t.layout.width)),
		suggestion: remedy.Words("put a cell that contains the delimiter in quotes"),
	}
}
