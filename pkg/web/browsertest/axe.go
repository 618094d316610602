package browsertest

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// axe-core looks for what keeps people from using a page. It is not part of this program: npm brings it when it is first
// needed, into a folder that git ignores.
const (
	axePackage = "axe-core@4.14.1"
	axeSum     = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c" // of axe.min.js, SHA-256
	axeLength  = 653780
)

// axeTags are the rules that a page is held to: WCAG 2.2 at the level AA, and what is good besides.
var axeTags = []string{"wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"}

// Axe fails the test for each place in the page that breaks a rule of axe-core with one of the tags; without tags, of WCAG 2.2 AA
// and of good practice. Without npm the test goes on and, unless something else fails it, says at its end that it is skipped in
// part; where the variable CI is set, it fails.
func (p *Page) Axe(tags ...string) {
	p.tb.Helper()
	if len(tags) == 0 {
		tags = axeTags
	}
	source, err := axe()
	if err != nil {
		p.unmade = fmt.Sprintf("all was tested but the rules of axe-core, which npm has to bring: %v", err)
		if ci() {
			p.tb.Fatal(p.unmade)
		}
		return
	}
	var found []string
	p.once("axe", func(ctx context.Context) (err error) {
		if _, err = evaluate[any](ctx, source+";0", false); err != nil {
			return err
		}
		found, err = evaluate[[]string](ctx, call("axe", tags), true)
		return err
	})
	if len(found) > 0 {
		p.tb.Errorf("axe finds, in the look %q:\n  %s\n%s", p.look.name, strings.Join(found, "\n  "), p.evidence())
	}
}

// axe returns the script of axe-core.
var axe = sync.OnceValues(func() (string, error) {
	top, err := top()
	if err != nil {
		return "", err
	}
	return axeIn(filepath.Join(top, ".cache"), packed)
})

// axeIn returns the script of axe-core, which is kept in a folder once it was brought there. Two processes may do that at once: the
// file appears whole or not at all.
func axeIn(folder string, bring func(folder string) (string, error)) (string, error) {
	kept := filepath.Join(folder, "axe.min.js")
	if content, err := os.ReadFile(kept); err == nil && sum(content) == axeSum {
		return string(content), nil
	}
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return "", err
	}
	aside, err := os.MkdirTemp(folder, "axe-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(aside) }() // git ignores what is left
	archive, err := bring(aside)
	if err != nil {
		return "", err
	}
	content, err := unpacked(archive, "package/axe.min.js")
	if err != nil {
		return "", err
	}
	if got := sum(content); got != axeSum {
		return "", fmt.Errorf("%s: the checksum of axe.min.js is %s, not %s", axePackage, got, axeSum)
	}
	whole := filepath.Join(aside, "axe.min.js")
	if err := os.WriteFile(whole, content, 0o600); err != nil {
		return "", err
	}
	return string(content), os.Rename(whole, kept)
}

// packed has npm fetch the package into a folder, and returns the archive.
func packed(folder string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	var errs bytes.Buffer
	cmd := exec.CommandContext(ctx, "npm", "pack", axePackage)
	cmd.Dir, cmd.Stderr, cmd.WaitDelay = folder, &errs, time.Second
	cmd.Env = append(cmd.Environ(), "npm_config_ignore_scripts=true", "npm_config_loglevel=error")
	if _, err := cmd.Output(); err != nil {
		return "", fmt.Errorf("npm pack %s: %w %s", axePackage, err, strings.Join(strings.Fields(errs.String()), " "))
	}
	found, err := filepath.Glob(filepath.Join(folder, "*.tgz"))
	if err != nil || len(found) != 1 {
		return "", fmt.Errorf("npm pack %s: there are %d archives", axePackage, len(found))
	}
	return found[0], nil
}

// unpacked returns one file of an archive.
func unpacked(archive, name string) ([]byte, error) {
	file, err := os.Open(archive)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // it was only read
	raw, err := gzip.NewReader(file)
	if err != nil {
		return nil, err
	}
	for files := tar.NewReader(raw); ; {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("%s holds no %s", filepath.Base(archive), name)
		}
		if err != nil {
			return nil, err
		}
		if header.Name == name {
			return io.ReadAll(io.LimitReader(files, axeLength+1))
		}
	}
}

// sum returns a checksum.
func sum(content []byte) string {
	hash := sha256.Sum256(content)
	return hex.EncodeToString(hash[:])
}

// top returns the folder of the module, which tests run below.
func top() (string, error) {
	dir, err := filepath.Abs(".")
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if filepath.Dir(dir) == dir {
			return "", errors.New("there is no go.mod above")
		}
		dir = filepath.Dir(dir)
	}
}
