package main

import (
	"debug/buildinfo"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"testing"
	"time"
)

// fake is a release of programs that are no programs, for what needs none.
func fake(t *testing.T, hooks Hooks) (*Release, []*Program) {
	t.Helper()
	r := &Release{
		Settings: Settings{
			Version: "1.2.3", URL: "https://files.example.org/1.2.3", Home: "https://example.org", License: "MIT", Publisher: "Example",
			Maintainer: "Example <mail@example.org>", Builder: "https://example.org/builder", Hooks: hooks,
		},
		Source:  &Source{Commit: "3c5e6dedf0d514686884dcea09ba957778240a0f", Time: time.Date(2026, 11, 28, 19, 5, 0, 0, time.UTC)},
		Targets: targets, Dist: t.TempDir(),
	}
	stage := t.TempDir()
	var built []*Program
	for _, target := range targets {
		p := &Program{Target: target, File: filepath.Join(stage, target.OS+"_"+target.Arch, target.Program()), Body: []byte(target.String())}
		p.Info = &buildinfo.BuildInfo{GoVersion: "go1.26.8", Deps: []*debug.Module{
			{Path: "example.com/one", Version: "v1.0.0", Sum: "h1:dbKTrvD0klcbBV/h4AWJdMuZogJACoMlvWIWZ5b2xWg="},
			{Path: "example.com/two", Version: "v2.0.0", Replace: &debug.Module{Path: "example.com/other", Version: "v2.0.1"}},
		}}
		if err := os.MkdirAll(filepath.Dir(p.File), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := create(p.File, func(out io.Writer) error { _, err := out.Write(p.Body); return err }); err != nil {
			t.Fatal(err)
		}
		built = append(built, p)
	}
	return r, built
}

// fakePapers are papers with a word each.
func fakePapers() *Papers {
	p := &Papers{
		Readme: File{Path: "README.md", Body: []byte("read me")}, Licenses: File{Path: "LICENSES.txt", Body: []byte("mine")},
		Manual:     []File{{Path: "man/man1/rollcall.1", Body: []byte(".TH")}},
		Samples:    []File{{Path: "samples/team.csv", Body: []byte("email\n")}},
		Completion: map[string][]byte{},
	}
	for shell := range shells {
		p.Completion[shell] = []byte(shell)
	}
	return p
}
