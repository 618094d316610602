package doctor_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rollcall/pkg/config"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/doctor"
	"rollcall/pkg/onboard"
	"rollcall/pkg/sandbox"
	"rollcall/pkg/secret"
	"rollcall/pkg/status"
)

// examined is an examination of a sandbox, with whatever change makes otherwise.
func examined(t *testing.T, s sandbox.Options, change func(*doctor.Options, *config.Settings)) doctor.Examination {
	t.Helper()
	running, err := sandbox.Start(t.Context(), "", s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = running.Close() })
	settings := config.Settings{
		APIURL: config.Value{Text: running.URL(), Source: "the test"}, AuthEndpoint: config.Value{Text: running.URL(), Source: "the test"},
		Credentials: config.Credentials{PAT: running.PAT(), Source: "the test"},
	}
	o := doctor.Options{Version: "v1", Ledger: filepath.Join(t.TempDir(), "people.db")}
	o.Resolve = func() (config.Settings, error) { return settings, nil }
	o.Service.Dial = func(context.Context) (onboard.Endpoint, error) {
		return onboard.Endpoint{
			URL: running.URL(), CredentialsFrom: "the test",
			Credentials: cybedefend.PersonalAccessToken{Token: settings.Credentials.PAT, AuthEndpoint: running.URL()},
		}, nil
	}
	if change != nil {
		change(&o, &settings)
	}
	return doctor.Examine(t.Context(), o)
}

// lines returns the facts, a line each.
func lines(e doctor.Examination) string {
	var b strings.Builder
	for _, f := range e.Facts {
		fmt.Fprintf(&b, "%s %s: %s", f.State, f.Subject, f.Text)
		if len(f.Remedy) > 0 {
			fmt.Fprintf(&b, " -> %s", f.Remedy.Render(nil))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestExamine(t *testing.T) {
	tests := []struct {
		name    string
		service sandbox.Options
		change  func(*doctor.Options, *config.Settings)
		status  status.Status
		want    []string // lines that are there
	}{
		{
			name: "all is well", want: []string{
				"good version: rollcall v1, ", "good proxy: none", "good organization: Acme (", "good caller: admin@acme.example, creator\n",
				"good access token: good for ", "good clock: within 1s of the service's", ", which the first run will make\n",
			},
		},
		{
			name:   "no settings",
			change: func(o *doctor.Options, _ *config.Settings) { o.Resolve = noSettings },
			status: status.Settings, want: []string{"bad settings: no credentials\n"},
		},
		{
			name:   "a token that is refused",
			change: func(_ *doctor.Options, s *config.Settings) { s.Credentials.PAT = secret.New("pat_of_somebody_else") },
			status: status.Refused, want: []string{"bad connection: ", "-> the token comes from the test: check it and the region; "},
		},
		{
			name:   "an organization that is not the caller's",
			change: func(o *doctor.Options, _ *config.Settings) { o.Service.OrganizationID = "Elsewhere" },
			status: status.Settings, want: []string{`bad connection: `, `you have no organization "Elsewhere"`, "yours: "},
		},
		{
			name: "a caller who may invite nobody", service: sandbox.Options{CallerRole: cybedefend.Member},
			want: []string{"doubtful caller: admin@acme.example, member, who may probably invite nobody -> ask an administrator"},
		},
		{
			name: "a clock that is slow", service: sandbox.Options{Now: func() time.Time { return time.Now().Add(5 * time.Minute) }},
			want: []string{"doubtful clock: 5m0s behind the service's, "},
		},
		{
			name: "a clock that is fast", service: sandbox.Options{Now: func() time.Time { return time.Now().Add(-5 * time.Minute) }},
			want: []string{"doubtful clock: 5m0s ahead of the service's, "},
		},
		{
			name: "what the settings warn of",
			change: func(_ *doctor.Options, s *config.Settings) {
				s.Warnings = []string{"that is the dashboard"}
			},
			want: []string{"doubtful settings: that is the dashboard\n"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found := examined(t, tt.service, tt.change)
			if found.Status != tt.status {
				t.Errorf("status %d, want %d", found.Status, tt.status)
			}
			for _, want := range tt.want {
				if got := lines(found); !strings.Contains(got, want) {
					t.Errorf("no %q in\n%s", want, got)
				}
			}
			if strings.Contains(lines(found), "pat_") {
				t.Errorf("it shows a token:\n%s", lines(found))
			}
		})
	}
}

func noSettings() (config.Settings, error) {
	return config.Settings{}, &config.Error{Err: config.ErrNoCredentials}
}

func TestExamineNamesAccessTokens(t *testing.T) {
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	tests := map[string]struct {
		expires time.Time
		want    string
	}{
		"no end":  {time.Time{}, "doubtful credentials: an access token, from the test, which does not say how long it is good"},
		"ahead":   {now.Add(time.Hour), "good credentials: an access token, from the test, good for 1h0m0s\n"},
		"expired": {now.Add(-time.Hour), "doubtful credentials: an access token, from the test -> get another one"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			found := doctor.Examine(t.Context(), doctor.Options{
				Now: func() time.Time { return now },
				Resolve: func() (config.Settings, error) {
					return config.Settings{
						APIURL:      config.Value{Text: "http://127.0.0.1:1"},
						Credentials: config.Credentials{AccessToken: secret.New("ey.000001"), Source: "the test", Expires: tt.expires},
					}, nil
				},
				Service: onboard.Service{Dial: func(context.Context) (onboard.Endpoint, error) {
					return onboard.Endpoint{}, errors.New("not today")
				}},
			})
			if got := lines(found); !strings.Contains(got, tt.want) {
				t.Errorf("no %q in\n%s", tt.want, got)
			}
			if found.Status != status.Unexpected {
				t.Errorf("status %d", found.Status)
			}
		})
	}
}
