package usage_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"rollcall/pkg/prose"
	"rollcall/pkg/usage"
)

// A program with one command, and the texts of the manual for it.
func Example() {
	root := &cobra.Command{Use: "rollcall"}
	root.AddCommand(&cobra.Command{Use: "version", Run: func(*cobra.Command, []string) {}})
	b := &usage.Book{Root: root, Table: func(string) []prose.Block { return nil }, Variable: strings.ToUpper}
	b.Describe()
	version := root.Commands()[0]
	fmt.Print(b.Help(version, false, prose.Layout{}))
	fmt.Println(b.Sheets("1.2.3", time.Time{})[1].File)
	// Output:
	// Print the version.
	//
	// Usage:
	//   rollcall version
	// rollcall-version.1
}
