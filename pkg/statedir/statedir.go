// Package statedir says where a program keeps what it must not forget, by the conventions of each system.
package statedir

import (
	"os"
	"path/filepath"
)

// Surroundings are what the place depends on. All fields but Exists are required.
type Surroundings struct {
	// System is the operating system, as in runtime.GOOS.
	System string
	// Lookup returns an environment variable.
	Lookup func(name string) (value string, ok bool)
	// Home returns the home directory.
	Home func() (string, error)
	// Exists reports whether a folder is there. Nil looks there.
	Exists func(path string) bool
}

// Of returns the folder of the program called name: in XDG_STATE_HOME where that is set, else in %LocalAppData% on Windows,
// in ~/Library/Application Support on macOS, and in ~/.local/state elsewhere. A folder of that name in ~/.local/state counts
// everywhere if the other one is not there: what was remembered in it must not be forgotten.
func Of(name string, s Surroundings) (string, error) {
	if state, ok := s.Lookup("XDG_STATE_HOME"); ok && filepath.IsAbs(state) { // a relative one is to be ignored, says the XDG specification
		return filepath.Join(state, name), nil
	}
	home, err := s.Home()
	if err != nil {
		return "", err
	}
	usual := filepath.Join(home, ".local", "state", name)
	conventional := usual
	switch s.System {
	case "windows":
		local, ok := s.Lookup("LOCALAPPDATA")
		if !ok || !filepath.IsAbs(local) {
			local = filepath.Join(home, "AppData", "Local")
		}
		conventional = filepath.Join(local, name)
	case "darwin", "ios":
		conventional = filepath.Join(home, "Library", "Application Support", name)
	}
	exists := s.Exists
	if exists == nil {
		exists = isFolder
	}
	if conventional != usual && !exists(conventional) && exists(usual) {
		return usual, nil
	}
	return conventional, nil
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
