package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
)

// build builds the binary that people use.
func build(tb testing.TB) string {
	tb.Helper()
	bin := filepath.Join(tb.TempDir(), "rollcall")
	if out, err := exec.CommandContext(tb.Context(), "go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		tb.Fatalf("build: %v\n%s", err, out)
	}
	return bin
}

// rowsOr returns how many rows a benchmark takes: as many as usual, or as the environment wants: ROWS=1000 make bench.
func rowsOr(b *testing.B, usual int) int {
	b.Helper()
	text := os.Getenv("ROWS")
	if text == "" {
		return usual
	}
	rows, err := strconv.Atoi(text)
	if err != nil {
		b.Fatalf("ROWS: %v", err)
	}
	return rows
}
