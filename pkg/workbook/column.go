package workbook

import "strconv"

// noteColumns notes columns that the sheet does not show.
func (s *Sheet) noteColumns(e element) {
	width, err := strconv.ParseFloat(e.get("width"), 64)
	if !isTrue(e.get("hidden")) && (err != nil || width > 0) || len(s.unseen) == MaxColumns {
		return
	}
	first, err := strconv.Atoi(e.get("min"))
	last, wrong := strconv.Atoi(e.get("max"))
	if err == nil && wrong == nil {
		s.unseen = append(s.unseen, columns{first, last})
	}
}

// HidesColumn reports whether the sheet does not show a column, by its number from 1. It is known once [Sheet.Rows] has
// yielded a row.
func (s *Sheet) HidesColumn(column int) bool {
	for _, one := range s.unseen {
		if one.first <= column && column <= one.last {
			return true
		}
	}
	return false
}

// CellName returns how people call a cell: C22. Columns and rows count from 1.
func CellName(column, row int) string { return columnName(column) + strconv.Itoa(row) }
