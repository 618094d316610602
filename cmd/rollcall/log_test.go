package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// TestLogFieldsNameTheirUnits proves that no event of the log has a duration in the unit of the day: what zerolog writes for
// one depends on a variable of its own, and on nothing that a reader of the log could see.
func TestLogFieldsNameTheirUnits(t *testing.T) {
	root, events := filepath.Join("..", "..", "pkg"), 0
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(node ast.Node) bool {
			call, isCall := node.(*ast.CallExpr)
			if !isCall {
				return true
			}
			called, isMethod := call.Fun.(*ast.SelectorExpr)
			if !isMethod {
				return true
			}
			switch called.Sel.Name {
			case "Msg":
				events++
			case "Dur", "Durs", "TimeDiff":
				t.Errorf("%s: write seconds: %s", files.Position(call.Pos()), called.Sel.Name)
			}
			return true
		})
		return nil
	})
	if err != nil || events < 10 {
		t.Errorf("%d events, %v", events, err)
	}
}
