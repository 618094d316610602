package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"io/fs"
	"path"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// nonroot is the user of the image, by the number that distroless images made customary.
const nonroot = 65532

// writeImage writes an OCI image layout as a tar file: one index with an image for each Linux. An image is made from
// scratch, of a layer that all share and one with the program. No daemon and no registry has a part in it.
func (r *Release) writeImage(ctx context.Context, out io.Writer, p *Papers, built []*Program, stage string) error {
	base, err := baseFiles(ctx)
	if err != nil {
		return err
	}
	shared, err := layer(base, r.Source.Time)
	if err != nil {
		return err
	}
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, program := range built {
		if program.OS != "linux" {
			continue
		}
		own, err := layer(withFolders([]File{
			{Path: "usr/local/bin/rollcall", Mode: 0o755, Body: program.Body},
			{Path: "usr/share/doc/rollcall/LICENSES.txt", Body: p.Licenses.Body},
		}), r.Source.Time)
		if err != nil {
			return err
		}
		image, err := r.image(program.Target, shared, own)
		if err != nil {
			return err
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{
			Add: image, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: program.OS, Architecture: program.Arch}},
		})
	}
	index, _ = mutate.Annotations(index, r.labels()).(v1.ImageIndex)

	target, err := layout.Write(stage, empty.Index)
	if err != nil {
		return err
	}
	// By these names `docker load`, `podman load` and `skopeo copy` call it.
	if err := target.AppendIndex(index, layout.WithAnnotations(map[string]string{
		"org.opencontainers.image.ref.name": r.Version,
		"io.containerd.image.name":          "docker.io/library/rollcall:" + r.Version,
	})); err != nil {
		return err
	}
	files, err := readTree(stage)
	if err != nil {
		return err
	}
	return writeTar(out, withFolders(files), r.Source.Time)
}

// baseFiles are what a static program expects of a system.
func baseFiles(ctx context.Context) ([]File, error) {
	files, err := timeZones(ctx)
	if err != nil {
		return nil, err
	}
	roots, err := rootCertificates()
	if err != nil {
		return nil, err
	}
	files = withFolders(append(files, roots,
		File{Path: "etc/passwd", Body: []byte("root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n")},
		File{Path: "etc/group", Body: []byte("root:x:0:\nnonroot:x:65532:\n")},
	))
	return append(files,
		File{Path: "tmp", Mode: fs.ModeDir | fs.ModeSticky | 0o777},
		File{Path: "home", Mode: fs.ModeDir | 0o755},
		File{Path: "home/nonroot", Mode: fs.ModeDir | 0o700, Owner: nonroot},
		File{Path: "state", Mode: fs.ModeDir | 0o700, Owner: nonroot},
		File{Path: "work", Mode: fs.ModeDir | 0o755, Owner: nonroot},
	), nil
}

// withFolders adds the folders that files are in.
func withFolders(files []File) []File {
	known := map[string]bool{".": true}
	for _, f := range files {
		for dir := path.Dir(f.Path); !known[dir]; dir = path.Dir(dir) {
			known[dir] = true
			files = append(files, File{Path: dir, Mode: fs.ModeDir | 0o755})
		}
	}
	return files
}

// layer makes a layer of files.
func layer(files []File, at time.Time) (v1.Layer, error) {
	var packed bytes.Buffer
	if err := writeTar(&packed, files, at); err != nil {
		return nil, err
	}
	return tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(packed.Bytes())), nil },
		tarball.WithCompressionLevel(gzip.BestCompression), tarball.WithMediaType(types.OCILayer))
}

// image puts layers together.
func (r *Release) image(t Target, layers ...v1.Layer) (v1.Image, error) {
	made := v1.Time{Time: r.Source.Time}
	image := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	var adds []mutate.Addendum
	for _, layer := range layers {
		adds = append(adds, mutate.Addendum{Layer: layer, History: v1.History{Created: made, CreatedBy: "make release"}})
	}
	image, err := mutate.Append(image, adds...)
	if err != nil {
		return nil, err
	}
	config, err := image.ConfigFile()
	if err != nil {
		return nil, err
	}
	config = config.DeepCopy()
	config.OS, config.Architecture, config.Created = t.OS, t.Arch, made
	config.Config = v1.Config{
		Entrypoint: []string{"/usr/local/bin/rollcall"},
		User:       "65532:65532",
		WorkingDir: "/work",
		Env:        []string{"PATH=/usr/local/bin", "HOME=/home/nonroot", "XDG_STATE_HOME=/state"},
		Labels:     r.labels(),
		// The ledger is what prevents second e-mails: it is not thrown away with a container unless somebody says so.
		Volumes: map[string]struct{}{"/state": {}},
	}
	if image, err = mutate.ConfigFile(image, config); err != nil {
		return nil, err
	}
	annotated, _ := mutate.Annotations(image, r.labels()).(v1.Image)
	return annotated, nil
}

// labels are what an image says about itself, in the words of the OCI.
func (r *Release) labels() map[string]string {
	labels := map[string]string{
		"org.opencontainers.image.title":       "rollcall",
		"org.opencontainers.image.description": summary(),
		"org.opencontainers.image.version":     r.Version,
		"org.opencontainers.image.created":     r.Source.Time.Format(time.RFC3339),
		"org.opencontainers.image.url":         r.Home,
		"org.opencontainers.image.licenses":    r.License,
		"org.opencontainers.image.vendor":      r.Publisher,
	}
	if r.Source.Commit != "" && !r.Source.Changed {
		labels["org.opencontainers.image.revision"] = r.Source.Commit
	}
	return labels
}
