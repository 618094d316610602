package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"io"
	"io/fs"
	"time"
)

// writeTar writes files as a tar stream, in the order of their paths.
func writeTar(out io.Writer, files []File, at time.Time) error {
	w := tar.NewWriter(out)
	for _, f := range sorted(files) {
		header := &tar.Header{
			Typeflag: tar.TypeReg, Format: tar.FormatPAX, Name: f.Path, Size: int64(len(f.Body)), ModTime: at,
			Mode: int64(f.perm().Perm()), Uid: f.Owner, Gid: f.Owner,
		}
		if f.Mode&fs.ModeSticky != 0 {
			header.Mode |= 0o1000
		}
		if f.Mode.IsDir() {
			header.Typeflag, header.Name = tar.TypeDir, f.Path+"/"
		}
		if err := w.WriteHeader(header); err != nil {
			return err
		}
		if _, err := w.Write(f.Body); err != nil {
			return err
		}
	}
	return w.Close()
}

// writeTarGz writes files as a .tar.gz.
func writeTarGz(out io.Writer, files []File, at time.Time) error {
	w, err := gzip.NewWriterLevel(out, gzip.BestCompression)
	if err != nil {
		return err
	}
	if err := writeTar(w, files, at); err != nil {
		return err
	}
	return w.Close()
}

// writeZip writes files as a .zip, for Windows.
func writeZip(out io.Writer, files []File, at time.Time) error {
	w := zip.NewWriter(out)
	for _, f := range sorted(files) {
		header := &zip.FileHeader{Name: f.Path, Method: zip.Deflate, Modified: at}
		header.SetMode(f.perm())
		entry, err := w.CreateHeader(header)
		if err != nil {
			return err
		}
		if _, err := entry.Write(f.Body); err != nil {
			return err
		}
	}
	return w.Close()
}
