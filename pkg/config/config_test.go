package config_test

import (
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/config"
	"rollcall/pkg/remedy"
)

// env is an environment.
type env map[string]string

func (e env) get(name string) string { return e[name] }

// asFlag shows an option as a command line does.
func asFlag(r remedy.Remedy) string { return "--" + r.String() }

// write puts text into a file that only its owner can read, and returns its path.
func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestResolveFindsTheService(t *testing.T) {
	const (
		us, usAuth = "https://api-us.cybedefend.com", "https://auth-us.cybedefend.com"
		eu, euAuth = "https://api-eu.cybedefend.com", "https://auth-eu.cybedefend.com"
		own        = "https://cybedefend.example.com"
		ownAuth    = "https://login.example.com"
	)
	type service struct{ Region, APIURL, AuthEndpoint, Warnings string }
	tests := []struct {
		name  string
		flags config.Options
		env   env
		file  string
		want  service
	}{
		{name: "default", want: service{"us (default)", us + " (region us)", usAuth + " (region us)", ""}},
		{
			name: "file", file: "region: eu\nproject_id: 7\nscan: {fast: true}\n",
			want: service{"eu (FILE: region)", eu + " (region eu)", euAuth + " (region eu)", ""},
		},
		{
			name: "environment before file", env: env{"CYBEDEFEND_REGION": " EU\n"}, file: "region: us",
			want: service{"eu (CYBEDEFEND_REGION)", eu + " (region eu)", euAuth + " (region eu)", ""},
		},
		{
			name: "option before environment", flags: config.Options{Region: "eu"}, env: env{"CYBEDEFEND_REGION": "us"},
			want: service{"eu (--region)", eu + " (region eu)", euAuth + " (region eu)", ""},
		},
		{
			name: "the address of a region", env: env{"CYBEDEFEND_API_URL": "https://API-EU.cybedefend.com/"},
			want: service{"eu (CYBEDEFEND_API_URL)", eu + " (CYBEDEFEND_API_URL)", euAuth + " (region eu)", ""},
		},
		{
			name: "an address beats a weaker region",
			env:  env{"CYBEDEFEND_API_URL": own, "CYBEDEFEND_AUTH_ENDPOINT": ownAuth}, file: "region: eu",
			want: service{"", own + " (CYBEDEFEND_API_URL)", ownAuth + " (CYBEDEFEND_AUTH_ENDPOINT)", ""},
		},
		{
			name:  "an address beats a stronger region, aloud",
			flags: config.Options{Region: "eu"}, file: "api_url: " + us,
			want: service{
				"us (FILE: api_url)", us + " (FILE: api_url)", usAuth + " (region us)",
				"--region has no effect: FILE: api_url says " + us,
			},
		},
		{
			name:  "an address that agrees with a stronger region",
			flags: config.Options{Region: "us"}, file: "api_url: " + us,
			want: service{"us (FILE: api_url)", us + " (FILE: api_url)", usAuth + " (region us)", ""},
		},
		{
			name: "each value from its own place", flags: config.Options{APIURL: own + "/cd/"}, file: "auth_endpoint: " + ownAuth + "/",
			want: service{"", own + "/cd (--api-url)", ownAuth + " (FILE: auth_endpoint)", ""},
		},
		{
			name: "loopback without encryption", flags: config.Options{APIURL: "http://127.0.0.1:8080", AuthEndpoint: "http://[::1]:8081"},
			want: service{"", "http://127.0.0.1:8080 (--api-url)", "http://[::1]:8081 (--auth-endpoint)", ""},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			options := tt.flags
			options.Render = asFlag
			options.Getenv = func(name string) string {
				if name == "CYBEDEFEND_PAT" {
					return "pat_0001"
				}
				return tt.env[name]
			}
			path := write(t, tt.file)
			options.Files = []string{path}
			settings, err := config.Resolve(options)
			if err != nil {
				t.Fatal(err)
			}
			text := func(value config.Value) string {
				if value.Text == "" {
					return value.Source
				}
				return value.Text + " (" + strings.ReplaceAll(value.Source, path, "FILE") + ")"
			}
			got := service{
				text(settings.Region), text(settings.APIURL), text(settings.AuthEndpoint),
				strings.ReplaceAll(strings.Join(settings.Warnings, "\n"), path, "FILE"),
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("settings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestResolveNeedsNoAuthEndpointForAnAccessToken(t *testing.T) {
	settings, err := config.Resolve(config.Options{
		APIURL: "https://cybedefend.example.com",
		Getenv: env{"CYBEDEFEND_ACCESS_TOKEN": "ey.00001"}.get,
	})
	if err != nil {
		t.Fatal(err)
	}
	if settings.AuthEndpoint != (config.Value{}) {
		t.Errorf("AuthEndpoint = %+v, want none", settings.AuthEndpoint)
	}
}

func TestResolveFindsTheCredentials(t *testing.T) {
	type credentials struct{ AccessToken, PAT, Source string }
	all := env{"CYBEDEFEND_ACCESS_TOKEN": " ey.00001\n", "CYBEDEFEND_PAT": "pat_environment"}
	tests := []struct {
		name    string
		env     env
		patFile string // the text of the file
		stdin   string
		file    string
		want    credentials
	}{
		{name: "access token", env: all, file: "pat: pat_file", want: credentials{"ey.00001", "", "CYBEDEFEND_ACCESS_TOKEN"}},
		{
			name: "file of an option", env: env{"CYBEDEFEND_PAT": "pat_environment"}, patFile: "\ufeff pat_flag\r\n",
			want: credentials{"", "pat_flag", "--pat-file PATFILE"},
		},
		{
			name: "copied from a header", env: env{"CYBEDEFEND_ACCESS_TOKEN": "Bearer  ey.00001"},
			want: credentials{"ey.00001", "", "CYBEDEFEND_ACCESS_TOKEN"},
		},
		{name: "a token copied from a header", env: env{"CYBEDEFEND_PAT": "bearer pat_header"}, want: credentials{"", "pat_header", "CYBEDEFEND_PAT"}},
		{
			name: "standard input", env: env{"CYBEDEFEND_PAT": "pat_environment"}, stdin: "pat_input\n",
			want: credentials{"", "pat_input", "--pat-file -"},
		},
		{
			name: "environment", env: env{"CYBEDEFEND_PAT": "pat_environment\n"}, file: "pat: pat_file",
			want: credentials{"", "pat_environment", "CYBEDEFEND_PAT"},
		},
		{
			name: "blank variables count as unset", env: env{"CYBEDEFEND_PAT": " ", "CYBEDEFEND_ACCESS_TOKEN": "\t"}, file: "pat: ' pat_file '",
			want: credentials{"", "pat_file", "FILE: pat"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path, patFile := write(t, tt.file), ""
			options := config.Options{Getenv: tt.env.get, Files: []string{path}, Render: asFlag}
			switch {
			case tt.patFile != "":
				patFile = write(t, tt.patFile)
				options.PATFile = patFile
			case tt.stdin != "":
				options.PATFile, options.Stdin = "-", strings.NewReader(tt.stdin)
			}
			settings, err := config.Resolve(options)
			if err != nil {
				t.Fatal(err)
			}
			found := settings.Credentials
			source := strings.ReplaceAll(found.Source, path, "FILE")
			if patFile != "" {
				source = strings.ReplaceAll(source, patFile, "PATFILE")
			}
			got := credentials{found.AccessToken.Reveal(), found.PAT.Reveal(), source}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("credentials (-want +got):\n%s", diff)
			}
			if len(settings.Warnings) > 0 {
				t.Errorf("Warnings = %q, want none", settings.Warnings)
			}
		})
	}
}

func TestResolveKnowsWhenAnAccessTokenEnds(t *testing.T) {
	end := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	claims := func(text string) string { return "e30." + base64.RawURLEncoding.EncodeToString([]byte(text)) + ".c2ln" }
	tests := []struct {
		name, token string
		now         time.Time
		want        time.Time
		warned      bool
	}{
		{"ahead", claims(`{"exp":1795867200}`), end.Add(-time.Minute), end, false},
		{"past", claims(`{"exp":1795867200.5}`), end.Add(time.Minute), end, true},
		{"without an end", claims(`{"sub":"ada"}`), end, time.Time{}, false},
		{"a nonsensical end", claims(`{"exp":1e300}`), end, time.Time{}, false},
		{"no claims", "e30.?.c2ln0000", end, time.Time{}, false},
		{"no parts", "opaque-token", end, time.Time{}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			settings, err := config.Resolve(config.Options{
				Getenv: env{"CYBEDEFEND_ACCESS_TOKEN": tt.token}.get, Now: func() time.Time { return tt.now },
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := settings.Credentials.Expires; !got.Equal(tt.want) {
				t.Errorf("it ends %v, want %v", got, tt.want)
			}
			if warned := len(settings.Warnings) > 0; warned != tt.warned {
				t.Errorf("warnings = %q", settings.Warnings)
			}
		})
	}
}

func TestResolveWarnsOfTheDashboard(t *testing.T) {
	settings, err := config.Resolve(config.Options{
		APIURL: "https://eu.cybedefend.com/", AuthEndpoint: "https://auth-eu.cybedefend.com",
		Getenv: env{"CYBEDEFEND_PAT": "pat_0001"}.get, Render: asFlag,
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"--api-url: https://eu.cybedefend.com is the dashboard; the API of region eu is at https://api-eu.cybedefend.com"}
	if diff := cmp.Diff(want, settings.Warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}

func TestResolveSaysThatAnOptionIsNotUsed(t *testing.T) {
	settings, err := config.Resolve(config.Options{PATFile: "nowhere", Render: asFlag, Getenv: env{"CYBEDEFEND_ACCESS_TOKEN": "ey.00001"}.get})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"--pat-file is not used: CYBEDEFEND_ACCESS_TOKEN comes first"}
	if diff := cmp.Diff(want, settings.Warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}

func TestResolveRefuses(t *testing.T) {
	const token = "pat_0123456789"
	pat := env{"CYBEDEFEND_PAT": token}
	tests := []struct {
		name     string
		options  config.Options
		env      env
		file     string
		want     string
		wantHint string // a part of it
	}{
		{
			name: "no credentials", want: "no credentials",
			wantHint: "set CYBEDEFEND_PAT or CYBEDEFEND_ACCESS_TOKEN, give --pat-file FILE",
		},
		{
			name: "an API key", env: env{"CYBEDEFEND_API_KEY": "key"}, want: "no credentials",
			wantHint: "make a personal access token at https://us.cybedefend.com/profile/personal-access-tokens, and set it as CYBEDEFEND_PAT",
		},
		{
			name: "a personal access token where none belongs", env: env{"CYBEDEFEND_ACCESS_TOKEN": "Bearer pat_00000001"},
			want: "CYBEDEFEND_ACCESS_TOKEN: holds a personal access token, not an access token", wantHint: "set it as CYBEDEFEND_PAT instead",
		},
		{name: "a token that is too short to be one", env: env{"CYBEDEFEND_PAT": "member7"}, want: "CYBEDEFEND_PAT: not a token: shorter than 8 characters"},
		{name: "an access token that is too short", env: env{"CYBEDEFEND_ACCESS_TOKEN": "member7"}, want: "CYBEDEFEND_ACCESS_TOKEN: not a token: shorter than 8 characters"},
		{name: "a token in the file that is too short", file: "pat: member7", want: "FILE: pat: not a token: shorter than 8 characters"},
		{name: "region", env: env{"CYBEDEFEND_REGION": "uk"}, want: `CYBEDEFEND_REGION: unknown region "uk" (us or eu)`},
		{name: "region in the file", file: "region: 7", env: pat, want: `FILE: region: unknown region "7" (us or eu)`},
		{
			name: "region, though an address makes it useless", options: config.Options{Region: "uk", APIURL: "https://api-us.cybedefend.com"},
			env: pat, want: `--region: unknown region "uk" (us or eu)`,
		},
		{
			name: "address without authentication endpoint", options: config.Options{APIURL: "https://cd.example.com"}, env: pat,
			want:     "--api-url: https://cd.example.com is none of the vendor's regions and has no authentication endpoint",
			wantHint: "set both together: --api-url and --auth-endpoint",
		},
		{
			name: "a token for another region", options: config.Options{Region: "us"}, env: pat,
			file:     "region: eu\nauth_endpoint: https://auth-eu.cybedefend.com\n",
			want:     "FILE: auth_endpoint: https://auth-eu.cybedefend.com belongs to region eu, but https://api-us.cybedefend.com is in region us",
			wantHint: "leave the authentication endpoint out",
		},
		{
			name: "plain http", env: env{"CYBEDEFEND_API_URL": "http://cd.example.com"},
			want: "CYBEDEFEND_API_URL: http://cd.example.com must be https: credentials would travel in the clear",
		},
		{
			name: "plain http for tokens", options: config.Options{AuthEndpoint: "http://10.0.0.1"}, env: pat,
			want: "--auth-endpoint: http://10.0.0.1 must be https: credentials would travel in the clear",
		},
		{name: "scheme", options: config.Options{APIURL: "ftp://cd.example.com"}, want: "--api-url: ftp:// is not https://"},
		{name: "no scheme", options: config.Options{APIURL: "cd.example.com"}, want: "--api-url: not an address like https://api.example.com"},
		{name: "no host", options: config.Options{APIURL: "https://:443"}, want: "--api-url: not an address like https://api.example.com"},
		{
			name: "password in an address", options: config.Options{APIURL: "https://me:" + token + "@cd.example.com"},
			want: "--api-url: an address must have no user",
		},
		{
			name: "address that is none, with a secret", options: config.Options{APIURL: "https://" + token + "%zz"},
			want: "--api-url: not an address like https://api.example.com",
		},
		{
			name: "PAT as access token", env: env{"CYBEDEFEND_ACCESS_TOKEN": token},
			want:     "CYBEDEFEND_ACCESS_TOKEN: holds a personal access token, not an access token",
			wantHint: "set it as CYBEDEFEND_PAT instead",
		},
		{
			name: "two tokens", env: env{"CYBEDEFEND_PAT": token + "\n" + token},
			want: "CYBEDEFEND_PAT: not a token: has spaces, line ends or other characters inside",
		},
		{
			name: "token file missing", options: config.Options{PATFile: "/nowhere/pat"}, env: pat,
			want: "--pat-file /nowhere/pat: no such file or directory", wantHint: "name the file that holds the token, or set it as CYBEDEFEND_PAT",
		},
		{
			name: "token file empty", options: config.Options{PATFile: "-", Stdin: strings.NewReader(" \n")}, env: pat,
			want: "--pat-file -: no token in it",
		},
		{
			name: "token file endless", options: config.Options{PATFile: "-", Stdin: endless{}}, env: pat,
			want: "--pat-file -: too long: more than 65536 bytes",
		},
		{
			name: "standard input broken", options: config.Options{PATFile: "-", Stdin: iotest.ErrReader(errors.New("broken pipe"))},
			want: "--pat-file -: broken pipe",
		},
		{name: "no standard input", options: config.Options{PATFile: "-"}, want: "--pat-file -: there is no standard input"},
		{name: "bare token as the file", file: token, want: `FILE: line 1, column 1: not settings; expected are lines like "region: eu"`},
		{name: "token in a list", file: "region: us\npat: [" + token + "]", want: `FILE: line 2, column 6: not settings; expected are lines like "region: eu"`},
		{name: "token as an alias", file: "pat: *" + token, want: `FILE: line 1, column 6: not settings; expected are lines like "region: eu"`},
		{name: "token as a key, twice", file: token + ": 1\n" + token + ": 2", want: `FILE: line 2, column 1: not settings; expected are lines like "region: eu"`},
		{name: "redacted token", file: "pat: '[redacted]'", want: `FILE: line 1, column 6: not settings; expected are lines like "region: eu"`},
		{name: "endless file", file: strings.Repeat("#", 1<<20+1), want: "FILE: too long: more than 1048576 bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			options := tt.options
			options.Getenv, options.Render = tt.env.get, asFlag
			path := write(t, tt.file)
			options.Files = []string{path}
			settings, err := config.Resolve(options)
			if err == nil {
				t.Fatalf("settings = %+v, want an error", settings)
			}
			if got := strings.ReplaceAll(err.Error(), path, "FILE"); got != tt.want {
				t.Errorf("error = %s\nwant    %s", got, tt.want)
			}
			refused, ok := errors.AsType[*config.Error](err)
			if !ok {
				t.Fatalf("error is a %T, want *config.Error", err)
			}
			if !strings.Contains(refused.Hint.Render(asFlag), tt.wantHint) || (len(refused.Hint) == 0) != (tt.wantHint == "") {
				t.Errorf("hint = %q, want one with %q", refused.Hint, tt.wantHint)
			}
			if strings.Contains(err.Error()+refused.Hint.String(), token) {
				t.Error("the error shows a token")
			}
			if got := errors.Is(err, config.ErrNoCredentials); got != (tt.want == "no credentials") {
				t.Errorf("errors.Is(err, ErrNoCredentials) = %t", got)
			}
		})
	}
}

// endless never ends.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}
