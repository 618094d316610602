package roster_test

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"rollcall/pkg/document"
	"rollcall/pkg/roster"
)

// A roster is read once to find out whether it can be used, and again for its rows.
func Example() {
	ctx := context.Background()
	const text = "Work Email,Org Role,Department\nada@example.com,Billing Manager,Finance\nbruno.example.com,,Research\n"
	source, discard, _ := document.Spool("people.csv", strings.NewReader(text)) // document.File reads a file
	defer discard()
	r, err := roster.Read(ctx, source, roster.Options{Role: "member"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Rows, "rows,", r.Invalid, "invalid; read as", r.Detected)
	for entry, err := range r.Entries(ctx) {
		fmt.Println(entry.Email, entry.Role, entry.Extra, entry.Findings, err)
	}
	// Output:
	// 2 rows, 1 invalid; read as CSV, UTF-8, "," between cells, LF line ends
	// ada@example.com billing_manager [Finance] [] <nil>
	// bruno.example.com member [Research] [people.csv:3:1: email: "bruno.example.com" has no "@"] <nil>
}

// People in a database are handed over as they are found. Each reading asks the database again.
func ExamplePeople() {
	staff := map[string]string{"ada@example.com": "Finance", "bruno@example,com": "Research"} // stands for a database
	var people iter.Seq2[roster.Person, error] = func(yield func(roster.Person, error) bool) {
		for _, address := range []string{"ada@example.com", "bruno@example,com"} {
			person := roster.Person{Email: address, Extra: map[string]string{"Department": staff[address]}}
			if !yield(person, nil) {
				return
			}
		}
	}
	r, err := roster.Read(context.Background(), roster.People("staff", people), roster.Options{Role: "member"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for entry, err := range r.Entries(context.Background()) {
		fmt.Println(entry.Line, entry.Email, entry.Role, entry.Extra, entry.Findings, err)
	}
	// Output:
	// 1 ada@example.com member [Finance] [] <nil>
	// 2 bruno@example,com member [Research] [staff:2:10: email: "bruno@example,com" has an invalid domain "example,com" (did you mean bruno@example.com?)] <nil>
}
