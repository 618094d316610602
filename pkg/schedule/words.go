package schedule

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// String says when the schedule is due, as in "every night at 02:30 (Europe/Berlin)". What no short sentence says is shown
// as it was written.
func (s *Schedule) String() string {
	text := s.options.Cron.words() + " (" + s.options.Zone.String() + ")"
	if s.later > 0 {
		text += ", " + brief(s.later) + " later by its jitter"
	}
	return text
}

// Line says when the schedule is due, and when next, as in "every night at 02:30 (Europe/Berlin), next: Mon 30 Nov 02:30".
func (s *Schedule) Line(now time.Time) string {
	next, layout := s.Next(now), "Mon 2 Jan 15:04"
	if next.Year() != now.In(next.Location()).Year() {
		layout = "Mon 2 Jan 2006 15:04"
	}
	return s.String() + ", next: " + next.Format(layout)
}

// words says what the fields say, without the zone.
func (c Cron) words() string {
	times, often, ok := c.times()
	if !ok {
		return fmt.Sprintf("by %q", c.text)
	}
	months := ""
	if !c.everyMonth() {
		months = c.months.list(monthName)
	}
	switch {
	case often && c.everyDate() && c.everyWeekday():
		return joined(", ", times, prefixed("in ", months))
	case often:
		return joined(", ", times, c.dates(months), c.weekdayMonths(months))
	default:
		return joined(", ", c.dates(months)+" "+times, c.weekdayMonths(months))
	}
}

// times says at what times of a day, and whether they come often, which says it by itself.
func (c Cron) times() (words string, often, ok bool) {
	const most = 4 // times that are listed one by one
	minutes, hours := c.minutes, c.hours
	allDay, span, hourly := hours.size() == 24, "", hours.step()
	if hours.size() == 1 {
		hourly = 1
	}
	if !allDay {
		span = fmt.Sprintf(" from %s to %s", clock(hours.first(), minutes.first()), clock(hours.last(), minutes.last()))
	}
	step := minutes.step()
	regular := step > 0 && 60%step == 0 && minutes.first() == 0 && minutes.last() == 60-step
	switch {
	case minutes.size()*hours.size() <= most:
		var all []string
		for hour := range hours.all() {
			for minute := range minutes.all() {
				all = append(all, clock(hour, minute))
			}
		}
		return "at " + enumerated(all), false, true
	case minutes.size() > most && !regular, hourly == 0:
		return "", false, false
	case minutes.size() == 1 && !allDay:
		return every(hourly, "hour") + span, true, true
	case hourly > 1:
		return "", false, false
	case regular:
		return every(step, "minute") + span, true, true
	default:
		return "every hour at " + minutes.list(func(n int) string { return fmt.Sprintf(":%02d", n) }) + span, true, true
	}
}

// dates says on which days, those of the week included.
func (c Cron) dates(months string) string {
	switch {
	case !c.everyWeekday() && c.weekdays.size() == 1:
		return "every " + c.weekdays.list(weekdayName)
	case !c.everyWeekday():
		return c.mondayFirst()
	case c.everyDate() && months == "":
		return "every " + c.dayOrNight()
	case c.everyDate():
		return "every " + c.dayOrNight() + " in " + months
	}
	days := "on day "
	if c.days.size() > 1 {
		days = "on days "
	}
	days += c.days.list(strconv.Itoa)
	switch {
	case months != "":
		return days + " of " + months
	case c.days.first() > 28:
		return days + " of every month that has it"
	default:
		return days + " of every month"
	}
}

// weekdayMonths says in which months, where weekdays have left that out.
func (c Cron) weekdayMonths(months string) string {
	if c.everyWeekday() {
		return ""
	}
	return prefixed("in ", months)
}

// mondayFirst lists weekdays. A week begins on Monday: "Saturday, Sunday" belong together.
func (c Cron) mondayFirst() string {
	week := c.weekdays >> 1
	if c.weekdays.has(0) {
		week |= 1 << 6
	}
	return week.list(func(n int) string { return weekdayName((n + 1) % 7) })
}

// dayOrNight says what whoever reads the times thinks of.
func (c Cron) dayOrNight() string {
	const morning, evening = 6, 22
	for hour := range c.hours.all() {
		if hour >= morning && hour < evening {
			return "day"
		}
	}
	return "night"
}

// list names the numbers: three or more in a row by the first and the last.
func (s set) list(name func(int) string) string {
	if s.size() > 2 && s.step() == 1 {
		return name(s.first()) + " to " + name(s.last())
	}
	var names []string
	for n := range s.all() {
		names = append(names, name(n))
	}
	return enumerated(names)
}

func enumerated(names []string) string {
	if last := len(names) - 1; last > 0 {
		return strings.Join(names[:last], ", ") + " and " + names[last]
	}
	return strings.Join(names, "")
}

func every(n int, unit string) string {
	if n == 1 {
		return "every " + unit
	}
	return fmt.Sprintf("every %d %ss", n, unit)
}

func clock(hour, minute int) string { return fmt.Sprintf("%02d:%02d", hour, minute) }

// joined joins the texts that are not empty.
func joined(by string, texts ...string) string {
	var some []string
	for _, text := range texts {
		if text != "" {
			some = append(some, text)
		}
	}
	return strings.Join(some, by)
}

func prefixed(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}

// brief leaves zeros at the end of a duration away.
func brief(d time.Duration) string {
	text := d.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, zero) {
			text = text[:len(text)-2]
		}
	}
	return text
}
