package schedule

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// field is one of the five of a [Cron].
type field struct {
	name     string
	min, max int
	// names are those of the numbers from min on, nil if they have none.
	names []string
	// whole is how far * reaches: Sunday has two numbers.
	whole int
}

var fields = []field{
	{name: "minute", max: 59, whole: 59},
	{name: "hour", max: 23, whole: 23},
	{name: "day of the month", min: 1, max: 31, whole: 31},
	{name: "month", min: 1, max: 12, whole: 12, names: strings.Fields("jan feb mar apr may jun jul aug sep oct nov dec")},
	{name: "weekday", max: 7, whole: 6, names: strings.Fields("sun mon tue wed thu fri sat")},
}

// parse reads what stands in a field.
func (f field) parse(text string) (set, error) {
	var all set
	for part := range strings.SplitSeq(text, ",") {
		some, err := f.part(part)
		if err != nil {
			return 0, err
		}
		all |= some
	}
	return all, nil
}

// part reads what stands between two commas.
func (f field) part(text string) (set, error) {
	span, step, stepped := strings.Cut(text, "/")
	from, to, ranged := strings.Cut(span, "-")
	low, high := f.min, f.whole
	if span != "*" {
		var err error
		if low, err = f.number(from, text); err != nil {
			return 0, err
		}
		high = low
		if ranged {
			if high, err = f.number(to, text); err != nil {
				return 0, err
			}
			low, high = f.sundays(low, high)
		}
	}
	if low > high {
		return 0, fmt.Errorf("the %s %s runs backwards: write %s-%d,%d-%s", f.name, shown(text), from, f.whole, f.min, to)
	}
	by := 1
	if stepped {
		switch n, err := strconv.Atoi(step); {
		case span != "*" && !ranged:
			return 0, fmt.Errorf("the %s %s has a step and no range: write %s-%d/%s", f.name, shown(text), shownIn(from), f.whole, shownIn(step))
		case err != nil || n < 1:
			return 0, fmt.Errorf("the %s %s has no number from 1 on as its step", f.name, shown(text))
		case n > high-low && n > 1:
			return 0, fmt.Errorf("the %s %s has a step beyond its range, and would be %d alone: write that, or a smaller step", f.name, shown(text), low)
		default:
			by = n
		}
	}
	var numbers set
	for n := low; n <= high; n += by {
		numbers |= 1 << n
	}
	return numbers, nil
}

// sundays lets a range begin or end on a Sunday by either of its numbers, as in 7-2 and fri-sun.
func (f field) sundays(low, high int) (from, to int) {
	switch {
	case f.max == f.whole:
	case low == f.max && high < low:
		low = f.min
	case high == f.min && low > high:
		high = f.max
	}
	return low, high
}

// number reads a number or a name, which stands in a text.
func (f field) number(word, text string) (int, error) {
	for i, name := range f.names {
		if strings.EqualFold(word, name) {
			return f.min + i, nil
		}
	}
	n, err := strconv.Atoi(word)
	expected := fmt.Sprintf("%d to %d", f.min, f.max)
	if len(f.names) > 0 {
		expected += fmt.Sprintf(" or %s to %s", f.names[0], f.names[len(f.names)-1])
	}
	switch {
	case errors.Is(err, strconv.ErrRange), err == nil && (n < f.min || n > f.max):
		return 0, fmt.Errorf("the %s %s is not among %s", f.name, shownIn(word), expected)
	case err != nil || strings.HasPrefix(word, "+"):
		return 0, fmt.Errorf("the %s %s is not understood: write *, one of %s, a range such as %d-%d, a step such as */%d, or several with commas between",
			f.name, shown(text), expected, f.min+1, f.min+5, 2)
	}
	return n, nil
}

func monthName(n int) string { return time.Month(n).String() }

func weekdayName(n int) string { return time.Weekday(n).String() }

// shown quotes a text of the user's, cut to a length that keeps the message readable.
func shown(text string) string { return strconv.Quote(shownIn(text)) }

// shownIn cuts a text of the user's.
func shownIn(text string) string {
	const most = 80
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}
