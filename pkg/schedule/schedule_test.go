package schedule_test

import (
	"strings"
	"testing"
	"time"

	"rollcall/pkg/schedule"

	"pgregory.net/rapid"
)

func zone(tb testing.TB, name string) schedule.Zone {
	tb.Helper()
	var z schedule.Zone
	if err := z.UnmarshalText([]byte(name)); err != nil {
		tb.Fatal(err)
	}
	return z
}

// The nights that other programs skip, double or never come back from.
func TestNights(t *testing.T) {
	for _, test := range []struct {
		cron, zone, after string
		want              []string
	}{
		{"30 2 * * *", "Europe/Berlin", "2026-03-28 12:00", []string{"2026-03-29 03:00 +02:00", "2026-03-30 02:30 +02:00"}},
		{"30 2 * * *", "Europe/Berlin", "2026-10-24 12:00", []string{"2026-10-25 02:30 +02:00", "2026-10-26 02:30 +01:00"}},
		{"@hourly", "Europe/Berlin", "2026-03-29 00:30", []string{"2026-03-29 03:00 +02:00", "2026-03-29 04:00 +02:00"}},
		{"@hourly", "Europe/Berlin", "2026-10-24 23:30", []string{"2026-10-25 02:00 +02:00", "2026-10-25 03:00 +01:00"}},
		{"15 2 * * *", "Australia/Lord_Howe", "2026-10-03 12:00", []string{"2026-10-04 02:30 +11:00", "2026-10-05 02:15 +11:00"}},
		{"45 1 * * *", "Australia/Lord_Howe", "2026-04-04 12:00", []string{"2026-04-05 01:45 +11:00", "2026-04-06 01:45 +10:30"}},
		{"0 3 * * *", "Pacific/Chatham", "2026-09-26 12:00", []string{"2026-09-27 03:45 +13:45", "2026-09-28 03:00 +13:45"}},
		{"@daily", "America/Sao_Paulo", "2018-11-03 12:00", []string{"2018-11-04 01:00 -02:00", "2018-11-05 00:00 -02:00"}},
		{"30 0 4 11 *", "America/Sao_Paulo", "2018-11-03 12:00", []string{"2018-11-04 01:00 -02:00", "2019-11-04 00:30 -03:00"}},
		{"30 23 * * *", "America/Sao_Paulo", "2019-02-16 12:00", []string{"2019-02-16 23:30 -02:00", "2019-02-17 23:30 -03:00"}},
		{"30 2 30 * *", "Pacific/Apia", "2011-12-28 12:00", []string{"2011-12-31 00:00 +14:00", "2012-01-30 02:30 +14:00"}},
		{"0 0 * * *", "Pacific/Kiritimati", "1994-12-30 00:00", []string{"1994-12-30 00:00 -10:00", "1995-01-01 00:00 +14:00"}},
		{"0 0 29 2 *", "UTC", "2096-03-01 00:00", []string{"2104-02-29 00:00 Z"}},
		{"@weekly", "UTC", "2026-11-28 00:00", []string{"2026-11-29 00:00 Z", "2026-12-06 00:00 Z"}},
		{"@monthly", "UTC", "2026-12-01 00:00", []string{"2027-01-01 00:00 Z"}},
	} {
		t.Run(test.cron+" "+test.zone, func(t *testing.T) {
			s := made(t, schedule.Options{Cron: cron(t, test.cron), Zone: zone(t, test.zone)})
			at, err := time.Parse("2006-01-02 15:04", test.after)
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range test.want {
				if at = s.Next(at); at.Format("2006-01-02 15:04 Z07:00") != want {
					t.Errorf("%s is due at %s, want %s", s, at.Format("2006-01-02 15:04 Z07:00"), want)
				}
			}
		})
	}
}

