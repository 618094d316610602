package results

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"rollcall/pkg/atomicfile"
	"rollcall/pkg/bounded"
	"rollcall/pkg/pattern"
	"rollcall/pkg/workbook"
)

// The columns that say what is wrong with a row to correct, and what to do about it.
const (
	columnError = "error"
	columnHint  = "hint"
)

// ColumnCorrections is the name of the column that marks a file of rows to correct, whose cells name the roster that they
// are from. It is a column like any other, so it survives a spreadsheet, and comes back in the results of the file.
const ColumnCorrections = "rollcall_corrections"

// HasCorrections reports whether a roster with these columns, or with these beside those that mean something, has only
// rows to correct. Letter case, spaces and punctuation do not matter.
func HasCorrections(columns []string) bool {
	return slices.ContainsFunc(columns, func(name string) bool { return letters(name) == letters(ColumnCorrections) })
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

// Corrections is a list in the making of the rows that a person has to correct: as they stand in the roster, with what is
// wrong with each.
//
//	path := results.CorrectionsPath("people.csv", "out/people.results.csv")
//	list := results.NewCorrections(path, "people.csv", []string{"Name", "E-Mail"}, results.Dialect{})
//	list.Add(row, "email: no e-mail address", "")
//	path, err := list.Write()
//
// Its file is a roster of the same columns, CSV or a workbook by its name: corrected, it is what is to be invited next. It
// names only some of the people, so a column of its own marks it, see [HasCorrections]: whoever takes a roster for everybody
// must refuse it. The list is held as a whole. It is not safe for concurrent use.
type Corrections struct {
	path, roster string
	dialect      Dialect
	content      bytes.Buffer
	out          *records
	// book are the rows of a workbook, the header first, until it is written.
	book [][]string
	// width is the number of the roster's columns; wrong, hint and mark are where the three columns of the list stand.
	width, wrong, hint, mark int
}

// NewCorrections starts a list for the roster of that name, with these columns. The columns error, hint and
// [ColumnCorrections] come last, or take the place of those that are there already. It is for the path, which is one of
// [CorrectionsPath]; the dialect is that of CSV.
func NewCorrections(path, roster string, columns []string, d Dialect) *Corrections {
	c := &Corrections{path: path, roster: roster, dialect: d, width: len(columns)}
	columns = slices.Clone(columns)
	for _, one := range []struct {
		name string
		at   *int
	}{{columnError, &c.wrong}, {columnHint, &c.hint}, {ColumnCorrections, &c.mark}} {
		if *one.at = slices.Index(columns, one.name); *one.at < 0 {
			*one.at = len(columns)
			columns = append(columns, one.name)
		}
	}
	c.out = newRecords(&c.content, d)
	c.add(columns)
	return c
}

// Add adds a row of the roster and what is wrong with it. Missing cells are empty, and those too many come last.
func (c *Corrections) Add(row []string, wrong, hint string) {
	cells := make([]string, max(c.width, c.wrong+1, c.hint+1, c.mark+1))
	within := min(len(row), c.width)
	copy(cells, row[:within])
	cells[c.wrong], cells[c.hint], cells[c.mark] = wrong, hint, c.roster
	c.add(append(cells, row[within:]...))
}

func (c *Corrections) add(cells []string) {
	if isWorkbook(c.path) {
		c.book = append(c.book, cells)
		return
	}
	_ = c.out.write(cells...) // a buffer never fails
}

// sheetOfCorrections is the sheet of a workbook of rows to correct.
const sheetOfCorrections = "To correct"

// finish writes the workbook, or CSV beside its path where a workbook cannot hold the list.
func (c *Corrections) finish() error {
	book := c.book
	if book == nil {
		return nil
	}
	c.book = nil
	columns := 0
	for _, row := range book {
		columns = max(columns, len(row))
	}
	if !fitsBook(len(book), columns) {
		c.path = asCSV(c.path)
		for _, row := range book {
			c.add(row)
		}
		return nil
	}
	header := slices.Concat(book[0], make([]string, columns-len(book[0])))
	out, err := workbook.NewWriter(&c.content, workbook.Table{Sheet: sheetOfCorrections, Header: header, Marked: []int{c.wrong, c.hint}})
	if err != nil {
		return err
	}
	for _, row := range book[1:] {
		if err := out.Write(row, true); err != nil {
			return err
		}
	}
	return out.Close()
}

// Write writes the list and returns the path of the file. A file that a person may be working on is never written over: where
// there is another one, the next number that is free is used, and one that has the same content already is not written
// again. The file appears whole, and only its owner can read it.
func (c *Corrections) Write() (string, error) { return c.Replace(nil) }

// Digest returns the digest of the file once it is written.
func (c *Corrections) Digest() [sha256.Size]byte { return sha256.Sum256(c.content.Bytes()) }

// Replace is Write, which takes the place of an earlier list that nobody has touched.
func (c *Corrections) Replace(earlier Lists) (string, error) {
	if err := c.finish(); err != nil {
		return "", fmt.Errorf("write %s: %w", c.path, err)
	}
	name := splitTodo(c.path)
	for ; ; name.number++ {
		path := name.String()
		content, err := bounded.File(path, int64(c.content.Len())) // a longer one is another
		switch {
		case errors.Is(err, fs.ErrNotExist), !bytes.Equal(content, c.content.Bytes()) && earlier.Untouched(path):
			if err := atomicfile.Write(path, 0o600, c.content.Bytes()); err != nil {
				return "", fmt.Errorf("write %s: %w", path, err)
			}
			return path, nil
		case err == nil && bytes.Equal(content, c.content.Bytes()):
			return path, nil
		case err != nil && !occupied(path):
			return "", fmt.Errorf("write %s: %w", path, err)
		}
	}
}

// occupied reports whether something stands at the path that cannot be read as a file.
func occupied(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// todoNames matches the names of lists and of results without their extension.
var todoNames = pattern.Of(`(?is)^(.+)\.(todo|results)(?:-(\d{1,6}))?$`)

// CorrectionsPath returns where the list for a roster goes: team.todo.csv for team.csv and team.todo.xlsx for a workbook, beside
// its results. A list fed back is numbered, team.todo-2.csv after team.todo.csv, and so on; results fed back belong to the
// roster from which they are. Standard input, "-", has its list in roster.todo.csv.
func CorrectionsPath(roster, results string) string {
	if roster == "-" {
		roster = "roster"
	}
	name := filepath.Base(roster)
	todo := todoName{stem: strings.TrimSuffix(name, filepath.Ext(name)), number: 1, extension: extensionFor(roster)}
	if todo.stem == "" {
		todo.stem = name
	}
	for parts := todoNames().FindStringSubmatch(todo.stem); parts != nil; parts = todoNames().FindStringSubmatch(todo.stem) {
		todo.stem = parts[1]
		if strings.EqualFold(parts[2], "todo") {
			todo.number = max(todo.number, todoNumber(parts[3])+1)
		}
	}
	return filepath.Join(filepath.Dir(results), todo.String())
}

// CorrectionsNames reports whether a name, in the folder of a path, is one that [Corrections.Write] may choose for that
// path.
func CorrectionsNames(path string) func(name string) bool {
	one := splitTodo(filepath.Base(path))
	begins := one.stem + ".todo"
	return func(name string) bool {
		if !strings.HasPrefix(name, begins) {
			return false
		}
		other := splitTodo(name)
		isCSV := isWorkbook(path) && other.extension == extensionCSV // which a workbook cannot hold
		return other.stem == one.stem && (other.extension == one.extension || isCSV) && name == other.String()
	}
}

// todoName is the name, or the path, of a list.
type todoName struct {
	stem      string
	number    int
	extension string
}

// String returns the name: team.todo.csv, team.todo-2.csv.
func (n todoName) String() string {
	if n.number < 2 {
		return n.stem + ".todo" + n.extension
	}
	return n.stem + ".todo-" + strconv.Itoa(n.number) + n.extension
}

// splitTodo takes the path of a list apart.
func splitTodo(path string) todoName {
	n := todoName{number: 1, extension: extensionFor(path)}
	n.stem = strings.TrimSuffix(path, n.extension)
	if parts := todoNames().FindStringSubmatch(n.stem); parts != nil {
		n.stem, n.number = parts[1], todoNumber(parts[3])
	}
	return n
}

// todoNumber reads the number in the name of a list; one without a number is the first.
func todoNumber(digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 1
	}
	return n
}
