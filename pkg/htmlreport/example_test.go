package htmlreport_test

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"rollcall/pkg/htmlreport"
	"rollcall/pkg/record"
	"rollcall/pkg/report"
)

// A page is made of a summary and of the rows.
func Example() {
	var file bytes.Buffer
	err := htmlreport.Write(&file, htmlreport.Page{
		Summary: report.Summary{Run: "20261123T014703Z-76f036", Roster: "people.csv", Rows: 1, Outcomes: map[record.Outcome]int{record.Invited: 1}},
		Rows: func(yield func(record.Record, error) bool) {
			yield(record.Record{Row: 1, Line: 2, Email: "ada@example.com", Role: "member", Outcome: record.Invited}, nil)
		},
		Made: time.Now(),
	})
	fmt.Println(err, strings.Contains(file.String(), "<h1>1 person was invited</h1>"))
	// Output: <nil> true
}
