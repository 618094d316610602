package fileset

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// place is a file, and where it is.
type place struct {
	File
	// path is absolute and without symbolic links; empty for a stream.
	path string
	// found are what is there already, under any of the names; empty if nothing is.
	found []os.FileInfo
	// folder is the one that it is in.
	folder *folder
}

// folder is what is known of one in which there are files.
type folder struct {
	// info is nil if it isn't there.
	info os.FileInfo
	// folded says that letter case does not tell names apart in it.
	folded bool
	// names are what is in it, as far as anybody has asked.
	names []string
	asked bool
}

// folders are those that were looked at, by path: many files are in one.
type folders map[string]*folder

// of looks at a folder.
func (f *folders) of(path string) *folder {
	if *f == nil {
		*f = folders{}
	}
	known := (*f)[path]
	if known == nil {
		known = &folder{folded: foldsCase(path)}
		if info, err := os.Stat(path); err == nil {
			known.info = info
		}
		(*f)[path] = known
	}
	return known
}

// list returns the names of what is in the folder at a path. One that cannot be listed has nothing to be found, and nothing can
// be written to it.
func (f *folder) list(path string) []string {
	if !f.asked {
		f.asked = true
		entries, _ := os.ReadDir(path)
		for _, entry := range entries {
			f.names = append(f.names, entry.Name())
		}
	}
	return f.names
}

// placeOf finds out where a file is, and what is there.
func (f *folders) placeOf(file File) place {
	if file.Stream != nil {
		p := place{File: file, folder: new(folder)}
		if file.Stream.Mode().IsRegular() {
			p.found = append(p.found, file.Stream)
		}
		return p
	}
	p := place{File: file, path: resolve(file.Path)}
	in := filepath.Dir(p.path)
	p.folder = f.of(in)
	paths := []string{p.path}
	if file.Names != nil {
		for _, name := range p.folder.list(in) {
			if file.Names(name) {
				paths = append(paths, filepath.Join(in, name))
			}
		}
	}
	for _, path := range paths {
		// What is no plain file, such as /dev/null, is not replaced.
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			p.found = append(p.found, info)
		}
	}
	return p
}

// same reports whether two places are, or can become, one file.
func (p place) same(other place) bool {
	for _, mine := range p.found {
		if slices.ContainsFunc(other.found, func(its os.FileInfo) bool { return os.SameFile(mine, its) }) {
			return true
		}
	}
	folder, name := filepath.Split(p.path)
	otherFolder, otherName := filepath.Split(other.path)
	if !sameName(folder, otherFolder, p.folder.folded) && !p.sameFolder(other) {
		return false
	}
	if sameName(name, otherName, p.folder.folded) {
		return !device(p.path)
	}
	return p.Names != nil && p.Names(otherName) || other.Names != nil && other.Names(name)
}

// sameFolder reports whether two files are in one folder that is there.
func (p place) sameFolder(other place) bool {
	mine, its := p.folder.info, other.folder.info
	return mine != nil && its != nil && os.SameFile(mine, its)
}

// sameName compares names, where letter case may not count.
func sameName(one, other string, folded bool) bool {
	return one == other || folded && strings.EqualFold(one, other)
}

// device reports whether something is at the path that is no plain file.
func device(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.Mode().IsRegular()
}
