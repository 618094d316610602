package pace

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Rate is a number of requests per second. The zero value stands for "auto".
type Rate float64

// ParseRate reads "auto", "100/s", "90/m" or "1000/h".
func ParseRate(text string) (Rate, error) {
	if strings.EqualFold(text, "auto") {
		return 0, nil
	}
	number, unit, found := strings.Cut(text, "/")
	per := map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour}[unit]
	value, err := strconv.ParseFloat(number, 64)
	if !found || per == 0 || err != nil || value <= 0 || math.IsInf(value, 0) || math.IsNaN(value) {
		return 0, fmt.Errorf("%q is not a rate: write auto, or a number per second, minute or hour such as 10/s, 90/m, 1000/h", text)
	}
	return Rate(value / per.Seconds()), nil
}

// String returns the rate in the unit that a person would choose.
func (r Rate) String() string {
	switch {
	case r == 0:
		return "auto"
	case r >= 1:
		return trimmed(float64(r)) + "/s"
	case r >= 1.0/60:
		return trimmed(float64(r)*60) + "/m"
	default:
		return trimmed(float64(r)*3600) + "/h"
	}
}

// MarshalText returns [Rate.String].
func (r Rate) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads what [ParseRate] does.
func (r *Rate) UnmarshalText(text []byte) (err error) {
	*r, err = ParseRate(string(text))
	return err
}

func trimmed(value float64) string {
	return strconv.FormatFloat(math.Round(value*10)/10, 'f', -1, 64)
}
