package main

import (
	"bytes"
	"embed"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"text/template"
)

//go:embed manifests
var manifestFiles embed.FS

// manifests are what package managers read, each with the place where its manager looks for it in a repository of such.
var manifests = []struct{ template, system, path string }{
	{"rollcall.rb.tmpl", "", "homebrew/Formula/rollcall.rb"},
	{"scoop.json.tmpl", "windows", "scoop/bucket/rollcall.json"},
	{"winget.yaml.tmpl", "windows", "winget/manifests/%s.Rollcall.yaml"},
	{"winget.installer.yaml.tmpl", "windows", "winget/manifests/%s.Rollcall.installer.yaml"},
	{"winget.locale.en-US.yaml.tmpl", "windows", "winget/manifests/%s.Rollcall.locale.en-US.yaml"},
}

// An Archive is a published .tar.gz or .zip, as manifests name it.
type Archive struct {
	Target
	Folder string // inside it
	URL    string
	SHA256 string
}

// Word is what a manifest calls the processor.
func (a Archive) Word(amd64, arm64 string) string {
	if a.Arch == "arm64" {
		return arm64
	}
	return amd64
}

// A Manifest is what the templates see.
type Manifest struct {
	Settings
	Summary  string
	Date     string
	archives []Archive
}

// A System is one of a manifest's parts: its archives, and what Homebrew calls it.
type System struct {
	Name     string
	Archives []Archive
}

// notIdentifier is what an identifier of winget can't have.
var notIdentifier = regexp.MustCompile(`[^A-Za-z0-9]+`)

// Identifier is the publisher as winget identifies it.
func (m Manifest) Identifier() string { return notIdentifier.ReplaceAllString(m.Publisher, "") }

// Systems are those of the wanted ones that there are archives for.
func (m Manifest) Systems(wanted ...string) []System {
	names := map[string]string{"darwin": "macos", "linux": "linux", "windows": "windows"}
	var systems []System
	for _, system := range wanted {
		some := slices.DeleteFunc(slices.Clone(m.archives), func(a Archive) bool { return a.OS != system })
		if len(some) > 0 {
			systems = append(systems, System{Name: names[system], Archives: some})
		}
	}
	return systems
}

// isSPDX tells a license that Homebrew knows from words of somebody's own.
var isSPDX = regexp.MustCompile(`^(MIT|ISC|0BSD|(Apache|BSD|MPL|GPL|LGPL|AGPL|EUPL)-[\w.-]+)$`)

// RubyLicense is the license as a formula writes it.
func (m Manifest) RubyLicense() string {
	if isSPDX.MatchString(m.License) {
		return fmt.Sprintf("%q", m.License)
	}
	return ":cannot_represent"
}

// makeManifests makes those that there are archives for.
func (r *Release) makeManifests(archives []Archive) ([]File, error) {
	all, err := template.New("").Funcs(template.FuncMap{"upper": strings.ToUpper}).ParseFS(manifestFiles, "manifests/*")
	if err != nil {
		return nil, err
	}
	view := Manifest{Settings: r.Settings, Summary: summary(), Date: r.Source.Time.Format("2006-01-02"), archives: archives}
	var files []File
	for _, m := range manifests {
		if m.system != "" && len(view.Systems(m.system)) == 0 {
			continue
		}
		var text bytes.Buffer
		if err := all.ExecuteTemplate(&text, m.template, view); err != nil {
			return nil, err
		}
		path := m.path
		if strings.Contains(path, "%s") {
			// winget wants manifests/p/Publisher/Package/1.2.3/Publisher.Package.yaml.
			publisher := view.Identifier()
			path = fmt.Sprintf(path, strings.ToLower(publisher[:1])+"/"+publisher+"/Rollcall/"+r.Version+"/"+publisher)
		}
		files = append(files, File{Path: path, Body: text.Bytes()})
	}
	return files, nil
}
