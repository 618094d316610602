package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// isLicense tells which files of a module its authors want to go along with their code.
var isLicense = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|patents)`)

// rootsLicense is what no file of a module says about the image.
const rootsLicense = "\nThe certificates in the image are Mozilla's list, https://wiki.mozilla.org/CA, under the Mozilla Public License 2.0,\n" +
	"https://www.mozilla.org/MPL/2.0/; its time zones are in the public domain, https://www.iana.org/time-zones.\n"

// licenses collects the words of the licenses of all that is in the programs: Go itself and the modules of any system.
func licenses(ctx context.Context, root, license string, built []*Program) (File, error) {
	var text bytes.Buffer
	fmt.Fprintf(&text, "rollcall: %s\n\nThe program is one file. What else is in it, and in the image, comes from:\n", license)

	goroot, err := output(exec.CommandContext(ctx, "go", "env", "GOROOT"))
	if err != nil {
		return File{}, err
	}
	if err := appendLicenses(&text, "Go "+strings.TrimPrefix(built[0].Info.GoVersion, "go"), strings.TrimSpace(goroot)); err != nil {
		return File{}, err
	}
	var modules []string
	for _, program := range built {
		for _, dep := range program.Info.Deps {
			modules = append(modules, dep.Path)
		}
	}
	slices.Sort(modules)
	for _, from := range []struct {
		folder  string
		modules []string
	}{
		{root, slices.Compact(modules)},
		{filepath.Join(root, ".release"), []string{"golang.org/x/crypto/x509roots/fallback"}},
	} {
		list := exec.CommandContext(ctx, "go", append([]string{"list", "-m", "-f", "{{.Path}} {{.Version}}\t{{.Dir}}"}, from.modules...)...)
		list.Dir = from.folder
		list.Env = append(list.Environ(), "GOWORK=off", "GOFLAGS=-mod=readonly")
		found, err := output(list)
		if err != nil {
			return File{}, err
		}
		for line := range strings.Lines(found) {
			module, dir, _ := strings.Cut(strings.TrimSpace(line), "\t")
			if err := appendLicenses(&text, module, dir); err != nil {
				return File{}, err
			}
		}
	}
	text.WriteString(rootsLicense)
	return File{Path: "LICENSES.txt", Body: text.Bytes()}, nil
}

// appendLicenses writes the files of one module. One without any would be published against its author's will.
func appendLicenses(text *bytes.Buffer, module, dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("license of %s: %w", module, err)
	}
	found := false
	for _, entry := range entries {
		if !isLicense.MatchString(entry.Name()) || entry.IsDir() {
			continue
		}
		body, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			return err
		}
		found = true
		fmt.Fprintf(text, "\n%s\n%s, %s\n%s\n\n%s\n", strings.Repeat("-", 80), module, entry.Name(), strings.Repeat("-", 80), bytes.TrimSpace(body))
	}
	if !found {
		return fmt.Errorf("%s has no license in %s", module, dir)
	}
	return nil
}
