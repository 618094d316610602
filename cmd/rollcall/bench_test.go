package main_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// BenchmarkGoals measures the program as people have it, as whole processes beside the shortest honest program for the same
// work, and closes with a table of all that was measured. The two run in turn, several times, and a ratio is the median of the
// ratios of the pairs: what else the machine is doing meets both. Nothing fails for being slow, only for being wrong.
//
// A part alone: go test -run='^$' -bench=Goals/loop -benchtime=1x ./cmd/rollcall. ROWS sets how many rows a roster has.
func BenchmarkGoals(b *testing.B) {
	s := &scales{bin: installed(b)}
	for _, workers := range []int{64, 16} {
		b.Run(fmt.Sprintf("loop/%d", workers), func(b *testing.B) { s.loop(b, workers) })
	}
	for _, workers := range []int{64, 16} {
		b.Run(fmt.Sprintf("latency/%d", workers), func(b *testing.B) { s.latency(b, workers) })
	}
	b.Run("memory", s.memory)
	b.Run("check", s.check)
	b.Run("workbook", s.workbook)
	b.Run("json", s.json)
	b.Run("organization", s.organization)
	b.Run("lookups", s.lookups)
	b.Run("version", s.version)
	b.Run("million", s.million)
	s.fleet(b)
	s.print()
}

// scales measure, and remember what they have measured.
type scales struct {
	bin    string
	values []value
}

// The usual sizes.
const (
	sendRows    = 100_000
	latencyRows = 10_000
	checkRows   = 1_000_000
	bookRows    = 100_000
	jsonRows    = 200_000
)

// What several parts measure.
const (
	speed      = "rows sent a second, beside a bare loop"
	peakMemory = "peak memory in MiB, 64 in flight, results included"
	timed      = "time of a command"
	reading    = "an organization of 20,000 members and 2,000 pending invitations"
)

// loop sends to a service without latency. A loop with a journal promises nearly as much as the program does.
func (s *scales) loop(b *testing.B, workers int) {
	b.Helper()
	rows := rowsOr(b, sendRows)
	people, service := roster{rosterCSV(b, rows), rows}, startBare(b)
	name := fmt.Sprintf("%s rows, %d in flight", grouped(rows), workers)
	for b.Loop() {
		var wall, cpu, journal, peak []float64
		for range 3 {
			bare := service.bareLoop(b, people, workers, false)
			ours, _ := service.invite(b, s.bin, people, workers)
			kept := service.bareLoop(b, people, workers, true)
			wall = append(wall, bare.Wall.Seconds()/ours.Wall.Seconds())
			cpu = append(cpu, ours.CPU.Seconds()/bare.CPU.Seconds())
			journal = append(journal, kept.Wall.Seconds()/ours.Wall.Seconds())
			peak = append(peak, ours.MiB)
		}
		least := map[int]string{64: "≥ 0.80", 16: "≥ 0.60"}[workers]
		s.note(b, fmt.Sprintf("x-loop/%d", workers), speed, name, least, median(wall))
		s.note(b, fmt.Sprintf("x-journal/%d", workers), speed, name+", beside one with a synced journal", "", median(journal))
		s.note(b, fmt.Sprintf("x-cpu/%d", workers), "CPU, beside the bare loop", name, "≤ 1.6", median(cpu))
		if workers == 64 {
			s.note(b, "MiB/send", peakMemory, grouped(rows)+" rows", "≤ 64", median(peak))
		}
	}
}

// latency sends to a service that takes 20 ms.
func (s *scales) latency(b *testing.B, workers int) {
	b.Helper()
	rows := rowsOr(b, latencyRows)
	people, service := roster{rosterCSV(b, rows), rows}, startBare(b, "-latency", "20ms")
	for b.Loop() {
		var wall []float64
		for range 3 {
			bare := service.bareLoop(b, people, workers, false)
			ours, _ := service.invite(b, s.bin, people, workers)
			wall = append(wall, bare.Wall.Seconds()/ours.Wall.Seconds())
		}
		s.note(b, fmt.Sprintf("x-loop/20ms/%d", workers), speed, fmt.Sprintf("%s at 20 ms, %d in flight", grouped(rows), workers), "≥ 0.98", median(wall))
	}
}

// memory is what a roster of a usual size takes.
func (s *scales) memory(b *testing.B) {
	rows := rowsOr(b, latencyRows)
	people, service := roster{rosterCSV(b, rows), rows}, startBare(b)
	for b.Loop() {
		var peak []float64
		for range 5 {
			took, _ := service.invite(b, s.bin, people, 64)
			peak = append(peak, took.MiB)
		}
		s.note(b, "MiB/memory", peakMemory, grouped(rows)+" rows", "≤ 48", median(peak))
	}
}

// check reads a clean roster, beside encoding/csv that does nothing with it.
func (s *scales) check(b *testing.B) {
	rows := rowsOr(b, checkRows)
	roster := rosterCSV(b, rows)
	for b.Loop() {
		wall, peak := pairs(5, func() (ours, bare usage) {
			bare = metered(b, 1, nil, "benchmark", "csv", roster)
			return metered(b, 1, nil, s.bin, "check", roster), bare
		})
		s.note(b, "x-encoding/csv", timed, "`check` of "+grouped(rows)+" rows of CSV, beside encoding/csv", "≤ 2.0", wall)
		s.note(b, "MiB/check", peakMemory, grouped(rows)+" rows checked", "", peak)
	}
}

