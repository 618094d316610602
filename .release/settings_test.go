package main

import (
	"strings"
	"testing"
	"time"
)

func TestVersion(t *testing.T) {
	commit := Source{Commit: "3c5e6dedf0d514686884dcea09ba957778240a0f", Time: time.Date(2026, 11, 28, 19, 5, 0, 0, time.UTC)}
	tagged, changed := commit, commit
	tagged.Tag, changed.Changed = "v1.2.3", true
	for name, tt := range map[string]struct {
		source        Source
		asked         string
		want, wantErr string
	}{
		"asked for":              {source: commit, asked: "1.2.3", want: "1.2.3"},
		"as a tag":               {source: commit, asked: "v1.2.3-rc.1", want: "1.2.3-rc.1"},
		"the tag's":              {source: tagged, want: "1.2.3"},
		"another than the tag's": {source: tagged, asked: "1.2.4", want: "1.2.4"},
		"the commit's":           {source: commit, want: "0.0.0-dev.20261128190500.g3c5e6de"},
		"of changed files":       {source: changed, want: "0.0.0-dev.20261128190500.g3c5e6de.changed"},
		"a release of them":      {source: changed, asked: "1.2.3", wantErr: "commit or stash"},
		"no version":             {source: commit, asked: "tuesday", wantErr: "want one such as"},
		"a path":                 {source: commit, asked: "1.2.3-../..", wantErr: "want one such as"},
		"nothing known":          {source: Source{}, wantErr: "set VERSION"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := version(&tt.source, tt.asked)
			if tt.wantErr != "" {
				if err == nil || !strings.Contains(err.Error(), tt.wantErr) {
					t.Fatalf("got %q and error %v, want %q", got, err, tt.wantErr)
				}
				return
			}
			if err != nil || got != tt.want {
				t.Errorf("got %q and error %v, want %q", got, err, tt.want)
			}
		})
	}
}

// Nobody who forgets the address publishes a real one by accident.
func TestAddressIsAPlaceholder(t *testing.T) {
	env := map[string]string{"VERSION": "1.2.3"}
	source := &Source{Commit: "3c5e6de", Time: time.Unix(0, 0)}
	s, err := newSettings(source, func(name string) string { return env[name] })
	if err != nil || s.URL != "https://example.com/rollcall/releases/1.2.3" {
		t.Errorf("got %q, %v", s.URL, err)
	}
	env["RELEASE_URL"] = "https://files.example.org/v/VERSION/"
	s, err = newSettings(source, func(name string) string { return env[name] })
	if err != nil || s.URL != "https://files.example.org/v/1.2.3" {
		t.Errorf("got %q, %v", s.URL, err)
	}
}

func TestTargets(t *testing.T) {
	all, err := parseTargets("")
	if err != nil || len(all) != 6 {
		t.Errorf("got %v, %v", all, err)
	}
	some, err := parseTargets("linux/arm64,windows/amd64")
	if err != nil || len(some) != 2 || some[0].Program() != "rollcall" || some[1].Program() != "rollcall.exe" {
		t.Errorf("got %v, %v", some, err)
	}
	if _, err := parseTargets("plan9/386"); err == nil {
		t.Error("plan9/386 is none of them")
	}
}
