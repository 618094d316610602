package quantity

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"
)

const (
	day  = 24 * time.Hour
	week = 7 * day
)

// Age is how old something may be, in the units in which people count that: 90d, 12w, or a duration such as 36h. The zero
// value is no age at all.
type Age time.Duration

// Duration returns the age as a duration.
func (a Age) Duration() time.Duration { return time.Duration(a) }

// String returns the age in days where it is some, empty if there is none.
func (a *Age) String() string {
	switch d := time.Duration(*a); {
	case d == 0:
		return ""
	case d%day == 0:
		return strconv.FormatInt(int64(d/day), 10) + "d"
	default:
		return d.String()
	}
}

// Type names the value in help.
func (a *Age) Type() string { return "AGE" }

// Set reads 90d, 12w or 36h; 0 is no age.
func (a *Age) Set(text string) error {
	for unit, size := range map[string]time.Duration{"d": day, "w": week} {
		digits, counted := strings.CutSuffix(text, unit)
		if !counted {
			continue
		}
		n, err := strconv.ParseInt(digits, 10, 64)
		if err != nil || n < 0 || n > int64(math.MaxInt64/size) {
			return errNoAge
		}
		*a = Age(time.Duration(n) * size)
		return nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return errNoAge
	}
	*a = Age(d)
	return nil
}

var errNoAge = errors.New("neither days or weeks such as 90d or 12w nor a duration such as 36h")

// MarshalText returns [Age.String].
func (a Age) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText does what [Age.Set] does; an empty text is no age.
func (a *Age) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*a = 0
		return nil
	}
	return a.Set(string(text))
}
