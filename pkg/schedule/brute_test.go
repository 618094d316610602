package schedule_test

import (
	"archive/zip"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // for machines without the zones

	"rollcall/pkg/schedule"

	"github.com/google/go-cmp/cmp"
)

// expanded returns the numbers that a field of numbers names, as simply as can be.
func expanded(t *testing.T, text string, low, high int) (numbers [64]bool) {
	t.Helper()
	number := func(text string) int {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for part := range strings.SplitSeq(text, ",") {
		span, step, stepped := strings.Cut(part, "/")
		from, to, by := low, high, 1
		if stepped {
			by = number(step)
		}
		if span != "*" {
			first, last, ranged := strings.Cut(span, "-")
			from = number(first)
			if to = from; ranged {
				to = number(last)
			}
		}
		for n := from; n <= to; n += by {
			numbers[n] = true
		}
	}
	return numbers
}

// matcher returns whether a time of a wall clock is one of those that a text of plain numbers names.
func matcher(t *testing.T, text string) func(wall time.Time) bool {
	t.Helper()
	f := strings.Fields(text)
	minutes, hours, days := expanded(t, f[0], 0, 59), expanded(t, f[1], 0, 23), expanded(t, f[2], 1, 31)
	months, weekdays := expanded(t, f[3], 1, 12), expanded(t, f[4], 0, 6)
	return func(wall time.Time) bool {
		return minutes[wall.Minute()] && hours[wall.Hour()] && days[wall.Day()] && months[int(wall.Month())] && weekdays[int(wall.Weekday())]
	}
}

// watched looks at a clock minute by minute, and returns when something is due: when the clock shows for the first time a
// minute that is named, or has jumped over one.
func watched(from, to time.Time, location *time.Location, named []func(wall time.Time) bool) [][]time.Time {
	shown := func(at time.Time) time.Time {
		at = at.In(location)
		return time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), 0, 0, time.UTC)
	}
	due := make([][]time.Time, len(named))
	// A while before, the clock shows the latest time that it has shown yet.
	const while = 3 * time.Hour
	latest := shown(from.Add(-while))
	for at := from.Add(-while); at.Before(to); at = at.Add(time.Minute) {
		at := at.In(location)
		for now := shown(at); latest.Before(now); {
			latest = latest.Add(time.Minute)
			for i, is := range named {
				if at.After(from) && is(latest) && (len(due[i]) == 0 || !due[i][len(due[i])-1].Equal(at)) {
					due[i] = append(due[i], at)
				}
			}
		}
	}
	return due
}

// crons are texts of all kinds; names are tested elsewhere.
var crons = []string{
	"* * * * *", "*/15 * * * *", "0 * * * *", "7,37 * * * *", "30 2 * * *", "0 0 * * *", "59 23 * * *", "15 2 * * *", "45 1 * * *", "0 3 * * *",
	"5 1-3 * * *", "*/20 0-4/2 * * *", "30 0 * * 0", "10 2 * * 6,0", "0 12 30 * *", "30 2 30,31 * *", "0 0 1 * *", "30 1 1-7 3,10,11 *", "0 2 29 2 *",
}

// often is how many of them, the first, come so often that they are compared for hours and not for years.
const often = 2

// hold compares schedules with the watched clock over a span.
func hold(t *testing.T, name string, from, to time.Time, crons []string) {
	t.Helper()
	var zone schedule.Zone
	if err := zone.UnmarshalText([]byte(name)); err != nil {
		t.Fatal(err)
	}
	named := make([]func(time.Time) bool, len(crons))
	for i, text := range crons {
		named[i] = matcher(t, text)
	}
	for i, want := range watched(from, to, zone.Location(), named) {
		s := made(t, schedule.Options{Cron: cron(t, crons[i]), Zone: zone})
		var got []time.Time
		for at := s.Next(from); at.Before(to); at = s.Next(at) {
			if got = append(got, at); len(got) > len(want)+10 {
				break
			}
		}
		if !slices.EqualFunc(got, want, time.Time.Equal) {
			t.Errorf("%s in %s from %v (-want +got):\n%s", crons[i], name, from, cmp.Diff(texts(want), texts(got)))
		}
	}
}

func texts(times []time.Time) []string {
	all := make([]string, len(times))
	for i, at := range times {
		all[i] = at.Format("2006-01-02 15:04 Z07:00")
	}
	return all
}

func cron(tb testing.TB, text string) schedule.Cron {
	tb.Helper()
	var c schedule.Cron
	if err := c.UnmarshalText([]byte(text)); err != nil {
		tb.Fatal(err)
	}
	return c
}

func made(tb testing.TB, o schedule.Options) *schedule.Schedule {
	tb.Helper()
	s, err := schedule.New(o)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// Years in which clocks did what clocks rarely do: half hours, midnights and whole days that are missing, two hours at once,
// days that come twice.
func TestAgainstAWatchedClock(t *testing.T) {
	for _, test := range []struct {
		zone string
		year int
	}{
		{"UTC", 2028},
		{"Europe/Berlin", 2026},
		{"America/New_York", 2028},
		{"Australia/Lord_Howe", 2026},
		{"Pacific/Chatham", 2026},
		{"America/Sao_Paulo", 2018},
		{"Pacific/Apia", 2011},
		{"Pacific/Kiritimati", 1994},
		{"Pacific/Kwajalein", 1993},
		{"Antarctica/Troll", 2026},
		{"Africa/Casablanca", 2026},
		{"Asia/Pyongyang", 2018},
		{"America/Caracas", 2016},
		{"Asia/Gaza", 2026},
		{"Asia/Tehran", 2022},
	} {
		t.Run(fmt.Sprint(test.zone, " ", test.year), func(t *testing.T) {
			t.Parallel()
			from := time.Date(test.year, 1, 1, 0, 0, 0, 0, time.UTC)
			hold(t, test.zone, from, from.AddDate(1, 0, 3), crons[often:])
		})
	}
}

// Every zone there is, around every change of its clock in many years.
func TestAroundEveryChange(t *testing.T) {
	type change struct {
		at            time.Time
		before, after int
	}
	first, last := time.Date(2005, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2032, 1, 1, 0, 0, 0, 0, time.UTC)
	known := map[change]string{}
	for _, name := range zones(t) {
		location, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		for at := first.In(location); ; {
			_, before := at.Zone()
			_, end := at.ZoneBounds()
			if end.IsZero() || end.After(last) {
				break
			}
			if _, after := end.Zone(); after != before {
				known[change{end.UTC(), before, after}] = name
			}
			at = end
		}
	}
	if len(known) < 500 {
		t.Fatalf("%d changes are known, want many", len(known))
	}
	for change, name := range known {
		hold(t, name, change.at.Add(-3*time.Hour), change.at.Add(4*time.Hour), crons)
	}
	t.Logf("%d changes", len(known))
}

// zones returns the names of all zones with a slash, as Go carries them along.
func zones(t *testing.T) []string {
	t.Helper()
	root, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	archive, err := zip.OpenReader(filepath.Join(strings.TrimSpace(string(root)), "lib", "time", "zoneinfo.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close() //nolint:errcheck // it was only read
	var names []string
	for _, file := range archive.File {
		if strings.Contains(file.Name, "/") && !strings.HasSuffix(file.Name, "/") {
			names = append(names, file.Name)
		}
	}
	return names
}
