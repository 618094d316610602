package corrections_test

import (
	"fmt"
	"os"
	"path/filepath"

	"rollcall/pkg/corrections"
)

// The rows that a person has to correct stand in a file of their own, in the roster's columns.
func Example() {
	dir, _ := os.MkdirTemp("", "example")
	defer os.RemoveAll(dir)

	list := corrections.New("people.csv", []string{"Name", "E-Mail"})
	list.Add([]string{"Bruno", "bruno.example.com"}, `email: "bruno.example.com" has no "@"`, "")
	path, err := list.Write(corrections.Path("people.csv", filepath.Join(dir, "people.results.csv")))
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
