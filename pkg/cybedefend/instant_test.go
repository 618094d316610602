package cybedefend_test

import (
	"testing"
	"time"

	"rollcall/pkg/cybedefend"
)

// TestExpiryDates reads the date of an invitation in every form in which services write one. What can't be read is said.
func TestExpiryDates(t *testing.T) {
	second := time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC)
	milli := second.Add(678 * time.Millisecond)
	tests := []struct {
		name   string
		give   string // JSON
		want   time.Time
		unread string
	}{
		{"RFC 3339", `"2027-01-02T03:04:05Z"`, second, ""},
		{"RFC 3339 with a fraction", `"2027-01-02T03:04:05.678Z"`, milli, ""},
		{"RFC 3339 with a zone", `"2027-01-02T04:04:05+01:00"`, second, ""},
		{"RFC 3339 in small letters", `"2027-01-02t03:04:05z"`, second, ""},
		{"without a zone", `"2027-01-02T03:04:05"`, second, ""},
		{"without a zone, with a fraction", `"2027-01-02T03:04:05.678"`, milli, ""},
		{"with a blank for the T", `"2027-01-02 03:04:05"`, second, ""},
		{"with a blank for the T and a zone", `"2027-01-02 03:04:05Z"`, second, ""},
		{"with blanks around the zone", `"2027-01-02 04:04:05.678 +0100"`, milli, ""},
		{"with UTC", `"2027-01-02 03:04:05 UTC"`, second, ""},
		{"with a zone without a colon", `"2027-01-02T08:34:05+0530"`, second, ""},
		{"with a zone of hours", `"2027-01-02 01:04:05-02"`, second, ""},
		{"without seconds", `"2027-01-02T03:04Z"`, second.Add(-5 * time.Second), ""},
		{"with white space around it", `" 2027-01-02T03:04:05Z "`, second, ""},
		{"a bare date", `"2027-01-02"`, time.Date(2027, 1, 2, 23, 59, 59, 0, time.UTC), ""},
		{"RFC 1123", `"Sat, 02 Jan 2027 03:04:05 GMT"`, second, ""},
		{"RFC 1123 with a zone in numbers", `"Sat, 02 Jan 2027 08:34:05 +0530"`, second, ""},
		{"RFC 1123 without a day of the week", `"2 Jan 2027 03:04:05 GMT"`, second, ""},
		{"seconds", `1798859045`, second, ""},
		{"seconds with a fraction", `1798859045.678`, milli, ""},
		{"seconds with an exponent", `1.798859045e9`, second, ""},
		{"seconds as a text", `"1798859045"`, second, ""},
		{"milliseconds", `1798859045678`, milli, ""},
		{"milliseconds as a text", `"1798859045678"`, milli, ""},
		{"null", `null`, time.Time{}, ""},
		{"words", `"tomorrow"`, time.Time{}, `"tomorrow"`},
		{"a zone that has many meanings", `"Sat, 02 Jan 2027 03:04:05 IST"`, time.Time{}, `"Sat, 02 Jan 2027 03:04:05 IST"`},
		{"no such day", `"2027-02-30T00:00:00Z"`, time.Time{}, `"2027-02-30T00:00:00Z"`},
		{"day and month in an order nobody knows", `"01/02/2027"`, time.Time{}, `"01/02/2027"`},
		{"an empty text", `""`, time.Time{}, `""`},
		{"nothing as a number", `0`, time.Time{}, `0`},
		{"a date as a number", `20270102`, time.Time{}, `20270102`},
		{"microseconds", `1798859045678000`, time.Time{}, `1798859045678000`},
		{"not a number", `"NaN"`, time.Time{}, `"NaN"`},
		{"an object", `{"seconds":1798859045}`, time.Time{}, `{"seconds":1798859045}`},
		{"a long text", `"the day after the one on which everybody is gone"`, time.Time{}, `"the day after the one on which everybo…`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			item := `{"id":"a","token":"t","email":"ada@example.com","expiresAt":` + tt.give + `}`
			page, err := serve(t, answer(200, `[`+item+`]`)).Invitations(t.Context(), organizationID, cybedefend.Page{Number: 1})
			if err != nil || len(page.Invitations) != 1 {
				t.Fatalf("Invitations = %+v, %v", page, err)
			}
			listed := page.Invitations[0]
			if !listed.ExpiresAt.Equal(tt.want) || listed.UnreadExpiry != tt.unread || len(page.Odd) > 0 != (tt.unread != "") {
				t.Errorf("listed: %v, unread %q, odd %q", listed.ExpiresAt, listed.UnreadExpiry, page.Odd)
			}
			sent, err := serve(t, answer(201, item)).Invite(t.Context(), organizationID, cybedefend.Invite{Email: "ada@example.com"})
			if err != nil || !sent.ExpiresAt.Equal(tt.want) || sent.UnreadExpiry != tt.unread {
				t.Errorf("sent: %v, unread %q, %v", sent.ExpiresAt, sent.UnreadExpiry, err)
			}
		})
	}
}
