package schedule

import (
	"errors"
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"time"
)

// shortcuts are names for common schedules.
var shortcuts = map[string]string{
	"@hourly": "0 * * * *", "@daily": "0 0 * * *", "@weekly": "0 0 * * 0", "@monthly": "0 0 1 * *",
}

// Cron is a set of times of a wall clock, written as the five fields of crontab(5): minute, hour, day of the month, month
// and weekday. A field is *, a number, a range such as 1-5, either of the last two with a step such as */15 or 8-18/2, or
// several of them with commas between. Months and weekdays have names, jan to dec and sun to sat; 0 and 7 are Sunday.
// @hourly, @daily, @weekly and @monthly are shortcuts.
//
// Beside what no program understands, three things are refused that programs take in different ways or silently: a day of
// the month together with a weekday (most take either, some both), a step beyond its range (*/90), and dates that never come.
//
// The zero value names no time, and belongs into no [Schedule].
type Cron struct {
	text string
	// The sets by field: a bit for each number.
	minutes, hours, days, months, weekdays set
}

// IsZero reports whether it is the zero value.
func (c Cron) IsZero() bool { return c == Cron{} }

// String returns the text that it was read from.
func (c Cron) String() string { return c.text }

// MarshalText returns [Cron.String].
func (c Cron) MarshalText() ([]byte, error) { return []byte(c.text), nil }

// UnmarshalText reads the five fields, or a shortcut.
func (c *Cron) UnmarshalText(text []byte) error {
	given := strings.Join(strings.Fields(string(text)), " ")
	parts := strings.Fields(given)
	switch {
	case given == "":
		return fmt.Errorf("no schedule: write minute, hour, day of the month, month and weekday, as in %q", "30 2 * * *")
	case given[0] == '@':
		five, known := shortcuts[strings.ToLower(given)]
		if !known {
			return fmt.Errorf("there is no %s: write @hourly, @daily, @weekly, @monthly, or five fields such as %q", shown(given), "30 2 * * *")
		}
		parts = strings.Fields(five)
	case strings.Contains(parts[0], "="):
		return fmt.Errorf("%s: no variables belong into a schedule: the zone has a place of its own", shown(given))
	case len(parts) == len(fields)+1:
		return fmt.Errorf("%s has six fields, and five are known: minute, hour, day of the month, month and weekday. Take away the seconds or the year", shown(given))
	case len(parts) != len(fields):
		return fmt.Errorf("%s has not five fields but %d: write minute, hour, day of the month, month and weekday, as in %q", shown(given), len(parts), "30 2 * * *")
	}
	read := Cron{text: given}
	for i, into := range []*set{&read.minutes, &read.hours, &read.days, &read.months, &read.weekdays} {
		var err error
		if *into, err = fields[i].parse(parts[i]); err != nil {
			return fmt.Errorf("%s: %w", shown(given), err)
		}
	}
	if read.weekdays.has(7) {
		read.weekdays = read.weekdays&^(1<<7) | 1
	}
	if err := read.check(); err != nil {
		return fmt.Errorf("%s: %w", shown(given), err)
	}
	*c = read
	return nil
}

// check refuses what is understood but cannot be meant.
func (c Cron) check() error {
	if !c.everyDate() && !c.everyWeekday() {
		return errors.New("a day of the month and a weekday are named, and programs differ in whether one or both have to be met: write * for one of them")
	}
	for month := range c.months.all() {
		if c.days.first() <= daysOf(month) {
			return nil
		}
	}
	which, comes := "the day "+strconv.Itoa(c.days.first()), "comes"
	if c.days.size() > 1 {
		which, comes = "the days "+c.days.list(strconv.Itoa), "come"
	}
	return fmt.Errorf("%s never %s in %s: name a day or a month that has it", which, comes, c.months.list(monthName))
}

func (c Cron) everyDate() bool    { return c.days.size() == 31 }
func (c Cron) everyWeekday() bool { return c.weekdays.size() == 7 }
func (c Cron) everyMonth() bool   { return c.months.size() == 12 }

// daysOf returns how many days a month has at most.
func daysOf(month int) int {
	const leapYear = 2000
	return time.Date(leapYear, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// after returns the first slot after a time of a wall clock. Times of a wall clock are kept as if they were in UTC. There
// always is one, within eight years: check has seen to it that a date is named that comes, 29 February at the rarest.
func (c Cron) after(wall time.Time) time.Time {
	wall = wall.Truncate(time.Minute).Add(time.Minute)
	for {
		year, month, day := wall.Date()
		switch {
		case !c.months.has(int(month)):
			wall = time.Date(year, month+1, 1, 0, 0, 0, 0, time.UTC)
		case !c.days.has(day) || !c.weekdays.has(int(wall.Weekday())):
			wall = time.Date(year, month, day+1, 0, 0, 0, 0, time.UTC)
		case !c.hours.has(wall.Hour()):
			wall = time.Date(year, month, day, wall.Hour()+1, 0, 0, 0, time.UTC)
		case !c.minutes.has(wall.Minute()):
			wall = wall.Add(time.Minute)
		default:
			return wall
		}
	}
}

// set is a set of numbers below 64.
type set uint64

func (s set) has(n int) bool { return s&(1<<n) != 0 }

func (s set) size() int { return bits.OnesCount64(uint64(s)) }

func (s set) first() int { return bits.TrailingZeros64(uint64(s)) }

func (s set) last() int { return bits.Len64(uint64(s)) - 1 }

// all yields the numbers, the lowest first.
func (s set) all() func(yield func(int) bool) {
	return func(yield func(int) bool) {
		for rest := s; rest != 0; rest &= rest - 1 {
			if !yield(rest.first()) {
				return
			}
		}
	}
}

// step returns the distance between the numbers where it is the same for all of them, else 0.
func (s set) step() int {
	if s.size() < 2 {
		return 0
	}
	distance := (s & (s - 1)).first() - s.first()
	var want set
	for n := s.first(); n <= s.last(); n += distance {
		want |= 1 << n
	}
	if s != want {
		return 0
	}
	return distance
}
