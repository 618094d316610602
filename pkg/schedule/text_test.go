package schedule_test

import (
	"strings"
	"testing"
	"time"

	"rollcall/pkg/schedule"
)

func TestCronsThatAreRefused(t *testing.T) {
	for _, test := range []struct{ give, want string }{
		{" ", `no schedule: write minute, hour, day of the month, month and weekday, as in "30 2 * * *"`},
		{"@every 5m", `there is no "@every 5m": write @hourly, @daily, @weekly, @monthly, or five fields such as "30 2 * * *"`},
		{"@reboot", `there is no "@reboot": write @hourly, @daily, @weekly, @monthly, or five fields such as "30 2 * * *"`},
		{"CRON_TZ=UTC", `"CRON_TZ=UTC": no variables belong into a schedule: the zone has a place of its own`},
		{"TZ=Europe/Berlin 30 2 * * *", `"TZ=Europe/Berlin 30 2 * * *": no variables belong into a schedule: the zone has a place of its own`},
		{"0 30 2 * * *", `"0 30 2 * * *" has six fields, and five are known: minute, hour, day of the month, month and weekday. Take away the seconds or the year`},
		{"30 2", `"30 2" has not five fields but 2: write minute, hour, day of the month, month and weekday, as in "30 2 * * *"`},
		{"60 2 * * *", `"60 2 * * *": the minute 60 is not among 0 to 59`},
		{"0 24 * * *", `"0 24 * * *": the hour 24 is not among 0 to 23`},
		{"0 2 0 * *", `"0 2 0 * *": the day of the month 0 is not among 1 to 31`},
		{"0 2 * 13 *", `"0 2 * 13 *": the month 13 is not among 1 to 12 or jan to dec`},
		{"0 2 * * 8", `"0 2 * * 8": the weekday 8 is not among 0 to 7 or sun to sat`},
		{"99999999999999999999 2 * * *", `"99999999999999999999 2 * * *": the minute 99999999999999999999 is not among 0 to 59`},
		{
			"0 2 L * *", `"0 2 L * *": the day of the month "L" is not understood: write *, one of 1 to 31, a range such as 2-6, ` +
				`a step such as */2, or several with commas between`,
		},
		{
			"0 2 * * monday", `"0 2 * * monday": the weekday "monday" is not understood: write *, one of 0 to 7 or sun to sat, a range such as 1-5, ` +
				`a step such as */2, or several with commas between`,
		},
		{
			"0 +2 * * *", `"0 +2 * * *": the hour "+2" is not understood: write *, one of 0 to 23, a range such as 1-5, ` +
				`a step such as */2, or several with commas between`,
		},
		{"0 22-2 * * *", `"0 22-2 * * *": the hour "22-2" runs backwards: write 22-23,0-2`},
		{"0 2 * nov-feb *", `"0 2 * nov-feb *": the month "nov-feb" runs backwards: write nov-12,1-feb`},
		{"5/15 * * * *", `"5/15 * * * *": the minute "5/15" has a step and no range: write 5-59/15`},
		{"*/0 * * * *", `"*/0 * * * *": the minute "*/0" has no number from 1 on as its step`},
		{"*/90 * * * *", `"*/90 * * * *": the minute "*/90" has a step beyond its range, and would be 0 alone: write that, or a smaller step`},
		{
			"0 2 1 * mon", `"0 2 1 * mon": a day of the month and a weekday are named, and programs differ in whether one or both have to be met: ` +
				`write * for one of them`,
		},
		{"0 2 31 2 *", `"0 2 31 2 *": the day 31 never comes in February: name a day or a month that has it`},
		{"0 2 30,31 feb *", `"0 2 30,31 feb *": the days 30 and 31 never come in February: name a day or a month that has it`},
		{"0 2 31 apr,jun,sep *", `"0 2 31 apr,jun,sep *": the day 31 never comes in April, June and September: name a day or a month that has it`},
		{strings.Repeat("0,", 100) + "x 2 * * *", ""}, // what is shown of it is short
	} {
		var c schedule.Cron
		err := c.UnmarshalText([]byte(test.give))
		if err == nil || test.want != "" && err.Error() != test.want || len(err.Error()) > 400 || !c.IsZero() {
			t.Errorf("%q: %v\nwant %s", test.give, err, test.want)
		}
	}
}