// drawn is a schedule of random fields that are understood.
func drawn(t *rapid.T) *schedule.Schedule {
	var c schedule.Cron
	field := func(name string, low, high int) string {
		n := rapid.IntRange(low, high)
		switch a, b := n.Draw(t, name), n.Draw(t, name); rapid.IntRange(0, 3).Draw(t, name) {
		case 0:
			return "*"
		case 1:
			return digits(a) + "," + digits(b)
		case 2:
			return digits(min(a, b)) + "-" + digits(max(a, b))
		default:
			return digits(a)
		}
	}
	text := field("minute", 0, 59) + " " + field("hour", 0, 23) + " "
	if rapid.Bool().Draw(t, "dated") {
		text += field("day", 1, 31) + " " + field("month", 1, 12) + " *"
	} else {
		text += "* " + field("month", 1, 12) + " " + field("weekday", 0, 7)
	}
	if err := c.UnmarshalText([]byte(text)); err != nil {
		t.Skip(err)
	}
	var z schedule.Zone
	if err := z.UnmarshalText([]byte(rapid.SampledFrom([]string{"UTC", "Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Apia"}).Draw(t, "zone"))); err != nil {
		t.Fatal(err)
	}
	s, err := schedule.New(schedule.Options{
		Name: rapid.String().Draw(t, "name"), Cron: c, Zone: z, Jitter: schedule.Jitter(rapid.Int64Range(0, int64(schedule.MaxJitter)).Draw(t, "jitter")),
		Catchup:        rapid.SampledFrom([]schedule.Catchup{{}, catchup(t, "none"), catchup(t, "6h")}).Draw(t, "catchup"),
		PauseOnFailure: rapid.Bool().Draw(t, "pause"),
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func catchup(t interface{ Fatal(...any) }, text string) schedule.Catchup {
	var c schedule.Catchup
	if err := c.UnmarshalText([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return c
}

func instant(t *rapid.T, name string) time.Time {
	return time.Unix(rapid.Int64Range(0, 4e9).Draw(t, name), rapid.Int64Range(0, 999_999_999).Draw(t, name))
}

// The end of a leap year that the database of zones does not list is found as well.
func TestTheLastDayOfALeapYear(t *testing.T) {
	for _, year := range []int{2040, 2072} {
		for _, name := range []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe"} {
			var c schedule.Cron
			z := zone(t, name)
			if err := c.UnmarshalText([]byte("30 */6 * * *")); err != nil {
				t.Fatal(err)
			}
			s, err := schedule.New(schedule.Options{Name: "x", Cron: c, Zone: z})
			if err != nil {
				t.Fatal(err)
			}
			at := time.Date(year, 12, 29, 23, 0, 0, 0, z.Location())
			for i := range 16 {
				at = s.Next(at)
				if want := time.Date(year, 12, 30, 6*i, 30, 0, 0, z.Location()); !at.Equal(want) {
					t.Fatalf("%s: %v, want %v", name, at, want)
				}
			}
		}
	}
}

// Whatever is understood has a next time, which is later than the moment asked about, and nothing is due between.
func TestThereIsAlwaysANextTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, after := drawn(t), instant(t, "after")
		next := s.Next(after)
		if !next.After(after) || next.Sub(after) > 9*366*24*time.Hour {
			t.Fatalf("%s is due at %v after %v", s, next, after)
		}
		if between := after.Add(time.Duration(rapid.Int64Range(0, int64(next.Sub(after))-1).Draw(t, "between"))); !s.Next(between).Equal(next) {
			t.Fatalf("%s is due at %v after %v, and at %v after %v", s, next, after, s.Next(between), between)
		}
		if back := cronOf(t, s.Options().Cron.String()); back != s.Options().Cron {
			t.Fatalf("%v is read back as %v", s.Options().Cron, back)
		}
	})
}

func cronOf(t *rapid.T, text string) schedule.Cron {
	var c schedule.Cron
	if err := c.UnmarshalText([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return c
}

func digits(n int) string { return string(rune('0'+n/10)) + string(rune('0'+n%10)) }

// The place within the jitter is the schedule's own: always the same, within the span, and spread evenly.
func TestJitter(t *testing.T) {
	const span = 20 * time.Minute
	of := func(name string, span time.Duration) *schedule.Schedule {
		return made(t, schedule.Options{Name: name, Cron: cron(t, "30 2 * * *"), Jitter: schedule.Jitter(span)})
	}
	if got := of("emea", span).Later(); got != 9*time.Minute+43*time.Second {
		t.Errorf("emea is due %v later, which has changed: every schedule would move", got)
	}
	thirds := map[time.Duration]int{}
	for n := range 3000 {
		s := of("organization-"+digits(n/100)+digits(n%100), span)
		later := s.Later()
		if later < 0 || later >= span || later%time.Second != 0 {
			t.Fatalf("%v later is not within %v", later, span)
		}
		if want := time.Date(2026, 11, 30, 2, 30, 0, 0, time.UTC).Add(later); !s.Next(want.Add(-time.Second)).Equal(want) || s.Next(want).Equal(want) {
			t.Fatalf("due at %v, want %v", s.Next(want.Add(-time.Second)), want)
		}
		thirds[later*3/span]++
	}
	for third := range time.Duration(3) {
		if thirds[third] < 900 {
			t.Errorf("the thirds of the span have %v schedules", thirds)
		}
	}
	if none := of("emea", 999*time.Millisecond).Later(); none != 0 {
		t.Errorf("%v later without a whole second of jitter", none)
	}
}

func TestNewRefuses(t *testing.T) {
	for _, test := range []struct {
		give schedule.Options
		want string
	}{
		{schedule.Options{Name: "emea"}, "a schedule needs times"},
		{schedule.Options{Cron: cron(t, "@daily"), Jitter: -1}, "a jitter of -1ns is not between 0 and 24h0m0s"},
		{schedule.Options{Cron: cron(t, "@daily"), Jitter: schedule.Jitter(25 * time.Hour)}, "a jitter of 25h0m0s is not between 0 and 24h0m0s"},
	} {
		if _, err := schedule.New(test.give); err == nil || err.Error() != test.want {
			t.Errorf("New(%v): %v, want %s", test.give, err, test.want)
		}
	}
}

func BenchmarkNext(b *testing.B) {
	for _, text := range []string{"30 2 * * *", "0 2 29 2 *"} {
		s := made(b, schedule.Options{Cron: cron(b, text), Zone: zone(b, "Europe/Berlin")})
		b.Run(strings.ReplaceAll(text, " ", "_"), func(b *testing.B) {
			at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
			for b.Loop() {
				s.Next(at)
			}
		})
	}
}
