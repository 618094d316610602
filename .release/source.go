package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// commitFile holds what readSource wants to know, in what `git archive` wrote; see .gitattributes.
const commitFile = ".release/commit.txt"

// A Source is the checkout that a release is made from.
type Source struct {
	Root    string
	Commit  string    // in full; empty if nothing says it
	Time    time.Time // the time of everything in the release: SOURCE_DATE_EPOCH, else the commit's
	Tag     string    // of the commit, as v1.2.3; empty without one
	Changed bool      // files differ from the commit
	clone   bool
}

// readSource asks git about a clone, and the file that git has filled in about an archive.
func readSource(ctx context.Context, root, epoch string) (*Source, error) {
	s := &Source{Root: root}
	_, err := os.Stat(filepath.Join(root, ".git"))
	s.clone = err == nil

	var line string
	if s.clone {
		if line, err = s.git(ctx, "log", "-1", "--format=%H %ct %D"); err != nil {
			return nil, err
		}
		changes, err := s.git(ctx, "status", "--porcelain")
		if err != nil {
			return nil, err
		}
		s.Changed = changes != ""
	} else {
		body, err := os.ReadFile(filepath.Join(root, commitFile))
		if err != nil {
			return nil, err
		}
		line = string(body)
	}
	if err := s.parse(line, epoch); err != nil {
		return nil, err
	}
	return s, nil
}

// parse takes a line such as "3c5e6de… 1795892702 HEAD -> main, tag: v1.2.3".
func (s *Source) parse(line, epoch string) error {
	if !strings.HasPrefix(line, "$Format") {
		fields := strings.SplitN(strings.TrimSpace(line), " ", 3)
		if len(fields) < 2 {
			return fmt.Errorf("%q is not a commit and its time", line)
		}
		s.Commit = fields[0]
		if epoch == "" {
			epoch = fields[1]
		}
		for name := range strings.SplitSeq(strings.Join(fields[2:], ""), ", ") {
			if tag, ok := strings.CutPrefix(name, "tag: v"); ok && isVersion.MatchString(tag) {
				s.Tag = "v" + tag
			}
		}
	}
	if epoch == "" {
		return errors.New("neither a clone nor written by git archive: set SOURCE_DATE_EPOCH and VERSION")
	}
	seconds, err := strconv.ParseInt(epoch, 10, 64)
	if err != nil {
		return fmt.Errorf("SOURCE_DATE_EPOCH: %w", err)
	}
	s.Time = time.Unix(seconds, 0).UTC()
	return nil
}

// files reads the files of a folder of the project, in a fixed order, without what runs of the program left there.
func (s *Source) files(ctx context.Context, folder string) ([]File, error) {
	var names []string
	if s.clone {
		list, err := s.git(ctx, "ls-files", "-z", folder)
		if err != nil {
			return nil, err
		}
		names = strings.FieldsFunc(list, func(r rune) bool { return r == 0 })
	} else if err := fs.WalkDir(os.DirFS(s.Root), folder, func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			names = append(names, name)
		}
		return err
	}); err != nil {
		return nil, err
	}

	files := make([]File, 0, len(names))
	for _, name := range names {
		body, err := os.ReadFile(filepath.Join(s.Root, filepath.FromSlash(name)))
		if err != nil {
			return nil, err
		}
		files = append(files, File{Path: path.Clean(name), Body: body})
	}
	return files, nil
}

func (s *Source) git(ctx context.Context, args ...string) (string, error) {
	return output(exec.CommandContext(ctx, "git", append([]string{"-C", s.Root}, args...)...))
}

// output runs a command and returns what it printed; what it complained about is part of the error.
func output(cmd *exec.Cmd) (string, error) {
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, complaint.String())
	}
	return string(out), nil
}
