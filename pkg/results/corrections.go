package results

import (
	"bytes"
	"crypto/sha256"
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
	"rollcall/pkg/bounded"
	"rollcall/pkg/formula"
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
//	list := results.NewCorrections("people.csv", []string{"Name", "E-Mail"})
//	list.Add(row, "email: no e-mail address", "")
//	path, err := list.Write(results.CorrectionsPath("people.csv", "out/people.results.csv"))
//
// Its file is CSV and a roster of the same columns: corrected, it is what is to be invited next. It names only some of the
// people, so a column of its own marks it, see [HasCorrections]: whoever takes a roster for everybody must refuse it. The
// list is held as a whole. It is not safe for concurrent use.
type Corrections struct {
	content bytes.Buffer
	out     *csv.Writer
	roster  string
	// width is the number of the roster's columns; wrong, hint and mark are where the three columns of the list stand.
	width, wrong, hint, mark int
}

// NewCorrections starts a list for the roster of that name, with these columns. The columns error, hint and
// [ColumnCorrections] come last, or take the place of those that are there already.
func NewCorrections(roster string, columns []string) *Corrections {
	c := &Corrections{roster: roster, width: len(columns)}
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
	c.out = csv.NewWriter(&c.content)
	c.write(columns)
	return c
}

// Add adds a row of the roster and what is wrong with it. Missing cells are empty, and those too many come last.
func (c *Corrections) Add(row []string, wrong, hint string) {
	cells := make([]string, max(c.width, c.wrong+1, c.hint+1, c.mark+1))
	within := min(len(row), c.width)
	copy(cells, row[:within])
	cells[c.wrong], cells[c.hint], cells[c.mark] = wrong, hint, c.roster
	c.write(append(cells, row[within:]...))
}

func (c *Corrections) write(cells []string) {
	for i, cell := range cells {
		cells[i] = formula.Defuse(cell)
	}
	// A buffer never fails.
	_ = c.out.Write(cells)
}

// Write writes the list to the path, which is one of [CorrectionsPath], and returns the path of the file. A file that a
// person may be working on is never written over: where there is another one, the next number that is free is used, and
// one that has the same content already is not written again. The file appears whole, and only its owner can read it.
func (c *Corrections) Write(path string) (string, error) { return c.Replace(path, nil) }

// Digest returns the digest of the file as it is written.
func (c *Corrections) Digest() [sha256.Size]byte {
	c.out.Flush()
	return sha256.Sum256(c.content.Bytes())
}

// Replace is Write, which takes the place of an earlier list that nobody has touched.
func (c *Corrections) Replace(path string, earlier Lists) (string, error) {
	c.out.Flush()
	stem, n := splitTodo(path)
	for ; ; n++ {
		path := stem + todoSuffix(n)
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
var todoNames = regexp.MustCompile(`(?is)^(.+)\.(todo|results)(?:-(\d{1,6}))?$`)

// CorrectionsPath returns where the list for a roster goes: team.todo.csv for team.csv, beside its results. A list fed
// back is numbered, team.todo-2.csv after team.todo.csv, and so on; results fed back belong to the roster from which they
// are. Standard input, "-", has its list in roster.todo.csv.
func CorrectionsPath(roster, results string) string {
	if roster == "-" {
		roster = "roster"
	}
	name := filepath.Base(roster)
	stem := strings.TrimSuffix(name, filepath.Ext(name))
	if stem == "" {
		stem = name
	}
	first := 1
	for parts := todoNames.FindStringSubmatch(stem); parts != nil; parts = todoNames.FindStringSubmatch(stem) {
		stem = parts[1]
		if strings.EqualFold(parts[2], "todo") {
			first = max(first, todoNumber(parts[3])+1)
		}
	}
	return filepath.Join(filepath.Dir(results), stem+todoSuffix(first))
}

// CorrectionsNames reports whether a name, in the folder of a path, is one that [Corrections.Write] may choose for that
// path.
func CorrectionsNames(path string) func(name string) bool {
	stem, _ := splitTodo(filepath.Base(path))
	return func(name string) bool {
		other, n := splitTodo(name)
		return other == stem && name == stem+todoSuffix(n)
	}
}

// splitTodo takes the path of a list apart.
func splitTodo(path string) (stem string, n int) {
	stem = strings.TrimSuffix(path, ".csv")
	if parts := todoNames.FindStringSubmatch(stem); parts != nil {
		return parts[1], todoNumber(parts[3])
	}
	return stem, 1
}

// todoSuffix returns what the name of the nth list ends in.
func todoSuffix(n int) string {
	if n < 2 {
		return ".todo.csv"
	}
	return ".todo-" + strconv.Itoa(n) + ".csv"
}

// todoNumber reads the number in the name of a list; one without a number is the first.
func todoNumber(digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 1
	}
	return n
}
