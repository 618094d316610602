package results

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"rollcall/pkg/atomicfile"
	"rollcall/pkg/bounded"
	"rollcall/pkg/formula"
)

// Removed is a member who is about to be removed, as a roster would have the person.
type Removed struct{ Email, Role, Teams string }

// RemovedPath returns where those whom a run removes are written down beside these results, or beside another file:
// team.removed-RUN.csv beside team.results.csv.
func RemovedPath(results, run string) string {
	directory, name := filepath.Split(results)
	name = strings.TrimSuffix(name, filepath.Ext(name))
	return directory + strings.TrimSuffix(name, ".results") + ".removed-" + run + ".csv"
}

// mostRemoved bounds what is read of a file that an earlier process of the run has written.
const mostRemoved = 64 << 20

// WriteRemoved writes down who is about to be removed, as a roster in that dialect that can be invited again, and returns the path
// of the file. Only its owner can read it, and it is on disk when WriteRemoved returns. A file that is there is never written over: whoever
// stands in one already, as somebody does after a crash, is not written down again, and the others get the next number that
// is free. Where nobody is left to be written down, the path is that of the last file.
func WriteRemoved(path string, d Dialect, people []Removed) (string, error) {
	for n := 1; ; n++ {
		numbered := path
		if n > 1 {
			numbered = strings.TrimSuffix(path, ".csv") + "-" + strconv.Itoa(n) + ".csv"
		}
		_, err := os.Lstat(numbered)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			if err := atomicfile.Write(numbered, 0o600, removedRoster(people, d)); err != nil {
				return "", fmt.Errorf("write down who is removed: %w", err)
			}
			return numbered, nil
		case err != nil:
			return "", fmt.Errorf("write down who is removed: %w", err)
		}
		if people = without(people, numbered, d); len(people) == 0 {
			return numbered, nil
		}
	}
}

// without returns those of the people who don't stand in the file, which are all if it is no list of such.
func without(people []Removed, path string, d Dialect) (left []Removed) {
	content, err := bounded.File(path, mostRemoved)
	if err != nil {
		return people
	}
	rows, err := readRecords(content, d)
	if err != nil {
		return people
	}
	in := map[string]bool{}
	for _, row := range rows {
		in[row[0]] = true
	}
	for _, one := range people {
		if !in[formula.Defuse(one.Email)] {
			left = append(left, one)
		}
	}
	return left
}

// removedRoster returns the roster of these people.
func removedRoster(people []Removed, d Dialect) []byte {
	var content bytes.Buffer
	out := newRecords(&content, d)
	_ = out.write("email", "role", "teams") // a buffer never fails
	for _, one := range people {
		_ = out.write(one.Email, one.Role, one.Teams)
	}
	return content.Bytes()
}
