package postgres

import (
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgtype"
)

// instant is a time as it is kept: in UTC, to the microsecond, and NULL for the zero time.
type instant time.Time

// ScanTimestamptz implements [pgtype.TimestamptzScanner].
func (i *instant) ScanTimestamptz(v pgtype.Timestamptz) error {
	*i = instant{}
	if v.Valid {
		*i = instant(micros(v.Time))
	}
	return nil
}

// moment returns a time as it is written.
func moment(t time.Time) pgtype.Timestamptz {
	return pgtype.Timestamptz{Time: micros(t), Valid: !t.IsZero()}
}

// micros returns a time as it is kept. Comparisons after a write that is made again need the same one.
func micros(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return time.UnixMicro(t.UnixMicro()).UTC()
}

// cleaned returns a text as it is kept: without what is no UTF-8, and without the character 0.
func cleaned(text string) string {
	for i := range len(text) {
		if text[i] == 0 || text[i] >= 0x80 {
			return strings.ReplaceAll(strings.ToValidUTF8(text, ""), "\x00", "")
		}
	}
	return text
}

// cleanedAll returns texts as they are kept; nil stays nil.
func cleanedAll(texts []string) []string {
	if len(texts) == 0 {
		return nil
	}
	kept := make([]string, len(texts))
	for i, text := range texts {
		kept[i] = cleaned(text)
	}
	return kept
}

// timeOf returns the time of an instant.
func timeOf(i instant) time.Time { return time.Time(i) }

// micro returns a duration of so many microseconds.
func micro(n int64) time.Duration { return time.Duration(n) * time.Microsecond }
