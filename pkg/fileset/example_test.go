package fileset_test

import (
	"fmt"

	"rollcall/pkg/fileset"
)

// Two names of one file are found before anything is written over.
func Example() {
	var files fileset.Set
	files.Add(fileset.File{Path: "people.csv", Role: fileset.Roster})
	files.Add(fileset.File{Path: "last.json", Role: fileset.Summary, Option: "summary"})
	files.Add(fileset.File{Path: "./people.csv", Role: fileset.Results, Option: "results"})

	collision, found := files.Collision()
	fmt.Println(found)
	fmt.Printf("the option %s leads to the %s\n", collision.Output.Option, collision.Other.Role)
	// Output:
	// true
	// the option results leads to the roster
}
