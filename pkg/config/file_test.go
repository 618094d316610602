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
	machine := []string{"/etc/cybedefend/config.yaml", "/etc/cybedefend/config.yml"}
	const own = "/home/ada/.cybedefend/"
	tests := []struct {
		give  string
		want  []string
		login string
	}{
		{"/home/ada", append([]string{own + "config.yaml", own + "config.yml"}, machine...), own + "credentials.json"},
		{"", machine, ""},
		{".", machine, ""},
		{"home/ada", machine, ""},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, config.Files(tt.give)); diff != "" {
			t.Errorf("Files(%q) (-want +got):\n%s", tt.give, diff)
		}
		if got := config.Login(tt.give); got != tt.login {
			t.Errorf("Login(%q) = %q, want %q", tt.give, got, tt.login)
		}
	}
}

func TestResolveReadsTheLogin(t *testing.T) {
	const eu = "https://api-eu.cybedefend.com"
	login := write(t, `{"pat": "pat_login_1", "region": "eu", "client_id": "x", "api_resource": "`+eu+`"}`)
	own := write(t, `{"pat": "pat_login_2", "api_url": "https://cd.example.com", "auth_endpoint": "https://login.example.com"}`)
	file := write(t, "pat: pat_file_1\nregion: us\n")
	tests := []struct {
		name, login string
		env         env
		want        string // the address and the token
	}{
		{"before the file", login, nil, eu + " pat_login_1"},
		{"of a service of one's own", own, nil, "https://cd.example.com pat_login_2"},
		{"not mixed with what a variable says", login, env{"CYBEDEFEND_PAT": "pat_variable"}, "https://api-us.cybedefend.com pat_variable"},
		{"a variable moves it", login, env{"CYBEDEFEND_REGION": "us"}, "https://api-us.cybedefend.com pat_login_1"},
		{"logged out", write(t, "{}"), nil, "https://api-us.cybedefend.com pat_file_1"},
		{"none", filepath.Join(t.TempDir(), "credentials.json"), nil, "https://api-us.cybedefend.com pat_file_1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			settings, err := config.Resolve(config.Options{Login: tt.login, Files: []string{file}, Getenv: tt.env.get})
			if err != nil {
				t.Fatal(err)
			}
			if got := settings.APIURL.Text + " " + settings.Credentials.PAT.Reveal(); got != tt.want {
				t.Errorf("found %s, want %s", got, tt.want)
			}
		})
	}
	if _, err := config.Resolve(config.Options{Login: write(t, `{"pat": `), Files: []string{file}}); err == nil {
		t.Error("a login that can't be read was passed over")
	}
}
