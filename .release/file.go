package main

import (
	"bytes"
	"compress/gzip"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// A File is one file as it is packed. What it doesn't have is the same for all: the release's time, and root as owner.
type File struct {
	Path  string      // with slashes
	Mode  fs.FileMode // 0644 if zero; with fs.ModeDir, a folder
	Owner int         // user and group, by number
	Body  []byte
}

// perm is the mode with its default.
func (f File) perm() fs.FileMode {
	if f.Mode == 0 {
		return 0o644
	}
	return f.Mode
}

// under moves files into a folder.
func under(folder string, files ...File) []File {
	moved := slices.Clone(files)
	for i := range moved {
		moved[i].Path = path.Join(folder, moved[i].Path)
	}
	return moved
}

// sorted puts files into the order of their paths, in which they are packed.
func sorted(files []File) []File {
	files = slices.Clone(files)
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return files
}

// readTree reads all the files below a folder.
func readTree(folder string) ([]File, error) {
	var files []File
	tree := os.DirFS(folder)
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := fs.ReadFile(tree, name)
		files = append(files, File{Path: name, Body: body})
		return err
	})
	return files, err
}

// writeTree writes files below a folder of this machine. Modes and times stay behind.
func writeTree(folder string, files ...File) error {
	for _, f := range files {
		name := filepath.Join(folder, filepath.FromSlash(f.Path))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil { //nolint:gosec // to be published
			return err
		}
		if err := os.WriteFile(name, f.Body, 0o644); err != nil { //nolint:gosec // to be published
			return err
		}
	}
	return nil
}

// gzipped is the file as Linux distributions want their manual pages: compressed, without a name or time inside.
func gzipped(f File) (File, error) {
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return File{}, err
	}
	if _, err := w.Write(f.Body); err != nil {
		return File{}, err
	}
	if err := w.Close(); err != nil {
		return File{}, err
	}
	f.Path, f.Body = f.Path+".gz", packed.Bytes()
	return f, nil
}
