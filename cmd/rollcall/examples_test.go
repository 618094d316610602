package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// documented is what a package says about itself.
type documented struct {
	name, doc string
	examples  []example
}

// example is one of a package's examples: of the whole package if of is empty, with so many lines of code.
type example struct {
	of    string
	lines int
}

// enoughLines is how many lines of code are read as documentation, and not as a program.
const enoughLines = 20

// without matches the line by which a package says why it has no example.
var without = regexp.MustCompile(`(?m)^It has no example: \S`)

// TestExamples holds every package of the library to an example that shows what it is for.
func TestExamples(t *testing.T) {
	packages := documentedPackages(t)
	if len(packages) < 40 {
		t.Errorf("there are %d packages only", len(packages))
	}
	for _, fault := range exampleFaults(packages) {
		t.Error(fault)
	}
}

// documentedPackages returns the packages under pkg/.
func documentedPackages(t *testing.T) (packages []documented) {
	t.Helper()
	root := filepath.Join("..", "..", "pkg")
	err := filepath.WalkDir(root, func(dir string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		if entry.Name() == "testdata" {
			return filepath.SkipDir
		}
		read, err := readDocumented(dir)
		if err != nil || read == nil {
			return err
		}
		name, err := filepath.Rel(root, dir)
		read.name = filepath.ToSlash(name)
		packages = append(packages, *read)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return packages
}

// readDocumented returns what the package in a directory says about itself, nil if there is none.
func readDocumented(dir string) (*documented, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	var d documented
	isPackage := false
	for _, name := range names {
		source, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, name, source, parser.ParseComments)
		switch {
		case err != nil:
			return nil, err
		case !strings.HasSuffix(name, "_test.go"):
			isPackage = true
			d.doc += file.Doc.Text()
		case filepath.Base(name) == "example_test.go":
			lines := strings.Split(string(source), "\n")
			for _, declared := range file.Decls {
				function, ok := declared.(*ast.FuncDecl)
				if !ok {
					continue
				}
				if of, ok := strings.CutPrefix(function.Name.Name, "Example"); ok {
					from, to := files.Position(function.Body.Lbrace).Line, files.Position(function.Body.Rbrace).Line
					d.examples = append(d.examples, example{of, codeLines(lines[from : to-1])})
				}
			}
		}
	}
	if !isPackage {
		return nil, nil //nolint:nilnil // a folder of folders says nothing
	}
	return &d, nil
}

// codeLines counts the lines that are neither blank nor a comment.
func codeLines(lines []string) (n int) {
	for _, line := range lines {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "//") {
			n++
		}
	}
	return n
}

// exampleFaults returns which packages lack an example, or have one that nobody will read.
func exampleFaults(packages []documented) (faults []string) {
	fault := func(format string, a ...any) { faults = append(faults, fmt.Sprintf(format, a...)) }
	for _, p := range packages {
		shown := slices.ContainsFunc(p.examples, func(e example) bool { return e.of == "" })
		excused := without.MatchString(p.doc)
		switch {
		case p.doc == "":
			fault("%s has no package comment", p.name)
		case !shown && !excused:
			fault(`%s has no func Example in example_test.go: write one, or a line "It has no example: why" in its package comment`, p.name)
		case shown && excused:
			fault("%s has an example, and says that it has none", p.name)
		}
		for _, e := range p.examples {
			if e.lines > enoughLines {
				fault("%s: Example%s has %d lines of code: %d are enough to show what it is for", p.name, e.of, e.lines, enoughLines)
			}
		}
	}
	return faults
}

// TestExampleFaults makes each mistake once.
func TestExampleFaults(t *testing.T) {
	const doc = "Package p is good.\n"
	for _, test := range []struct {
		name string
		give documented
		want []string
	}{
		{"an example", documented{"p", doc, []example{{"", enoughLines}, {"New", 1}}}, nil},
		{"a reason", documented{"p", doc + "\nIt has no example: nobody uses it.\n", nil}, nil},
		{"neither", documented{"p", doc + "It has no example:\n", nil}, []string{
			`p has no func Example in example_test.go: write one, or a line "It has no example: why" in its package comment`,
		}},
		{"one of a function alone", documented{"p", doc, []example{{"New", 1}}}, []string{
			`p has no func Example in example_test.go: write one, or a line "It has no example: why" in its package comment`,
		}},
		{"both", documented{"p", doc + "It has no example: it is shy.\n", []example{{"", 1}}}, []string{"p has an example, and says that it has none"}},
		{"a long one", documented{"p", doc, []example{{"", 1}, {"New", enoughLines + 1}}}, []string{
			"p: ExampleNew has 21 lines of code: 20 are enough to show what it is for",
		}},
		{"no comment", documented{"p", "", []example{{"", 1}}}, []string{"p has no package comment"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, exampleFaults([]documented{test.give})); diff != "" {
				t.Error(diff)
			}
		})
	}
	if got := codeLines(strings.Split("{\n\n\t// why\n\tf() // how\n}", "\n")); got != 3 {
		t.Errorf("%d lines of code, want 3", got)
	}
}
