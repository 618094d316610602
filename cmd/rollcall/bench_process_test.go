package main_test

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// installed builds the binary as make build does.
func installed(b *testing.B) string {
	b.Helper()
	bin := filepath.Join(b.TempDir(), "rollcall")
	compile(b, bin, ".")
	return bin
}

func compile(b *testing.B, bin, what string) {
	b.Helper()
	command := exec.CommandContext(b.Context(), "go", "build", "-trimpath", "-o", bin, what)
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := command.CombinedOutput(); err != nil {
		b.Fatalf("build: %v\n%s", err, out)
	}
}

// usage is what a process took: see the meter of the command benchmark.
type usage struct {
	Wall, CPU time.Duration
	MiB       float64
}

// metered runs a command so often, which must end well, and returns what it took.
func metered(b *testing.B, times int, environment []string, args ...string) (took usage) {
	b.Helper()
	into := filepath.Join(b.TempDir(), "taken.json")
	command := exec.CommandContext(b.Context(), "benchmark", append([]string{"-times", strconv.Itoa(times), "meter", into}, args...)...)
	command.Env = append(os.Environ(), environment...)
	if out, err := command.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	text, err := os.ReadFile(into)
	if err := errors.Join(err, json.Unmarshal(text, &took)); err != nil {
		b.Fatal(err)
	}
	return took
}

// pairs measures so many pairs, and returns the median ratio of their times, and the median of our peaks.
func pairs(times int, measure func() (ours, other usage)) (ratio, peak float64) {
	var ratios, peaks []float64
	for range times {
		ours, other := measure()
		ratios, peaks = append(ratios, ours.Wall.Seconds()/other.Wall.Seconds()), append(peaks, ours.MiB)
	}
	return median(ratios), median(peaks)
}
