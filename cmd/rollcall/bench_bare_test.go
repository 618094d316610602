package main_test

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// bare is a service in a process of its own that costs next to nothing.
type bare struct{ variables []string }

// counts is what it has counted.
type counts struct {
	Invited, Twice, Lists, Lookups int
	First, Listed, Read            int64
}

// startBare starts one that ends with the benchmark.
func startBare(b *testing.B, flags ...string) *bare {
	b.Helper()
	command := exec.CommandContext(context.WithoutCancel(b.Context()), "benchmark", append(flags, "service")...)
	command.Stderr = os.Stderr
	in, err := command.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := command.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := errors.Join(in.Close(), command.Wait()); err != nil {
			b.Error(err)
		}
	})
	s := &bare{}
	for lines := bufio.NewScanner(out); len(s.variables) < 3 && lines.Scan(); {
		s.variables = append(s.variables, lines.Text())
	}
	return s
}

// environment returns that of a program whose home is a folder.
func (s *bare) environment(folder string) []string {
	return append([]string{"HOME=" + folder, "XDG_STATE_HOME="}, s.variables...)
}

// call calls the service itself.
func (s *bare) call(b *testing.B, method, path string) []byte {
	b.Helper()
	_, address, _ := strings.Cut(s.variables[0], "=")
	request, err := http.NewRequestWithContext(b.Context(), method, address+path, http.NoBody)
	if err != nil {
		b.Fatal(err)
	}
	transport := &http.Transport{DisableKeepAlives: true}
	reply, err := transport.RoundTrip(request)
	if err != nil {
		b.Fatal(err)
	}
	text, err := io.ReadAll(reply.Body)
	if err := errors.Join(err, reply.Body.Close()); err != nil || reply.StatusCode != http.StatusOK {
		b.Fatalf("%s %s: %s, %v", method, path, reply.Status, err)
	}
	return text
}

func (s *bare) counts(b *testing.B) (c counts) {
	b.Helper()
	if err := json.Unmarshal(s.call(b, http.MethodGet, "/counts"), &c); err != nil {
		b.Fatal(err)
	}
	return c
}

// roster is a file of so many people.
type roster struct {
	path string
	rows int
}

// invite has the program invite everybody. The ledger stays in the folder.
func (s *bare) invite(b *testing.B, bin string, people roster, workers int) (took usage, folder string) {
	b.Helper()
	folder = b.TempDir()
	results := filepath.Join(folder, "results.csv")
	s.call(b, http.MethodPost, "/reset")
	took = metered(b, 1, s.environment(folder), append([]string{bin}, inviting(folder, people.path, results, workers)...)...)
	s.mailed(b, people.rows)
	ended(b, results, map[string]int{"invited": people.rows})
	return took, folder
}

// inviting is a command line that invites as fast as it goes.
func inviting(folder, people, results string, workers int) []string {
	return []string{
		"invite", people, "--results", results, "--ledger", filepath.Join(folder, "ledger.db"), "--rate", "1000000/s",
		"--concurrency", strconv.Itoa(workers), "--yes", "--quiet",
	}
}

// bareLoop has the bare loop invite everybody.
func (s *bare) bareLoop(b *testing.B, people roster, workers int, journal bool) usage {
	b.Helper()
	folder := b.TempDir()
	args, results := []string{"benchmark", "-workers", strconv.Itoa(workers)}, filepath.Join(folder, "results.csv")
	if journal {
		args = append(args, "-journal", filepath.Join(folder, "journal.jsonl"))
	}
	s.call(b, http.MethodPost, "/reset")
	took := metered(b, 1, s.environment(folder), append(args, "loop", people.path, results)...)
	s.mailed(b, people.rows)
	ended(b, results, map[string]int{"invited": people.rows})
	return took
}

// mailed checks that so many people were mailed, each of them once.
func (s *bare) mailed(b *testing.B, people int) {
	b.Helper()
	if found := s.counts(b); found.Invited != people || found.Twice != 0 {
		b.Fatalf("%d people were mailed, and %d mails were too many; want %d people", found.Invited, found.Twice, people)
	}
}

// ended checks how many lines of a results file have which outcome.
func ended(b *testing.B, results string, want map[string]int) {
	b.Helper()
	file, err := os.Open(results)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = file.Close() }() // it was only read
	rows := csv.NewReader(bufio.NewReader(file))
	rows.ReuseRecord = true
	header, err := rows.Read()
	if err != nil {
		b.Fatal(err)
	}
	column, got := slices.Index(header, "outcome"), map[string]int{}
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			b.Fatal(err)
		}
		got[strings.Clone(row[column])]++
	}
	maps.DeleteFunc(want, func(_ string, rows int) bool { return rows == 0 })
	if !maps.Equal(got, want) {
		b.Fatalf("%s has the outcomes %v, want %v", results, got, want)
	}
}
