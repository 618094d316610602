package results_test

import (
	"fmt"
	"os"
	"path/filepath"

	"rollcall/pkg/record"
	"rollcall/pkg/results"
)

// Every row has its last word, in roster order; cells that a spreadsheet would run are made harmless.
func Example() {
	writer, err := results.NewWriter(os.Stdout, results.CSV, []string{"Name"})
	if err != nil {
		fmt.Println(err)
		return
	}
	err = writer.Write(record.Record{
		Row: 1, Line: 2, Email: "ada@example.com", Role: "member", Outcome: record.AlreadyMember, Extra: []string{"=cmd()"},
	})
	fmt.Println(err, writer.Close())
	// Output:
	// row,line,email,role,teams,outcome,invitation_id,token,status,organization_id,organization_name,organization_role,expires_at,attempts,http_status,error,hint,updated_at,Name
	// 1,2,ada@example.com,member,,already_member,,,,,,,,0,,,,,'=cmd()
	// <nil> <nil>
}

// The rows that a person has to correct stand in a file of their own, in the roster's columns.
func ExampleCorrections() {
	dir, _ := os.MkdirTemp("", "example")
	defer os.RemoveAll(dir)

	path := results.CorrectionsPath("people.csv", filepath.Join(dir, "people.results.csv"))
	list := results.NewCorrections(path, "people.csv", []string{"Name", "E-Mail"}, results.Dialect{})
	list.Add([]string{"Bruno", "bruno.example.com"}, `email: "bruno.example.com" has no "@"`, "")
	path, err := list.Write()
	if err != nil {
		fmt.Println(err)
		return
	}
	content, err := os.ReadFile(path)
	fmt.Println(filepath.Base(path), err)
	fmt.Print(string(content))
	// Output:
	// people.todo.csv <nil>
	// Name,E-Mail,error,hint,rollcall_corrections
	// Bruno,bruno.example.com,"email: ""bruno.example.com"" has no ""@""",,people.csv
}
