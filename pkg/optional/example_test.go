package optional_test

import (
	"fmt"
	"time"

	"github.com/spf13/pflag"

	"rollcall/pkg/optional"
)

func Example() {
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	var limit *int
	var within *time.Duration
	flags.Var(optional.Limit(&limit), "limit", "")
	flags.Var(optional.Duration(&within), "within", "")
	fmt.Printf("%q %q\n", flags.Lookup("limit").Value, flags.Lookup("within").Value)
	fmt.Println(flags.Parse([]string{"--limit=3", "--within=90m"}), *limit, *within)
	fmt.Printf("%q %q\n", flags.Lookup("limit").Value, flags.Lookup("within").Value)
	// Output:
	// "-1" ""
	// <nil> 3 1h30m0s
	// "3" "1h30m0s"
}
