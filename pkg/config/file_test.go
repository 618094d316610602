package config_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/config"
	"rollcall/pkg/secret"
)

func TestResolveReadsTheFirstFileAlone(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "config.yaml")
	first, second := write(t, "pat: pat_first\n"), write(t, "pat: pat_second\nregion: eu\n")
	tests := []struct {
		name      string
		files     []string
		want      string
		wantToken string
	}{
		{"missing ones are passed over", []string{missing, second}, "eu", "pat_second"},
		{"two are never mixed", []string{missing, first, second}, "us", "pat_first"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			settings, err := config.Resolve(config.Options{Files: tt.files})
			if err != nil {
				t.Fatal(err)
			}
			if settings.Region.Text != tt.want || !settings.Credentials.PAT.Equal(secret.New(tt.wantToken)) {
				t.Errorf("region = %s, token is %s: %t; want %s", settings.Region.Text, tt.wantToken,
					settings.Credentials.PAT.Equal(secret.New(tt.wantToken)), tt.want)
			}
		})
	}
	t.Run("an empty one counts, too", func(t *testing.T) {
		_, err := config.Resolve(config.Options{Files: []string{write(t, "# nothing yet\n"), second}})
		if !errors.Is(err, config.ErrNoCredentials) {
			t.Errorf("error = %v, want %v", err, config.ErrNoCredentials)
		}
	})
}

func TestResolveWarnsOfSharedSecrets(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("file modes mean nothing on Windows")
	}
	tests := []struct {
		name string
		mode fs.FileMode
		want string
	}{
		{"owner only", 0o600, ""},
		{"read-only for the owner", 0o400, ""},
		{"group", 0o640, "FILE holds a token and is open to others (mode 0640): chmod 600 FILE"},
		{"everybody", 0o644, "FILE holds a token and is open to others (mode 0644): chmod 600 FILE"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			token, file := write(t, "pat_0001\n"), write(t, "pat: pat_0001\n")
			for path, options := range map[string]config.Options{
				token: {PATFile: token},
				file:  {Files: []string{file}},
			} {
				if err := os.Chmod(path, tt.mode); err != nil {
					t.Fatal(err)
				}
				settings, err := config.Resolve(options)
				if err != nil {
					t.Fatal(err)
				}
				if got := strings.ReplaceAll(strings.Join(settings.Warnings, "\n"), path, "FILE"); got != tt.want {
					t.Errorf("warnings = %q, want %q", got, tt.want)
				}
			}
		})
	}
	t.Run("a shared file whose secret is not used", func(t *testing.T) {
		file := write(t, "pat: pat_0001\n")
		if err := os.Chmod(file, 0o644); err != nil {
			t.Fatal(err)
		}
		settings, err := config.Resolve(config.Options{Files: []string{file}, Getenv: env{"CYBEDEFEND_PAT": "pat_0002"}.get})
		if err != nil {
			t.Fatal(err)
		}
		if len(settings.Warnings) > 0 {
			t.Errorf("warnings = %q, want none", settings.Warnings)
		}
	})
}

func TestFilesAreNeverInTheWorkingDirectory(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the paths below are Unix paths")
	}
	const machine = "/etc/cybedefend/config.yaml"
	tests := []struct {
		give string
		want []string
	}{
		{"/home/ada", []string{"/home/ada/.cybedefend/config.yaml", machine}},
		{"", []string{machine}},
		{".", []string{machine}},
		{"home/ada", []string{machine}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, config.Files(tt.give)); diff != "" {
			t.Errorf("Files(%q) (-want +got):\n%s", tt.give, diff)
		}
	}
}
