package paint

import "strings"

// Cell is a text of one role in a table.
type Cell struct {
	Role Role
	Text string
}

// Table returns rows in columns that are as wide as their widest cell, with two blanks between them. What does not fit in the
// last column goes on below it. No cell ends its line early, nor does a blank end one.
func Table(rows [][]Cell) []Line {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], Cells(Clean(cell.Text)))
		}
	}
	lines := make([]Line, len(rows))
	for r, row := range rows {
		last := len(row) - 1
		for last >= 0 && row[last].Text == "" {
			last--
		}
		used := 0
		for i, cell := range row[:last+1] {
			lines[r] = lines[r].In(cell.Role, cell.Text)
			if i == len(widths)-1 {
				lines[r] = lines[r].Hanging(used)
			}
			if i < last {
				blanks := widths[i] - Cells(Clean(cell.Text)) + gap
				lines[r] = lines[r].Words(strings.Repeat(" ", blanks))
			}
			used += widths[i] + gap
		}
	}
	return lines
}

// gap is how many blanks stand between columns.
const gap = 2
