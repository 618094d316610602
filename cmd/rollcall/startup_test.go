package main_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// What the variables of packages may take before main begins, in bytes: of one of ours, of any other, and of all. More is for
// [sync.OnceValue], or for package pattern, to make when it is needed: every command pays for it, "rollcall version" as well.
const (
	mostOfOurs   = 16 << 10
	mostOfOthers = 64 << 10
	mostOfAll    = 360 << 10
)

// TestPackagesBeginLight looks at what is made before main begins.
func TestPackagesBeginLight(t *testing.T) {
	command := exec.CommandContext(t.Context(), build(t), "version")
	command.Env = append(command.Environ(), "GODEBUG=inittrace=1")
	var trace strings.Builder
	if command.Stderr = &trace; command.Run() != nil {
		t.Fatal(trace.String())
	}
	all, ours := 0, 0
	for _, line := range regexp.MustCompile(`(?m)^init (\S+) @.* (\d+) bytes, (\d+) allocs$`).FindAllStringSubmatch(trace.String(), -1) {
		size, err := strconv.Atoi(line[2])
		if err != nil {
			t.Fatal(err)
		}
		most := mostOfOthers
		if strings.HasPrefix(line[1], "rollcall/") {
			most = mostOfOurs
			ours++
		}
		if size > most {
			t.Errorf("%s takes %d bytes in %s allocations before main begins; %d is the most", line[1], size, line[3], most)
		}
		all += size
	}
	if all > mostOfAll {
		t.Errorf("all packages take %d bytes before main begins; %d is the most", all, mostOfAll)
	}
	if ours == 0 {
		t.Errorf("no package of ours in %q", trace.String())
	}
}

// TestPatterns compiles each expression that package pattern is given as a plain text: a wrong one would only be found when a
// command uses it.
func TestPatterns(t *testing.T) {
	found := 0
	err := filepath.WalkDir(filepath.Join("..", "..", "pkg"), func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(node ast.Node) bool {
			call, ok := node.(*ast.CallExpr)
			if !ok || len(call.Args) != 1 {
				return true
			}
			of, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || of.Sel.Name != "Of" {
				return true
			}
			if from, ok := of.X.(*ast.Ident); !ok || from.Name != "pattern" {
				return true
			}
			if text, plain := literal(call.Args[0]); plain {
				if found++; !compiles(text) {
					t.Errorf("%s: %q is no regular expression", path, text)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found == 0 {
		t.Error("no pattern is found")
	}
}

// literal returns the text that an expression of literals stands for.
func literal(expression ast.Expr) (string, bool) {
	switch e := expression.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, err == nil
	case *ast.BinaryExpr:
		left, ok1 := literal(e.X)
		right, ok2 := literal(e.Y)
		return left + right, ok1 && ok2 && e.Op == token.ADD
	}
	return "", false
}

func compiles(expression string) bool {
	_, err := regexp.Compile(expression)
	return err == nil
}
