package main

import (
	"encoding/json"
	"io"
)

// A Statement is one of in-toto, https://in-toto.io/Statement/v1, with the provenance of SLSA,
// https://slsa.dev/spec/v1.0/provenance. It is unsigned: who builds puts their word on it by Hooks.Attest.
type Statement struct {
	Type          string     `json:"_type"`
	Subject       []Material `json:"subject"`
	PredicateType string     `json:"predicateType"`
	Predicate     Provenance `json:"predicate"`
}

// A Material is a file that was made, or what it was made from.
type Material struct {
	Name   string            `json:"name,omitempty"`
	URI    string            `json:"uri,omitempty"`
	Digest map[string]string `json:"digest,omitempty"`
}

// Provenance says how and by whom. There are no times of the run in it: they would be all that differs between two.
type Provenance struct {
	BuildDefinition struct {
		BuildType            string            `json:"buildType"`
		ExternalParameters   map[string]string `json:"externalParameters"`
		ResolvedDependencies []Material        `json:"resolvedDependencies"`
	} `json:"buildDefinition"`
	RunDetails struct {
		Builder struct {
			ID string `json:"id"`
		} `json:"builder"`
	} `json:"runDetails"`
}

// writeProvenance writes the statement about all files so far. Modules have the digests that go.sum has, of Go's own kind
// (dirHash, as in-toto names it).
func (r *Release) writeProvenance(out io.Writer, sums []Sum, built []*Program) error {
	s := Statement{Type: "https://in-toto.io/Statement/v1", PredicateType: "https://slsa.dev/provenance/v1"}
	for _, sum := range sums {
		s.Subject = append(s.Subject, Material{Name: sum.Path, Digest: map[string]string{"sha256": sum.SHA256}})
	}
	build := &s.Predicate.BuildDefinition
	build.BuildType = r.Home + "/make-release/v1"
	build.ExternalParameters = map[string]string{"version": r.Version, "url": r.URL}
	source := Material{Name: "source", URI: "git+" + r.Home}
	if r.Source.Commit != "" && !r.Source.Changed {
		source.Digest = map[string]string{"gitCommit": r.Source.Commit}
	}
	build.ResolvedDependencies = []Material{source, {Name: "go", URI: "pkg:golang/toolchain@" + built[0].Info.GoVersion}}
	modules, err := allModules(built)
	if err != nil {
		return err
	}
	build.ResolvedDependencies = append(build.ResolvedDependencies, modules...)
	s.Predicate.RunDetails.Builder.ID = r.Builder

	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(s)
}

// allModules are the modules of all programs, each once, in the order of their names.
func allModules(built []*Program) ([]Material, error) {
	byURL := map[string]Material{}
	for _, program := range built {
		for _, dep := range program.Info.Deps {
			component, err := module(dep)
			if err != nil {
				return nil, err
			}
			m := Material{URI: component.PackageURL}
			if component.Hashes != nil {
				m.Digest = map[string]string{"dirHash": (*component.Hashes)[0].Value}
			}
			byURL[m.URI] = m
		}
	}
	return inOrder(byURL), nil
}