// workbook reads a workbook, beside excelize that does nothing with it.
func (s *scales) workbook(b *testing.B) {
	rows := rowsOr(b, bookRows)
	roster := rosterXLSX(b, rows)
	for b.Loop() {
		wall, _ := pairs(3, func() (ours, bare usage) {
			bare = metered(b, 1, nil, "benchmark", "xlsx", roster)
			return metered(b, 1, nil, s.bin, "check", roster), bare
		})
		s.note(b, "x-excelize", timed, grouped(rows)+" of a workbook, beside excelize's iterator", "≤ 0.50", wall)
	}
}

// json reads JSON Lines, beside the same people as one list.
func (s *scales) json(b *testing.B) {
	rows := rowsOr(b, jsonRows)
	list, lines := rosterJSON(b, rows, false), rosterJSON(b, rows, true)
	for b.Loop() {
		wall, _ := pairs(5, func() (ours, other usage) {
			other = metered(b, 1, nil, s.bin, "check", list)
			return metered(b, 1, nil, s.bin, "check", lines), other
		})
		s.note(b, "x-json", timed, grouped(rows)+" of JSON Lines, beside JSON", "≤ 1.0", wall)
	}
}

// The large organization, and how fast it may be read.
const (
	manyMembers, manyPending = 20_000, 2000
	pageSize, perSecond      = 20, 200
	readingTakes             = 20 * time.Millisecond // a page
)

// organization invites a few people and finds many members, so that both lists are read. The least that this can take are the
// pages and, of the whole command, the invites, at the pace.
func (s *scales) organization(b *testing.B) {
	const known, fresh = 3000, 20
	const pages = (manyMembers + manyPending) / pageSize
	for b.Loop() {
		took, counts := s.meet(b, known, 0, fresh)
		read := time.Duration(counts.Read-counts.Listed) + readingTakes // which is how long the first page has taken
		s.note(b, "x-pages", reading, fmt.Sprintf("reading it at %d/s, beside what the pages take", perSecond), "≤ 1.05", read.Seconds()*perSecond/pages)
		s.note(b, "x-command", reading, "the whole command, beside the pages and 20 invites", "", took.Wall.Seconds()*perSecond/(pages+fresh))
		s.note(b, "x-lists", reading, "pages read, beside pages there are", "≤ 1.05", float64(counts.Lists+counts.Lookups)/pages)
	}
}

// lookups invites a small team: to look up each of them is cheaper than the list of members. Invitations can't be looked up, and
// their pages overlap, since the service does not say how many there are: that is some 40 calls more than there are pages.
func (s *scales) lookups(b *testing.B) {
	const known, pending, fresh = 250, 30, 20
	const calls = known + pending + fresh + manyPending/pageSize
	for b.Loop() {
		_, counts := s.meet(b, known, pending, fresh)
		s.note(b, "x-lookups", reading, fmt.Sprintf("calls for %d people, beside the cheaper of lookups and lists", known+pending+fresh), "≤ 1.15",
			float64(counts.Lists+counts.Lookups)/calls)
	}
}

// meet invites people of whom some are members of the large organization and some have been invited.
func (s *scales) meet(b *testing.B, known, pending, fresh int) (usage, counts) {
	b.Helper()
	service := startBare(b, "-members", strconv.Itoa(manyMembers), "-pending", strconv.Itoa(manyPending), "-latency", readingTakes.String())
	people := written(b, "roster.csv", known+pending+fresh, benchHeader, func(i int) string {
		email := fmt.Sprintf("member%d@acme.example", 1+i*5)
		if i >= known {
			email = fmt.Sprintf("pending%d@acme.example", i-known)
		}
		if i >= known+pending {
			email = benchRow(i)[0]
		}
		return email + ",member,,,\n"
	})
	folder := b.TempDir()
	results := filepath.Join(folder, "results.csv")
	took := metered(b, 1, service.environment(folder), s.bin, "invite", people, "--rate", strconv.Itoa(perSecond)+"/s", "--yes", "--quiet", "--results", results)
	service.mailed(b, fresh)
	ended(b, results, map[string]int{"invited": fresh, "already_member": known, "already_invited": pending})
	return took, service.counts(b)
}

// version is what every start costs, beside a program that prints a line.
func (s *scales) version(b *testing.B) {
	source, bin := filepath.Join(b.TempDir(), "line.go"), filepath.Join(b.TempDir(), "line")
	if err := os.WriteFile(source, []byte("package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println(\"a line\") }\n"), 0o600); err != nil {
		b.Fatal(err)
	}
	compile(b, bin, source)
	for b.Loop() {
		wall, _ := pairs(5, func() (ours, bare usage) {
			bare = metered(b, 20, nil, bin)
			return metered(b, 20, nil, s.bin, "version"), bare
		})
		s.note(b, "x-version", timed, "`version`, beside a Go program that prints a line", "≤ 5.0", wall)
	}
}
