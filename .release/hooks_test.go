package main

import (
	"archive/zip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A fake of each hook writes down what it was called with; those that sign programs change them, as real ones do. What
// is published must be what they left, and every hash must be of that.
func TestHooks(t *testing.T) {
	needs(t, "sh")
	diary := filepath.Join(t.TempDir(), "diary")
	hook := func(name, more string) string {
		script := filepath.Join(t.TempDir(), name+".sh")
		body := fmt.Sprintf("set -e\ntest -f \"${2##*/}\"\necho \"$1 ${2##*/}\" >>'%s'\n%s\n", diary, more)
		if err := os.WriteFile(script, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
		return "sh '" + script + "' " + name
	}
	r, built := fake(t, Hooks{
		Windows:  hook("windows", `printf signed >>"$2"`),
		Mac:      hook("mac", `printf signed >>"$2"`),
		Notarize: hook("notarize", ""),
		Attest:   hook("attest", `printf attested >"$2.sigstore.json"`),
		Sign:     hook("sign", `grep -q sigstore "$2"; printf signature >"$2.minisig"`),
	})
	if err := r.signAll(t.Context(), built, os.Stderr); err != nil {
		t.Fatal(err)
	}
	for _, p := range built {
		if signed := strings.HasSuffix(string(p.Body), "signed"); signed != (p.OS != "linux") {
			t.Errorf("%s is signed: %t", p.Target, signed)
		}
	}
	if _, err := r.pack(fakePapers(), built); err != nil {
		t.Fatal(err)
	}
	if err := r.seal(t.Context(), built, os.Stderr); err != nil {
		t.Fatal(err)
	}

	lines, err := os.ReadFile(diary)
	if err != nil {
		t.Fatal(err)
	}
	want := "mac rollcall\nnotarize rollcall.zip\nmac rollcall\nnotarize rollcall.zip\nwindows rollcall.exe\nwindows rollcall.exe\n" +
		"attest rollcall_1.2.3.provenance.json\nsign SHA256SUMS\n"
	if string(lines) != want {
		t.Errorf("called:\n%swant:\n%s", lines, want)
	}
	if got := fromZip(t, filepath.Join(r.Dist, "rollcall_1.2.3_windows_amd64.zip"), "rollcall_1.2.3_windows_amd64/rollcall.exe"); got != "windows/amd64signed" {
		t.Errorf("packed before it was signed: %q", got)
	}
	if got := fromZip(t, built[0].File+".zip", "rollcall"); got != "darwin/amd64signed" {
		t.Errorf("notarized before it was signed: %q", got)
	}
	bill, err := os.ReadFile(filepath.Join(r.Dist, "rollcall_1.2.3_windows_amd64.cdx.json"))
	if err != nil || !strings.Contains(string(bill), sha256Hex([]byte("windows/amd64signed"))) {
		t.Errorf("the bill of materials is of another program: %v", err)
	}
	var told strings.Builder
	if err := r.Tell(&told); err != nil || !strings.Contains(told.String(), "minisign -V -P PUBLIC_KEY -m SHA256SUMS\n") ||
		!strings.Contains(told.String(), "cosign verify-blob-attestation") {
		t.Errorf("nobody is told how to verify it: %v\n%s", err, told.String())
	}
}

// A signature inside a file whose hash is already elsewhere would make that hash wrong.
func TestHookMustNotChangeSums(t *testing.T) {
	needs(t, "sh")
	r, built := fake(t, Hooks{Sign: "gpg() { echo signed >>\"$2\"; }; gpg --clearsign"})
	err := r.seal(t.Context(), built, os.Stderr)
	if err == nil || !strings.Contains(err.Error(), "it changed the file") {
		t.Errorf("got %v", err)
	}
}

func TestHookThatFailsEndsTheRelease(t *testing.T) {
	needs(t, "sh")
	r, built := fake(t, Hooks{Attest: "false"})
	if err := r.seal(t.Context(), built, os.Stderr); err == nil || !strings.Contains(err.Error(), "exit status 1") {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(filepath.Join(r.Dist, SumsFile)); err == nil {
		t.Error("it looks whole")
	}
}

func fromZip(t *testing.T, archive, name string) string {
	t.Helper()
	r, err := zip.OpenReader(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	f, err := r.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
