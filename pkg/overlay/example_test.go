package overlay_test

import (
	"context"
	"fmt"
	"log"

	"rollcall/pkg/overlay"
	"rollcall/pkg/roster"
)

// A person has corrected a cell, and said what a word means in all rows.
func Example() {
	roles := roster.People("people", func(yield func(roster.Person, error) bool) {
		_ = yield(roster.Person{Email: "ada@x", Role: "Chef"}, nil) && yield(roster.Person{Email: "bob@x.test", Role: "Chef"}, nil)
	})
	corrected, err := overlay.Correct(context.Background(), roles, roster.Options{}, overlay.Corrections{
		Cells: map[int]map[string]string{1: {roster.FieldEmail: "ada@x.test"}},
		Words: map[string]map[string]string{roster.FieldRole: {"chef": "manager"}},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(string(corrected.Content))
	// Output:
	// {"email":"ada@x.test","role":"manager"}
	// {"email":"bob@x.test","role":"manager"}
}
