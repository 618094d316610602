// Package corrections writes the rows of a run that a person has to correct: as they stand in the roster,
// with what is wrong with each.
//
//	list := corrections.New("people.csv", []string{"Name", "E-Mail"})
//	list.Add(row, "email: no e-mail address", "")
//	path, err := list.Write(corrections.Path("people.csv", "out/people.results.csv"))
//
// The file is a roster of the same columns: corrected, it is what is to be invited next. It names only some of the people,
// so a column of its own marks it, see [Marked]: whoever takes a roster for everybody must refuse it. The file is owner-only
// and appears whole. A file that a person may be working on is never written over: the next number is used.
package corrections

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"rollcall/pkg/atomicfile"
	"rollcall/pkg/formula"
)

// The columns that say what is wrong with a row, and what to do about it.
const (
	columnError = "error"
	columnHint  = "hint"
)

// ColumnMark is the name of the column that marks a file of rows to correct, whose cells name the roster that they are from.
// It is a column like any other, so it survives a spreadsheet, and comes back in the results of the file.
const ColumnMark = "rollcall_corrections"

// Marked reports whether a roster with these columns, or with these beside those that mean something, has only rows to
// correct. Letter case, spaces and punctuation do not matter.
func Marked(columns []string) bool {
	return slices.ContainsFunc(columns, func(name string) bool { return letters(name) == letters(ColumnMark) })
}

// letters returns the letters and digits of a name, in lower case.
func letters(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

// List is a table of rows to correct in the making. It is held as a whole.
type List struct {
	content bytes.Buffer
	out     *csv.Writer
	roster  string
	// width is the number of the roster's columns; wrong, hint and mark are where the three columns of the list stand.
	width, wrong, hint, mark int
}

// New starts a list for the roster of that name, with these columns. The columns error, hint and [ColumnMark] come last, or
// take the place of those that are there already.
func New(roster string, columns []string) *List {
	l := &List{roster: roster, width: len(columns)}
	columns = slices.Clone(columns)
	for _, one := range []struct {
		name string
		at   *int
	}{{columnError, &l.wrong}, {columnHint, &l.hint}, {ColumnMark, &l.mark}} {
		if *one.at = slices.Index(columns, one.name); *one.at < 0 {
			*one.at = len(columns)
			columns = append(columns, one.name)
		}
	}
	l.out = csv.NewWriter(&l.content)
	l.write(columns)
	return l
}

// Add adds a row of the roster and what is wrong with it. Missing cells are empty, and those too many come last.
func (l *List) Add(row []string, wrong, hint string) {
	cells := make([]string, max(l.width, l.wrong+1, l.hint+1, l.mark+1))
	within := min(len(row), l.width)
	copy(cells, row[:within])
	cells[l.wrong], cells[l.hint], cells[l.mark] = wrong, hint, l.roster
	l.write(append(cells, row[within:]...))
}

func (l *List) write(cells []string) {
	for i, cell := range cells {
		cells[i] = formula.Defuse(cell)
	}
	// A buffer never fails.
	_ = l.out.Write(cells)
}

// Write writes the list to the path, which is one of [Path], or to the next number that is free if there is another
// file. If one of those has the same content it is not written again. The path of the file is returned.
func (l *List) Write(path string) (string, error) {
	l.out.Flush()
	stem, n := split(path)
	for ; ; n++ {
		path := stem + suffix(n)
		content, err := os.ReadFile(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			if err := atomicfile.Write(path, 0o600, l.content.Bytes()); err != nil {
				return "", fmt.Errorf("write %s: %w", path, err)
			}
			return path, nil
		case err == nil && bytes.Equal(content, l.content.Bytes()):
			return path, nil
		case err != nil && !taken(path):
			return "", fmt.Errorf("write %s: %w", path, err)
		}
	}
}

// taken reports whether something stands at the path that cannot be read as a file.
func taken(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// numbered matches the names of our files and of results without their extension.
var numbered = regexp.MustCompile(`(?is)^(.+)\.(todo|results)(?:-(\d{1,6}))?$`)

// Path returns where the list for a roster goes: team.todo.csv for team.csv, beside its results. A list fed back is
// numbered, team.todo-2.csv after team.todo.csv, and so on; results fed back belong to the roster from which they are.
// Standard input, "-", has its list in roster.todo.csv.
func Path(roster, results string) string {
	if roster == "-" {
		roster = "roster"
	}
	name := filepath.Base(roster)
	stem := strings.TrimSuffix(name, filepath.Ext(name))
	if stem == "" {
		stem = name
	}
	first := 1
	for parts := numbered.FindStringSubmatch(stem); parts != nil; parts = numbered.FindStringSubmatch(stem) {
		stem = parts[1]
		if strings.EqualFold(parts[2], "todo") {
			first = max(first, number(parts[3])+1)
		}
	}
	return filepath.Join(filepath.Dir(results), stem+suffix(first))
}

// Names reports whether a name, in the folder of a path, is one that [List.Write] may choose for that path.
func Names(path string) func(name string) bool {
	stem, _ := split(filepath.Base(path))
	return func(name string) bool {
		other, n := split(name)
		return other == stem && name == stem+suffix(n)
	}
}

// split takes the path of a list apart.
func split(path string) (stem string, n int) {
	stem = strings.TrimSuffix(path, ".csv")
	if parts := numbered.FindStringSubmatch(stem); parts != nil {
		return parts[1], number(parts[3])
	}
	return stem, 1
}

// suffix returns what the name of the nth list ends in.
func suffix(n int) string {
	if n < 2 {
		return ".todo.csv"
	}
	return ".todo-" + strconv.Itoa(n) + ".csv"
}

// number reads that of a name; one without a number is the first.
func number(digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 1
	}
	return n
}
