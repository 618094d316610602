package results

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"rollcall/pkg/record"
)

// Options says how a results file looks beyond its name. The zero value writes the fixed columns alone.
type Options struct {
	// Extra names the roster's own columns, see [NewWriter].
	Extra []string
}

// File is a results file in the making. What is written goes to a file beside the target, owner-only from its first
// byte, and takes the target's place with [File.Commit]. A process killed before leaves the target as it was, and the
// other file, .NAME.*.tmp, behind. A File is not safe for concurrent use.
type File struct {
	path   string
	temp   *os.File
	writer *Writer
	ended  bool
}

// Create starts a results file; the format follows from the name, see [FormatOf]. A target that is there already
// stays as it is until Commit; it must be a plain file: a directory, a device or a symbolic link is refused.
func Create(path string, o Options) (*File, error) {
	format, err := FormatOf(path)
	if err != nil {
		return nil, err
	}
	if err := replaceable(path); err != nil {
		return nil, fmt.Errorf("create results %s: %w", path, err)
	}
	// CreateTemp opens with mode 0600.
	temp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return nil, fmt.Errorf("create results %s: %w", path, err)
	}
	f := &File{path: path, temp: temp}
	if f.writer, err = NewWriter(temp, format, o.Extra); err != nil {
		return nil, errors.Join(err, f.Discard())
	}
	return f, nil
}

// Write adds a row, see [Writer.Write].
func (f *File) Write(r record.Record) error { return f.writer.Write(r) }

// Commit puts the file in its place, safe from a power cut. It fails, and the target stays as it was, if any Write
// failed. After an error, Discard cleans up.
func (f *File) Commit() error {
	if f.ended {
		return fmt.Errorf("commit results %s: already committed or discarded", f.path)
	}
	if err := f.writer.Close(); err != nil {
		return fmt.Errorf("commit results %s: %w", f.path, err)
	}
	if err := f.replace(); err != nil {
		return fmt.Errorf("commit results %s: %w", f.path, err)
	}
	return nil
}

func (f *File) replace() error {
	if err := f.temp.Sync(); err != nil {
		return err
	}
	if err := f.temp.Close(); err != nil {
		return err
	}
	if err := replaceable(f.path); err != nil {
		return err
	}
	if err := os.Rename(f.temp.Name(), f.path); err != nil {
		return err
	}
	f.ended = true
	return syncDirectory(filepath.Dir(f.path))
}

// Discard gives the file up and leaves nothing behind. After Commit or an earlier Discard it does nothing, so it can
// always be deferred.
func (f *File) Discard() error {
	if f.ended {
		return nil
	}
	f.ended = true
	err := f.temp.Close()
	// A Commit that failed may have closed the file.
	if errors.Is(err, fs.ErrClosed) {
		err = nil
	}
	return errors.Join(err, os.Remove(f.temp.Name()))
}

// replaceable reports why a rename onto path would destroy more than an older results file.
func replaceable(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.Mode()&fs.ModeSymlink != 0:
		return errors.New("it is a symbolic link; name the file that it points to")
	case info.IsDir():
		return errors.New("it is a directory")
	case !info.Mode().IsRegular():
		return errors.New("it is not a plain file")
	}
	return nil
}

// syncDirectory makes a rename durable. File systems that cannot are left to their own promises, and Windows has no
// such call.
func syncDirectory(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	directory, err := os.Open(path)
	if err != nil {
		return err
	}
	err = directory.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		err = nil
	}
	return errors.Join(err, directory.Close())
}

// again matches a results file that is fed back as a roster.
var again = regexp.MustCompile(`(?i)^(.+\.results)(?:-(\d{1,6}))?$`)

// DefaultPath returns where the results of a roster go unless somebody says otherwise: team.results.csv beside
// team.csv. Results fed back as a roster are numbered, team.results-2.csv after team.results.csv, so that the answer
// is never the roster itself. Standard input, "-", has its results in roster.results.csv in the working directory.
func DefaultPath(roster string) string {
	if roster == "-" {
		return "roster.results.csv"
	}
	directory, name := filepath.Split(roster)
	stem := strings.TrimSuffix(name, filepath.Ext(name))
	if stem == "" {
		stem = name
	}
	parts := again.FindStringSubmatch(stem)
	if parts == nil {
		return directory + stem + ".results.csv"
	}
	// Without a number it is the first; the pattern lets nothing else through.
	number, err := strconv.Atoi(parts[2])
	if err != nil {
		number = 1
	}
	return directory + parts[1] + "-" + strconv.Itoa(number+1) + ".csv"
}
