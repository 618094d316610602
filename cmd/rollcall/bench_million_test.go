package main_test

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

const (
	millionRows = 1_000_000
	// crashGrace is how long a request of a process that was killed may be at work inside the service: nobody is sent anything
	// meanwhile.
	crashGrace = 10 * time.Second
)

// million kills a run of a million rows at half and runs the same command again. What counts as the resuming is all that there
// is between the start and the first invite, but for the grace: reading the roster, the ledger, and every page of what the
// service lists by then.
func (s *scales) million(b *testing.B) {
	rows := rowsOr(b, millionRows)
	people, service := roster{rosterCSV(b, rows), rows}, startBare(b)
	for b.Loop() {
		small := roster{rosterCSV(b, rows/10), rows / 10}
		_, folder := service.invite(b, s.bin, small, 64)
		smallAgain := s.again(b, service, folder)

		service.call(b, http.MethodPost, "/reset")
		folder = b.TempDir()
		results := filepath.Join(folder, "results.csv")
		args := inviting(folder, people.path, results, 64)
		peak := killed(b, service, rows/2, folder, s.bin, args)

		began := time.Now()
		marked := time.AfterFunc(crashGrace/5, func() { service.call(b, http.MethodPost, "/mark") }) // what was on its way has arrived
		took := metered(b, 1, service.environment(folder), append([]string{s.bin}, args...)...)
		if marked.Stop() {
			b.Fatalf("the run that goes on has ended after %s", took.Wall)
		}
		service.mailed(b, rows)
		ended(b, results, map[string]int{"invited": rows})
		first := time.Unix(0, service.counts(b).First)

		s.note(b, "MiB/million", peakMemory, grouped(rows)+" rows, until it was killed", "≤ 96", peak)
		about := grouped(rows) + " rows, killed at half"
		s.note(b, "MiB/resume", about, "in MiB, all that was invited before in the lists:", "", took.MiB)
		s.note(b, "s/resume", about, "s from the end of the grace to the next invite:", "≤ 5.0", (first.Sub(began) - crashGrace).Seconds())
		again := s.again(b, service, folder)
		s.note(b, "MiB/results", about, "`rollcall results` in MiB:", "", again)
		s.note(b, "x-results", about, fmt.Sprintf("beside that of %s rows:", grouped(rows/10)), "≤ 1.10", again/smallAgain)
	}
}

// killed starts a command and kills it once so many people were mailed. It returns the most memory that it has taken, in MiB.
func killed(b *testing.B, service *bare, mailed int, folder, bin string, args []string) (peak float64) {
	b.Helper()
	command := exec.CommandContext(b.Context(), bin, args...)
	command.Env, command.Stderr = append(os.Environ(), service.environment(folder)...), os.Stderr
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	for service.counts(b).Invited < mailed {
		<-time.After(20 * time.Millisecond)
	}
	peak, _ = peakSoFar(command.Process.Pid)
	if err := command.Process.Kill(); err != nil {
		b.Fatal(err)
	}
	if err := command.Wait(); err == nil {
		b.Fatal("it has ended before it could be killed")
	}
	return peak
}

// again writes the results of a run once more, and returns the most memory that this takes, in MiB.
func (s *scales) again(b *testing.B, service *bare, folder string) (peak float64) {
	b.Helper()
	into := filepath.Join(folder, "again.csv")
	return metered(b, 1, service.environment(folder), s.bin, "results", "--ledger", filepath.Join(folder, "ledger.db"), "--results", into).MiB
}
