package report_test

import (
	"fmt"
	"os"
	"time"

	"rollcall/pkg/record"
	"rollcall/pkg/report"
	"rollcall/pkg/status"
)

// One summary is text for people and an object for programs.
func Example() {
	summary := report.Summary{
		Run: "20261123T014703Z-76f036", Roster: "people.csv", Rows: 12, Status: status.Rows,
		Outcomes: map[record.Outcome]int{record.Invited: 11, record.Rejected: 1},
		Requests: 20, Duration: 800 * time.Millisecond, Results: "people.results.csv",
	}
	if err := summary.Check(); err != nil {
		fmt.Println(err)
		return
	}
	summary.WriteText(os.Stdout)
	// Output:
	// Run over people.csv: 12 rows in 800ms
	//
	//   invited   11
	//   rejected   1  the service said no for good
	//
	//   sent     20 requests
	//   results  people.results.csv
	//   run      20261123T014703Z-76f036
	//
	// Fix the rows in people.results.csv and run the same command on that file: it sends only what is missing.
}
