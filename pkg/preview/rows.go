package preview

import (
	"bufio"
	"cmp"
	"iter"
	"strconv"
	"strings"

	"rollcall/pkg/paint"
	"rollcall/pkg/record"
	"rollcall/pkg/report"
)

const (
	// looked is by how many of the first rows the columns are as wide as they are: what is held does not grow with the roster.
	looked = 1000
	// widest is how wide one of them gets at most.
	widest = 40
)

// WriteRows writes what would become of each row: outcome, line, address, role, teams, and what is wrong or should be known. A
// terminal has columns and colours; anything else has a line of cells with tabs between them for each row, the first one naming
// the cells. Of any number of rows, so many are held that columns can be laid out.
func WriteRows(paper paint.Paper, records iter.Seq2[record.Record, error]) error {
	if paper.Width == nil {
		return writePlain(paper, records)
	}
	l := layout{paper: paper, cells: [][]paint.Cell{head(paint.Strong)}}
	for rec, err := range records {
		if err == nil {
			err = l.add(row(rec))
		}
		if err != nil {
			return err
		}
	}
	if err := l.flush(); err != nil {
		return err
	}
	return paper.Print(paint.Line{})
}

// head returns the names of the cells.
func head(role paint.Role) (cells []paint.Cell) {
	for _, name := range []string{"outcome", "line", "email", "role", "teams", "note"} {
		cells = append(cells, paint.Cell{Role: role, Text: name})
	}
	return cells
}

// row returns the cells of a row.
func row(rec record.Record) []paint.Cell {
	role := report.RoleOf(rec.Outcome)
	note := paint.Cell{Text: cmp.Or(rec.Error, rec.Hint)}
	if rec.Error != "" && rec.Hint != "" {
		note.Text = rec.Error + " (" + rec.Hint + ")"
	}
	return []paint.Cell{{Role: role, Text: rec.Outcome.String()}, {Role: paint.Dim, Text: strconv.Itoa(rec.Line)}, {Text: rec.Email}, {Text: rec.Role}, {Text: rec.Teams}, note}
}

func writePlain(paper paint.Paper, records iter.Seq2[record.Record, error]) error {
	out := bufio.NewWriter(paper.Out)
	write := func(cells []paint.Cell) error {
		// Cells are cleaned here, so that a tab in one is none between two.
		var b strings.Builder
		for i, cell := range cells {
			if i > 0 {
				b.WriteByte('\t')
			}
			b.WriteString(paint.Line{}.In(cell.Role, cell.Text).Render(paper.Color))
		}
		_, err := out.WriteString(strings.TrimRight(b.String(), "\t") + "\n")
		return err
	}
	if err := write(head(paint.Plain)); err != nil {
		return err
	}
	for rec, err := range records {
		if err == nil {
			err = write(row(rec))
		}
		if err != nil {
			return err
		}
	}
	_ = out.WriteByte('\n') // what goes wrong is told by Flush
	return out.Flush()
}

// layout lays rows out in columns.
type layout struct {
	paper  paint.Paper
	cells  [][]paint.Cell // of rows that are not written yet
	widths []int          // of the columns, nil until the first rows were looked at
}

func (l *layout) add(cells []paint.Cell) error {
	if l.cells = append(l.cells, cells); len(l.cells) < looked {
		return nil
	}
	return l.flush()
}

// flush writes the rows that are held.
func (l *layout) flush() error {
	if l.widths == nil {
		l.widths = make([]int, len(l.cells[0]))
		for _, row := range l.cells {
			for i, cell := range row {
				l.widths[i] = max(l.widths[i], min(paint.Cells(paint.Clean(cell.Text)), widest))
			}
		}
	}
	lines := make([]paint.Line, len(l.cells))
	for i, row := range l.cells {
		lines[i] = l.line(row)
	}
	l.cells = l.cells[:0]
	return l.paper.Print(lines...)
}

// line returns a row in columns. A cell that is too long moves the others on; what does not fit goes on below the address.
func (l *layout) line(row []paint.Cell) paint.Line {
	const gap = 2
	last := len(row) - 1
	for last > 0 && row[last].Text == "" {
		last--
	}
	line, hang, used := paint.Line{}, 0, 0
	for i, cell := range row[:last+1] {
		line = line.In(cell.Role, cell.Text)
		if i < last {
			line = line.Words(strings.Repeat(" ", max(0, l.widths[i]-paint.Cells(paint.Clean(cell.Text)))+gap))
		}
		if used += l.widths[i] + gap; i < 2 {
			hang = used
		}
	}
	return line.Hanging(hang + gap)
}
