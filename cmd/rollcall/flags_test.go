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
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// faces are the packages that show flags to people: the manual and the usage are about the command line.
var faces = []string{"cli", "console", "manual", "operator", "order", "orderflags", "sandbox", "usage"}

// flagLike matches what looks like a flag, or like the beginning of one that is put together: --role, --%s, "--" at the end.
var flagLike = regexp.MustCompile(`(^|[^-\w])--([a-z%]|$)`)

// TestNoFlagBelowAFace holds the packages below the faces to remedies: they name options as data, see package remedy.
func TestNoFlagBelowAFace(t *testing.T) {
	root, read := filepath.Join("..", "..", "pkg"), 0
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		name := entry.Name()
		switch {
		case err != nil:
			return err
		case entry.IsDir() && filepath.Dir(file) == root && slices.Contains(faces, name):
			return filepath.SkipDir
		case entry.IsDir() && name == "testdata":
			return filepath.SkipDir
		case entry.IsDir() || strings.HasSuffix(name, "_test.go"):
			return nil
		case filepath.Ext(name) == ".css": // whose own properties begin so
			return nil
		case filepath.Ext(name) != ".go": // a package has it inside
			content, err := os.ReadFile(file)
			if found := flagLike.Find(content); found != nil {
				t.Errorf("%s names a flag: %q", file, found)
			}
			return err
		}
		positions := token.NewFileSet()
		parsed, err := parser.ParseFile(positions, file, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		read++
		for _, fault := range flagFaults(positions, parsed) {
			t.Error(fault)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if read == 0 {
		t.Error("no file was read")
	}
}

// flagFaults returns which texts in a file look like flags.
func flagFaults(positions *token.FileSet, file *ast.File) (faults []string) {
	ast.Inspect(file, func(node ast.Node) bool {
		literal, ok := node.(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			return true
		}
		if text, err := strconv.Unquote(literal.Value); err == nil && flagLike.MatchString(text) {
			faults = append(faults, fmt.Sprintf("%s: %s names a flag: carry the option as a remedy", positions.Position(literal.Pos()), literal.Value))
		}
		return true
	})
	return faults
}

// TestFlagFaults makes each mistake once.
func TestFlagFaults(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{`"give it with --role"`, `"give it with --role"`},
		{`"--reinvite ended renews it"`, `"--reinvite ended renews it"`},
		{"`choose one (--map %s=%s)`", "`choose one (--map %s=%s)`"},
		{`"--" + name`, `"--"`},
		{`fmt.Sprintf("--%s", name)`, `"--%s"`},
		{`"\x2d-sheet"`, `"\x2d-sheet"`},
		{`"give it with the option role"`, ""},
		{`"a stream with \"---\" between entries"`, ""},
		{`"<!-- a comment -->"`, ""},
		{`"xn--bcher-kva.example"`, ""},
		{`"five -- or six"`, ""},
		{`0 // --role in a comment`, ""},
	} {
		positions := token.NewFileSet()
		parsed, err := parser.ParseFile(positions, "x.go", "package x\n\nvar _ = "+test.text, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		if test.want != "" {
			column := 9 + strings.Index(test.text, test.want)
			want = []string{fmt.Sprintf("x.go:3:%d: %s names a flag: carry the option as a remedy", column, test.want)}
		}
		if diff := cmp.Diff(want, flagFaults(positions, parsed)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.text, diff)
		}
	}
}
