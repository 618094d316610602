package schedule

import (
	"fmt"
	"strings"
	"time"
	"unicode"
)

// Zone is a time zone by its name in the IANA's database, such as Europe/Berlin. The zero value is UTC.
//
// UTC is the only name without a slash that is read: EST and its like are abbreviations, which know no summer time, and
// Local is another zone on each machine.
type Zone struct{ location *time.Location }

// Location returns the zone as package time knows it.
func (z Zone) Location() *time.Location {
	if z.location == nil {
		return time.UTC
	}
	return z.location
}

// String returns the name.
func (z Zone) String() string { return z.Location().String() }

// MarshalText returns the name.
func (z Zone) MarshalText() ([]byte, error) { return []byte(z.String()), nil }

// UnmarshalText reads a name. The zones are those of the system, or those that the program carries itself by importing
// time/tzdata.
func (z *Zone) UnmarshalText(text []byte) error {
	name := strings.TrimSpace(string(text))
	if name == "UTC" {
		*z = Zone{time.UTC}
		return nil
	}
	if !strings.Contains(name, "/") {
		if strings.EqualFold(name, "UTC") {
			return fmt.Errorf("there is no time zone %s: write UTC", shown(name))
		}
		return fmt.Errorf("%s is not the name of a time zone: write a place that has its time, such as Europe/Berlin, or UTC", shown(name))
	}
	location, err := time.LoadLocation(name)
	if err != nil {
		meant := titled(name)
		if _, err := time.LoadLocation(meant); err == nil {
			return fmt.Errorf("there is no time zone %s: did you mean %s?", shown(name), meant)
		}
		return fmt.Errorf("there is no time zone %s: write a place that has its time, such as Europe/Berlin or America/New_York, or UTC", shown(name))
	}
	*z = Zone{location}
	return nil
}

// titled writes a name as most zones are: every word of it begins with a capital letter.
func titled(name string) string {
	begins := true
	return strings.Map(func(r rune) rune {
		if begins {
			r = unicode.ToUpper(r)
		} else {
			r = unicode.ToLower(r)
		}
		begins = !unicode.IsLetter(r)
		return r
	}, strings.ReplaceAll(name, " ", "_"))
}

// wall returns the time that the zone's clock shows, kept as if it were in UTC.
func (z Zone) wall(at time.Time) time.Time {
	at = at.In(z.Location())
	year, month, day := at.Date()
	hour, minute, second := at.Clock()
	return time.Date(year, month, day, hour, minute, second, 0, time.UTC)
}

// reaches returns the first moment at which the zone's clock shows a time or a later one.
func (z Zone) reaches(wall time.Time) time.Time {
	// No clock is or was farther from UTC, so before then it showed an earlier time.
	const farthest = 48 * time.Hour
	for at := wall.Add(-farthest).In(z.Location()); ; {
		_, offset := at.Zone()
		shows := wall.Add(-time.Duration(offset) * time.Second).In(z.Location())
		start, end := at.ZoneBounds()
		// Beyond the years that the database lists, package time says on 31 December of leap years that the day is over.
		if !end.IsZero() && !end.After(at) {
			if _, then := shows.Zone(); then == offset {
				return shows
			}
			end = at.Add(time.Hour)
		}
		switch {
		case !start.IsZero() && shows.Before(start): // the clock jumped over it
			return start
		case end.IsZero() || shows.Before(end):
			return shows
		default:
			at = end
		}
	}
}
