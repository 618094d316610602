package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/pem"
	"io"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/crypto/x509roots/fallback/bundle"
)

// rootCertificates are the certificate authorities that Mozilla trusts, in the version that go.sum has: a build machine's
// own bundle would make another image next week. An authority that is trusted for some certificates only is left out,
// since the file cannot say for which.
func rootCertificates() (File, error) {
	var text bytes.Buffer
	for root := range bundle.Roots() {
		if root.Constraint != nil {
			continue
		}
		if err := pem.Encode(&text, &pem.Block{Type: "CERTIFICATE", Bytes: root.Certificate}); err != nil {
			return File{}, err
		}
	}
	return File{Path: "etc/ssl/certs/ca-certificates.crt", Body: text.Bytes()}, nil
}

// timeZones are those that come with Go, where every program looks for them: TZ=Europe/Berlin works.
func timeZones(ctx context.Context) ([]File, error) {
	goroot, err := output(exec.CommandContext(ctx, "go", "env", "GOROOT"))
	if err != nil {
		return nil, err
	}
	zones, err := zip.OpenReader(filepath.Join(strings.TrimSpace(goroot), "lib", "time", "zoneinfo.zip"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = zones.Close() }()
	var files []File
	for _, zone := range zones.File {
		if zone.FileInfo().IsDir() {
			continue
		}
		r, err := zone.Open()
		if err != nil {
			return nil, err
		}
		body, err := io.ReadAll(r)
		if err != nil {
			return nil, err
		}
		files = append(files, File{Path: "usr/share/zoneinfo/" + zone.Name, Body: body})
	}
	return files, nil
}
