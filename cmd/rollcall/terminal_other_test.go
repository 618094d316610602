//go:build !linux

package main

import (
	"fmt"
	"os"
)

// terminal is for Linux: scripts that need it stop on other systems.
func terminal() {
	fmt.Fprintln(os.Stderr, "terminal: only on Linux")
	os.Exit(71)
}
