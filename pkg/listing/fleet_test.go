package listing_test

import (
	"strings"
	"testing"
	"time"

	"rollcall/pkg/fleet/store"
	"rollcall/pkg/listing"
)

// TestAJobSaysWhatGuardsKeptBack reads the summary of a job as a run writes it.
func TestAJobSaysWhatGuardsKeptBack(t *testing.T) {
	at := time.Date(2026, 11, 29, 6, 50, 0, 0, time.UTC)
	job := store.Job{ID: 9, Order: store.Order{Organization: "acme", Command: store.Sync, Source: "team.csv"}, SubmittedAt: at, EndedAt: at, Exit: 8}
	for summary, want := range map[string][]string{
		`{"outcomes":{"not_sent":2,"invited":1},"tripped":{"digest":"65529fa21cf5","guards":[{"option":"max-admins","reason":"3 people"},{"option":"max-new","reason":"2 more"}]}}`: {
			"rows 1 invited, 2 not_sent", "guard max-admins: 3 people", "guard max-new: 2 more", "digest 65529fa21cf5",
		},
		`{"outcomes":{"already_member":4}}`: {"rows 4 already_member"},
		`{"outcomes":7}`:                    nil,
		"":                                  nil,
	} {
		job.Summary = []byte(summary)
		var got []string
		for _, row := range listing.Job(job).Rows {
			if text := strings.Join(row, " "); strings.HasPrefix(text, "rows ") || strings.HasPrefix(text, "guard ") || strings.HasPrefix(text, "digest ") {
				got = append(got, text)
			}
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%s is shown as %q, want %q", summary, got, want)
		}
	}
}
