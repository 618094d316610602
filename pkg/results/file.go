package results

import (
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"rollcall/pkg/atomicfile"
	"rollcall/pkg/pattern"
	"rollcall/pkg/record"
	"rollcall/pkg/workbook"
)

// Options says how a results file looks beyond its name. The zero value writes the fixed columns alone.
type Options struct {
	// Extra names the roster's own columns, see [NewWriter].
	Extra []string
	// Rows is how many rows there will be, 0 if that is not known: a format that cannot hold them is refused early.
	Rows int
	// Dialect is that of CSV; other formats have none.
	Dialect Dialect
}

// File is a results file in the making. What is written goes to a file beside the target, owner-only from its first
// byte, and takes the target's place with [File.Commit], see [atomicfile.File]. A File is not safe for concurrent use.
type File struct {
	path   string
	file   *atomicfile.File
	writer *Writer
}

// Create starts a results file; the format follows from the name, see [FormatOf]. A target that is there already
// stays as it is until Commit; it must be a plain file: a directory, a device or a symbolic link is refused.
func Create(path string, o Options) (*File, error) {
	format, err := FormatOf(path)
	if err != nil {
		return nil, err
	}
	for _, f := range formats {
		if f.format != format {
			continue
		}
		if columns := len(Columns()) + len(o.Extra); columns > f.columns {
			return nil, fmt.Errorf("create results %s: %s holds %d columns at most, not %d", path, format, f.columns, columns)
		}
		if o.Rows > f.rows {
			return nil, fmt.Errorf("create results %s: %s holds %d rows at most, not %d", path, format, f.rows, o.Rows)
		}
	}
	f := &File{path: path}
	if f.file, err = atomicfile.Create(path, 0o600); err != nil {
		return nil, fmt.Errorf("create results %s: %w", path, err)
	}
	if f.writer, err = newWriter(f.file, format, o); err != nil {
		return nil, errors.Join(err, f.Discard())
	}
	return f, nil
}

// Write adds a row, see [Writer.Write].
func (f *File) Write(r record.Record) error { return f.writer.Write(r) }

// Commit puts the file in its place, safe from a power cut. It fails, and the target stays as it was, if any Write
// failed. After an error, Discard cleans up.
func (f *File) Commit() error {
	if err := f.writer.Close(); err != nil {
		return fmt.Errorf("commit results %s: %w", f.path, err)
	}
	if err := f.file.Commit(); err != nil {
		return fmt.Errorf("commit results %s: %w", f.path, err)
	}
	return nil
}

// Discard gives the file up and leaves nothing behind. After Commit or an earlier Discard it does nothing, so it can
// always be deferred.
func (f *File) Discard() error { return f.file.Discard() }

// fedBack matches a results file that is fed back as a roster.
var fedBack = pattern.Of(`(?i)^(.+\.results)(?:-(\d{1,6}))?$`)

// DefaultPath returns where the results of a roster go unless somebody says otherwise: team.results.csv beside
// team.csv, and team.results.xlsx beside a workbook. Results fed back as a roster are numbered, team.results-2.csv after
// team.results.csv, so that the answer is never the roster itself. Standard input, "-", has its results in
// roster.results.csv in the working directory.
func DefaultPath(roster string) string {
	if roster == "-" {
		return "roster.results.csv"
	}
	directory, name := filepath.Split(roster)
	stem := strings.TrimSuffix(name, filepath.Ext(name))
	if stem == "" {
		stem = name
	}
	parts := fedBack().FindStringSubmatch(stem)
	if parts == nil {
		return directory + stem + ".results" + extensionFor(name)
	}
	// Without a number it is the first; the pattern lets nothing else through.
	number, err := strconv.Atoi(parts[2])
	if err != nil {
		number = 1
	}
	return directory + parts[1] + "-" + strconv.Itoa(number+1) + extensionFor(name)
}

// DefaultPathFor returns where the results go that have their place by default, once it is known how many there will be: to
// the path of [DefaultPath], or to CSV beside it where they would be a workbook that could not be read as a roster again.
func DefaultPathFor(path string, o Options) string {
	if isWorkbook(path) && !fitsBook(o.Rows, len(Columns())+len(o.Extra)) {
		return asCSV(path)
	}
	return path
}

// mostCells is how many cells a workbook may have that is written unless somebody says otherwise: half of what [workbook.Open]
// was seen to take, since their length is not known.
const mostCells = 1 << 20

// fitsBook reports whether a workbook of so many rows and columns can be written, and read again.
func fitsBook(rows, columns int) bool {
	return columns <= workbook.MaxColumns && rows < mostCells/columns
}

// The extensions of what is for people.
const (
	extensionCSV  = ".csv"
	extensionXLSX = ".xlsx"
)

// isWorkbook reports whether the name is that of an Excel workbook, with macros or without.
func isWorkbook(name string) bool {
	extension := strings.ToLower(filepath.Ext(name))
	return extension == extensionXLSX || extension == ".xlsm"
}

// extensionFor returns the extension of the files beside a roster of that name.
func extensionFor(roster string) string {
	if isWorkbook(roster) {
		return extensionXLSX
	}
	return extensionCSV
}

// asCSV returns the path with the extension of CSV.
func asCSV(path string) string { return strings.TrimSuffix(path, filepath.Ext(path)) + extensionCSV }
