package statedir_test

import (
	"errors"
	"path/filepath"
	"slices"
	"testing"

	"rollcall/pkg/statedir"
)

func TestOf(t *testing.T) {
	root := t.TempDir() // absolute on whatever system this runs
	at := func(parts ...string) string { return filepath.Join(append([]string{root}, parts...)...) }
	for _, c := range []struct {
		what, system string
		variables    map[string]string
		there        []string
		want         string
	}{
		{"Linux", "linux", nil, nil, at(".local", "state", "rollcall")},
		{"a BSD", "freebsd", nil, nil, at(".local", "state", "rollcall")},
		{"the variable of XDG", "linux", map[string]string{"XDG_STATE_HOME": at("x")}, nil, at("x", "rollcall")},
		{"that of XDG is relative", "linux", map[string]string{"XDG_STATE_HOME": "x"}, nil, at(".local", "state", "rollcall")},
		{"macOS", "darwin", nil, nil, at("Library", "Application Support", "rollcall")},
		{"macOS with the variable of XDG", "darwin", map[string]string{"XDG_STATE_HOME": at("x")}, nil, at("x", "rollcall")},
		{"macOS with what an earlier version has left", "darwin", nil, []string{at(".local", "state", "rollcall")}, at(".local", "state", "rollcall")},
		{
			"macOS with both", "darwin", nil,
			[]string{at(".local", "state", "rollcall"), at("Library", "Application Support", "rollcall")},
			at("Library", "Application Support", "rollcall"),
		},
		{"Windows", "windows", map[string]string{"LOCALAPPDATA": at("local")}, nil, at("local", "rollcall")},
		{"Windows without a variable, as in a service", "windows", nil, nil, at("AppData", "Local", "rollcall")},
		{
			"Windows with what an earlier version has left", "windows",
			map[string]string{"LOCALAPPDATA": at("local")},
			[]string{at(".local", "state", "rollcall")},
			at(".local", "state", "rollcall"),
		},
	} {
		got, err := statedir.Of("rollcall", statedir.Surroundings{
			System: c.system,
			Lookup: func(name string) (string, bool) { value, ok := c.variables[name]; return value, ok },
			Home:   func() (string, error) { return root, nil },
			Exists: func(path string) bool { return slices.Contains(c.there, path) },
		})
		if err != nil || got != c.want {
			t.Errorf("%s: %s, %v, want %s", c.what, got, err, c.want)
		}
	}
}

func TestWithoutHomeItIsNowhere(t *testing.T) {
	unknown := errors.New("unknown user")
	_, err := statedir.Of("rollcall", statedir.Surroundings{
		System: "linux", Lookup: func(string) (string, bool) { return "", false },
		Home: func() (string, error) { return "", unknown }, Exists: func(string) bool { return false },
	})
	if !errors.Is(err, unknown) {
		t.Error(err)
	}
}
