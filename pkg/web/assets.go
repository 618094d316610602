package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// asset is something that every page needs and that never changes while the process lasts.
type asset struct {
	kind           string
	whole, packed  []byte
	versionAddress string
}

// assets are the style sheet, the script and the icon.
type assets struct{ all map[string]*asset }

// kinds are the types of assets, by the ends of their names.
var kinds = map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}

// readAssets reads what is in the folder static: a file is an asset, and so is a folder, whose files follow each other.
func readAssets(files fs.FS) (*assets, error) {
	entries, err := fs.ReadDir(files, "static")
	if err != nil {
		return nil, err
	}
	a := &assets{all: map[string]*asset{}}
	for _, entry := range entries {
		name, paths := entry.Name(), []string{path.Join("static", entry.Name())}
		if entry.IsDir() {
			name = "app." + entry.Name()
			if paths, err = fs.Glob(files, paths[0]+"/*"); err != nil {
				return nil, err
			}
		}
		var whole bytes.Buffer
		for _, path := range paths {
			text, err := fs.ReadFile(files, path)
			if err != nil {
				return nil, err
			}
			whole.Write(text)
		}
		if a.all[name], err = newAsset(name, whole.Bytes()); err != nil {
			return nil, err
		}
	}
	return a, nil
}

func newAsset(name string, whole []byte) (*asset, error) {
	digest := sha256.Sum256(whole)
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	_, err := writer.Write(whole)
	if err = errors.Join(err, writer.Close()); err != nil {
		return nil, err
	}
	return &asset{
		kind: kinds[path.Ext(name)], whole: whole, packed: packed.Bytes(),
		versionAddress: "/static/" + name + "?v=" + hex.EncodeToString(digest[:6]),
	}, nil
}

// address returns where an asset is, which is another address as soon as it is another asset.
func (a *assets) address(name string) string { return a.all[name].versionAddress }

func (a *assets) route(mux *http.ServeMux) {
	for name, asset := range a.all {
		mux.Handle("GET /static/"+name, asset)
	}
}

// ServeHTTP sends the asset, packed for whoever takes that.
func (a *asset) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Type", a.kind)
	header.Set("Vary", "Accept-Encoding")
	header.Set("Cache-Control", "private, max-age=31536000, immutable")
	content := a.whole
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		header.Set("Content-Encoding", "gzip")
		content = a.packed
	}
	_, _ = w.Write(content) // whoever does not take it is gone
}
