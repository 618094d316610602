package main

import (
	"embed"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/goreleaser/nfpm/v2"
	"github.com/goreleaser/nfpm/v2/deb"
	"github.com/goreleaser/nfpm/v2/files"
	"github.com/goreleaser/nfpm/v2/rpm"
)

//go:embed linux
var linuxFiles embed.FS

const description = "Invites everybody in a roster to a CybeDefend organization\n" +
	"Once each, at a pace the service accepts, with a line in a results file for\n" +
	"every row; after a crash or a cut cable the same command goes on where it was.\n" +
	"The unit rollcall.timer does so every night, once it is enabled."

// A LinuxPackage makes one of the kinds of packages.
type LinuxPackage interface {
	nfpm.Packager
	ConventionalExtension() string
}

// linuxPackages are the kinds, each with what its distributions want in places of their own.
var linuxPackages = []struct {
	kind LinuxPackage
	own  func(r *Release, p *Papers) ([]File, error)
}{
	{deb.Default, (*Release).debianFiles},
	{rpm.DefaultRPM, (*Release).redHatFiles},
}

// writeLinuxPackage writes a .deb or .rpm. The library packs files of this machine, so they pass through the folder stage.
func (r *Release) writeLinuxPackage(out io.Writer, kind nfpm.Packager, info *nfpm.Info, content []File, stage string) error {
	staged := slices.DeleteFunc(slices.Clone(content), func(f File) bool { return f.Mode.IsDir() })
	for _, name := range []string{"postinstall.sh", "preremove.sh", "postremove.sh"} {
		body, err := linuxFiles.ReadFile("linux/" + name)
		if err != nil {
			return err
		}
		staged = append(staged, File{Path: name, Body: body})
	}
	if err := writeTree(stage, staged...); err != nil {
		return err
	}
	info.Scripts = nfpm.Scripts{
		PostInstall: filepath.Join(stage, "postinstall.sh"),
		PreRemove:   filepath.Join(stage, "preremove.sh"),
		PostRemove:  filepath.Join(stage, "postremove.sh"),
	}
	for _, f := range content {
		info.Contents = append(info.Contents, &files.Content{
			Source: filepath.Join(stage, filepath.FromSlash(f.Path)), Destination: "/" + f.Path, Type: kindOf(f),
			FileInfo: &files.ContentFileInfo{Owner: "root", Group: "root", Mode: f.perm().Perm(), MTime: r.Source.Time},
		})
	}
	return kind.Package(info, out)
}

// kindOf tells a packager what a file is: settings survive an upgrade, and a folder goes with what was in it.
func kindOf(f File) string {
	switch {
	case f.Mode.IsDir():
		return files.TypeDir
	case strings.HasPrefix(f.Path, "etc/"):
		return files.TypeConfigNoReplace
	default:
		return files.TypeFile
	}
}

// linuxInfo is what a package says about itself.
func (r *Release) linuxInfo(t Target) *nfpm.Info {
	info := nfpm.WithDefaults(&nfpm.Info{
		Name: "rollcall", Arch: t.Arch, Platform: t.OS, Version: r.Version, Release: "1",
		Section: "admin", Priority: "optional", Maintainer: r.Maintainer, Vendor: r.Publisher, Homepage: r.Home,
		License: r.License, Description: description, MTime: r.Source.Time, DisableGlobbing: true,
	})
	// The service is spoken to over TLS, and --deadline is in the time of a zone.
	info.Recommends = []string{"ca-certificates", "tzdata"}
	info.Umask = 0o022
	info.RPM.BuildHost = "localhost"
	info.RPM.Packager = r.Maintainer
	info.RPM.Summary = summary()
	return info
}

// linuxContent is what any package installs.
func (r *Release) linuxContent(p *Papers, program []byte) ([]File, error) {
	content := []File{
		{Path: "usr/bin/rollcall", Mode: 0o755, Body: program},
		{Path: "usr/share/doc/rollcall", Mode: fs.ModeDir | 0o755},
		{Path: "usr/share/doc/rollcall/examples", Mode: fs.ModeDir | 0o755},
		{Path: "usr/share/doc/rollcall/examples/schedule", Mode: fs.ModeDir | 0o755},
		{Path: "usr/share/bash-completion/completions/rollcall", Body: p.Completion["bash"]},
		{Path: "usr/share/fish/vendor_completions.d/rollcall.fish", Body: p.Completion["fish"]},
	}
	packed := append(under("usr/share", p.Manual...), under("usr/share/doc/rollcall", p.Readme, p.Licenses)...)
	for _, f := range packed {
		f, err := gzipped(f)
		if err != nil {
			return nil, err
		}
		content = append(content, f)
	}
	for _, f := range p.Samples {
		f.Path = "usr/share/doc/rollcall/examples/" + strings.TrimPrefix(f.Path, "samples/")
		content = append(content, f)
	}
	system, err := r.systemFiles(p)
	return append(content, system...), err
}

// redHatFiles are those of the .rpm alone.
func (r *Release) redHatFiles(p *Papers) ([]File, error) {
	return []File{{Path: "usr/share/zsh/site-functions/_rollcall", Body: p.Completion["zsh"]}}, nil
}

// debianFiles are those of the .deb alone: what its policy demands, and where this package departs from it on purpose.
func (r *Release) debianFiles(p *Papers) ([]File, error) {
	overrides, err := linuxFiles.ReadFile("linux/lintian-overrides")
	if err != nil {
		return nil, err
	}
	history, err := gzipped(File{Path: "usr/share/doc/rollcall/changelog.Debian", Body: fmt.Appendf(nil,
		"rollcall (%s-1) unstable; urgency=medium\n\n  * Release %s.\n\n -- %s  %s\n",
		strings.Replace(r.Version, "-", "~", 1), r.Version, r.Maintainer, r.Source.Time.Format(time.RFC1123Z))})
	copyright := fmt.Appendf(nil, "rollcall, %s\nCopyright %d %s\nLicense: %s\n\nThe program is one file. The licenses of what else is in it are in LICENSES.txt.gz beside this file.\n",
		r.Home, r.Source.Time.Year(), r.Publisher, r.License)
	return []File{
		history,
		{Path: "usr/share/doc/rollcall/copyright", Body: copyright},
		{Path: "usr/share/lintian/overrides/rollcall", Body: overrides},
		{Path: "usr/share/zsh/vendor-completions/_rollcall", Body: p.Completion["zsh"]},
	}, err
}

// systemFiles are the nightly run: units, user and settings.
func (r *Release) systemFiles(p *Papers) ([]File, error) {
	service, err := p.sample("samples/schedule/rollcall.service")
	if err != nil {
		return nil, err
	}
	if service, err = unit(service); err != nil {
		return nil, err
	}
	timer, err := p.sample("samples/schedule/rollcall.timer")
	if err != nil {
		return nil, err
	}
	settings, err := linuxFiles.ReadFile("linux/rollcall.env")
	if err != nil {
		return nil, err
	}
	user, err := linuxFiles.ReadFile("linux/sysusers.conf")
	if err != nil {
		return nil, err
	}
	return []File{
		{Path: "usr/lib/systemd/system/rollcall.service", Body: service},
		{Path: "usr/lib/systemd/system/rollcall.timer", Body: timer},
		{Path: "usr/lib/sysusers.d/rollcall.conf", Body: user},
		{Path: "etc/rollcall", Mode: fs.ModeDir | 0o700}, // somebody will put a token there
		{Path: "etc/rollcall/rollcall.env", Body: settings},
	}, nil
}

// summary is the first line of the description.
func summary() string {
	line, _, _ := strings.Cut(description, "\n")
	return line
}
