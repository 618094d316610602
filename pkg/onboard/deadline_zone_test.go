package onboard

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // for machines without the zones
)

// TestADeadlineWhenClocksChange has times of day that come twice, or not at all.
func TestADeadlineWhenClocksChange(t *testing.T) {
	tests := []struct{ zone, now, give, want, note string }{
		{"Europe/Berlin", "2026-10-24T22:00:00Z", "02:30", "2026-10-25T02:30:00+02:00", "the first, 2026-10-25 02:30:00 +02:00"},
		{"Europe/Berlin", "2026-10-25T00:30:00Z", "02:30", "2026-10-25T02:30:00+01:00", "the second, 2026-10-25 02:30:00 +01:00"},
		{"Europe/Berlin", "2026-10-25T00:45:00Z", "02:30", "2026-10-25T02:30:00+01:00", "the second"},
		{"Europe/Berlin", "2026-10-25T01:30:00Z", "02:30", "2026-10-26T02:30:00+01:00", ""},
		{"Europe/Berlin", "2026-10-24T22:00:00Z", "03:00", "2026-10-25T03:00:00+01:00", ""},
		{"Europe/Berlin", "2026-10-24T22:00:00Z", "01:59", "2026-10-25T01:59:00+02:00", ""},
		{"Europe/Berlin", "2026-03-28T22:00:00Z", "02:30", "2026-03-29T03:00:00+02:00", "the moment of the change, 2026-03-29 03:00:00 +02:00"},
		{"Europe/Berlin", "2026-03-29T01:00:00Z", "02:30", "2026-03-30T02:30:00+02:00", ""},
		{"Europe/Berlin", "2026-03-28T22:00:00Z", "03:00", "2026-03-29T03:00:00+02:00", ""},
		{"Europe/Berlin", "2026-03-28T10:00:00Z", "12:00", "2026-03-28T12:00:00+01:00", ""},
		{"America/New_York", "2026-11-01T04:00:00Z", "01:30", "2026-11-01T01:30:00-04:00", "the first"},
		{"America/New_York", "2026-11-01T05:30:00Z", "01:30", "2026-11-01T01:30:00-05:00", "the second"},
		{"America/New_York", "2026-03-08T05:00:00Z", "02:01", "2026-03-08T03:00:00-04:00", "no clock shows 02:01"},
		{"Australia/Lord_Howe", "2026-04-04T12:00:00Z", "01:45", "2026-04-05T01:45:00+11:00", "the first"},
		{"Australia/Lord_Howe", "2026-04-04T14:50:00Z", "01:45", "2026-04-05T01:45:00+10:30", "the second"},
		{"Australia/Lord_Howe", "2026-04-04T12:00:00Z", "02:00", "2026-04-05T02:00:00+10:30", ""},
		{"Australia/Lord_Howe", "2026-10-03T12:00:00Z", "02:15", "2026-10-04T02:30:00+11:00", "the moment of the change"},
		{"Australia/Lord_Howe", "2026-10-03T12:00:00Z", "02:30", "2026-10-04T02:30:00+11:00", ""},
		{"UTC", "2026-10-25T00:30:00Z", "00:30", "2026-10-26T00:30:00Z", ""},
		{"Pacific/Apia", "2011-12-29T20:00:00Z", "09:00", "2011-12-31T09:00:00+14:00", ""}, // which left out a day
	}
	for _, tt := range tests {
		zone, err := time.LoadLocation(tt.zone)
		if err != nil {
			t.Fatal(err)
		}
		now, err := time.Parse(time.RFC3339, tt.now)
		if err != nil {
			t.Fatal(err)
		}
		at, err := ParseDeadline(tt.give, now.In(zone))
		if got := at.Format(time.RFC3339); err != nil || got != tt.want {
			t.Errorf("%s, %s: ParseDeadline(%q) = %s, %v; want %s", tt.zone, tt.now, tt.give, got, err, tt.want)
		}
		if note := DeadlineNote(tt.give, at); !strings.Contains(note, tt.note) || tt.note == "" && note != "" {
			t.Errorf("%s, %s: DeadlineNote(%q) = %q, want %q in it", tt.zone, tt.now, tt.give, note, tt.note)
		}
	}
	for _, give := range []string{"", "90m", "2026-11-23T06:00:00Z"} {
		if note := DeadlineNote(give, time.Now()); note != "" {
			t.Errorf("DeadlineNote(%q) = %q, want none", give, note)
		}
	}
}