func TestZones(t *testing.T) {
	for _, test := range []struct{ give, name, want string }{
		{"UTC", "UTC", ""},
		{" Europe/Berlin ", "Europe/Berlin", ""},
		{"America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires", ""},
		{"", "", `"" is not the name of a time zone: write a place that has its time, such as Europe/Berlin, or UTC`},
		{"Local", "", `"Local" is not the name of a time zone: write a place that has its time, such as Europe/Berlin, or UTC`},
		{"EST", "", `"EST" is not the name of a time zone: write a place that has its time, such as Europe/Berlin, or UTC`},
		{"utc", "", `there is no time zone "utc": write UTC`},
		{"Europe/Bonn", "", `there is no time zone "Europe/Bonn": write a place that has its time, such as Europe/Berlin or America/New_York, or UTC`},
		{"europe/berlin", "", `there is no time zone "europe/berlin": did you mean Europe/Berlin?`},
		{"America/New York", "", `there is no time zone "America/New York": did you mean America/New_York?`},
		{"../../etc/passwd", "", `there is no time zone "../../etc/passwd": write a place that has its time, such as Europe/Berlin or America/New_York, or UTC`},
	} {
		var z schedule.Zone
		err := z.UnmarshalText([]byte(test.give))
		if err == nil && (test.want != "" || z.String() != test.name) || err != nil && err.Error() != test.want {
			t.Errorf("%q: %v, %v\nwant %s%s", test.give, z, err, test.name, test.want)
		}
	}
	if zero := (schedule.Zone{}); zero.Location() != time.UTC || zero.String() != "UTC" {
		t.Errorf("the zero value is %v, want UTC", zero)
	}
}

func TestWords(t *testing.T) {
	for _, test := range []struct{ give, want string }{
		{"30 2 * * *", "every night at 02:30"},
		{"@daily", "every night at 00:00"},
		{"0 6,18 * * *", "every day at 06:00 and 18:00"},
		{"@hourly", "every hour at :00"},
		{"5,25,55 * * * *", "every hour at :05, :25 and :55"},
		{"* * * * *", "every minute"},
		{"*/15 * * * *", "every 15 minutes"},
		{"*/10 8-17 * * mon-fri", "every 10 minutes from 08:00 to 17:50, Monday to Friday"},
		{"*/10 2 * * *", "every 10 minutes from 02:00 to 02:50"},
		{"0 8-18 * * 1-5", "every hour from 08:00 to 18:00, Monday to Friday"},
		{"15 */2 * 7 *", "every 2 hours from 00:15 to 22:15, in July"},
		{"0,20 8-18 * * *", "every hour at :00 and :20 from 08:00 to 18:20"},
		{"@weekly", "every Sunday at 00:00"},
		{"0 6 * * sat,sun", "Saturday and Sunday at 06:00"},
		{"0 6 * * fri-sun", "Friday to Sunday at 06:00"},
		{"0 6 * 6-8 7-2", "Monday, Tuesday and Sunday at 06:00, in June to August"},
		{"@monthly", "on day 1 of every month at 00:00"},
		{"30 2 1,15 * *", "on days 1 and 15 of every month at 02:30"},
		{"30 2 31 * *", "on day 31 of every month that has it at 02:30"},
		{"30 2 1 jan,jul *", "on day 1 of January and July at 02:30"},
		{"30 2 * dec *", "every night in December at 02:30"},
		{"1,2,3,5,8 * * * *", `by "1,2,3,5,8 * * * *"`},
		{"0,20 8-18/2 * * *", `by "0,20 8-18/2 * * *"`},
		{"0 1,2,3,5,8 * * *", `by "0 1,2,3,5,8 * * *"`},
	} {
		if got := made(t, schedule.Options{Cron: cron(t, test.give)}).String(); got != test.want+" (UTC)" {
			t.Errorf("%s: %s, want %s (UTC)", test.give, got, test.want)
		}
	}
}

func TestLine(t *testing.T) {
	now := time.Date(2026, 11, 29, 5, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		give schedule.Options
		want string
	}{
		{schedule.Options{Cron: cron(t, "30 2 * * *"), Zone: zone(t, "Europe/Berlin")}, "every night at 02:30 (Europe/Berlin), next: Mon 30 Nov 02:30"},
		{schedule.Options{Cron: cron(t, "0 12 1 1 *")}, "on day 1 of January at 12:00 (UTC), next: Fri 1 Jan 2027 12:00"},
		{
			schedule.Options{Name: "emea", Cron: cron(t, "30 2 * * *"), Jitter: schedule.Jitter(20 * time.Minute)},
			"every night at 02:30 (UTC), 9m43s later by its jitter, next: Mon 30 Nov 02:39",
		},
		{
			schedule.Options{Name: "n82", Cron: cron(t, "30 2 * * *"), Jitter: schedule.Jitter(3 * time.Hour)},
			"every night at 02:30 (UTC), 2h44m later by its jitter, next: Sun 29 Nov 05:14",
		},
	} {
		if got := made(t, test.give).Line(now); got != test.want {
			t.Errorf("%s, want %s", got, test.want)
		}
	}
}

// Whatever the text, reading it ends without a panic, and what is understood has a next time and can be said.
func FuzzCron(f *testing.F) {
	for _, text := range append(crons, "@weekly", "0 6 * jan-mar mon,fri", "0 0 31 2 *", "*/90 * * * *", "7-2 * * * 7-2") {
		f.Add(text)
	}
	after := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text string) {
		var c schedule.Cron
		if err := c.UnmarshalText([]byte(text)); err != nil {
			return
		}
		s := made(t, schedule.Options{Cron: c})
		if next := s.Next(after); !next.After(after) || next.Year() > 2035 || s.String() == "" {
			t.Errorf("%q is due at %v: %s", text, next, s)
		}
		if again := cron(t, c.String()); again != c {
			t.Errorf("%q is read back as %q", c, again)
		}
	})
}
