package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"runtime/debug"
	"strings"
	"time"

	"github.com/CycloneDX/cyclonedx-go"
	"github.com/google/uuid"
)

// writeSBOM writes a bill of materials in CycloneDX for one built program, out of what Go has written into it. Its serial
// number is made from the program's hash, so the same program has the same bill. Build information doesn't say which
// module needs which: all are said to be needed by the program.
func (r *Release) writeSBOM(out io.Writer, program *Program) error {
	hash := sha256.Sum256(program.Body)
	main := cyclonedx.Component{
		BOMRef: "pkg:generic/rollcall@" + r.Version, Type: cyclonedx.ComponentTypeApplication,
		Name: "rollcall", Version: r.Version, PackageURL: "pkg:generic/rollcall@" + r.Version,
		Hashes:     &[]cyclonedx.Hash{{Algorithm: cyclonedx.HashAlgoSHA256, Value: hex.EncodeToString(hash[:])}},
		Properties: &[]cyclonedx.Property{{Name: "goos", Value: program.OS}, {Name: "goarch", Value: program.Arch}},
	}
	goVersion := strings.TrimPrefix(program.Info.GoVersion, "go")
	components := []cyclonedx.Component{{
		BOMRef: "pkg:golang/std@" + goVersion, Type: cyclonedx.ComponentTypeLibrary, Name: "std", Version: goVersion,
		PackageURL: "pkg:golang/std@" + goVersion, Scope: cyclonedx.ScopeRequired,
	}}
	for _, dep := range program.Info.Deps {
		component, err := module(dep)
		if err != nil {
			return err
		}
		components = append(components, component)
	}
	needs := make([]string, len(components))
	dependencies := []cyclonedx.Dependency{{Ref: main.BOMRef, Dependencies: &needs}}
	for i, component := range components {
		needs[i] = component.BOMRef
		dependencies = append(dependencies, cyclonedx.Dependency{Ref: component.BOMRef})
	}

	bom := cyclonedx.NewBOM()
	bom.SerialNumber = "urn:uuid:" + uuid.NewSHA1(uuid.NameSpaceURL, hash[:]).String()
	bom.Metadata = &cyclonedx.Metadata{
		Timestamp: r.Source.Time.Format(time.RFC3339), Component: &main,
		Tools: &cyclonedx.ToolsChoice{Components: &[]cyclonedx.Component{{Type: cyclonedx.ComponentTypeApplication, Name: "make release"}}},
	}
	bom.Components, bom.Dependencies = &components, &dependencies
	return cyclonedx.NewBOMEncoder(out, cyclonedx.BOMFileFormatJSON).SetPretty(true).SetEscapeHTML(false).EncodeVersion(bom, cyclonedx.SpecVersion1_6)
}

// module is a component that Go has found in the module's own place, or in another one that go.mod puts in its stead.
func module(dep *debug.Module) (cyclonedx.Component, error) {
	if dep.Replace != nil {
		dep = dep.Replace
	}
	url := "pkg:golang/" + dep.Path + "@" + dep.Version
	component := cyclonedx.Component{
		BOMRef: url, Type: cyclonedx.ComponentTypeLibrary, Name: dep.Path, Version: dep.Version, PackageURL: url, Scope: cyclonedx.ScopeRequired,
	}
	if sum, ok := strings.CutPrefix(dep.Sum, "h1:"); ok {
		hash, err := base64.StdEncoding.DecodeString(sum)
		if err != nil {
			return component, err
		}
		component.Hashes = &[]cyclonedx.Hash{{Algorithm: cyclonedx.HashAlgoSHA256, Value: hex.EncodeToString(hash)}}
	}
	return component, nil
}
