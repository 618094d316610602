package main_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"rollcall/pkg/ledger/postgres/postgrestest"
	"rollcall/pkg/sandbox"
)

// fleet measures what many organizations take.
func (s *scales) fleet(b *testing.B) {
	b.Helper()
	b.Run("night", s.night)
	b.Run("turns", s.turns)
}

// The night of a fleet: see [scales.night].
const (
	nightOrganizations, nightPeople = 1000, 100
	nightRate                       = 100 // reads a second, of all together
)

// night has a night pass in which nobody has joined and nobody has left. The least that it can take are its reads, at the limit
// that all organizations share. ROWS sets how many organizations there are.
func (s *scales) night(b *testing.B) {
	organizations := rowsOr(b, nightOrganizations)
	for b.Loop() {
		n := newNights(b, s.bin, organizations, nightPeople, nightRate)
		n.slots, n.slice, n.pulse = 8, time.Minute, time.Second
		workers := []*laborer{n.worker("a"), n.worker("b")}
		soon := func() (took night) {
			n.exec("UPDATE limit_group SET rate = rate * 10")
			took = n.pass()
			n.exec("UPDATE limit_group SET rate = rate / 10")
			return took
		}
		soon()
		quiet := n.pass()
		n.write()
		changed := soon() // the same people in other files
		peak := 0.0
		for _, w := range workers {
			mib, _ := peakSoFar(w.Pid)
			peak = max(peak, mib)
			n.drain(w)
		}
		n.checkMails(0)

		if added := len(quiet.rows); added != 2 || quiet.rows["job"] != organizations || quiet.rows["river_job"] != organizations {
			b.Errorf("a quiet night has added the rows %v", quiet.rows)
		}
		each := func(n int) float64 { return float64(n) / float64(organizations) }
		reads := 0
		for operation, requests := range quiet.requests {
			switch operation {
			case sandbox.Profile, sandbox.Members, sandbox.Invitations:
				reads += requests
			case sandbox.ClientApps, sandbox.Token: // which have no limit
			default:
				b.Errorf("a quiet night has sent %d requests to %s", requests, operation)
			}
		}
		about := fmt.Sprintf("a quiet night of %s organizations of %d people, by two workers with 8 slots", grouped(organizations), nightPeople)
		s.note(b, "x-reads", about, fmt.Sprintf("time, beside that of its reads at %d/s", nightRate), "≤ 1.3", quiet.wall.Seconds()*nightRate/float64(reads))
		s.note(b, "s/begun", about, "s until the last job was there", "", quiet.begun.Seconds())
		s.note(b, "MiB/worker", about, "peak memory of a worker in MiB", "", peak)
		cost := "what it costs an organization"
		s.note(b, "reads/organization", cost, "reads", "", each(reads))
		s.note(b, "transactions/organization", cost, "transactions of the database", "", each(quiet.transactions))
		s.note(b, "B/organization", cost, "bytes of the database", "", each(sum(quiet.bytes)))
		s.note(b, "B/logged", cost, "bytes of its log", "", each(quiet.logged))
		s.note(b, "B/changed", cost, "bytes of the database where the file is another one", "", each(sum(changed.bytes)))
		b.Log(quiet.bytes, changed.rows, changed.bytes)
	}
}

// largeRows is a run that is large, and smallRows one that is small.
const largeRows, smallRows = 50_000, 5

// turns has one slot for a large run and some small ones, each of which comes while the large one is under way.
func (s *scales) turns(b *testing.B) {
	rows := rowsOr(b, largeRows)
	for b.Loop() {
		l := newFleetLab(b, s.bin, postgrestest.Address(b), sandbox.Options{Organizations: 6}, nil)
		l.slots, l.slice, l.pulse = 1, 5*time.Second, time.Second
		var turns, waited []float64
		for _, small := range l.takeTurns(rows, smallRows) {
			turns, waited = append(turns, float64(small.turns)/float64(small.slices)), append(waited, small.wall.Seconds())
		}
		about := fmt.Sprintf("a run of %d rows beside one of %s, in one slot of slices of %s", smallRows, grouped(rows), l.slice)
		s.note(b, "turns/small", about, "turns of the large one meanwhile, at most", "≤ 1", slices.Max(turns))
		s.note(b, "s/small", about, "s until its end", "", median(waited))
	}
}

// sum returns the sum of counts.
func sum(counts map[string]int) (all int) {
	for _, n := range counts {
		all += n
	}
	return all
}
