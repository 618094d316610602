package listing_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

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

// TestSchedulesSayWhatIsPaused has a schedule wait for each thing that can be paused.
func TestSchedulesSayWhatIsPaused(t *testing.T) {
	schedule := func(name, organization, limit, paused string) store.Schedule {
		return store.Schedule{Set: "emea", Name: name, Order: store.Order{Organization: organization, Limit: limit}, Paused: paused}
	}
	l := listing.Schedules([]store.Schedule{
		schedule("free", "one", "", ""),
		schedule("itself", "two", "slow", "ada wants that"),
		schedule("whole", "two", "slow", ""),
		schedule("limited", "three", "slow", ""),
	}, []store.Limit{{Name: "slow", Rate: 2, PausedBy: "ada"}}, map[string]string{"two": "bob", "four": "ada"},
		func(store.Schedule) string { return "" })
	if diff := cmp.Diff([]string{"limit slow: 2/s, paused by ada", "organization four: paused by ada", "organization two: paused by bob"}, l.Head); diff != "" {
		t.Errorf("above the schedules (-want +got):\n%s", diff)
	}
	var got []string
	for _, row := range l.Rows {
		got = append(got, row[len(row)-1])
	}
	want := []string{"waiting", "paused: ada wants that", "paused with its organization", "paused with its shared limit"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the schedules are (-want +got):\n%s", diff)
	}
}

// TestAJobShowsItsOptionsLineByLine has no line break in the middle of a row.
func TestAJobShowsItsOptionsLineByLine(t *testing.T) {
	var got []string
	for _, row := range listing.Job(store.Job{Order: store.Order{Options: "max-admins: 5\norganization-id: Acme\n"}}).Rows {
		if row[0] == "options" {
			got = append(got, row[1])
		}
	}
	if diff := cmp.Diff([]string{"max-admins: 5", "organization-id: Acme"}, got); diff != "" {
		t.Errorf("the options are (-want +got):\n%s", diff)
	}
}
