package main_test

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The sizes can be set: ROWS=1000000 make bench.
const (
	checkRows  = 1_000_000
	inviteRows = 50_000
)

// BenchmarkCheck checks a clean roster, and compares that with encoding/csv reading it and doing nothing.
func BenchmarkCheck(b *testing.B) {
	bin, rows := build(b), rowsOr(b, checkRows)
	roster := writeRoster(b, rows)
	for b.Loop() {
		plain := readPlainly(b, roster)
		took := measure(b, rows, exec.CommandContext(b.Context(), bin, "check", roster))
		b.ReportMetric(took.Seconds()/plain.Seconds(), "x-encoding/csv")
	}
}

// readPlainly returns how long the standard reader takes for a file.
func readPlainly(b *testing.B, path string) time.Duration {
	b.Helper()
	began := time.Now()
	file, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	for reader := csv.NewReader(bufio.NewReader(file)); ; {
		if _, err := reader.Read(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			b.Fatal(err)
		}
	}
	took := time.Since(began)
	if err := file.Close(); err != nil {
		b.Fatal(err)
	}
	return took
}

// BenchmarkInvite invites as fast as it goes, at a sandbox in another process.
func BenchmarkInvite(b *testing.B) {
	for _, latency := range []string{"0s", "20ms"} {
		b.Run("latency="+latency, func(b *testing.B) {
			bin, rows := build(b), rowsOr(b, inviteRows)
			roster := writeRoster(b, rows)
			for b.Loop() {
				environment := startSandbox(b, bin, "--latency", latency)
				command := exec.CommandContext(b.Context(), bin, "invite", roster, "--rate", "1000000/s", "--concurrency", "64", "--yes", "--quiet",
					"--ledger", filepath.Join(b.TempDir(), "ledger.db"))
				command.Env = append(os.Environ(), environment...)
				measure(b, rows, command)
			}
		})
	}
}

// measure runs the command and reports rows a second and, where it is known, the peak of its memory. What is around the
// command, such as the start of a sandbox, does not count.
func measure(b *testing.B, rows int, command *exec.Cmd) (elapsed time.Duration) {
	b.Helper()
	began := time.Now()
	err := command.Run()
	elapsed = time.Since(began)
	if err != nil {
		b.Fatalf("%s: %v", command, err)
	}
	b.ReportMetric(float64(rows)/elapsed.Seconds(), "rows/s")
	if mib, known := peakMemory(command.ProcessState); known {
		b.ReportMetric(mib, "peak-MiB")
	}
	b.ReportMetric(0, "ns/op")
	return elapsed
}

// build builds the binary that people use.
func build(tb testing.TB) string {
	tb.Helper()
	bin := filepath.Join(tb.TempDir(), "rollcall")
	if out, err := exec.CommandContext(tb.Context(), "go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		tb.Fatalf("build: %v\n%s", err, out)
	}
	return bin
}

func rowsOr(b *testing.B, otherwise int) int {
	b.Helper()
	text := os.Getenv("ROWS")
	if text == "" {
		return otherwise
	}
	rows, err := strconv.Atoi(text)
	if err != nil {
		b.Fatalf("ROWS: %v", err)
	}
	return rows
}

func writeRoster(b *testing.B, rows int) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "roster.csv")
	file, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	out := bufio.NewWriter(file)
	fmt.Fprintln(out, "email,role,teams,Employee ID,Department")
	for i := range rows {
		fmt.Fprintf(out, "person%d@company%d.example,member,Platform:developer,%06d,Department %d\n", i, i%50, i, i%20)
	}
	if err := out.Flush(); err != nil {
		b.Fatal(err)
	}
	if err := file.Close(); err != nil {
		b.Fatal(err)
	}
	return path
}

// startSandbox starts a sandbox process that ends with the benchmark, and returns the environment to use.
func startSandbox(b *testing.B, bin string, flags ...string) (environment []string) {
	b.Helper()
	command := exec.CommandContext(context.WithoutCancel(b.Context()), bin, append([]string{"sandbox", "--quiet"}, flags...)...)
	out, err := command.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := command.Process.Kill(); err != nil {
			b.Error(err)
		}
		_ = command.Wait() // it was killed, and says so
	})
	lines := bufio.NewScanner(out)
	for len(environment) < 4 && lines.Scan() {
		environment = append(environment, strings.TrimPrefix(lines.Text(), "export "))
	}
	return environment
}
