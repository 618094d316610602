package main

import (
	"archive/zip"
	"bytes"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The order in which files come and the zone in which a time is given make no other archive.
func TestArchivesAreOrdered(t *testing.T) {
	at := time.Date(2026, 11, 28, 19, 5, 0, 0, time.UTC)
	files := fakePapers().archive("rollcall", File{Path: "rollcall.exe", Mode: 0o755, Body: []byte("MZ")})
	back := slices.Clone(files)
	slices.Reverse(back)
	for name, write := range map[string]func(*bytes.Buffer, []File, time.Time) error{
		"zip":    func(b *bytes.Buffer, f []File, at time.Time) error { return writeZip(b, f, at) },
		"tar.gz": func(b *bytes.Buffer, f []File, at time.Time) error { return writeTarGz(b, f, at) },
	} {
		var one, two bytes.Buffer
		if err := write(&one, files, at); err != nil {
			t.Fatal(err)
		}
		if err := write(&two, back, time.Unix(at.Unix(), 0).UTC()); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(one.Bytes(), two.Bytes()) {
			t.Errorf("%s: two of the same differ", name)
		}
	}
}

func TestZipCarriesModes(t *testing.T) {
	var packed bytes.Buffer
	if err := writeZip(&packed, []File{{Path: "b", Body: []byte("x")}, {Path: "a", Mode: 0o755}}, time.Unix(1795892700, 0).UTC()); err != nil {
		t.Fatal(err)
	}
	r, err := zip.NewReader(bytes.NewReader(packed.Bytes()), int64(packed.Len()))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range r.File {
		got = append(got, f.Name+" "+f.Mode().String())
	}
	if diff := cmp.Diff([]string{"a -rwxr-xr-x", "b -rw-r--r--"}, got); diff != "" {
		t.Error(diff)
	}
}

// The settings of a package are the sample's, but for what the package has in places of its own.
func TestUnitIsTheSample(t *testing.T) {
	sample, err := os.ReadFile("../samples/schedule/rollcall.service")
	if err != nil {
		t.Fatal(err)
	}
	got, err := unit(sample)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"\nEnvironmentFile=/etc/rollcall/rollcall.env\n", "\nExecStart=/usr/bin/rollcall sync --pat-file %d/pat -- ${ROSTER}\n",
		"\nExecStartPre=-/usr/bin/rollcall doctor", "\nReadWritePaths=-/var", "\nProtectSystem=strict\n", "\nSystemCallFilter=",
	} {
		if !bytes.Contains(got, []byte(want)) {
			t.Errorf("it lacks %q:\n%s", want, got)
		}
	}
	for _, foreign := range []string{"/usr/local", "make build", "people.csv", "notify"} {
		if bytes.Contains(got, []byte(foreign)) {
			t.Errorf("it has %q, which is not a package's:\n%s", foreign, got)
		}
	}
	if _, err := unit(bytes.ReplaceAll(sample, []byte("LoadCredential=notify"), []byte("LoadCredential=chat"))); err == nil {
		t.Error("a sample that has changed was taken without a word")
	}
}
