package desk

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// longestName is how long the name of a file may be, in bytes: results and others are named for it, and 255 is the most that
// file systems take.
const longestName = 120

// FileName returns the name that a browser says a file has as one that every system takes: without a folder, and without
// characters that cannot be seen or mean something to a system.
func FileName(name string) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, "_"), `\`, "/"))
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == '\u2028', r == '\u2029':
			return -1
		case strings.ContainsRune(`<>:"/|?*`, r):
			return '_'
		}
		return r
	}, name)
	name = strings.TrimRight(strings.TrimSpace(name), " .")
	extension := path.Ext(name)
	if len(extension) > 10 {
		extension = ""
	}
	stem := strings.TrimRight(strings.TrimSuffix(name, extension), " .")
	for len(stem)+len(extension) > longestName {
		_, size := utf8.DecodeLastRuneInString(stem)
		stem = stem[:len(stem)-size]
	}
	if stem == "" || isDevice(stem) {
		stem = "roster" + stem
	}
	return stem + extension
}

// isDevice reports whether Windows takes a name, whatever its extension, for a device.
func isDevice(stem string) bool {
	stem, _, _ = strings.Cut(strings.ToUpper(stem), ".")
	switch stem {
	case "CON", "PRN", "AUX", "NUL":
		return true
	}
	return len(stem) == 4 && (strings.HasPrefix(stem, "COM") || strings.HasPrefix(stem, "LPT")) && stem[3] >= '0' && stem[3] <= '9'
}
