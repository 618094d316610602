package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
)

// shells are those that the program writes completions for, with the name that each has in an archive.
var shells = map[string]string{"bash": "rollcall.bash", "zsh": "_rollcall", "fish": "rollcall.fish", "powershell": "rollcall.ps1"}

// Papers are what comes with the program on every system.
type Papers struct {
	Readme     File
	Licenses   File
	Manual     []File            // as man/man1/rollcall.1
	Completion map[string][]byte // by shell
	Samples    []File            // as samples/team.csv
}

// papers collects them; the program that was built for this machine writes its manual and completions itself.
func papers(ctx context.Context, source *Source, program, stage string) (*Papers, error) {
	readme, err := os.ReadFile(filepath.Join(source.Root, "README.md"))
	if err != nil {
		return nil, err
	}
	p := &Papers{Readme: File{Path: "README.md", Body: readme}, Completion: map[string][]byte{}}
	if p.Samples, err = source.files(ctx, "samples"); err != nil {
		return nil, err
	}
	// A place and time of its own, so that neither settings of the user nor a clock can show in what it writes.
	say := func(args ...string) (string, error) {
		cmd := exec.CommandContext(ctx, program, args...)
		cmd.Dir = stage
		cmd.Env = []string{"HOME=" + stage, "TZ=UTC", "LC_ALL=C", "SOURCE_DATE_EPOCH=" + strconv.FormatInt(source.Time.Unix(), 10)}
		return output(cmd)
	}
	for shell := range shells {
		script, err := say("completion", shell)
		if err != nil {
			return nil, err
		}
		p.Completion[shell] = []byte(script)
	}
	manual := filepath.Join(stage, "manual")
	if err := os.MkdirAll(manual, 0o700); err != nil {
		return nil, err
	}
	if _, err := say("manual", manual); err != nil {
		return nil, err
	}
	pages, err := readTree(manual)
	if err != nil {
		return nil, err
	}
	for _, page := range pages {
		name := path.Base(page.Path)
		section := path.Ext(name)
		if len(section) != 2 {
			return nil, fmt.Errorf("rollcall manual wrote %s, which is no manual page", page.Path)
		}
		p.Manual = append(p.Manual, File{Path: "man/man" + section[1:] + "/" + name, Body: page.Body})
	}
	if len(p.Manual) == 0 {
		return nil, errors.New("rollcall manual wrote no pages")
	}
	return p, nil
}

// sample is the content of one of the samples.
func (p *Papers) sample(name string) ([]byte, error) {
	i := slices.IndexFunc(p.Samples, func(f File) bool { return f.Path == name })
	if i < 0 {
		return nil, fmt.Errorf("%s is missing", name)
	}
	return p.Samples[i].Body, nil
}

// archive is the content of an archive, in one folder of the archive's name.
func (p *Papers) archive(folder string, program File) []File {
	files := []File{program, p.Readme, p.Licenses}
	files = append(files, p.Manual...)
	files = append(files, p.Samples...)
	for shell, name := range shells {
		files = append(files, File{Path: "completions/" + name, Body: p.Completion[shell]})
	}
	return under(folder, files...)
}
