package roster

import (
	"bytes"
	"encoding/csv"
	"strings"
	"unicode/utf8"

	"rollcall/pkg/email"
)

// delimiters are what separates cells, the usual one first.
const delimiters = ",;\t|"

// excelHint reads the line "sep=;" that Excel understands at the start of a file. It returns the delimiter and the
// length of the line, 0 if there is none.
func excelHint(head []byte) (delimiter rune, length int) {
	line := head
	if end := bytes.IndexByte(head, '\n'); end >= 0 {
		line = head[:end+1]
	}
	hint := strings.Trim(strings.TrimRight(string(line[:min(len(line), 16)]), "\r\n"), `"`)
	if len(hint) < len("sep=,") || !strings.EqualFold(hint[:len("sep=")], "sep=") {
		return 0, 0
	}
	delimiter, size := utf8.DecodeRuneInString(hint[len("sep="):])
	if len(hint) != len("sep=")+size {
		return 0, 0
	}
	return delimiter, len(line)
}

// sniff returns the delimiter of a table: the one under which its header holds the most names that we know, and, if
// that decides nothing, its first rows have the same number of cells.
func sniff(head []byte, mapped map[string]string) rune {
	best, most := rune(delimiters[0]), 0
	for _, delimiter := range delimiters {
		if score := fit(head, delimiter, mapped); score > most {
			best, most = delimiter, score
		}
	}
	return best
}

// fit tells how well the delimiter suits the beginning of a table.
func fit(head []byte, delimiter rune, mapped map[string]string) (score int) {
	const rows, known = 8, 10 // a known name outweighs all rows
	table := csv.NewReader(bytes.NewReader(head))
	table.Comma, table.FieldsPerRecord, table.LazyQuotes = delimiter, -1, true
	names, err := table.Read()
	if err != nil || names == nil {
		return 0
	}
	for _, name := range names {
		if field, _ := meaning(name); field != "" || isMapped(name, mapped) {
			score += known
		}
	}
	for range rows {
		record, err := table.Read()
		if err != nil {
			break
		}
		if len(names) > 1 && len(record) == len(names) {
			score++
		}
	}
	return score
}

func isMapped(name string, mapped map[string]string) bool {
	for _, column := range mapped {
		if email.Trim(column) == email.Trim(name) {
			return true
		}
	}
	return false
}
