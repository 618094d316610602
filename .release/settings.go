package main

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// isVersion is a semantic version without build metadata, which neither a package nor an image can carry in its name.
var isVersion = regexp.MustCompile(`^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$`)

// startsWithLetter is what winget sorts publishers by.
var startsWithLetter = regexp.MustCompile(`^[A-Za-z]`)

// Settings is what the environment says about a release. What the project doesn't know about itself, where it is
// published above all, has a default that says so.
type Settings struct {
	Version    string // VERSION; else the commit's tag, else made from the commit
	URL        string // RELEASE_URL: the folder in which the files of this version will be; VERSION in it is replaced
	Home       string // RELEASE_HOME: the project's page
	License    string // RELEASE_LICENSE: an SPDX expression
	Publisher  string // RELEASE_PUBLISHER
	Maintainer string // RELEASE_MAINTAINER: name and address
	Builder    string // RELEASE_BUILDER: the URI of who builds, in the provenance
	Hooks      Hooks
}

func newSettings(source *Source, getenv func(string) string) (Settings, error) {
	or := func(name, fallback string) string {
		if value := getenv(name); value != "" {
			return value
		}
		return fallback
	}
	version, err := version(source, getenv("VERSION"))
	if err != nil {
		return Settings{}, err
	}
	publisher := or("RELEASE_PUBLISHER", "Rollcall")
	if !startsWithLetter.MatchString(publisher) {
		return Settings{}, fmt.Errorf("RELEASE_PUBLISHER=%s: want a name that begins with a letter", publisher)
	}
	url := or("RELEASE_URL", "https://example.com/rollcall/releases/VERSION")
	return Settings{
		Version:    version,
		URL:        strings.TrimRight(strings.ReplaceAll(url, "VERSION", version), "/"),
		Home:       or("RELEASE_HOME", "https://example.com/rollcall"),
		License:    or("RELEASE_LICENSE", "Proprietary"),
		Publisher:  publisher,
		Maintainer: or("RELEASE_MAINTAINER", "Rollcall <rollcall@example.com>"),
		Builder:    or("RELEASE_BUILDER", "https://example.com/rollcall/make-release"),
		Hooks:      newHooks(getenv),
	}, nil
}

// version is the one that was asked for, the tag's, or one that sorts by the commit's time and names the commit.
func version(source *Source, asked string) (string, error) {
	switch {
	case asked != "":
		asked = strings.TrimPrefix(asked, "v")
		if !isVersion.MatchString(asked) {
			return "", fmt.Errorf("VERSION=%s: want one such as 1.2.3 or 1.2.3-rc.1", asked)
		}
		if source.Changed {
			return "", fmt.Errorf("VERSION=%s: files differ from the commit that the release would name: commit or stash them", asked)
		}
		return asked, nil
	case source.Tag != "" && !source.Changed:
		return source.Tag[1:], nil
	case source.Commit == "":
		return "", errors.New("nothing here knows its version: set VERSION")
	}
	made := fmt.Sprintf("0.0.0-dev.%s.g%.7s", source.Time.Format("20060102150405"), source.Commit)
	if source.Changed {
		made += ".changed"
	}
	return made, nil
}
