package template_test

import (
	"fmt"
	"os"

	"rollcall/pkg/template"
)

func Example() {
	format, known := template.FormatOf("team.csv")
	if !known {
		format = template.CSV
	}
	if err := template.Write(os.Stdout, format, template.Options{}); err != nil {
		fmt.Println(err)
	}
	// Output: email,role,teams
}
