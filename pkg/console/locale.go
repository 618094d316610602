package console

import (
	"runtime"
	"strings"
)

// UTF8 reports whether a terminal shows more than ASCII, by the variables of the locale: LC_ALL, or else LC_CTYPE, or else
// LANG. Windows has none of them, and shows it.
func UTF8(getenv func(string) string) bool { return isUTF8(getenv, runtime.GOOS) }

func isUTF8(getenv func(string) string, system string) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if locale := strings.ToLower(getenv(name)); locale != "" {
			return strings.Contains(locale, "utf-8") || strings.Contains(locale, "utf8")
		}
	}
	return system == "windows"
}
