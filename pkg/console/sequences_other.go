//go:build !windows

package console

// Sequences reports whether the terminal behind a file understands escape sequences: all do but some of Windows.
func Sequences(uintptr) bool { return true }
