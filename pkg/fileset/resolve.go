package fileset

import (
	"os"
	"path/filepath"
	"strings"
	"unicode"
)

// mostLinks is how many symbolic links are followed from one path: more of them are a circle.
const mostLinks = 40

// resolve returns the path, absolute and without symbolic links: those of its folders, its own, and one that leads to
// nothing yet. What cannot be resolved stays as it is.
func resolve(path string) string {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return filepath.Clean(path)
	}
	for range mostLinks {
		if resolved, err := filepath.EvalSymlinks(absolute); err == nil {
			return resolved
		}
		absolute = filepath.Join(resolveFolder(filepath.Dir(absolute)), filepath.Base(absolute))
		target, err := os.Readlink(absolute)
		if err != nil {
			return absolute
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(absolute), target)
		}
		absolute = target
	}
	return absolute
}

// resolveFolder resolves the part of a folder's path that is there.
func resolveFolder(path string) string {
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		return resolved
	}
	above := filepath.Dir(path)
	if above == path {
		return path
	}
	return filepath.Join(resolveFolder(above), filepath.Base(path))
}

// foldsCase reports whether names in the folder that differ in letter case alone name one file. It tries with the names
// that lead to the folder, the deepest first.
func foldsCase(folder string) bool {
	for ; folder != filepath.Dir(folder); folder = filepath.Dir(folder) {
		info, err := os.Stat(folder)
		name := filepath.Base(folder)
		swapped := strings.Map(swapCase, name)
		if err != nil || swapped == name {
			continue
		}
		other, err := os.Stat(filepath.Join(filepath.Dir(folder), swapped))
		return err == nil && os.SameFile(info, other)
	}
	return false
}

// swapCase returns the other case of a letter.
func swapCase(r rune) rune {
	if unicode.IsUpper(r) {
		return unicode.ToLower(r)
	}
	return unicode.ToUpper(r)
}
