package roster

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"fmt"
	"strings"
	"unicode/utf8"

	"rollcall/pkg/email"
	"rollcall/pkg/pattern"
)

// delimiters are what separates cells, the usual one first.
const delimiters = ",;\t|"

// Delimiters returns the names of delimiters, the usual one first.
func Delimiters() []string { return []string{"comma", "semicolon", "tab", "pipe"} }

// ParseDelimiter returns the delimiter that the text is, or names: comma, semicolon, tab or pipe.
func ParseDelimiter(text string) (rune, error) {
	names := map[string]rune{"comma": ',', "semicolon": ';', "tab": '\t', `\t`: '\t', "pipe": '|'}
	if delimiter, ok := names[strings.ToLower(text)]; ok {
		return delimiter, nil
	}
	if delimiter, size := utf8.DecodeRuneInString(text); size == len(text) && strings.ContainsRune(delimiters, delimiter) {
		return delimiter, nil
	}
	return 0, fmt.Errorf("%q is none of , ; tab and | (comma, semicolon, tab, pipe)", text)
}

// preamble is what may stand above the header of a table.
type preamble struct {
	// delimiter is what it says, 0 if it says nothing.
	delimiter rune
	// length and lines are how long it is.
	length, lines int
}

// version matches the first line of Entra ID's templates, also after a spreadsheet has filled it up to the last column.
var version = pattern.Of(`(?i)^"?version:v?[0-9.]+"?[,;|\t ]*$`)

// skip reads the lines above the header: "sep=;", which Excel understands, and Entra ID's "version:v1.0".
func skip(head []byte) (above preamble) {
	for line := range bytes.Lines(head) {
		text := strings.TrimRight(string(line[:min(len(line), 1<<10)]), "\r\n")
		delimiter := hint(text)
		if (delimiter == 0 || above.delimiter != 0) && !version().MatchString(text) || above.lines == 2 {
			break
		}
		above.delimiter = cmp.Or(above.delimiter, delimiter)
		above.length += len(line)
		above.lines++
	}
	return above
}

// hint returns the delimiter that a line such as "sep=;" names, 0 if it is another line.
func hint(line string) rune {
	line = strings.Trim(line, `"`)
	if len(line) < len("sep=,") || !strings.EqualFold(line[:len("sep=")], "sep=") {
		return 0
	}
	delimiter, size := utf8.DecodeRuneInString(line[len("sep="):])
	if len(line) != len("sep=")+size || delimiter == utf8.RuneError {
		return 0
	}
	return delimiter
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
