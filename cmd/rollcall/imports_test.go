package main

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// imports are the import paths that packages use, by the names of the packages.
type imports map[string][]string

// sources returns what the packages of this module import for every system, and what their tests import.
func sources(t *testing.T) (code, tests imports) {
	t.Helper()
	code, tests = imports{}, imports{}
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		switch name := entry.Name(); {
		case err != nil:
			return err
		case entry.IsDir() && file != root && (name == "testdata" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_")):
			return filepath.SkipDir
		case entry.IsDir() || filepath.Ext(name) != ".go":
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		dir, err := filepath.Rel(root, filepath.Dir(file))
		if err != nil {
			return err
		}
		into, from := code, ours(path.Join("rollcall", filepath.ToSlash(dir)))
		if strings.HasSuffix(file, "_test.go") {
			into = tests
		}
		into[from] = slices.Grow(into[from], len(parsed.Imports)) // a package that imports nothing is a package
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if !slices.Contains(into[from], imported) {
				into[from] = append(into[from], imported)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return code, tests
}

// ours returns the name of one of our packages, and nothing for another's.
func ours(imported string) string {
	name, found := strings.CutPrefix(imported, "rollcall/")
	if !found {
		return ""
	}
	return strings.TrimPrefix(name, "pkg/")
}

// arrowFaults returns where code and rows differ, and which rows are wrong in themselves.
func arrowFaults(rows []arrow, code imports) (faults []string) {
	fault := func(format string, a ...any) { faults = append(faults, fmt.Sprintf(format, a...)) }
	earlier := map[string]bool{}
	for _, row := range rows {
		used, exists := code[row.from]
		switch {
		case earlier[row.from]:
			fault("%s has two rows: make them one", row.from)
		case !exists:
			fault("%s has a row and is no package: delete the row", row.from)
		case row.why == "":
			fault("%s has no reason: say in its row why it may import no others", row.from)
		}
		allowed := strings.Fields(row.to)
		for _, to := range allowed {
			if !earlier[to] {
				fault("%s may import %s, which has no earlier row: an arrow points to an earlier row", row.from, to)
			}
			if !slices.ContainsFunc(used, func(imported string) bool { return ours(imported) == to }) {
				fault("%s may import %s and does not: take it out of the row", row.from, to)
			}
		}
		for _, imported := range used {
			if to := ours(imported); to != "" && !slices.Contains(allowed, to) {
				fault("%s imports %s, which its row does not allow: %s", row.from, to, row.why)
			}
		}
		earlier[row.from] = true
	}
	for _, from := range slices.Sorted(maps.Keys(code)) {
		if !earlier[from] {
			fault("%s has no row: say what it may import, and why no others", from)
		}
	}
	return faults
}

// dependencyFaults returns where code or tests differ from the rows, and which rows are wrong in themselves.
func dependencyFaults(rows []dependency, code, tests imports) (faults []string) {
	fault := func(format string, a ...any) { faults = append(faults, fmt.Sprintf(format, a...)) }
	uses := func(packages imports, from string, row dependency) bool {
		return slices.ContainsFunc(packages[from], row.covers)
	}
	for i, row := range rows {
		switch {
		case slices.ContainsFunc(rows[:i], func(other dependency) bool { return other.covers(row.path) }):
			fault("%s has two rows: make them one", row.path)
		case row.why == "":
			fault("%s has no reason: say in its row why no others may import it", row.path)
		}
		allowed := strings.Fields(row.by)
		for _, from := range allowed {
			used := uses(code, from, row)
			if from == "tests" {
				used = slices.ContainsFunc(slices.Collect(maps.Keys(tests)), func(from string) bool { return uses(tests, from, row) })
			}
			if !used {
				fault("%s may import %s and does not: take it out of the row", from, row.path)
			}
		}
		for _, from := range slices.Sorted(maps.Keys(code)) {
			if uses(code, from, row) && !slices.Contains(allowed, from) {
				fault("%s imports %s, which the row does not allow: %s", from, row.path, row.why)
			}
		}
		for _, from := range slices.Sorted(maps.Keys(tests)) {
			if uses(tests, from, row) && len(allowed) == 0 {
				fault("a test of %s imports %s, which nobody may: %s", from, row.path, row.why)
			}
		}
	}
	for _, packages := range []imports{code, tests} {
		for _, from := range slices.Sorted(maps.Keys(packages)) {
			for _, imported := range packages[from] {
				known := slices.ContainsFunc(rows, func(row dependency) bool { return row.covers(imported) })
				if outside(imported) && !known {
					fault("%s imports %s, which has no row: say who may import it, and why no others", from, imported)
				}
			}
		}
	}
	return faults
}

// covers reports whether the row is about the package.
func (d dependency) covers(imported string) bool {
	return imported == d.path || outside(d.path) && strings.HasPrefix(imported, d.path+"/")
}

// outside reports whether a package is neither ours nor Go's.
func outside(imported string) bool {
	host, _, _ := strings.Cut(imported, "/")
	return strings.Contains(host, ".")
}

// faceFaults returns which tests of parts lean on the command line.
func faceFaults(tests imports) (faults []string) {
	for _, from := range slices.Sorted(maps.Keys(tests)) {
		if from != "cli" && from != "cmd/rollcall" && slices.Contains(tests[from], "rollcall/pkg/cli") {
			faults = append(faults, fmt.Sprintf("a test of %s imports cli: test commands where they are, and parts without them", from))
		}
	}
	return faults
}

// TestArrowFaults makes each mistake once.
func TestArrowFaults(t *testing.T) {
	good := []arrow{{"low", "", "it is low"}, {"high", "low", "it is high"}}
	code := imports{"low": {"fmt"}, "high": {"fmt", "rollcall/pkg/low"}}
	with := func(more ...arrow) []arrow { return slices.Concat(good, more) }
	for _, test := range []struct {
		name string
		rows []arrow
		code imports
		want []string
	}{
		{"no mistake", good, code, nil},
		{"a package without a row", good[:1], code, []string{"high has no row: say what it may import, and why no others"}},
		{"a row without a package", with(arrow{"gone", "", "it was"}), code, []string{"gone has a row and is no package: delete the row"}},
		{"two rows", with(arrow{"low", "", "again"}), code, []string{"low has two rows: make them one"}},
		{"a row without a reason", []arrow{{"low", "", ""}, good[1]}, code, []string{"low has no reason: say in its row why it may import no others"}},
		{"an import that is not allowed", []arrow{good[0], {"high", "", "it stands alone"}}, code, []string{"high imports low, which its row does not allow: it stands alone"}},
		{"an arrow that is not used", good, imports{"low": nil, "high": nil}, []string{"high may import low and does not: take it out of the row"}},
		{"an arrow that points up", []arrow{good[1], good[0]}, code, []string{"high may import low, which has no earlier row: an arrow points to an earlier row"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, arrowFaults(test.rows, test.code)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestDependencyFaults makes each mistake once.
func TestDependencyFaults(t *testing.T) {
	const lib, prover = "example.org/lib", "example.org/prover"
	good := []dependency{{lib, "high", "one is enough"}, {prover, "tests", "it proves"}, {"old", "", "it is old"}}
	code, tests := imports{"low": {"fmt"}, "high": {lib + "/part", "older"}}, imports{"low": {lib, prover}}
	with := func(more ...dependency) []dependency { return slices.Concat(good, more) }
	for _, test := range []struct {
		name        string
		rows        []dependency
		code, tests imports
		want        []string
	}{
		{"no mistake", good, code, tests, nil},
		{"a library without a row", good[1:], code, imports{"low": {prover}}, []string{"high imports example.org/lib/part, which has no row: say who may import it, and why no others"}},
		{"a library of tests without a row", good[:1], code, imports{"low": {prover}}, []string{"low imports example.org/prover, which has no row: say who may import it, and why no others"}},
		{"two rows", with(dependency{lib + "/part", "high", "again"}), code, tests, []string{"example.org/lib/part has two rows: make them one"}},
		{"a row without a reason", []dependency{{lib, "high", ""}, good[1]}, code, tests, []string{"example.org/lib has no reason: say in its row why no others may import it"}},
		{"an importer that is not allowed", good, imports{"low": {lib}, "high": {lib}}, tests, []string{"low imports example.org/lib, which the row does not allow: one is enough"}},
		{"a library of tests in the product", good, imports{"low": {prover}, "high": {lib}}, tests, []string{"low imports example.org/prover, which the row does not allow: it proves"}},
		{"an importer that is none", good, imports{"high": nil}, tests, []string{"high may import example.org/lib and does not: take it out of the row"}},
		{"a library of tests that none uses", good, code, imports{"low": nil}, []string{"tests may import example.org/prover and does not: take it out of the row"}},
		{"what nobody may import", good, code, imports{"low": {prover, "old"}}, []string{"a test of low imports old, which nobody may: it is old"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, dependencyFaults(test.rows, test.code, test.tests)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestFaceFaults has a part and a face test a command.
func TestFaceFaults(t *testing.T) {
	got := faceFaults(imports{"batch": {"rollcall/pkg/cli"}, "cli": {"rollcall/pkg/cli"}})
	if want := []string{"a test of batch imports cli: test commands where they are, and parts without them"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
