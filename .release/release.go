package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// SumsFile is the name of the list of hashes, the last file that is written: without it a release is not whole.
const SumsFile = "SHA256SUMS"

// A Release makes all files of one version.
type Release struct {
	Settings
	Source  *Source
	Targets []Target
	Dist    string // the folder that they are put into; what it has is removed first
}

// Make makes the release, in the order in which one thing is part of the next: programs, what contains them, what says
// where those are, what says how they came about, and the hashes of everything. log has what hooks print.
func (r *Release) Make(ctx context.Context, log io.Writer) error {
	stage, err := os.MkdirTemp("", "rollcall-release-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(stage) //nolint:errcheck // nothing to be done about it
	if err := os.RemoveAll(r.Dist); err != nil {
		return err
	}
	if err := os.MkdirAll(r.Dist, 0o755); err != nil { //nolint:gosec // to be published
		return err
	}

	built, err := r.build(ctx, stage, log)
	if err != nil {
		return err
	}
	p, err := r.papers(ctx, built, stage)
	if err != nil {
		return err
	}
	archives, err := r.pack(p, built)
	if err != nil {
		return err
	}
	if err := r.packLinux(ctx, p, built, stage); err != nil {
		return err
	}
	files, err := r.makeManifests(archives)
	if err != nil {
		return err
	}
	if err := writeTree(r.Dist, files...); err != nil {
		return err
	}
	return r.seal(ctx, built, log)
}

// papers collects what comes with each program; see papers.go.
func (r *Release) papers(ctx context.Context, built []*Program, stage string) (*Papers, error) {
	own := filepath.Join(stage, "own", host.Program())
	if i := slices.IndexFunc(built, func(p *Program) bool { return p.Target == host }); i >= 0 {
		own = built[i].File
	} else if err := host.compile(ctx, r.Source, r.Version, own); err != nil {
		return nil, err
	}
	p, err := papers(ctx, r.Source, own, stage)
	if err != nil {
		return nil, err
	}
	p.Licenses, err = licenses(ctx, r.Source.Root, r.License, built)
	return p, err
}

// pack writes an archive and a bill of materials for each program.
func (r *Release) pack(p *Papers, built []*Program) ([]Archive, error) {
	var archives []Archive
	for _, program := range built {
		folder := fmt.Sprintf("rollcall_%s_%s_%s", r.Version, program.OS, program.Arch)
		name, write := folder+".tar.gz", writeTarGz
		if program.OS == "windows" {
			name, write = folder+".zip", writeZip
		}
		files := p.archive(folder, File{Path: program.Program(), Mode: 0o755, Body: program.Body})
		if err := r.create(name, func(out io.Writer) error { return write(out, files, r.Source.Time) }); err != nil {
			return nil, err
		}
		body, err := os.ReadFile(filepath.Join(r.Dist, name))
		if err != nil {
			return nil, err
		}
		archives = append(archives, Archive{Target: program.Target, Folder: folder, URL: r.URL + "/" + name, SHA256: sha256Hex(body)})
		if err := r.create(folder+".cdx.json", func(out io.Writer) error { return r.writeSBOM(out, program) }); err != nil {
			return nil, err
		}
	}
	return archives, nil
}

// packLinux writes the packages and the image.
func (r *Release) packLinux(ctx context.Context, p *Papers, built []*Program, stage string) error {
	linux := slices.DeleteFunc(slices.Clone(built), func(p *Program) bool { return p.OS != "linux" })
	if len(linux) == 0 {
		return nil
	}
	for _, program := range linux {
		for _, packager := range linuxPackages {
			content, err := r.linuxContent(p, program.Body)
			if err != nil {
				return err
			}
			own, err := packager.own(r, p)
			if err != nil {
				return err
			}
			content = append(content, own...)
			info := r.linuxInfo(program.Target)
			folder := filepath.Join(stage, program.Arch+packager.kind.ConventionalExtension())
			if err := r.create(packager.kind.ConventionalFileName(info), func(out io.Writer) error {
				return r.writeLinuxPackage(out, packager.kind, info, content, folder)
			}); err != nil {
				return err
			}
		}
	}
	return r.create(fmt.Sprintf("rollcall_%s_oci.tar", r.Version), func(out io.Writer) error {
		return r.writeImage(ctx, out, p, linux, filepath.Join(stage, "image"))
	})
}

// seal writes the provenance and the hashes, and has both signed.
func (r *Release) seal(ctx context.Context, built []*Program, log io.Writer) error {
	sums, err := sumTree(r.Dist)
	if err != nil {
		return err
	}
	if err := r.create(r.provenance(), func(out io.Writer) error { return r.writeProvenance(out, sums, built) }); err != nil {
		return err
	}
	if err := keep(ctx, r.Hooks.Attest, filepath.Join(r.Dist, r.provenance()), log); err != nil {
		return err
	}
	if sums, err = sumTree(r.Dist); err != nil {
		return err
	}
	if err := r.create(SumsFile, func(out io.Writer) error { return writeSums(out, sums) }); err != nil {
		return err
	}
	return keep(ctx, r.Hooks.Sign, filepath.Join(r.Dist, SumsFile), log)
}

// provenance is the name of the file.
func (r *Release) provenance() string { return fmt.Sprintf("rollcall_%s.provenance.json", r.Version) }

// create writes a file of the release.
func (r *Release) create(name string, write func(io.Writer) error) error {
	return create(filepath.Join(r.Dist, name), write)
}

// create writes a file.
func create(name string, write func(io.Writer) error) error {
	out, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := write(out); err != nil {
		out.Close() //nolint:errcheck // the first error is the one that matters
		return fmt.Errorf("%s: %w", filepath.Base(name), err)
	}
	return out.Close()
}
