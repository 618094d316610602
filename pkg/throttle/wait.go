package throttle

import (
	"maps"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	day = 24 * time.Hour
	// unixSeconds and unixMillis are where numbers are points in time: in 2001 and later.
	unixSeconds = 1e9
	unixMillis  = 1e12
	// tooLarge is where numbers are nothing at all.
	tooLarge = 1e15
)

// amount is a value of a header that says how long something lasts, before its unit is decided.
type amount struct {
	text string
	// lasts is the value read as seconds, or in the only way possible.
	lasts time.Duration
	// millis is the value read as milliseconds. It counts only if the unit is doubtful.
	millis time.Duration
	// doubtful is set for whole numbers that may be meant in either unit.
	doubtful bool
	// as says how the value was read, empty for seconds and dates.
	as string
}

// readAmount reads what services write: seconds, with decimals too; a date; a Unix time in seconds or milliseconds. Points
// in time count from the service's time now. Whole numbers from 1000 on may be meant as milliseconds; below, that would be
// less than a second, which nobody asks for in a field that is about seconds.
func readAmount(text string, now time.Time) (amount, bool) {
	text = strings.TrimSpace(text)
	if at, err := http.ParseTime(text); err == nil {
		return amount{text: text, lasts: max(0, at.Sub(now))}, true
	}
	number, ok := parseDecimal(text)
	switch {
	case !ok:
		return amount{}, false
	case number >= tooLarge:
		return amount{text: text, lasts: math.MaxInt64}, true
	case number >= unixMillis:
		return amount{text: text, lasts: max(0, time.UnixMilli(int64(number)).Sub(now)), as: "a Unix time in milliseconds"}, true
	case number >= unixSeconds:
		at := time.UnixMilli(int64(number * 1000))
		return amount{text: text, lasts: max(0, at.Sub(now)), as: "a Unix time"}, true
	}
	seconds := time.Duration(number * float64(time.Second))
	return amount{text: text, lasts: seconds, millis: seconds / 1000, doubtful: seconds >= 1000*time.Second && number == math.Trunc(number)}, true
}

// parseDecimal reads digits with at most one point.
func parseDecimal(text string) (float64, bool) {
	if text == "" || strings.Trim(text, "0123456789.") != "" {
		return 0, false
	}
	number, err := strconv.ParseFloat(text, 64)
	return number, err == nil || math.IsInf(number, 1)
}

// inMillis returns the amount in the other unit.
func (a amount) inMillis() amount {
	return amount{text: a.text, lasts: a.millis, as: "milliseconds"}
}

// settle decides the unit of a doubtful amount by what else the reply says: it is milliseconds if that agrees with one of
// the others, and seconds agree with none.
func (a amount) settle(others []time.Duration) amount {
	if !a.doubtful {
		return a
	}
	millis := false
	for _, other := range others {
		if agree(a.lasts, other) {
			a.doubtful = false
			return a
		}
		millis = millis || agree(a.millis, other)
	}
	if millis {
		return a.inMillis()
	}
	return a
}

// agree reports whether two durations may mean the same. Services round to seconds, and a refusal may come with a longer
// wait than the next reset; a wrong unit is a thousand times as long.
func agree(a, b time.Duration) bool {
	shorter, longer := min(a, b), max(a, b)
	return longer-shorter <= time.Second || longer/2 <= shorter
}

// exactWait is a field with one unit only. Some services send it beside Retry-After, which rounds it up.
const exactWait = "Retry-After-Ms"

// waits are the fields of a reply that ask to wait, by name.
type waits map[string]amount

// readWaits reads Retry-After (RFC 9110, section 10.2.3), to which throttlers with several limits add a limit's name, and
// retry-after-ms.
func readWaits(header http.Header, now time.Time) waits {
	found := waits{}
	for key := range header {
		switch {
		case key == exactWait:
			if number, ok := parseDecimal(strings.TrimSpace(header.Get(key))); ok {
				found[key] = amount{text: header.Get(key), lasts: time.Duration(min(number, tooLarge/1000) * float64(time.Millisecond))}
			}
		case key == "Retry-After" || strings.HasPrefix(key, "Retry-After-"):
			if a, ok := readAmount(header.Get(key), now); ok {
				found[key] = a
			}
		}
	}
	return found
}

// durations returns the waits as they are read at first.
func (w waits) durations() (list []time.Duration) {
	for _, a := range w {
		list = append(list, a.lasts)
	}
	return list
}

// longest returns the wait that counts, once the resets are known: the longest.
func (w waits) longest(resets []time.Duration) (longest Wait) {
	exact, hasExact := w[exactWait]
	if hasExact {
		resets = append(resets, exact.lasts)
	}
	for _, key := range slices.Sorted(maps.Keys(w)) {
		a := w[key].settle(resets)
		rounded := hasExact && a.lasts > exact.lasts && a.lasts-exact.lasts <= time.Second
		if !rounded && (!longest.Known || a.lasts > longest.After) {
			longest = Wait{a.lasts, true, describe(key, a)}
		}
	}
	return longest
}

// describe says what a header held and how it was read.
func describe(key string, a amount) string {
	text := key + ": " + strings.TrimSpace(a.text)
	if a.as != "" {
		text += ", read as " + a.as
	}
	return text
}
