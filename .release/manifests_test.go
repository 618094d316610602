package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/CycloneDX/cyclonedx-go"
	"github.com/google/go-cmp/cmp"
)

func TestManifests(t *testing.T) {
	r, built := fake(t, Hooks{})
	archives, err := r.pack(fakePapers(), built)
	if err != nil {
		t.Fatal(err)
	}
	files, err := r.makeManifests(archives)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, f := range files {
		got[f.Path] = string(f.Body)
	}
	for path, systems := range map[string][]string{
		"homebrew/Formula/rollcall.rb": {"darwin", "linux"},
		"scoop/bucket/rollcall.json":   {"windows"},
		"winget/manifests/e/Example/Rollcall/1.2.3/Example.Rollcall.installer.yaml": {"windows"},
	} {
		text := strings.ToLower(got[path])
		for _, archive := range archives {
			wanted := strings.Contains(strings.Join(systems, " "), archive.OS)
			if strings.Contains(text, archive.SHA256) != wanted || strings.Contains(text, archive.URL) != wanted {
				t.Errorf("%s names %s: %t, want %t\n%s", path, archive.URL, !wanted, wanted, got[path])
			}
		}
	}
	var scoop struct {
		Version      string                       `json:"version"`
		Architecture map[string]map[string]string `json:"architecture"`
	}
	if err := json.Unmarshal([]byte(got["scoop/bucket/rollcall.json"]), &scoop); err != nil {
		t.Fatal(err)
	}
	if scoop.Version != "1.2.3" || scoop.Architecture["arm64"]["extract_dir"] != "rollcall_1.2.3_windows_arm64" || len(scoop.Architecture) != 2 {
		t.Errorf("got %+v", scoop)
	}
	r.Publisher = "Example & Sons"
	if files, err = r.makeManifests(archives); err != nil || files[3].Path != "winget/manifests/e/ExampleSons/Rollcall/1.2.3/ExampleSons.Rollcall.installer.yaml" {
		t.Errorf("winget would not find %s: %v", files[3].Path, err)
	}
	if len(got) != 5 {
		t.Errorf("%d manifests, want 5", len(got))
	}
}

// Homebrew stops at an identifier that it doesn't know.
func TestRubyLicense(t *testing.T) {
	for give, want := range map[string]string{"MIT": `"MIT"`, "Apache-2.0": `"Apache-2.0"`, "Proprietary": ":cannot_represent", "MIT or so": ":cannot_represent"} {
		if got := (Manifest{Settings: Settings{License: give}}).RubyLicense(); got != want {
			t.Errorf("%s: got %s, want %s", give, got, want)
		}
	}
}

func TestBillOfMaterials(t *testing.T) {
	r, built := fake(t, Hooks{})
	var text strings.Builder
	if err := r.writeSBOM(&text, built[2]); err != nil {
		t.Fatal(err)
	}
	var bom cyclonedx.BOM
	if err := cyclonedx.NewBOMDecoder(strings.NewReader(text.String()), cyclonedx.BOMFileFormatJSON).Decode(&bom); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range *bom.Components {
		got = append(got, c.PackageURL)
	}
	want := []string{"pkg:golang/std@1.26.8", "pkg:golang/example.com/one@v1.0.0", "pkg:golang/example.com/other@v2.0.1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if hash := (*bom.Metadata.Component.Hashes)[0].Value; hash != sha256Hex(built[2].Body) {
		t.Errorf("it is of a program with the hash %s", hash)
	}
	var again strings.Builder
	if err := r.writeSBOM(&again, built[2]); err != nil || again.String() != text.String() {
		t.Errorf("two of the same differ: %v", err)
	}
}

func TestProvenance(t *testing.T) {
	r, built := fake(t, Hooks{})
	statement := func() Statement {
		var text strings.Builder
		if err := r.writeProvenance(&text, []Sum{{Path: "a", SHA256: "00"}}, built); err != nil {
			t.Fatal(err)
		}
		var s Statement
		if err := json.Unmarshal([]byte(text.String()), &s); err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := statement()
	if diff := cmp.Diff([]Material{{Name: "a", Digest: map[string]string{"sha256": "00"}}}, s.Subject); diff != "" {
		t.Error(diff)
	}
	from := s.Predicate.BuildDefinition.ResolvedDependencies
	if len(from) != 4 || from[0].Digest["gitCommit"] != r.Source.Commit || from[1].URI != "pkg:golang/toolchain@go1.26.8" ||
		from[2].Digest["dirHash"] != "75b293aef0f492571b055fe1e0058974cb99a202400a8325bd62166796f6c568" {
		t.Errorf("made from %+v", from)
	}
	// What was changed beside a commit is not that commit.
	r.Source.Changed = true
	if from := statement().Predicate.BuildDefinition.ResolvedDependencies; from[0].Digest != nil {
		t.Errorf("it says to be made from %+v", from[0])
	}
}

func TestRoots(t *testing.T) {
	roots, err := rootCertificates()
	if err != nil || strings.Count(string(roots.Body), "BEGIN CERTIFICATE") < 100 {
		t.Errorf("%d bytes, %v", len(roots.Body), err)
	}
	zones, err := timeZones(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, zone := range zones {
		if zone.Path == "usr/share/zoneinfo/Europe/Berlin" && strings.HasPrefix(string(zone.Body), "TZif") {
			return
		}
	}
	t.Error("no time in Berlin")
}
